# SPDX-FileCopyrightText: 2026 The weir authors
# SPDX-License-Identifier: LGPL-2.1-or-later
# Shows what a frame costs from a camera to a display, and how late it comes, against GStreamer
# shellcheck shell=bash
# Sourced by tests/bench/run, which sets these.
: "${here:?}" "${root:?}" "${build:?}" "${weir:?}" "${runs:?}"

# Of one CPU: with two an emulated program is charged for what it waits for the other one.
in_rig() {
	"$root/tests/vm/run" --timeout 1500 --cpus 1 --module vkms python3 "$here/display_guest.py" "$weir" "$runs" "$@"
}

cat <<'END'
The peer: v4l2src io-mode=dmabuf ! kmssink, which shows the camera's own buffers like weir, by legacy page flips and with two
threads. It has to be told driver-name=vkms (it has a list of known ones), force-modesetting=true (it sets no mode by itself) and
can-scale=false (vkms does not). Its second row waits for nothing: neither for the clock nor for flips, so that it may
give a buffer back that is still on the screen; weir waits for each flip event in every row.
END
echo "-- CPU a frame of 640x480 XR24, vivid to vkms, median of $runs, emulated"
in_rig cost
echo "-- the same in time that is counted in instructions"
WEIR_VM_ACCEL=counted in_rig counted
echo "-- us: added by weir (arrival to commit), a commit, timestamp to screen; medians of $runs runs of 300 frames"
in_rig latency
echo "-- the same in time that is counted in instructions"
WEIR_VM_ACCEL=counted in_rig latency
echo "-- natively, camera and card faked"
"$build/tests/fake_display_latency" | grep -a 'from arrival'
