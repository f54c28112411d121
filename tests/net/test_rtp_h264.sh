#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The weir authors
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# H.264 over RTP between two hosts: GStreamer and FFmpeg get every access unit to the byte from weir,
# and weir from them.

# shellcheck disable=SC2317 # functions are called by name

here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/net/lib.sh
source "$here/lib.sh"
net_enter "$@"
# shellcheck source=tests/cli/lib.sh
source "$here/../cli/lib.sh"
trap '[ "$BASHPID" != $$ ] || { kill $(jobs -p) 2>/dev/null; net_close; rm -rf "$work"; }' EXIT
: "${FEED_H264:?is the program that plays a stream}"
command -v ss >/dev/null || skip "there is no ss (iproute2)"
ffmpeg -nostdin -hide_banner -encoders 2>/dev/null | grep -q libx264 ||
	skip "there is no FFmpeg with libx264 to make a stream"
gst() { type -P gst-launch-1.0 >/dev/null && gst-inspect-1.0 "$1" >/dev/null 2>&1; }

frames=60 # of the stream
size=320x240
receiver=
sdp=$work/sdp

# Units smaller and larger than a packet, several to a picture, and parameter sets in band.
make_stream() {
	ffmpeg -nostdin -y -loglevel error -f lavfi -i testsrc2=size=$size:rate=50 \
		-vf noise=alls=25:allf=t -frames:v "$1" -pix_fmt yuv420p -c:v libx264 -threads 1 \
		-preset ultrafast -tune zerolatency -qp 22 -g 20 \
		-x264-params aud=1:slices=3:repeat-headers=1 -f h264 "$2"
}

# As in_b, in the background, for what is to get signals.
on_b() { exec ip netns exec "$net_b" timeout 60 "$@" >"$work/receiver" 2>&1; }

plays() { timeout 30 ip netns exec "$net_a" "$FEED_H264" "$1" $size 50 "$2" >"$work/out" 2>"$work/err"; }

depayload=(rtph264depay ! "video/x-h264,stream-format=byte-stream,alignment=au"
	! filesink buffer-mode=unbuffered)

gstreamer() {
	on_b gst-launch-1.0 -q udpsrc address=:: port=5004 buffer-size=4000000 \
		caps=application/x-rtp,media=video,clock-rate=90000,encoding-name=H264,payload=96 \
		! "${depayload[@]}" location="$1" &
	receiver=$!
}

# As their users open a stream: nothing but the description.
gstreamer_by_sdp() {
	on_b gst-launch-1.0 -q filesrc location="$sdp" ! sdpdemux ! "${depayload[@]}" \
		location="$1" &
	receiver=$!
}

ffmpeg_by_sdp() {
	on_b ffmpeg -nostdin -y -loglevel error -protocol_whitelist file,udp,rtp \
		-buffer_size 4000000 -i "$sdp" -c copy -f h264 "$1" &
	receiver=$!
}

# How many access units have arrived, all whole and in order; -1 if one is not.
whole() {
	python3 "$here/units.py" "$work/sent" "$work/got" 2>"$work/differs" >"$work/count" ||
		{ cat "$work/differs" >&2; echo -1; return; }
	cut -d ' ' -f 1 "$work/count"
}

# Plays the stream to a receiver, once more where the machine was too busy to take it.
try_sending() {
	local overruns
	for _ in 1 2 3; do
		rm -f "$work/got"
		overruns=$(net_overruns)
		"$1" "$work/got"
		net_await_port 5004 || fail "nobody listens: $(cat "$work/receiver")"
		plays "$work/sent" "$2"
		status=$?
		net_await_quiet 5004 "$work/got"
		kill "$receiver" 2>/dev/null
		wait "$receiver" 2>/dev/null
		[ "$overruns" != "$(net_overruns)" ] || return
	done
}

# arrives WHAT RECEIVER URI
arrives() {
	local arrived
	try_sending "$2" "$3"
	arrived=$(whole)
	check "$1, to $2: the run ends well" exits 0
	check "$1, to $2: $frames access units arrive to the byte ($arrived)" \
		[ "$arrived" -ge $((frames - 1)) ]
}

to_file() { exec ip netns exec "$net_b" timeout 60 "$@" >"$work/got" 2>"$work/receiver"; }

weir_receives() { to_file "$WEIR" receive "$1" -n "$frames" -v --to -; }

weirsrc_receives() {
	to_file gst-launch-1.0 -q weirsrc uri="$1" num-buffers="$frames" ! \
		video/x-h264,stream-format=byte-stream,alignment=au,width=320,height=240 ! \
		fdsink fd=1
}

