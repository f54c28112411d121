#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The weir authors
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Frames over TCP between two hosts: whole, in order, to fast, slow and dead receivers.

here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/net/lib.sh
source "$here/lib.sh"
net_enter "$@"
# shellcheck source=tests/cli/lib.sh
source "$here/../cli/lib.sh"
trap '[ "$BASHPID" != $$ ] || { kill $(jobs -p) 2>/dev/null; net_close; rm -rf "$work"; }' EXIT
has_json || skip "this build has no JSON, which this test reads"

bytes=153600 # of a frame of 320x240
counter='pattern:counter?size=320x240&format=UYVY'

net_options=-q # its lines are counted

peer() { python3 "$here/peer.py" "$@"; }

# On host b, in the background: what it prints goes to $work/NAME. What one before it printed must
# be gone by then: on a busy machine it would pass for this one's.
peer_on_b() {
	local name=$1
	shift
	rm -f "$work/$name" "$work/got"
	in_b python3 "$here/peer.py" "$@" >"$work/$name" 2>&1 &
	[ "$1" != listen ] || wait_for "$name" ready
}

wait_for() {
	for _ in $(seq 200); do
		grep -q "$2" "$work/$1" 2>/dev/null && return
		sleep 0.05
	done
	fail "$2 does not appear in $1"
}

is() { [ "$(sink "$1")" "$2" "$3" ]; }
arrived() { grep -qx "$2" "$work/$1"; }

# frames SENT GOT: sets got and missing.
frames() {
	read -r got missing < <(python3 "$here/frames.py" "$work/$1" "$work/$2" "${3:-$bytes}") || {
		fail "$2 is not made of frames of $1"
		got=0 missing=-1
	}
}

net_open || fail "two hosts cannot be made"
"$WEIR" capture "$counter" -r 0 -n 300 --to - -q >"$work/sent" 2>/dev/null

# ---- to one receiver ----

for address in 10.99.0.2 fd99::2; do
	host=$address
	[ "${address#*:}" = "$address" ] || host="[$address]"
	peer_on_b peer listen "$address" 5000 --out "$work/got"
	weir_on_a "$counter" -r 0 -n 300 --to "tcp://$host:5000"
	wait
	check "$host: the run ends well" exits 0
	check "$host: every byte arrives" cmp -s "$work/sent" "$work/got"
	check "$host: all is delivered" is delivered -eq 300
	check "$host: each frame is one send" \
		[ "$(($(sink zero_copy_sends) + $(sink kernel_copied_sends)))" -eq 300 ]
done

peer_on_b peer listen 10.99.0.2 5000 --out "$work/got"
weir_on_a "$counter" -r 0 -n 100 --loop epoll --to tcp://10.99.0.2:5000
wait
check "by epoll the same bytes arrive" cmp -s -n $((100 * bytes)) "$work/sent" "$work/got"
check "and the kernel copies them all" is kernel_copied_sends -eq 100

# Pieces of many lines, and black ones.
"$WEIR" capture "$counter&stride=704" -r 0 -n 20 -q --to '-?mask=64x32+20+40' >"$work/masked" 2>/dev/null
peer_on_b peer listen 10.99.0.2 5000 --out "$work/got"
weir_on_a "$counter&stride=704" -r 0 -n 20 --to 'tcp://10.99.0.2:5000?mask=64x32+20+40'
wait
check "masked and padded frames arrive as on standard output" cmp "$work/masked" "$work/got"

# A receiver that reads a tenth of what comes: frames are left out, and none is torn.
peer_on_b peer listen 10.99.0.2 5000 --out "$work/got" --rate 460000 --buffer 65536
weir_on_a "$counter" -r 30 -n 60 --to tcp://10.99.0.2:5000
wait
frames sent got
check "a slow receiver misses frames" [ "$missing" -gt 0 ]
check "a slow receiver gets whole frames, but for the last" [ "$got" -gt 2 ]
check "and holds what it may" is held_max -le 2

# ---- to all that connect ----

in_a timeout 40 "$WEIR" capture "$counter" -r 30 -n 90 "${loop[@]}" --json -q \
	--to 'tcp://10.99.0.1:5001?listen=1&timeout=1' >"$work/out" 2>"$work/err" &
