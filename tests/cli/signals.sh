#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The weir authors
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The first SIGINT or SIGTERM ends a run in order, the second at once; a reader that leaves ends it
# quietly.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"

# until_true SECONDS COMMAND…
until_true() {
	local tries=$(($1 * 20))
	shift
	until "$@"; do
		tries=$((tries - 1))
		[ "$tries" -gt 0 ] || return 1
		sleep 0.05
	done
}

# start ARGUMENT…: in the background, with -v to see on stderr when frames flow.
start() {
	"$WEIR" "$@" >"$work/out" 2>"$work/err" </dev/null &
	pid=$!
}

ended() {
	wait "$pid"
	status=$?
}

# The handler is there before anything of the run is.
catches() { [ $((0x$(awk '/^SigCgt/ { print $2 }' "/proc/$pid/status") & 2)) -ne 0 ]; }

# A reader that never reads blocks the run in write(): only a second signal gets out of that.
second_signals() {
	local reader signal
	mkfifo "$work/fifo"
	sleep 60 <"$work/fifo" &
	reader=$!
	for signal in INT:130 TERM:143; do
		"$WEIR" capture 'pattern:bars?fps=0&size=64x64' "${loop[@]}" --json --frames \
			>"$work/fifo" 2>"$work/err" </dev/null &
		pid=$!
		check "${signal%:*}: is waited for" until_true 10 catches
		sleep 1
		kill "-${signal%:*}" "$pid"
		sleep 0.3
		check "${signal%:*}: the first one ends nothing that is blocked" kill -0 "$pid"
		kill "-${signal%:*}" "$pid" 2>/dev/null
		ended
		check "${signal%:*}: the second one ends with ${signal#*:}, not $status" \
			exits "${signal#*:}"
	done
	kill "$reader"
	wait "$reader" 2>/dev/null
}

for signal in INT TERM; do
	start capture 'pattern:bars?fps=50&size=320x240' "${loop[@]}" --to null
	check "$signal: is waited for" until_true 10 catches
	sleep 0.3
	kill -$signal "$pid"
	ended
	check "$signal: ends with 0, not $status" exits 0
	check "$signal: the summary is printed" has err 'frames '
	check "$signal: it counts the sink's frames" has err 'delivered'
done

if has_json; then
	start capture 'pattern:bars?fps=50&size=320x240' "${loop[@]}" --json
	check "a run starts" until_true 10 has out '"started"'
	kill -INT "$pid"
	ended
	check "INT with --json: ends with 0, not $status" exits 0
	check "INT with --json: the summary is last" grep -q '"type":"summary"' <(tail -n 1 "$work/out")

	# The thread sanitizer holds handlers back while libc itself waits.
	grep -q __tsan_init "$WEIR" || second_signals

	"$WEIR" capture 'pattern:bars?fps=0&size=64x64' "${loop[@]}" --json --frames \
		2>"$work/err" | head -n 1 >"$work/out"
	status=${PIPESTATUS[0]}
	check "EPIPE with --json ends with 0, not $status" exits 0
	check "EPIPE with --json is no message: $(cat "$work/err")" empty err
	check "EPIPE with --json: the first line is whole" has out '"type":"plan"'
fi

"$WEIR" capture 'pattern:bars?fps=0' "${loop[@]}" --to - -q 2>"$work/err" | head -c 1000 >"$work/out"
status=${PIPESTATUS[0]}
check "EPIPE with --to - ends with 0, not $status" exits 0
check "EPIPE with --to - is no message: $(cat "$work/err")" empty err

"$WEIR" capture --help 2>"$work/err" | true
status=${PIPESTATUS[0]}
check "EPIPE with --help ends with 0, not $status" exits 0
check "EPIPE with --help is no message" empty err

finish
