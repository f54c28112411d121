# SPDX-FileCopyrightText: 2026 The weir authors
# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
#
# What the tests of the program share. WEIR is the program's path.

set -u
: "${WEIR:?is the path of the program under test}"
[ -x "$WEIR" ] || {
	echo "$WEIR is not there: nothing to test" >&2
	exit 1
}
unset WEIR_LOG NO_COLOR
work=$(mktemp -d)
# A subshell that a signal ends runs this too.
trap '[ "$BASHPID" != $$ ] || rm -rf "$work"' EXIT
failures=0
checks=0
# shellcheck disable=SC2034 # read by the tests
loop=(--loop "${WEIR_TEST_LOOP:-auto}")

fail() {
	echo "FAILED: $*" >&2
	failures=$((failures + 1))
}

# check WHAT TEST…: TEST is a command that succeeds.
check() {
	local what=$1
	shift
	checks=$((checks + 1))
	"$@" || fail "$what"
}

# run ARGUMENT…: sets status, and leaves what was printed in $work/out and $work/err.
run() {
	timeout 30 "$WEIR" "$@" >"$work/out" 2>"$work/err" </dev/null
	status=$?
}

exits() { [ "$status" -eq "$1" ]; }
empty() { [ ! -s "$work/$1" ]; }
lines() { [ "$(wc -l <"$work/$1")" -eq "$2" ]; }
has() { grep -qF -e "$2" "$work/$1"; }
has_not() { ! has "$@"; }
has_json() { ! "$WEIR" list --json 2>&1 >/dev/null | grep -q 'without json-c'; }

# Ends the test: every file's last line.
finish() {
	echo "$checks checks, $failures failed"
	[ "$failures" -eq 0 ] && [ "$checks" -gt 0 ]
	exit
}

skip() {
	echo "skipped: $*"
	exit 77
}
