#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The weir authors
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Between two hosts one packet in ten is lost, in both directions. With nack=1 at both ends nearly
# every frame is whole, at a fixed delay; without it nearly none is. Figures are printed.

# shellcheck disable=SC2317 # functions are called by name

here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/net/lib.sh
source "$here/lib.sh"
net_enter "$@"
# shellcheck source=tests/cli/lib.sh
source "$here/../cli/lib.sh"
trap '[ "$BASHPID" != $$ ] || { kill $(jobs -p) 2>/dev/null; net_close; rm -rf "$work"; }' EXIT
has_json || skip "this build has no JSON, which this test reads"

loss=10
fps=30
# Longer than the defaults: this machine may stand still for a while.
keep='&nack=1&keep=12'
patience='&nack=1&delay=250'
url=rtp://10.99.0.2:5004

# transfer PATTERN FORMAT SIZE FRAMES KEYS_A KEYS_B SINK…: to host b, whose summary is in
# $work/receiver, whose standard output is in $work/got; that of host a, in $work/sender.
transfer() {
	local pattern=$1 format=$2 size=$3 frames=$4 keys_a=$5 keys_b=$6 receiver sender
	shift 6
	timeout 60 ip netns exec "$net_b" "$WEIR" receive \
		"$url?size=$size&format=$format&fps=$fps$keys_b" -n "$frames" -v --rt 10 "${loop[@]}" "$@" \
		>"$work/got" 2>"$work/receiver" &
	receiver=$!
	for _ in $(seq 100); do
		[ -z "$(in_b ss -Hlun 'sport = :5004')" ] || break
		sleep 0.02
	done
	# In the foreground it passes a signal on once, not once more to its group.
	timeout --foreground 60 ip netns exec "$net_a" "$WEIR" capture \
		"pattern:$pattern?size=$size&format=$format" -r $fps --json --rt 10 \
		"${loop[@]}" --to "$url?mtu=1500$keys_a" \
		>"$work/sender" 2>"$work/errors" &
	sender=$!
	wait $receiver
	status=$?
	sleep 0.2
	kill -INT "$sender" 2>/dev/null
	wait "$sender"
}

# received WORD: the number before it in what the receiver says of its frames.
received() { sed -n "s/^frames .*[ (]\([0-9]*\) $1.*/\1/p" "$work/receiver"; }

# Of each thousand frames that were sent, those that came whole.
whole() {
	local captured corrupt lost never
	captured=$(received captured) corrupt=$(received corrupt) lost=$(received 'lost by')
	never=$(sent 'run["frames"]["lost_by_device"] + s["dropped"]')
	if [ -z "$captured" ] || [ -z "$never" ]; then
		echo 0
		return
	fi
	lost=$((lost > never ? lost - never : 0))
	echo $((1000 * (captured - corrupt) / (captured + lost)))
}

# The milliseconds from a frame to the sinks of host b.
delay() { sed -n 's/^latency *\([0-9.]*\) \(ms\|µs\) median.*/\1 \2/p' "$work/receiver" |
	awk '{ print $2 == "ms" ? $1 : $1 / 1000 }'; }

# sent EXPRESSION: of the summary of host a, `s` its sink.
sent() {
	tail -n 1 "$work/sender" | python3 -c '
import json, sys
run = json.loads(sys.stdin.read())
s = run["sinks"][0]
print(eval(sys.argv[1], {"run": run, "s": s, "f": s.get("figures", {})}))' "$1"
}

is() { [ "$(sent "$1")" = True ]; }

# A busy machine stands still for longer than packets are waited for: once more, then.
tries() {
	local limit=$1
	shift
	for _ in 1 2 3; do
		"$@"
		[ "$(whole)" -lt "$limit" ] || return 0
		echo "once more: $(grep '^frames' "$work/receiver")"
	done
	return 1
}

command -v ss >/dev/null || skip "there is no ss (iproute2)"
net_open 1500 || fail "two hosts cannot be made"
net_know
net_lose a 0 2>/dev/null || net_skip "packets cannot be dropped by chance here (tc, bpf)"
net_unblock a

# ---- nothing is lost ----

