#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The weir authors
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Exit codes other than 0 and 2, and what is said with them.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"

run capture pattern:bars -f NV21 -n 1
check "a format that the source has not ends with 4, not $status" exits 4
check "the format is named: $(cat "$work/err")" has err NV21

if ! has_json; then
	run capture pattern:bars --json -n 1
	check "--json without json-c ends with 4, not $status" exits 4
	check "it says what this build lacks" has err json-c
	check "it says so once" lines err 1
	check "nothing is on stdout" empty out
fi

# A copy that is not wanted is refused, and shown.
run capture pattern:bars "${loop[@]}" --to - --require-zero-copy -n 1
check "a copy that is refused ends with 5, not $status" exits 5
check "nothing was started" empty out
check "what copies is named: $(cat "$work/err")" has err 'standard output'
check "the plan shows where" has err '  copy: the kernel copies'
run capture pattern:bars "${loop[@]}" --to - --require-zero-copy -n 1 -q
check "quietly, one line names it" lines err 1
run explain pattern:bars "${loop[@]}" --to - --require-zero-copy
check "explaining a refused copy ends with 5, not $status" exits 5
check "it shows where" has out 'copy: '

# What a sink finds wrong, and a sink that fails beside a healthy one, are errors of the run.
run capture 'pattern:bars?size=640x480&fps=0' "${loop[@]}" --stage crop=64x32+100+200 --to verify -n 10
check "a verdict that is bad ends with 1, not $status" exits 1
check "the verdict is in the summary: $(cat "$work/err")" has err 'verdict '
"$WEIR" capture 'pattern:bars?fps=0&size=64x64' "${loop[@]}" --to - --to null -n 20 \
	>/dev/full 2>"$work/err"
status=$?
check "a sink that failed alone ends with 1, not $status" exits 1
check "the other sink went on: $(cat "$work/err")" has err 'null: 20 delivered'

# Of a sink, "invalid argument" is no wrong usage.
"$WEIR" capture 'pattern:black?size=64x64&format=GREY' "${loop[@]}" -n 5 --to - \
	>/proc/self/oom_score_adj 2>"$work/err"
status=$?
check "a sink that fails with EINVAL ends with 1, not $status" exits 1
check "a sink that fails says why: $(cat "$work/err")" has err EINVAL

# stdout that cannot be written is an error, a reader that leaves is not.
"$WEIR" explain pattern:bars >/dev/full 2>"$work/err"
status=$?
check "a full stdout ends with 1, not $status" exits 1
check "a full stdout is named" has err stdout

# Without a standard stream its number must not go to a file of ours, and what was meant for it is not
# thrown away in silence.
"$WEIR" capture 'pattern:bars?fps=0&size=64x64' "${loop[@]}" -n 5 --to - >&- 2>"$work/err"
status=$?
check "frames to a closed stdout end with 1, not $status" exits 1
check "a closed stdout is named" has err 'standard output'
"$WEIR" explain pattern:bars >&- 2>"$work/err"
status=$?
check "words to a closed stdout end with 1, not $status" exits 1
"$WEIR" capture 'pattern:bars?fps=0&size=64x64' "${loop[@]}" -n 5 >&- 2>"$work/err"
status=$?
check "a closed stdout that nobody needs harms nothing, $status" exits 0
"$WEIR" capture 'pattern:bars?fps=0&size=64x64' "${loop[@]}" -n 5 --to - <&- 2>&- | wc -c >"$work/out"
check "closed stdin and stderr leave the data" has out 40960

# Limits of the process are errors with a remedy, not deaths.
(ulimit -f 1 && exec "$WEIR" capture pattern:bars "${loop[@]}" -n 1 -q) 2>"$work/err"
status=$?
check "a limit of file sizes ends with 1, not $status" exits 1
check "a limit of file sizes has its remedy: $(cat "$work/err")" has err 'ulimit -f'
for n in 4 5 6 7; do
	(ulimit -n "$n" && exec "$WEIR" capture pattern:bars "${loop[@]}" -n 1 -q) 2>"$work/err"
	status=$?
	[ "$status" -eq 127 ] && continue # not even its libraries
	check "a limit of $n open files ends with 0 or 1, not $status" test "$status" -le 1
	[ "$status" -eq 0 ] || check "a limit of $n open files has its remedy: $(cat "$work/err")" \
		has err 'ulimit -n'
done

finish
