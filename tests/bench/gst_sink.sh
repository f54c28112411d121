# SPDX-FileCopyrightText: 2026 The weir authors
# SPDX-License-Identifier: LGPL-2.1-or-later
# Shows what it costs to send 1080p UYVY from a GStreamer pipeline, weirsink against rtpvrawpay ! udpsink
# shellcheck shell=bash
# Sourced by tests/bench/run, which sets these.
: "${build:?}" "${runs:?}" "${root:?}"

# The two hosts of net.sh. What the source costs is taken off: that of the same pipeline into
# fakesink. weirsink's draws into more buffers than one, which is its own doing and is not taken
# off; "weirsink null" shows how much that is.
# shellcheck source=tests/net/lib.sh
source "$root/tests/net/lib.sh"
frames=${FRAMES:-600}
figures=$(mktemp -d)
trap 'net_close; rm -rf "$figures"' EXIT

net_enter gst_sink
net_open 9000
ip -n "$net_a" neighbour replace 10.99.0.2 dev cable \
	lladdr "$(in_b cat /sys/class/net/cable/address)"
net_block b

size=width=1920,height=1080,framerate=60/1
declare -A sources=(
	[videotestsrc]="videotestsrc pattern=black ! video/x-raw,format=UYVY,$size"
	[weirsrc]="weirsrc uri=pattern:black?size=1920x1080&format=UYVY&fps=0 ! video/x-raw,format=UYVY"
)
rtp='weirsink max-lateness=-1 uri=rtp://10.99.0.2:5004?pace=off'
declare -A sinks=(
	[fakesink]="fakesink"
	['weirsink null']="weirsink max-lateness=-1 uri=null"
	['weirsink rtp']=$rtp
	['rtpvrawpay ! udpsink']="rtpvrawpay mtu=8972 ! udpsink host=10.99.0.2 port=5004"
)
order=(fakesink 'weirsink null' 'weirsink rtp' 'rtpvrawpay ! udpsink')

# gst_cpu FRAMES SOURCE SINK SYNC: FRAMES of each, as with every figure of such a function.
gst_cpu() {
	local words=${sources[$2]/ ! / num-buffers=$1 ! }
	# shellcheck disable=SC2086 # words of a pipeline
	GST_PLUGIN_PATH=$build/plugins/gst cpu_seconds ip netns exec "$net_a" \
		gst-launch-1.0 -q $words ! ${sinks[$3]} sync="$4"
}

# table SOURCE SYNC FRAMES
table() {
	local base theirs value name
	for ((run = 0; run < runs; run++)); do
		for name in "${order[@]}"; do
			us_a_frame "$3" gst_cpu "$1" "$name" "$2" >>"$figures/$1 $2 $name"
		done
	done
	base=$(median <"$figures/$1 $2 fakesink")
	theirs=$(median <"$figures/$1 $2 rtpvrawpay ! udpsink")
	printf '%-32s %10s %10s %10s   CPU of a frame, median of %s, sync=%s\n' "$1 !" us net \
		'of theirs' "$runs" "$2"
	for name in "${order[@]}"; do
		value=$(median <"$figures/$1 $2 $name")
		awk -v name="$name" -v v="$value" -v base="$base" -v theirs="$theirs" 'BEGIN {
			printf "%-32s %10.0f %10.0f %10s\n", name, v, v - base,
				(v - base > 0 ? sprintf("1/%.1f", (theirs - base) / (v - base)) : "-") }'
	done
	echo
}

table videotestsrc false "$frames"
table weirsrc false "$frames"
table videotestsrc true 180
echo "What of it went without a copy"
# shellcheck disable=SC2086 # words of a pipeline
in_a env GST_PLUGIN_PATH="$build/plugins/gst" gst-launch-1.0 -v videotestsrc num-buffers=300 ! \
	video/x-raw,format=UYVY,"$size" ! $rtp copy-policy=never 2>&1 |
	grep -oE '(plan = .*|sink rtp.*|(user-copied-bytes|delivered|[a-z-]*-sends)=\(guint64\)[0-9]*)'
net_close
rm -rf "$figures"
trap - EXIT
