#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The weir authors
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Frames over RTP between two hosts: GStreamer and FFmpeg, opened with the session description and
# nothing else, get every one of them bit for bit, whichever way they are sent.

# shellcheck disable=SC2317 # functions are called by name

here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/net/lib.sh
source "$here/lib.sh"
net_enter "$@"
# shellcheck source=tests/cli/lib.sh
source "$here/../cli/lib.sh"
trap '[ "$BASHPID" != $$ ] || { kill $(jobs -p) 2>/dev/null; net_close; rm -rf "$work"; }' EXIT
has_json || skip "this build has no JSON, which this test reads"

frames=120 # that each receiver is to get
receiver=

# of WORD: its value in the session description.
of() { sed -n "s/^a=fmtp.*[ ;]$1=\([^;]*\).*/\1/p" "$work/sdp" | tr -d '\r'; }

# OUT: on host b, in the background, until they are told to end. With room for what comes while this
# machine is busy with other things.
gstreamer() {
	local caps="application/x-rtp,media=video,clock-rate=90000,encoding-name=RAW,payload=96"
	caps+=",sampling=(string)$(of sampling),depth=(string)$(of depth)"
	caps+=",width=(string)$(of width),height=(string)$(of height)"
	on_b timeout 20 gst-launch-1.0 -q udpsrc address=:: port=5004 buffer-size=4000000 \
		caps="$caps" ! rtpvrawdepay ! filesink buffer-mode=unbuffered location="$1" \
		>"$work/receiver" 2>&1 &
	receiver=$!
}

# As its users open a stream: nothing but the description.
gstreamer_sdp() {
	on_b timeout 20 gst-launch-1.0 -q filesrc location="$work/sdp" ! \
		sdpdemux latency=500 timeout=0 ! rtpvrawdepay ! \
		filesink buffer-mode=unbuffered location="$1" >"$work/receiver" 2>&1 &
	receiver=$!
}

ffmpeg() {
	on_b timeout 20 ffmpeg -nostdin -y -loglevel error -protocol_whitelist file,udp,rtp \
		-buffer_size 4000000 -i "$work/sdp" -fps_mode passthrough -f rawvideo "$1" \
		>"$work/receiver" 2>&1 &
	receiver=$!
}

await_port() {
	for _ in $(seq 100); do
		[ -z "$(in_b ss -Hlun 'sport = :5004')" ] || return
		sleep 0.05
	done
	fail "the receiver does not listen: $(cat "$work/receiver")"
}

end_receiver() {
	net_await_quiet 5004 "$work/got"
	kill "$receiver" 2>/dev/null
	wait "$receiver" 2>/dev/null
}

# How many frames have arrived, all whole and in order; -1 if one is not. A busy machine draws some
# of them too late, and sends those never.
whole() {
	python3 "$here/frames.py" "$work/sent" "$work/got" "$1" 2>"$work/differs" >"$work/count" ||
		{ cat "$work/differs" >&2; echo -1; return; }
	cut -d ' ' -f 1 "$work/count"
}

# arrives WHAT RECEIVER BYTES SOURCE… OPTIONS: frames of $work/sent, so many bytes each. The last one
# may be lost with the stream's end, so more are sent.
arrives() {
	local what="$1, to $2" bytes=$3 source=("${@:4:$#-4}") to="${*: -1}" arrived more=$((frames + 50))
	rm -f "$work/got"
	weir_on_a "${source[@]}" -n 1 --to "$to&sdp=$work/sdp"
	"$2" "$work/got"
	await_port
	weir_on_a "${source[@]}" -r 200 -n $more --to "$to"
	end_receiver
	check "$what: the run ends well" exits 0
	# What is cut off is a frame that has not arrived in full.
	truncate -s $(($(stat -c %s "$work/got") / bytes * bytes)) "$work/got"
	arrived=$(whole "$bytes")
	check "$what: $frames frames arrive, bit for bit" [ "$arrived" -ge $frames ]
	check "$what: none is missing" [ "$arrived" -ge $(($(sink delivered) - 3)) ]
}

draw() {
	"$WEIR" capture "$@" -r 0 -n $((3 * frames)) --to - -q >"$work/sent" 2>/dev/null
}

receivers=()
for name in gst-launch-1.0 ffmpeg; do
	! type -P $name >/dev/null || receivers+=("${name/gst-launch-1.0/gstreamer}")
