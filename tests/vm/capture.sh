#!/bin/bash
# SPDX-FileCopyrightText: 2026 The weir authors
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# In the rig: every node x format x memory kind gives sixty frames without a copy, in the kind of memory
# that the node allows. Prints TAP.
#   tests/vm/run tests/vm/capture.sh

set -u
here=$(cd "$(dirname "$0")" && pwd)
results=$(mktemp)
trap 'rm -f "$results"' EXIT

# capture NODE FORMAT KIND EXPECTED: EXPECTED is the kind that serves, or "refused"
capture() {
	local uri="v4l2:/dev/video$1?size=320x180&fps=60&format=${2%+}" summary status
	[ "$2" = "${2%+}" ] || uri+='&planes=apart'
	summary=$(weir capture "$uri" --to null --memory "$3" -n 60 --json 2>/dev/null | tail -n 1
		exit "${PIPESTATUS[0]}")
	status=$?
	printf '%s\t%s\t%s\t%s\n' "video$1 $2 $3" "$4" "$status" "$summary" >>"$results"
}

for format in YUYV UYVY NV12 NV12+ XR24 RGB565 GREY; do
	for node in 0 1; do
		capture $node $format auto slab
		for kind in slab mmap heap; do
			capture $node $format $kind $kind
		done
	done
	for node in 2 3; do
		capture $node $format auto mmap
		capture $node $format mmap mmap
		capture $node $format slab refused
	done
done
python3 "$here/judge.py" capture "$results"