transfer counter UYVY 640x480 100 '' '' --to verify?numbers=free
plain=$(delay)
transfer counter UYVY 640x480 300 "$keep" "$patience" --to verify?numbers=free
held=$(delay)
check "without loss nothing is asked for" is 'f["nacked"] == 0 and f["resent"] == 0'
check "and every frame is whole" [ "$(whole)" -ge 990 ]
echo "delay: $plain ms without, $held ms with nack=1"

# ---- one in ten is lost ----

net_lose a $loss
net_lose b $loss
transfer counter UYVY 640x480 100 '' '' --to null
echo "without nack, of 1000 frames whole: $(whole)"
check "without nack hardly a frame is whole" [ "$(whole)" -lt 100 ]

check "with nack=1 at least 999 of 1000 frames are whole" \
	tries 999 transfer counter UYVY 640x480 1000 "$keep" "$patience" --to verify?numbers=free
echo "with nack=1, of 1000 frames of 480 packets whole: $(whole)"
sed -n 's/^weir: rtp: \(.* asked for again.*\)/\1/p; /^frames\|^latency\|^verdict/p' "$work/receiver"
echo "sent again: $(sent 'round(100 * f["resent_bytes"] / s["bytes"], 1)') % of the stream"
delayed=$(delay)
echo "delay: $delayed ms"
check "it costs the same delay as without loss" \
	awk -v a="$held" -v b="$delayed" 'BEGIN { exit !(b < a + 5 && b > a - 5) }'
check "it costs little more than what was lost" is '0.1 < f["resent_bytes"] / s["bytes"] < 0.18'
check "what is asked for is still there" is 'f["resend_gone"] + f["resend_refused"] < f["resent"] / 50'
check "nothing is copied by weir" is 'run["copies"]["user_bytes"] == 0'

for way in stride gather copy; do
	"$WEIR" capture 'pattern:counter?size=320x120&format=UYVY' -r 0 -n 1000 --to - -q \
		>"$work/sent" 2>/dev/null
	tries 980 transfer counter UYVY 320x120 200 "$keep&send=$way" "$patience&lost=drop" \
		--to '-?budget=8&policy=oldest'
	read -r got missing < <(python3 "$here/frames.py" "$work/sent" "$work/got" 76800)
	echo "$way: ${got:-0} frames, $missing missing between"
	check "by $way: each byte is as it was sent" [ "${got:-0}" -ge 196 ]
done

if "$WEIR" explain pattern:mjpeg --to null >/dev/null 2>&1; then
	check "JPEG images are whole, too" \
		tries 995 transfer mjpeg MJPEG 640x480 300 "$keep" "$patience" --to null
	check "packets were sent again for that" is 'f["resent"] > 50'
fi
# ---- with GStreamer ----

rtx='payload-type-map=application/x-rtp-pt-map,96=(uint)97'

# Its session keeps to the bandwidth that AVPF allows RTCP, so that it asks for some of what is missing.
gstreamer_receives() {
	local caps="application/x-rtp,media=video,clock-rate=90000,encoding-name=RAW,payload=96"
	caps+=",sampling=(string)YCbCr-4:2:2,depth=(string)8,width=(string)320,height=(string)120"
	timeout 20 ip netns exec "$net_b" gst-launch-1.0 -q rtpsession name=s rtp-profile=avpf \
		udpsrc address=10.99.0.2 port=5004 buffer-size=4000000 caps="$caps" ! s.recv_rtp_sink \
		s.recv_rtp_src ! rtprtxreceive "$rtx" ! rtpssrcdemux name=d \
		d.src_7 ! rtpjitterbuffer do-retransmission="$1" latency=300 ! rtpvrawdepay ! \
		filesink buffer-mode=unbuffered location="$work/got" \
		udpsrc address=10.99.0.2 port=5005 ! s.recv_rtcp_sink \
		s.send_rtcp_src ! udpsink host=10.99.0.1 port=6005 sync=false async=false \
		>"$work/receiver" 2>&1 &
	local receiver=$!
	sleep 1
	timeout 30 ip netns exec "$net_a" "$WEIR" capture 'pattern:counter?size=320x120&format=UYVY' \
		-r 30 -n 150 --json --rt 10 "${loop[@]}" \
		--to "$url?mtu=1000&nack=1&keep=16&rtcp=6005&ssrc=7" >"$work/sender" 2>"$work/errors"
	sleep 0.6
	kill "$receiver" 2>/dev/null
	wait "$receiver"
	python3 - "$work/sent" "$work/got" 76800 <<'END'
import sys
size = int(sys.argv[3])
def frames(path):
    data = open(path, "rb").read()
    return [data[i:i + size] for i in range(0, len(data) - size + 1, size)]
sent = set(frames(sys.argv[1]))
print(sum(frame in sent for frame in frames(sys.argv[2])))
END
}