# comes RECEIVER URI SENDER…: all that the sender sends is received.
comes() {
	local to=$1 uri=$2 overruns
	shift 2
	for _ in 1 2 3; do
		overruns=$(net_overruns)
		"$to" "$uri" &
		receiver=$!
		net_await_port 5004 || fail "weir does not listen: $(cat "$work/receiver")"
		"$@"
		wait "$receiver"
		status=$?
		[ "$overruns" != "$(net_overruns)" ] || return
	done
}

# As `comes`, of the stream that was made.
comes_whole() {
	local what=$1 arrived
	shift
	comes "$@"
	arrived=$(whole)
	check "$what: the run ends well" exits 0
	check "$what: $frames access units come to the byte ($arrived)" [ "$arrived" = $frames ]
}

from_weir() { plays "$work/sent" rtp://10.99.0.2:5004; }

from_ffmpeg() {
	in_a timeout 30 ffmpeg -nostdin -y -loglevel error -re -i "$work/sent.mp4" -c copy "$@" \
		-f rtp 'rtp://10.99.0.2:5004?pkt_size=1400' >"$work/out" 2>"$work/err"
}

pictures() { ffmpeg -nostdin -loglevel error -i "$1" -f framemd5 - 2>&1 | grep -v '^#' | sed 's/.*,//'; }

make_stream $frames "$work/sent" || skip "this FFmpeg makes no H.264"
make_stream 1 "$work/first"
net_open 1500 || fail "two hosts cannot be made"

# ---- sending ----

plays "$work/first" "rtp://10.99.0.2:5004?sdp=$sdp"
check "a description is written" [ $? -eq 0 ]
check "of fragments" grep -q '^a=fmtp:96 .*packetization-mode=1' "$sdp"
check "with the parameter sets" grep -q 'sprop-parameter-sets=Z[0-9A-Za-z+/]*=*,aM' "$sdp"
check "and the profile" grep -q 'profile-level-id=42c0' "$sdp"

if gst rtph264depay; then
	arrives "H.264 by gather, MTU 1500" gstreamer 'rtp://10.99.0.2:5004?send=gather'
	! gst sdpdemux ||
		arrives "H.264 by copy, MTU 1500" gstreamer_by_sdp 'rtp://10.99.0.2:5004?send=copy'
fi
arrives "H.264, MTU 1500" ffmpeg_by_sdp 'rtp://10.99.0.2:5004'
net_open 9000
arrives "H.264 by gather, MTU 9000" ffmpeg_by_sdp 'rtp://10.99.0.2:5004?send=gather'

# ---- receiving ----

net_open 1500
comes_whole "from weir" weir_receives "rtp:?sdp=$sdp" from_weir
check "nothing is damaged" grep -q ' 0 frames not whole' "$work/receiver"
pictures "$work/sent" >"$work/pictures"
pictures "$work/got" | cmp -s - "$work/pictures"
check "it is $frames pictures, the same" [ "$?.$(wc -l <"$work/pictures")" = 0.$frames ]

# FFmpeg puts small units together; the parameter sets are in the description alone.
ffmpeg -nostdin -y -loglevel error -r 50 -i "$work/sent" -c copy \
	-bsf:v filter_units=remove_types=7-8 "$work/sent.mp4"
from_ffmpeg -t 0.1 -sdp_file "$work/ffmpeg.sdp"
comes_whole "from FFmpeg" weir_receives "rtp:?sdp=$work/ffmpeg.sdp" from_ffmpeg

# A live encoder, with pictures in another order than they are shown in.
from_gstreamer() {
	rm -f "$work/sent.gst"
	in_a timeout 30 gst-launch-1.0 -q videotestsrc is-live=true pattern=ball \
		num-buffers="$frames" ! video/x-raw,format=I420,width=320,height=240,framerate=50/1 ! \
		x264enc speed-preset=ultrafast key-int-max=20 bframes=2 ! \
		video/x-h264,stream-format=byte-stream,alignment=au ! tee name=t ! queue ! \
		filesink location="$work/sent.gst" t. ! queue ! "$@" >"$work/out" 2>"$work/err"
}

# encoded WHAT URI SENDER…
encoded() {
	comes weir_receives "$2" from_gstreamer "${@:3}"
	check "$1: the run ends well" exits 0
	pictures "$work/sent.gst" >"$work/pictures"
	pictures "$work/got" | cmp -s - "$work/pictures"
	check "$1: the same $frames pictures" [ "$?.$(wc -l <"$work/pictures")" = 0.$frames ]
}

if gst x264enc && gst rtph264pay; then
	encoded "from GStreamer" 'rtp://10.99.0.2:5004?size=320x240&format=H264&fps=50' \
		rtph264pay mtu=1400 ! udpsink host=10.99.0.2 port=5004
fi
if gst weirsink; then
	! gst x264enc || encoded "from weirsink" "rtp:?sdp=$sdp" \
		weirsink uri=rtp://10.99.0.2:5004
	comes_whole "in weirsrc" weirsrc_receives "rtp:?sdp=$sdp" from_weir
fi
finish
