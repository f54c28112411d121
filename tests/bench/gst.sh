# SPDX-FileCopyrightText: 2026 The weir authors
# SPDX-License-Identifier: LGPL-2.1-or-later
# Shows what a camera's frame costs in a GStreamer pipeline, weirsrc against v4l2src
# shellcheck shell=bash
# Sourced by tests/bench/run, which sets these.
: "${here:?}" "${root:?}" "${build:?}" "${runs:?}"

echo "-- CPU a frame, user and system, median of $runs"
"$root/tests/vm/run" --timeout 1500 --module vkms \
	env GST_PLUGIN_PATH="$build/plugins/gst" python3 "$here/gst_guest.py" "$runs"
