#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The weir authors
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Uncompressed video in RTP between two hosts: every form that there is on the wire, masked pictures,
# one stream to several receivers, groups, and IPv6; weir at both ends, or GStreamer at one.

here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/net/lib.sh
source "$here/lib.sh"
net_enter "$@"
# shellcheck source=tests/cli/lib.sh
source "$here/../cli/lib.sh"
trap '[ "$BASHPID" != $$ ] || { kill $(jobs -p) 2>/dev/null; net_close; rm -rf "$work"; }' EXIT
has_json || skip "this build has no JSON, which this test reads"

# weir_on_b NAME URI OPTION…: receives in the background; frames go to $work/NAME, the summary to
# $work/NAME.out.
weir_on_b() {
	local name=$1
	shift
	(on_b timeout 30 "$WEIR" receive "$@" "${loop[@]}" --json >"$work/$name.out" \
		2>"$work/$name.err" </dev/null) &
	receivers+=($!)
}

frames_on_b() {
	(on_b timeout 30 "$WEIR" receive "$2" "${@:3}" "${loop[@]}" -q --to - >"$work/$1" \
		2>"$work/$1.err" </dev/null) &
	receivers+=($!)
}

await() {
	for _ in $(seq 100); do
		[ "$(in_b ss -Hlun "sport = :$1" | wc -l)" -lt "${2:-1}" ] || return
		sleep 0.05
	done
	fail "nobody listens at $1: $(cat "$work"/*.err)"
}

await_receivers() {
	wait "${receivers[@]}"
	receivers=()
}

# whole NAME BYTES LEAST: frames of $work/sent, in order, and enough of them.
whole() {
	truncate -s $(($(stat -c %s "$work/$1") / $2 * $2)) "$work/$1"
	[ "$(python3 "$here/frames.py" "$work/sent" "$work/$1" "$2" | cut -d ' ' -f 1)" -ge "$3" ]
}

received() {
	[ "$(tail -n 1 "$work/$1.out" | python3 -c '
import json, sys
frames = json.loads(sys.stdin.read())["frames"]
print(frames["captured"] - frames["corrupt"])')" -ge "$2" ]
}

draw() { "$WEIR" capture "$@" -r 0 -n 200 --to - -q >"$work/sent" 2>/dev/null; }

receivers=()
command -v ss >/dev/null || skip "there is no ss (iproute2)"
net_open 9000 || fail "two hosts cannot be made"
uyvy='pattern:counter?size=320x64&format=UYVY'

# ---- every form of the wire ----

for format in UYVY UYVP RGB24 BGR24 AB24 AR24; do
	case $format in
	UYVY) from=("$uyvy") bytes=40960 ;;
	UYVP) from=("$uyvy" --stage convert=UYVP) bytes=51200 ;;
	A*) from=('pattern:counter?size=320x64&format=XR24' --stage "convert=$format") bytes=81920 ;;
	*) from=('pattern:counter?size=320x64&format=XR24' --stage "convert=$format") bytes=61440 ;;
	esac
	draw "${from[@]}"
	[ -s "$work/sent" ] || { echo "not checked: $format cannot be made here"; continue; }
	for mtu in 1500 576; do
		weir_on_a "${from[@]}" -n 1 --to "rtp://10.99.0.2:5004?mtu=$mtu&sdp=$work/sdp"
		frames_on_b got "rtp://10.99.0.2:5004?sdp=$work/sdp" -n 30
		await 5004
		weir_on_a "${from[@]}" -r 50 -n 60 --to "rtp://10.99.0.2:5004?mtu=$mtu"
		await_receivers
		check "$format in packets of $mtu arrives as it was" whole got $bytes 30
	done
done

