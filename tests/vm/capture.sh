#!/bin/bash
# SPDX-FileCopyrightText: 2026 The weir authors
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Runs in the rig. Captures from every node of vivid in every format that both have, in the memory the
# planner takes and in each other kind that the node accepts, and checks the books of each run.
# Usage: capture.sh WEIR
set -euo pipefail

weir=$1
frames=20
failed=0

# The planner's kind for ordinary memory is the slab, for contiguous memory the device's own.
expected_kind() {
	case $1 in /dev/video[01]) echo slab ;; *) echo mmap ;; esac
}

# books KIND FORMAT <summary: one line of what is wrong, or nothing.
books() {
	python3 -c '
import json, sys
kind, format, frames = sys.argv[1], sys.argv[2], int(sys.argv[3])
s = json.loads(sys.stdin.readlines()[-1])
sink = s["sinks"][0]
wrong = [text for ok, text in [
    (s["format"] == format, "format " + s["format"]),
    (s["frames"]["captured"] == frames, "captured %d" % s["frames"]["captured"]),
    (sink["delivered"] + sink["dropped"] == frames, "delivered %d" % sink["delivered"]),
    (s["copies"]["user_bytes"] == 0 and s["copies"]["kernel_bytes"] == 0, "bytes were copied"),
    (s["memory"]["kind"] == kind, "memory " + s["memory"]["kind"]),
] if not ok]
print("; ".join(wrong))' "$@" "$frames"
}

try() {
	local node=$1 format=$2 kind=$3 memory=$4 wrong
	if ! "$weir" capture "$node" -f "$format" -s 640x360 -r 60 --memory "$memory" --to null \
		-n "$frames" --json >/tmp/out 2>/tmp/err; then
		wrong=$(tail -n 1 /tmp/err)
	else
		wrong=$(books "$kind" "$format" </tmp/out)
	fi
	if [ -n "$wrong" ]; then
		echo "not ok - $node $format in $memory: $wrong"
		failed=1
	else
		echo "ok - $node $format in $memory"
	fi
}

for node in /dev/video0 /dev/video1 /dev/video2 /dev/video3; do
	# Every format on the nodes of one plane, two on those of several.
	case $node in
	/dev/video[02]) formats=(YUYV UYVY NV12 XR24 RGB565 GREY) ;;
	*) formats=(UYVY NV12) ;;
	esac
	for format in "${formats[@]}"; do
		try "$node" "$format" "$(expected_kind "$node")" auto
	done
	try "$node" YUYV mmap mmap
done
for node in /dev/video0 /dev/video1; do
	try "$node" UYVY heap heap
done
exit "$failed"
