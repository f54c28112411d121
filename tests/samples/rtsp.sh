#!/bin/bash
# SPDX-FileCopyrightText: 2026 The weir authors
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# rtsp.sh SERVER: two players see pictures, one after the other.
set -euo pipefail
folder=$(mktemp -d)
export GST_REGISTRY=$folder/registry
trap 'kill "$server" 2>/dev/null || true; rm -rf "$folder"' EXIT

"$1" 'pattern:bars?size=320x240&fps=30' >"$folder/said" 2>&1 &
server=$!
skip() {
	echo "skipped: $*"
	exit 77
}
for element in weirsrc rtspsrc rtpjpegpay jpegenc; do
	gst-inspect-1.0 "$element" >/dev/null 2>&1 || skip "no $element"
done
until grep -q rtsp:// "$folder/said"; do
	kill -0 "$server" 2>/dev/null || skip "the server did not start: $(cat "$folder/said")"
	sleep 0.1
done
for player in 1 2; do
	timeout 20 gst-launch-1.0 -q rtspsrc location=rtsp://127.0.0.1:8554/camera protocols=tcp ! rtpjpegdepay ! \
		identity eos-after=10 ! multifilesink location="$folder/picture$player-%d.jpg"
	[ "$(find "$folder" -name "picture$player-*" -size +1k | wc -l)" -ge 9 ] || { ls -l "$folder"; exit 1; }
done