gstreamer_sends() {
	timeout 30 ip netns exec "$net_b" "$WEIR" receive \
		"$url?size=320x120&format=UYVY&fps=30$patience&rtcp=6005" -n 150 -v --rt 10 "${loop[@]}" \
		--to null >/dev/null 2>"$work/receiver" &
	local receiver=$! sender
	sleep 0.5
	timeout 20 ip netns exec "$net_a" gst-launch-1.0 -q rtpsession name=s rtp-profile=avpf \
		videotestsrc is-live=true ! \
		video/x-raw,format=UYVY,width=320,height=120,framerate=30/1 ! rtpvrawpay mtu=1000 ! \
		rtprtxsend "$rtx" max-size-packets=2000 ! s.send_rtp_sink \
		s.send_rtp_src ! udpsink host=10.99.0.2 port=5004 sync=false \
		udpsrc port=6005 ! s.recv_rtcp_sink \
		s.send_rtcp_src ! udpsink host=10.99.0.2 port=5005 sync=false async=false \
		>"$work/errors" 2>&1 &
	sender=$!
	wait "$receiver"
	kill "$sender" 2>/dev/null
	wait "$sender"
	received captured
}

if gst-inspect-1.0 rtprtxreceive >/dev/null 2>&1; then
	without=$(gstreamer_receives false)
	with=$(gstreamer_receives true)
	echo "GStreamer receives $with of 150 frames whole, $without if it does not ask"
	check "GStreamer asks, and takes what comes" [ "$with" -gt $((without + 30)) ]
	captured=$(gstreamer_sends) corrupt=$(received corrupt)
	echo "of GStreamer's frames $((captured - corrupt)) of $captured are whole"
	check "GStreamer is asked, and answers" [ $((captured - corrupt)) -ge 135 ]
fi
net_unblock a
net_unblock b

# ---- without a copy ----

# Where host b drops all that arrives, nobody has to copy it; but it can ask.
in_a "$WEIR" explain pattern:bars "${loop[@]}" --to $url >"$work/plan" 2>&1
if has plan 'loop      uring'; then
	net_open 9000
	net_know
	net_block b
	timeout 20 ip netns exec "$net_a" "$WEIR" capture \
		'pattern:counter?size=1920x1080&format=UYVY' -r 30 -n 60 --require-zero-copy --json \
		--to "$url?mtu=9000&nack=1&rtcp=6005&ssrc=7" >"$work/sender" 2>"$work/errors" &
	sender=$!
	sleep 0.5
	timeout 2 ip netns exec "$net_b" python3 - <<'END'
import random, socket, struct, time
asker = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
for _ in range(20):
    for start in range(0, 65536, 5100):
        entries = b"".join(struct.pack(">HH", (n + random.randrange(17)) & 0xffff, 0)
                           for n in range(start, start + 5100, 17))
        asker.sendto(struct.pack(">BBHIBBHII", 0x80, 201, 1, 1, 0x81, 205,
                                 2 + len(entries) // 4, 1, 7) + entries, ("10.99.0.1", 6005))
    time.sleep(0.05)
END
	wait $sender
	check "with nack=1 zero copy can be required" [ $? -eq 0 ]
	check "packets are sent again" is 'f["resent"] > 500'
	check "and neither they nor others are copied" is 's["kernel_copied_sends"] == 0'
	echo "of $(sent 's["zero_copy_sends"]') sends, all without a copy;" \
		"$(sent 'int(f["resent"])') packets were sent again"
fi
finish
