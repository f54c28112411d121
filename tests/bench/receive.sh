# SPDX-FileCopyrightText: 2026 The weir authors
# SPDX-License-Identifier: LGPL-2.1-or-later
# Shows what receiving 1080p60 in RTP costs a frame over a veth pair, against GStreamer
# shellcheck shell=bash
# Sourced by tests/bench/run, which sets these.
: "${weir:?}" "${runs:?}" "${here:?}"

[[ $(id -u) -eq 0 ]] || { echo "bench: network namespaces need root" >&2; exit 1; }

frames=${FRAMES:-300}
size=1920x1080
scratch=$(mktemp -d)
tx=weir-bench-tx-$$ rx=weir-bench-rx-$$
sender=

# Nothing outlives the comparison.
leave() {
	[[ -z $sender ]] || kill "$sender" 2>/dev/null || true
	ip netns del "$tx" 2>/dev/null || true
	ip netns del "$rx" 2>/dev/null || true
	rm -rf "$scratch"
}
trap leave EXIT

ip netns add "$tx"
ip netns add "$rx"
ip -n "$tx" link add name eth0 mtu 9000 type veth peer name eth0 mtu 9000 netns "$rx"
ip -n "$tx" addr add 10.77.0.1/24 dev eth0
ip -n "$rx" addr add 10.77.0.2/24 dev eth0
ip -n "$tx" link set eth0 up
ip -n "$rx" link set eth0 up

caps="application/x-rtp,media=video,clock-rate=90000,encoding-name=RAW,sampling=YCbCr-4:2:2"
caps+=",depth=(string)8,width=(string)${size%x*},height=(string)${size#*x},payload=96"

weir_sends() {
	exec ip netns exec "$tx" "$weir" capture "pattern:counter?size=$size&fps=60&format=UYVY" -q \
		--to "rtp://10.77.0.2:5004?mtu=$1"
}

gst_sends() {
	exec ip netns exec "$tx" gst-launch-1.0 -q videotestsrc pattern=black is-live=true ! \
		"video/x-raw,format=UYVY,width=${size%x*},height=${size#*x},framerate=60/1" ! queue ! \
		rtpvrawpay mtu=$(($1 - 28)) ! udpsink host=10.77.0.2 port=5004 sync=false
}

# CPU seconds for so many frames.
weir_receives() {
	cpu_seconds ip netns exec "$rx" "$weir" receive \
		"rtp://0.0.0.0:5004?size=$size&format=UYVY&fps=60" -n "$1" -q
}

gst_receives() {
	cpu_seconds ip netns exec "$rx" gst-launch-1.0 -q udpsrc port=5004 buffer-size=33554432 \
		caps="$caps" ! rtpvrawdepay ! fakesink num-buffers="$1" sync=false
}

# Microseconds a frame without what starting costs.
per_frame() {
	awk -v all="$("$1" "$frames")" -v one="$("$1" 1)" -v n="$frames" \
		'BEGIN { printf "%.0f\n", (all - one) * 1e6 / (n - 1) }'
}

lost() {
	ip netns exec "$rx" "$weir" receive "rtp://0.0.0.0:5004?size=$size&format=UYVY&fps=60" \
		-n "$frames" -q --json | python3 -c '
import json, sys
frames = json.loads(sys.stdin.readlines()[-1])["frames"]
print("%d lost, %d corrupt" % (frames["lost_by_device"], frames["corrupt"]))'
}

# compare SENDER MTU
compare() {
	"$1_sends" "$2" >/dev/null 2>"$scratch/errors" &
	sender=$!
	sleep 1
	kill -0 "$sender" 2>/dev/null || {
		echo "$1 at $2: $(head -n 1 "$scratch/errors")"
		return
	}
	rm -f "$scratch/weir" "$scratch/gst"
	for ((run = 0; run < runs; run++)); do
		per_frame weir_receives >>"$scratch/weir"
		per_frame gst_receives >>"$scratch/gst"
	done
	printf '%-8s %6d %10.0f %10.0f %8.3f   %s\n' "$1" "$2" "$(median <"$scratch/weir")" \
		"$(median <"$scratch/gst")" \
		"$(paste <(median <"$scratch/weir") <(median <"$scratch/gst") | awk '{ print $1 / $2 }')" \
		"$(lost)"
	kill "$sender"
	wait "$sender" 2>/dev/null || true
	sender=
}

printf '%-8s %6s %10s %10s %8s   us of CPU a frame of %s, median of %s\n' sender MTU weir gstreamer \
	ratio "$size" "$runs"
for mtu in 1500 9000; do
	compare weir $mtu
	compare gst $mtu
done
leave
trap - EXIT
