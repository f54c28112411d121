#!/bin/bash
# SPDX-FileCopyrightText: 2026 The weir authors
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# installed.sh BUILD CC [FLAG…]: installs the build below a fresh folder, finds there what has to be
# there, and builds and runs a sample against it, by pkg-config and by find_package.
set -euo pipefail
build=$1 cc=$2
shift 2
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT

fail() {
	echo "$*"
	exit 1
}

# there NAME…: prints where below the root each was installed.
there() {
	local name path
	for name; do
		path=$(find "$root/tree" -path "*/$name" -print -quit)
		[ -n "$path" ] || fail "$name was not installed"
		echo "$path"
	done
}

DESTDIR=$root/tree cmake --install "$build" >"$root/log" || fail "$(cat "$root/log")"

there libweir.so.0 weir.pc weir-config.cmake >/dev/null
for header in include/weir/*.h; do
	there "$header" >/dev/null
done
if [ -n "$(find "$build" -maxdepth 2 -name weir -type f)" ]; then
	"$(there bin/weir)" --version || fail "the installed program does not run"
fi
[ ! -e "$build/man/weir.1" ] || there share/man/man1/weir.1 >/dev/null
objdump -p "$(there libweir.so)" | grep -q 'SONAME *libweir.so.0$' || fail "the soname is not libweir.so.0"
! grep -rl "$PWD" "$root/tree" --include='*.cmake' --include='*.pc' || fail "names the build's folder"

# GStreamer finds the plugin without being told where, and has nothing to say about it.
if [ -e "$build/plugins/gst/libgstweir.so" ]; then
	DESTDIR=$root/gst cmake --install "$build" --prefix /usr >"$root/log" || fail "$(cat "$root/log")"
	plugins=$root/gst$(pkg-config --variable=pluginsdir gstreamer-1.0)
	[ -e "$plugins/libgstweir.so" ] || fail "the plugin is not where GStreamer looks for plugins"
	if [[ $* != *-fsanitize=* ]] && command -v gst-inspect-1.0 >/dev/null; then
		for element in weirsrc weirsink weir; do
			env -u GST_PLUGIN_PATH GST_PLUGIN_SYSTEM_PATH="$plugins" GST_REGISTRY="$root/registry" \
				LD_LIBRARY_PATH="$(dirname "$(there libweir.so)")" GST_DEBUG=2 \
				gst-inspect-1.0 "$element" >/dev/null 2>"$root/log" || fail "no $element: $(cat "$root/log")"
			[ ! -s "$root/log" ] || fail "gst-inspect-1.0 $element: $(cat "$root/log")"
		done
	fi
fi

PKG_CONFIG_PATH=$(dirname "$(there weir.pc)")
LD_LIBRARY_PATH=$(dirname "$(there libweir.so)")
export PKG_CONFIG_PATH LD_LIBRARY_PATH
# shellcheck disable=SC2046 # one word a flag
"$cc" "$@" -o "$root/by-pkg-config" samples/01-print-frames.c $(pkg-config --cflags --libs weir)
cmake -S tests/samples/consumer -B "$root/consumer" -DCMAKE_C_COMPILER="$cc" -DCMAKE_C_FLAGS="$*" \
	-Dweir_DIR="$(dirname "$(there weir-config.cmake)")"
cmake --build "$root/consumer"

for program in "$root/by-pkg-config" "$root/consumer/consumer"; do
	frames=$("$program" | wc -l)
	[ "$frames" -eq 30 ] || fail "${program##*/} printed $frames frames, not 30"
done
