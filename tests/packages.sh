# SPDX-FileCopyrightText: 2026 The weir authors
# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
#
# The one list of Debian packages, for samples/quickstart and tests/run. The names are the same in
# Debian 12 and 13; "a|b" takes the first that the archive has.

# shellcheck disable=SC2034 # read through a name reference
packages_build=(build-essential cmake ninja-build pkg-config
	liburing-dev libjson-c-dev libjpeg-dev libyuv-dev libv4l-dev libudev-dev libdrm-dev
	libseat-dev libgstreamer1.0-dev libgstreamer-plugins-base1.0-dev scdoc
	"libllhttp-dev|libhttp-parser-dev")
# shellcheck disable=SC2034
packages_test=(libcmocka-dev clang valgrind python3 reuse shellcheck
	jq gstreamer1.0-tools gstreamer1.0-plugins-good gstreamer1.0-plugins-base-apps # recipes of docs
	gstreamer1.0-plugins-bad gstreamer1.0-plugins-ugly # x264enc, sdpdemux
	libgstrtspserver-1.0-dev # a sample
	iproute2 ffmpeg curl) # hosts of the tests' own
# shellcheck disable=SC2034
packages_bench=(gstreamer1.0-tools gstreamer1.0-plugins-good gstreamer1.0-plugins-bad time python3
	v4l-utils iproute2 iperf3)
# shellcheck disable=SC2034
packages_bench_http=(ustreamer ffmpeg)
# shellcheck disable=SC2034
packages_tsan=(libcmocka-dev meson bison flex)
# shellcheck disable=SC2034
packages_browser=(chromium chromium-driver)
# shellcheck disable=SC2034
packages_webrtc=(simple-whip-client simple-whip-server janus gstreamer1.0-nice)
# shellcheck disable=SC2034
packages_rig=(debootstrap qemu-system-x86 busybox-static cpio kmod xz-utils zstd udev
	pahole libelf-dev bc v4l-utils python3 seatd)

package_installed() {
	[ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

# The first of "a|b" that is installed or, failing that, known to apt.
package_choose() {
	local name names
	IFS='|' read -ra names <<<"$1"
	for name in "${names[@]}"; do
		package_installed "$name" && break
	done || for name in "${names[@]}"; do
		apt-cache show "$name" >/dev/null 2>&1 && break
	done
	echo "$name"
}

# install_packages GROUP…: installs what is missing. Touches neither apt nor the network otherwise.
install_packages() {
	local group entry missing=() as_root=()
	if ! command -v dpkg-query >/dev/null; then
		echo "no dpkg here: see tests/packages.sh for what has to be installed" >&2
		return 0
	fi
	for group; do
		local -n entries=packages_$group
		for entry in "${entries[@]}"; do
			entry=$(package_choose "$entry")
			package_installed "$entry" || missing+=("$entry")
		done
	done
	[ ${#missing[@]} -gt 0 ] || return 0

	echo "installing ${missing[*]}" >&2
	if [ "$(id -u)" -ne 0 ]; then
		command -v sudo >/dev/null || {
			echo "not root and no sudo: install them by hand" >&2
			return 1
		}
		as_root=(sudo)
	fi
	"${as_root[@]}" apt-get -qq update >/dev/null &&
		"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq install -y \
			--no-install-recommends "${missing[@]}" >/dev/null
}
