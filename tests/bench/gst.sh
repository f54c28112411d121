# SPDX-FileCopyrightText: 2026 The weir authors
# SPDX-License-Identifier: LGPL-2.1-or-later
# Shows what a camera's frame costs in a GStreamer pipeline, weirsrc against v4l2src
# shellcheck shell=bash
# Sourced by tests/bench/run, which sets these.
: "${here:?}" "${root:?}" "${build:?}" "${runs:?}"

# gst_shares.c tells the source's share of the stream's thread from the rest's. By the count of
# instructions, so that it does not matter what else the machine does.
shares=$(mktemp)
# shellcheck disable=SC2046 # words
cc -O2 -D_GNU_SOURCE -DGST_USE_UNSTABLE_API "$here/gst_shares.c" -o "$shares" \
	$(pkg-config --cflags --libs gstreamer-1.0)
echo "-- CPU a frame, user and system, median of $runs; and of the stream's thread, with a tracer"
WEIR_VM_ACCEL=${WEIR_VM_ACCEL:-counted} "$root/tests/vm/run" --timeout 2400 --cpus 1 --module vkms --module veth \
	--module sch_ingress --module cls_bpf \
	env GST_PLUGIN_PATH="$build/plugins/gst" python3 "$here/gst_guest.py" "$runs" "$shares"
rm -f "$shares"
