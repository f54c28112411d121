# SPDX-FileCopyrightText: 2026 The weir authors
# SPDX-License-Identifier: LGPL-2.1-or-later
# Shows what it costs to send 1080p UYVY over the network, against a memcpy, GStreamer and FFmpeg
# shellcheck shell=bash
# Sourced by tests/bench/run, which sets these.
: "${weir:?}" "${runs:?}" "${root:?}"

# Two hosts, the second of which drops what arrives before anything is copied: what remains is the
# sender's work. CPU is user and system time of the whole process, less that of the same process
# with as good as no frames, whoever it is of.
# shellcheck source=tests/net/lib.sh
source "$root/tests/net/lib.sh"
frames=${FRAMES:-200}
figures=$(mktemp -d)
trap 'net_close; rm -rf "$figures"' EXIT

cc -O2 "$root/tests/bench/bare.c" -lyuv -ljpeg -o "$figures/bare"

net_enter net
net_open 9000
# Nobody asks for the address, for the answer would be dropped as well.
ip -n "$net_a" neighbour replace 10.99.0.2 dev cable \
	lladdr "$(in_b cat /sys/class/net/cable/address)"
net_block b

memcpy_us() {
	head -c $((1920 * 1080 * 2)) /dev/zero | "$figures/bare" UYVY-copy 1920 1080 "$frames"
}

weir_cpu() {
	cpu_seconds ip netns exec "$net_a" "$weir" capture \
		'pattern:black?size=1920x1080&format=UYVY&fps=0' -n "$1" -q --to "$2"
}

gst_cpu() {
	cpu_seconds ip netns exec "$net_a" gst-launch-1.0 -q videotestsrc pattern=black \
		num-buffers=1 ! video/x-raw,format=UYVY,width=1920,height=1080,framerate=60/1 ! \
		imagefreeze num-buffers="$1" ! rtpvrawpay mtu="$2" ! \
		udpsink host=10.99.0.2 port=5004 sync=false
}

ffmpeg_cpu() {
	cpu_seconds ip netns exec "$net_a" ffmpeg -nostdin -f rawvideo -pix_fmt uyvy422 -s 1920x1080 \
		-r 60 -stream_loop $(($1 - 1)) -i "$figures/frame" -c copy -f rtp \
		"rtp://10.99.0.2:5004?pkt_size=1472"
}

note() { "${@:2}" >>"$figures/$1" || echo "bench: $1 failed" >&2; }

head -c $((1920 * 1080 * 2)) /dev/zero >"$figures/frame"
for ((run = 0; run < runs; run++)); do
	note memcpy memcpy_us
	note 'weir, stride, MTU 9000' us_a_frame $((20 * frames)) weir_cpu 'rtp://10.99.0.2:5004?pace=off'
	note 'weir, gather, MTU 9000' us_a_frame $((20 * frames)) weir_cpu 'rtp://10.99.0.2:5004?pace=off&send=gather'
	note 'weir, copy, MTU 9000' us_a_frame $((20 * frames)) weir_cpu 'rtp://10.99.0.2:5004?pace=off&send=copy'
	note 'weir, MTU 1500' us_a_frame $((20 * frames)) weir_cpu 'rtp://10.99.0.2:5004?pace=off&mtu=1500'
	! type -P gst-launch-1.0 >/dev/null || {
		note 'GStreamer, MTU 9000' us_a_frame "$frames" gst_cpu 8972
		note 'GStreamer, MTU 1500' us_a_frame "$frames" gst_cpu 1472
	}
	! type -P ffmpeg >/dev/null || note 'FFmpeg, MTU 1500' us_a_frame "$frames" ffmpeg_cpu
done

copy=$(median <"$figures/memcpy")
printf '%-24s %10s %10s   CPU of a frame, median of %s\n' '' us 'x memcpy' "$runs"
for name in memcpy 'weir, stride, MTU 9000' 'weir, gather, MTU 9000' 'weir, copy, MTU 9000' \
	'GStreamer, MTU 9000' 'weir, MTU 1500' 'GStreamer, MTU 1500' 'FFmpeg, MTU 1500'; do
	[[ -s $figures/$name ]] || continue
	value=$(median <"$figures/$name")
	printf '%-24s %10s %10s\n' "$name" "$value" \
		"$(awk -v a="$value" -v b="$copy" 'BEGIN { printf "%.2f", a / b }')"
done
echo
echo "One stream at 60 fps: what of it went without a copy, and when its first packets leave"
ip netns exec "$net_a" "$weir" capture 'pattern:black?size=1920x1080&format=UYVY&fps=60' -t 5 \
	--to 'rtp://10.99.0.2:5004?pace=off' 2>&1 | grep -E '^(frames|verdict|copies)'
net_close
rm -rf "$figures"
trap - EXIT
