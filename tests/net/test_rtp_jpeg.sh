#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The weir authors
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# JPEG images over RTP between two hosts: GStreamer and FFmpeg get every scan to the byte, and the
# tables to decode it.

# shellcheck disable=SC2317 # functions are called by name

here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/net/lib.sh
source "$here/lib.sh"
net_enter "$@"
# shellcheck source=tests/cli/lib.sh
source "$here/../cli/lib.sh"
trap '[ "$BASHPID" != $$ ] || { kill $(jobs -p) 2>/dev/null; net_close; rm -rf "$work"; }' EXIT
command -v ss >/dev/null || skip "there is no ss (iproute2)"

frames=100 # that each receiver is to get
receiver=

weir_on_a() {
	timeout 20 ip netns exec "$net_a" "$WEIR" capture "$@" "${loop[@]}" \
		>"$work/out" 2>"$work/err" </dev/null
	status=$?
}

# As in_b, in the background, for what is to get signals.
on_b() { exec ip netns exec "$net_b" timeout 60 "$@" >"$work/receiver" 2>&1; }

gstreamer() {
	on_b gst-launch-1.0 -q udpsrc address=:: port=5004 buffer-size=4000000 \
		caps=application/x-rtp,media=video,clock-rate=90000,encoding-name=JPEG,payload=26 \
		! rtpjpegdepay ! filesink buffer-mode=unbuffered location="$1" &
	receiver=$!
}

# As its users open a stream: nothing but the description.
ffmpeg() {
	on_b ffmpeg -nostdin -y -loglevel error -protocol_whitelist file,udp,rtp \
		-buffer_size 4000000 -i "$work/sdp" -c copy -f mjpeg "$1" &
	receiver=$!
}

await_port() { net_await_port 5004 || fail "the receiver does not listen: $(cat "$work/receiver")"; }

# How many images have arrived, all whole and in order; -1 if one is not.
whole() {
	python3 "$here/images.py" "$work/sent" "$work/got" 2>"$work/differs" >"$work/count" ||
		{ cat "$work/differs" >&2; echo -1; return; }
	cut -d ' ' -f 1 "$work/count"
}

# Once more where the machine was too busy to take it: a receiver passes damaged images on.
try_sending() {
	local overruns
	for _ in 1 2 3; do
		rm -f "$work/got"
		overruns=$(net_overruns)
		"$1" "$work/got"
		await_port
		weir_on_a "$2" -r 100 -n $((frames + 50)) --to "$3"
		net_await_quiet 5004 "$work/got"
		kill "$receiver" 2>/dev/null
		wait "$receiver" 2>/dev/null
		[ "$overruns" != "$(net_overruns)" ] || return
	done
}

# arrives WHAT RECEIVER SOURCE URI
arrives() {
	local what="$1, to $2" source=$3 to=$4 arrived
	weir_on_a "$source" -n 1 --to "$to&sdp=$work/sdp"
	try_sending "$2" "$source" "$to"
	check "$what: the run ends well" exits 0
	arrived=$(whole)
	check "$what: $frames images arrive to the byte ($arrived)" [ "$arrived" -ge $frames ]
}

receivers=()
for name in gst-launch-1.0 ffmpeg; do
	! type -P $name >/dev/null || receivers+=("${name/gst-launch-1.0/gstreamer}")
done
[ ${#receivers[@]} -gt 0 ] || skip "neither GStreamer nor FFmpeg is here to receive"
small='pattern:noise?size=320x240&format=MJPEG'
"$WEIR" capture "$small" -r 0 -n 1 --to null -q 2>/dev/null || skip "this build draws no MJPEG"

for mtu in 1500 9000; do
	net_open $mtu || fail "two hosts cannot be made"
	"$WEIR" capture "$small" -r 0 -n $((3 * frames)) --to - -q >"$work/sent" 2>/dev/null
	for to in "${receivers[@]}"; do
		for way in gather copy; do
			arrives "JPEG by $way, MTU $mtu" "$to" "$small" \
				"rtp://10.99.0.2:5004?send=$way"
		done
	done
done

# ---- and back ----

net_open 1500
# With the rate, numbers that a busy sender leaves out are known to be: else verify finds frames with
# other numbers in them than they have here.
on_b "$WEIR" receive 'rtp://10.99.0.2:5004?size=320x240&format=MJPEG&fps=100' -n $frames --to verify &
receiver=$!
await_port
weir_on_a "$small" -r 100 -n $((frames + 50)) --to rtp://10.99.0.2:5004
wait "$receiver"
check "weir receives what weir sends" [ $? -eq 0 ]
# A busy machine draws some of them too late.
check "in order, none torn" grep -q "$frames frames, in order, .* 0 repeated, 0 torn" "$work/receiver"
check "none damaged" grep -q ', 0 corrupt' "$work/receiver"
if type -P gst-launch-1.0 >/dev/null && gst-inspect-1.0 jpegenc >/dev/null 2>&1; then
	on_b "$WEIR" receive 'rtp://10.99.0.2:5004?size=320x240&format=MJPEG' -n $frames -v \
		--stage jpeg --to null &
	receiver=$!
	await_port
	in_a timeout 15 gst-launch-1.0 -q videotestsrc is-live=true pattern=ball \
		num-buffers=$((frames + 60)) ! video/x-raw,format=I420,width=320,height=240 ! \
		jpegenc ! rtpjpegpay ! udpsink host=10.99.0.2 port=5004 >"$work/err" 2>&1 &
	wait "$receiver"
	check "weir receives what GStreamer sends" [ $? -eq 0 ]
	check "and can decode it" grep -q ' 0 frames not whole' "$work/receiver"
	check "all of it" grep -q " $frames captured" "$work/receiver"
fi

# ---- what RTP has no form for ----

weir_on_a 'pattern:bars?size=2048x64&format=MJPEG' -n 1 --to rtp://10.99.0.2:5004?send=gather \
	--require-zero-copy
check "images that are too large are not sent as they are" exits 5
check "for a reason that is told" has err '2040x2040'

finish
