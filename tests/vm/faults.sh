#!/bin/bash
# SPDX-FileCopyrightText: 2026 The weir authors
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# In the rig: every error that vivid can be made to show, in the middle of a run or before it, and the
# books afterwards. Prints TAP.
#   tests/vm/run tests/vm/faults.sh PATH-OF-VM_CAMERA

set -u
here=$(cd "$(dirname "$0")" && pwd)
camera=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# start NODE QUERY OPTION…: two and a half seconds of capture in the background
start() {
	local uri="v4l2:/dev/video$1?size=320x180&fps=30&format=YUYV$2"
	shift 2
	{
		weir capture "$uri" --to null -t 2.5 --json "$@" >"$work/out" 2>>"$work/log"
		echo $? >"$work/status"
	} &
	sleep 1.3
}

# finish NAME CONDITION: waits for it, and notes what is to be true of its summary
finish() {
	wait
	printf '%s\t%s\t%s\t%s\n' "$1" "$2" "$(cat "$work/status")" "$(tail -n 1 "$work/out")" \
		>>"$work/results"
}

# during NAME NODE QUERY CONTROL CONDITION OPTION…: the control is set in the middle of the run
during() {
	local name=$1 node=$2 query=$3 control=$4 condition=$5
	shift 5
	start "$node" "$query" "$@"
	"$camera" set "/dev/video$node" "$control"
	finish "$name" "$condition"
}

# before NAME NODE CONTROL CONDITION [CONTROL-AFTERWARDS]
before() {
	"$camera" set "/dev/video$2" "$3"
	start "$2" ''
	finish "$1" "$4"
	[ $# -lt 5 ] || "$camera" set "/dev/video$2" "$5"
}

for node in 0 1; do
	during "unplugged, slab, video$node" $node '' disconnect=1 \
		'status == 0 and captured > 40 and memory == "slab"'
done
for node in 0 1 2 3; do
	during "unplugged, mmap, video$node" $node '' disconnect=1 \
		'status == 0 and captured > 40 and memory == "mmap"' --memory mmap
	during "fatal error, mmap, video$node" $node '' inject_fatal_streaming_error=1 \
		'status == 0 and captured > 40' --memory mmap
done
during 'unplugged for good' 0 '' disconnect=1 'status == 3 and captured < 60' --no-reconnect
during 'fatal error, slab' 0 '' inject_fatal_streaming_error=1 'status == 0 and captured > 40'
during 'QBUF fails' 0 '' inject_vidioc_qbuf_error=1 'status == 0 and captured > 40'
during 'a damaged frame' 0 '' inject_v4l2_buf_flag_error=1 \
	'status == 0 and corrupt == 1 and drops == {"corrupt": 1}'
during 'a damaged frame, delivered' 0 '&corrupt=deliver' inject_v4l2_buf_flag_error=1 \
	'status == 0 and corrupt == 1 and drops == {}'
before 'REQBUFS fails once: another memory serves' 0 inject_vidioc_reqbufs_error=1 \
	'status == 0 and captured > 40 and memory == "mmap"'
before 'STREAMON fails' 0 inject_vidioc_streamon_error=1 'status == 1 and captured == 0'
before 'the device drops frames' 0 percentage_of_dropped_buffers=30 \
	'status == 0 and captured > 20 and lost_by_device > 5' percentage_of_dropped_buffers=0
before 'sequence numbers wrap' 0 wrap_sequence_number=1 \
	'status == 0 and captured > 40 and lost_by_device < 15' wrap_sequence_number=0
for bits in 1 2; do
	before "timestamps wrap ($bits)" 0 wrap_timestamp=$bits 'status == 0 and captured > 40' \
		wrap_timestamp=0
done
sort -u "$work/log" | sed 's/^/# /'
python3 "$here/judge.py" faults "$work/results"
