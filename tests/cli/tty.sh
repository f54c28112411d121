#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The weir authors
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The live status is one line that rewrites itself, fits the terminal, and is on terminals only.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"
command -v python3 >/dev/null || skip "no python3"

# on_terminal COLUMNS ARGUMENT…: stderr is a terminal that wide, stdout is not.
on_terminal() {
	timeout 30 python3 "$(dirname "$0")/tty_run.py" "$1" "$work/out" "$WEIR" "${@:2}" >"$work/err"
	status=$?
}

# Between two returns there is never more than the terminal is wide.
fits() { ! tr '\r' '\n' <"$work/err" | head -n "$2" | grep -qE ".{$1}"; }
returns() { tr -cd '\r' <"$work/err" | wc -c; }

source='pattern:bars?size=64x64&fps=50'

on_terminal 100 capture "$source" "${loop[@]}" -t 1
check "a run ends with 0, not $status" exits 0
check "the status is live" test "$(returns)" -ge 4
check "about five times a second" test "$(returns)" -le 30
check "it counts frames" has err ' fps '
check "the summary follows" has err 'captured in'

on_terminal 30 capture "$source" "${loop[@]}" -t 1
check "the status fits a narrow terminal" fits 30 4

on_terminal 100 capture "$source" "${loop[@]}" -t 0.5 -q
check "-q has no status" empty err

timeout 30 python3 "$(dirname "$0")/tty_run.py" 100 - "$WEIR" capture "$source" --to - -n 1 >"$work/err"
status=$?
check "frames to a terminal are refused with 2, not $status" exits 2
check "with the remedy: $(cat "$work/err")" has err 'redirect it'

on_terminal 100 capture pattern:brs
check "errors are coloured" has err $'\e[31m'
NO_COLOR=1 on_terminal 100 capture pattern:brs
check "NO_COLOR is respected" has_not err $'\e'
TERM=dumb on_terminal 100 capture pattern:brs
check "a dumb terminal gets no colours" has_not err $'\e'

if has_json; then
	on_terminal 100 capture "$source" "${loop[@]}" -t 0.6 --json
	check "the status is live beside JSON" has err ' fps '
	check "JSON has stdout for itself" test "$(grep -cv '^{.*}$' "$work/out")" -eq 0
fi

finish
