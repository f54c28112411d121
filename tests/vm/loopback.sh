#!/bin/bash
# SPDX-FileCopyrightText: 2026 The weir authors
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# In the rig: frames whose every byte follows from their number go into vivid's video output, come out of
# its camera, and are compared bit for bit, in every format and kind of memory. Prints TAP.
#   tests/vm/run --vivid PARAMETERS tests/vm/loopback.sh PATH-OF-VM_CAMERA
# where PARAMETERS make pairs of an HDMI camera and an HDMI output: node_types=0x101,… input_types=3,…

set -u
camera=$1
number=0 failed=0
log=$(mktemp) out=$(mktemp)
trap 'rm -f "$log" "$out"' EXIT

report() { # NAME STATUS
	number=$((number + 1))
	if [ "$2" = 0 ]; then echo "ok $number - $1"; return; fi
	echo "not ok $number - $1"
	sed 's/^/# /' "$log" "$out"
	failed=1
}

# pair CAPTURE OUTPUT KINDS FORMATS
pair() {
	local capture=/dev/video$1 output=/dev/video$2 kinds=$3 format kind uri writer
	shift 3
	"$camera" timings "$output" 0 && "$camera" timings "$capture" 0 || exit 1
	"$camera" set "$capture" "$(connection "$capture")" osd_text_mode=None || exit 1
	for format; do
		"$camera" write "$output" "$format" &
		writer=$!
		sleep 0.4
		uri="v4l2:$capture?format=${format%+}"
		[ "$format" = "${format%+}" ] || uri+='&planes=apart'
		for kind in $kinds; do
			weir capture "$uri" --memory "$kind" --to - -n 30 2>"$log" |
				"$camera" check "${format%+}" 640x480 10 >"$out"
			report "$capture $format $kind: bit for bit" $?
			weir capture "$uri" --memory "$kind" --to 'verify?numbers=free' -n 30 \
				>"$out" 2>"$log"
			report "$capture $format $kind: verify" $?
		done
		kill $writer
		wait $writer 2>/dev/null
	done
}

# The control that connects the camera to the output of the same device, and its value.
connection() {
	weir info "$1" | sed -n 's/.*\(hdmi_\([0-9]*\)_0_is_connected_to\).*/\1=Output HDMI \2-0/p' |
		head -n 1
}

pair 0 1 'slab mmap heap' YUYV UYVY NV12 XR24 RGB565 GREY
pair 2 3 'slab mmap heap' YUYV NV12+ NV12 XR24
pair 4 5 mmap UYVY NV12 RGB565 GREY
echo "1..$number"
exit $failed
