# SPDX-FileCopyrightText: 2026 The weir authors
# SPDX-License-Identifier: LGPL-2.1-or-later
# Shows what a camera's frame costs and how soon the first one comes, against v4l2-ctl and GStreamer
# shellcheck shell=bash
# Sourced by tests/bench/run, which sets these.
: "${here:?}" "${root:?}" "${weir:?}" "${runs:?}"

in_rig() {
	"$root/tests/vm/run" --timeout 1500 "$@"
}

echo "-- CPU a frame of 1080p, user and system, median of $runs; against v4l2-ctl"
in_rig python3 "$here/capture_guest.py" "$weir" "$runs" cost
echo "-- the same in time that is counted in instructions"
WEIR_VM_ACCEL=counted in_rig --cpus 1 python3 "$here/capture_guest.py" "$weir" "$runs" counted
echo "-- from the start of the program to the first frame, median of $((2 * runs))"
in_rig python3 "$here/capture_guest.py" "$weir" "$runs" start