if type -P gst-launch-1.0 >/dev/null; then
	caps="application/x-rtp,media=video,clock-rate=90000,encoding-name=RAW,payload=96"
	caps+=",sampling=(string)YCbCr-4:2:2,depth=(string)10,width=(string)320,height=(string)64"
	draw "$uyvy" --stage convert=UYVP
	(on_b timeout 20 gst-launch-1.0 -q udpsrc address=10.99.0.2 port=5004 buffer-size=4000000 \
		caps="$caps" ! rtpvrawdepay ! video/x-raw,format=UYVP ! \
		filesink buffer-mode=unbuffered location="$work/got" >"$work/gst.err" 2>&1) &
	receiver=$!
	await 5004
	weir_on_a "$uyvy" --stage convert=UYVP -r 100 -n 60 --to rtp://10.99.0.2:5004
	sleep 0.5
	kill "$receiver"
	wait "$receiver" 2>/dev/null
	check "GStreamer gets ten bits" whole got 51200 50

	in_a gst-launch-1.0 -q videotestsrc num-buffers=1 ! \
		video/x-raw,format=UYVP,width=320,height=64 ! filesink location="$work/sent"
	frames_on_b got 'rtp://10.99.0.2:5004?size=320x64&format=UYVP' -n 10
	await 5004
	in_a gst-launch-1.0 -q videotestsrc num-buffers=1 ! \
		video/x-raw,format=UYVP,width=320,height=64,framerate=30/1 ! \
		imagefreeze num-buffers=30 is-live=true ! rtpvrawpay mtu=1400 ! \
		udpsink host=10.99.0.2 port=5004
	await_receivers
	for _ in $(seq 10); do cat "$work/sent"; done >"$work/ten"
	check "and weir gets GStreamer's" cmp "$work/ten" "$work/got"

	# Some sixty lines in each.
	in_a gst-launch-1.0 -q videotestsrc num-buffers=1 ! \
		video/x-raw,format=UYVY,width=64,height=48 ! filesink location="$work/sent"
	frames_on_b got 'rtp://10.99.0.2:5004?size=64x48&format=UYVY' -n 10
	await 5004
	in_a gst-launch-1.0 -q videotestsrc num-buffers=1 ! \
		video/x-raw,format=UYVY,width=64,height=48,framerate=30/1 ! \
		imagefreeze num-buffers=30 is-live=true ! rtpvrawpay mtu=8900 ! \
		udpsink host=10.99.0.2 port=5004
	await_receivers
	for _ in $(seq 10); do cat "$work/sent"; done >"$work/ten"
	check "packets of many short lines are read" cmp "$work/ten" "$work/got"
fi

# ---- masked ----

"$WEIR" capture "$uyvy" -r 0 -n 200 --to '-?mask=64x32+20+8' -q >"$work/sent" 2>/dev/null
for way in stride gather copy pack; do
	frames_on_b got 'rtp://10.99.0.2:5004?size=320x64&format=UYVY' -n 30
	await 5004
	weir_on_a "$uyvy" -r 100 -n 60 --to "rtp://10.99.0.2:5004?send=$way&mask=64x32+20+8"
	await_receivers
	check "a masked picture by $way" whole got 40960 30
done

# ---- one stream to several receivers ----

draw "$uyvy"
frames_on_b got 'rtp://10.99.0.2:5004?size=320x64&format=UYVY' -n 30
frames_on_b got6 'rtp://[fd99::2]:6004?size=320x64&format=UYVY' -n 30
await 5004
await 6004
weir_on_a "$uyvy" -r 100 -n 60 --to 'rtp://10.99.0.2:5004?send=stride&mtu=1480' \
	--to 'rtp://[fd99::2]:6004?send=stride&mtu=1480'
await_receivers
check "the first of two receivers gets all" whole got 40960 30
check "and the second, over IPv6" whole got6 40960 30

# What is shared are headers, which number their stream once for both.
in_b python3 - 7004 7006 >"$work/heard" 2>&1 <<'END' &
import select, socket, sys
sockets = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in sys.argv[1:]]
heard = [[] for _ in sockets]
for s, port in zip(sockets, sys.argv[1:]):
    s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
    s.bind(("10.99.0.2", int(port)))
while select.select(sockets, [], [], 3)[0]:
    for s, packets in zip(sockets, heard):
        while select.select([s], [], [], 0)[0]:
            packets.append(s.recv(2048)[:20])
print("same" if heard[0] and heard[0] == heard[1] else "%d, %d" % tuple(map(len, heard)))
END
await 7004
await 7006
weir_on_a "$uyvy" -r 20 -n 5 --to 'rtp://10.99.0.2:7004?send=stride' \
	--to 'rtp://10.99.0.2:7006?send=stride'
wait
check "both get the same packets" has heard same

# ---- groups ----

# A group for one host; who asks for another sender's gets nothing.
counter='pattern:counter?size=320x240&format=UYVY'
size='size=320x240&format=UYVY'
for group in 239.99.0.1 ff15::99; do
	host=$group from=10.99.0.1 stranger=10.99.0.77
	[ "${group#*:}" = "$group" ] || host="[$group]" from=fd99::1 stranger=fd99::77
	weir_on_b any "rtp://$host:5004?$size&iface=cable" -n 30 --to verify
	weir_on_b one "rtp://$host:5004?$size&iface=cable&from=$from" -n 30 --to verify
	weir_on_b other "rtp://$host:5004?$size&iface=cable&from=$stranger" -t 5 --to verify
	await 5004 3
	weir_on_a "$counter" -r 30 -n 90 --to "rtp://$host:5004?iface=cable&mtu=1500"
	check "$group: the sender ends well" exits 0
	await_receivers
	check "$group: who joins gets the stream" received any 30
	check "$group: who names its sender as well" received one 30
	check "$group: who names another gets nothing" received other 0
	check "$group: not a frame" grep -q '"captured":0' "$work/other.out"
done

finish
