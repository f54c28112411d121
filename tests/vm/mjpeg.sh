#!/bin/bash
# SPDX-FileCopyrightText: 2026 The weir authors
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# In the rig: an MJPEG camera (v4l2loopback) that neither exports nor imports dma-bufs: plain mapped
# buffers carry it all the same, and the plan says what is missing. Prints TAP.
#   tests/vm/run --module 'v4l2loopback video_nr=9 …' tests/vm/mjpeg.sh PATH-OF-VM_CAMERA

set -u
camera=$1
number=0 failed=0
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

check() { # NAME COMMAND…
	number=$((number + 1))
	local name=$1
	shift
	if "$@" >/dev/null 2>&1; then echo "ok $number - $name"; return; fi
	echo "not ok $number - $name"
	failed=1
}

"$camera" feed /dev/video9 'pattern:mjpeg?size=640x480&fps=30' &
feeder=$!
sleep 1
weir capture /dev/video9 -f MJPEG --to 'verify?numbers=free' -n 40 --json -v >"$work/out" 2>"$work/log"
check 'forty frames' [ $? = 0 ]
tail -n 1 "$work/out" >"$work/summary"
check 'all of them captured' grep -q '"captured":40,' "$work/summary"
check 'in memory of the device' grep -q '"kind":"mmap"' "$work/summary"
check 'verified' grep -q '"verdict":"verify: 40 frames, in order' "$work/summary"
check 'nothing copied' grep -q '"copies":{"user_bytes":0,"kernel_bytes":0' "$work/summary"
check 'the plan says why not the slab' \
	grep -q '"name":"slab","chosen":false,"reason":"the driver imports no dma-bufs' "$work/out"
check 'a line says that buffers are not exported' grep -q 'does not export' "$work/log"
[ $failed = 0 ] || sed 's/^/# /' "$work/log" "$work/out"
kill $feeder
wait $feeder 2>/dev/null
echo "1..$number"
exit $failed