done
[ ${#receivers[@]} -gt 0 ] || skip "neither GStreamer nor FFmpeg is here to receive"
command -v ss >/dev/null || skip "there is no ss (iproute2)"

# Small frames: a receiver's socket has room for little more than one.
uyvy='pattern:counter?size=640x32&format=UYVY'
wide='pattern:counter?size=1920x16&format=UYVY'
rgb=('pattern:counter?size=640x32&format=XR24' --stage convert=RGB24)

for mtu in 1500 9000; do
	net_open $mtu || fail "two hosts cannot be made"
	draw "$uyvy"
	for to in "${receivers[@]}"; do
		for way in stride gather copy pack; do
			arrives "UYVY by $way, MTU $mtu" "$to" 40960 "$uyvy" \
				"rtp://10.99.0.2:5004?send=$way"
		done
	done
done

draw "$wide"
for to in "${receivers[@]}"; do
	arrives "lines of three packets" "$to" 61440 "$wide" 'rtp://10.99.0.2:5004?send=gather&mtu=1500'
	arrives "lines further apart" "$to" 61440 "$wide&stride=3900" 'rtp://10.99.0.2:5004?send=stride'
done

draw "${rgb[@]}"
for to in "${receivers[@]}"; do
	arrives "RGB24" "$to" 61440 "${rgb[@]}" 'rtp://10.99.0.2:5004?mtu=1500'
	arrives "RGB24 in padded pieces" "$to" 61440 "${rgb[@]}" 'rtp://10.99.0.2:5004?mtu=1000'
done
draw "$uyvy"
for to in "${receivers[@]}"; do
	arrives "UYVY over IPv6" "$to" 40960 "$uyvy" 'rtp://[fd99::2]:5004?send=stride'
done

# Opened by its description alone, GStreamer has little room for packets: slowly, then.
if type -P gst-launch-1.0 >/dev/null; then
	gstreamer_sdp "$work/got"
	await_port
	weir_on_a "$uyvy" -r 20 -n 60 --to "rtp://10.99.0.2:5004"
	end_receiver
	check "GStreamer plays the session description" [ "$(whole 40960)" -ge 50 ]
fi

# ---- without a copy ----

# Where host b drops what arrives, nobody has to copy it.
ip -n "$net_a" neighbour replace 10.99.0.2 dev cable lladdr "$(in_b cat /sys/class/net/cable/address)"
net_block b
big='pattern:counter?size=1920x1080&format=UYVY'
in_a "$WEIR" explain "$big" "${loop[@]}" --to rtp://10.99.0.2:5004 >"$work/plan" 2>&1
check "the source is asked for room between its lines" has plan 'stride 3860'
check "the plan tells the way" has plan 'by stride'
if has plan 'loop      uring'; then
	weir_on_a "$big" -r 30 -n 60 --to rtp://10.99.0.2:5004 --to rtp://10.99.0.2:6004 \
		--require-zero-copy
	check "no copy is needed" exits 0
	for number in 0 1; do
		check "$number: every send is confirmed" [ "$(sink zero_copy_sends $number)" -ge 4080 ]
		check "$number: and none copied" [ "$(sink kernel_copied_sends $number)" -eq 0 ]
	done
fi
net_unblock b

# ---- trouble ----

net_open 9000
weir_on_a "$uyvy" -r 0 -n 3 --to 'rtp://10.99.0.2:5004?mtu=9100'
check "packets larger than the way takes are refused" exits 2
check "with what it takes" has err 'mtu=9000'
check "and how to raise it" has err 'ip link set dev'

(sleep 1; ip -n "$net_a" link set cable mtu 1500) &
weir_on_a "$wide" -r 30 -t 3 --to 'rtp://10.99.0.2:5004'
wait
check "a way that becomes narrower is no end" exits 0
check "packets are made smaller for it" has err 'may be of 1500 bytes now'
check "and frames go on" [ "$(sink delivered)" -gt 60 ]

(sleep 1; ip -n "$net_a" link set cable down; sleep 1; ip -n "$net_a" link set cable up) &
weir_on_a "$uyvy" -r 30 -t 4 --to 'rtp://10.99.0.2:5004'
wait
check "a cable that is out is no end" exits 0
check "it is said" has err 'nothing leads there'
check "and frames go on" [ "$(sink delivered)" -gt 60 ]
check "nobody listening is said once" [ "$(grep -c 'nobody listens' "$work/err")" -eq 1 ]

finish