capture=$!
peer_on_b fast connect 10.99.0.1 5001 --out "$work/got.fast"
sleep 0.3
peer_on_b fast6 connect 10.99.0.1 5001 --out "$work/got.fast6"
peer_on_b slow connect 10.99.0.1 5001 --out "$work/got.slow" --rate 1000000 --buffer 65536
peer_on_b never connect 10.99.0.1 5001 --bytes 1000 --buffer 4096 --stay 4
wait "$capture"
wait
lost=$(tail -n 1 "$work/out" | python3 -c '
import json, sys
print(json.loads(sys.stdin.read())["frames"]["lost_by_device"])')
frames sent got.fast
check "beside slow ones a fast client misses nothing much" [ "$missing" -le $((3 + lost)) ]
check "it gets frames all the time" [ "$got" -ge 60 ]
frames sent got.fast6
check "nor does a second one" [ "$missing" -le $((3 + lost)) ]
frames sent got.slow
check "a slow client gets whole frames" [ "$got" -gt 2 ]
check "and not all" [ "$missing" -gt 0 ]
check "no more is held than may be" is held_max -le 2

check "who takes nothing is thrown out" arrived never '1000 enough'

# ---- one that is dead holds nothing for ever, and others go on ----

peer_on_b peer listen 10.99.0.2 5000 --patience 4
(sleep 1; net_block b) &
weir_on_a "$counter" -r 30 -n 150 --to 'tcp://10.99.0.2:5000?timeout=1' --to null
wait
net_unblock b
check "a lost sink shows in the exit code" exits 1
check "with a line about it" has err 'took nothing for too long'
check "and one only" lines err 1
check "the other sink gets everything" [ "$(sink delivered 1)" -eq 150 ]
check "what the dead one held has come back" is held_max -le 2
check "each frame is accounted for" [ "$(($(sink delivered) + $(sink dropped)))" -eq 150 ]

# What left, and never arrived, was not copied.
peer_on_b peer listen 10.99.0.2 5000 --patience 3
(sleep 0.5; net_block b) &
weir_on_a "$counter" -r 2 -t 3 --to 'tcp://10.99.0.2:5000?timeout=1'
wait
net_unblock b
check "sends of which nothing is delivered here are without a copy" is zero_copy_sends -gt 0
check "a dead receiver fails a run that has no other" exits 1

# ---- errors: one line each, with the remedy ----

refused() {
	local what=$1 code=$2 word=$3
	check "$what: exits with $code, not $status" exits "$code"
	check "$what: says \"$word\"" has err "$word"
	check "$what: in one line" lines err 1
}

weir_on_a "$counter" -n 5 --to tcp://10.99.0.2:5003
refused "refused" 1 'start the receiver first'
weir_on_a "$counter" -n 5 --to tcp://198.51.100.1:5003
refused "unreachable" 1 'ip route get'
weir_on_a "$counter" -n 5 --to tcp://10.99.0.77:5003?timeout=1
refused "silent" 1 'no answer'
weir_on_a "$counter" -n 5 --to tcp://no-such-host.invalid:5003
refused "unresolvable" "$status" 'no-such-host.invalid'
check "unresolvable: exits with 3 or, without a name server, 1" [ "$status" -eq 3 -o "$status" -eq 1 ]
weir_on_a "$counter" -n 5 --to 'tcp://10.99.0.9:5003?listen=1'
refused "another's address" 3 'no address of this machine'
for wrong in tcp://10.99.0.2 tcp:10.99.0.2:5000 tcp://fd99::2:5000 tcp://10.99.0.2:0 tcp://:5000 \
	tcp://10.99.0.2:70000; do
	weir_on_a "$counter" -n 5 --to "$wrong"
	refused "$wrong" 2 "${wrong##*:}"
done

weir_on_a "$counter" -n 5 --to 'tcp://10.99.0.2:5000?listen=1&reconnect=1'
refused "both ways" 2 'exclude each other'

ip netns exec "$net_a" python3 "$here/peer.py" listen 10.99.0.1 5003 >"$work/holder" &
holder=$!
wait_for holder ready
weir_on_a "$counter" -n 5 --to 'tcp://10.99.0.1:5003?listen=1'
refused "a port in use" 3 'held by python3 (pid'
kill "$holder"
wait

for how in '' --reset; do
	peer_on_b peer listen 10.99.0.2 5000 --bytes 1000000 $how
	weir_on_a "$counter" -r 60 -t 5 --to tcp://10.99.0.2:5000
	wait
	refused "a receiver that goes ${how:-in order}" 1 'closed the connection'
done

# ---- again ----

in_a timeout 40 "$WEIR" capture "$counter" -r 30 -n 120 "${loop[@]}" --json -q \
	--to 'tcp://10.99.0.2:5000?reconnect=1' >"$work/out" 2>"$work/err" &
capture=$!
sleep 0.5
peer_on_b first listen 10.99.0.2 5000 --bytes 1000000
wait_for first enough
peer_on_b second listen 10.99.0.2 5000 --bytes 1000000
wait_for second enough
wait "$capture"
check "it connects again" arrived second '1000000 enough'
check "what nobody was there for is unwanted" [ "$(sink drop_reasons.unwanted)" -gt 10 ]

# ---- players ----

# FFmpeg, listening on host b. It takes one connection, so the port is not tried but looked up.
ffmpeg_on_b() {
	in_b timeout 30 ffmpeg -v error -y "$@" </dev/null &
	for _ in $(seq 200); do
		[ -z "$(in_b ss -Hltn 'sport = :5004')" ] || return
		sleep 0.05
	done
}

if command -v ffmpeg >/dev/null; then
	ffmpeg_on_b -f rawvideo -pixel_format uyvy422 -video_size 320x240 \
		-i 'tcp://10.99.0.2:5004?listen' -f rawvideo "$work/got"
	weir_on_a "$counter" -r 0 -n 50 --to tcp://10.99.0.2:5004
	wait
	check "FFmpeg reads raw frames" cmp -s -n $((50 * bytes)) "$work/sent" "$work/got"
	ffmpeg_on_b -f mjpeg -i 'tcp://10.99.0.2:5004?listen' -f null - -progress "$work/progress"
	weir_on_a 'pattern:mjpeg?size=320x240' -r 60 -n 60 --to tcp://10.99.0.2:5004
	wait
	check "FFmpeg reads Motion-JPEG" grep -qE '^frame=60' "$work/progress"
else
	echo "not checked: there is no ffmpeg here"
fi
finish
