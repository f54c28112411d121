#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The weir authors
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# stdout carries data only, stderr everything else.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"

source='pattern:bars?size=64x64&fps=0&format=YUYV'

run capture "$source" "${loop[@]}" -n 10
check "a run ends with 0, not $status" exits 0
check "a run prints no data" empty out
check "a run prints its summary on stderr" has err '10 captured'
check "the summary is short" test "$(wc -l <"$work/err")" -le 8
check "no live status without a terminal" has_not err $'\r'
check "no colours without a terminal" has_not err $'\e'

check "a long enough run has its cost" has err 'system calls a frame'
run capture "$source" "${loop[@]}" -n 3
check "a short run does not make one up" has err 'not measured'

run capture "$source" "${loop[@]}" -n 10 --to -
check "raw frames end with 0, not $status" exits 0
check "raw frames are all that is on stdout" test "$(stat -c %s "$work/out")" -eq $((10 * 64 * 64 * 2))
check "the summary is on stderr then too" has err '10 delivered'

run capture "$source" "${loop[@]}" -n 10 -q --to -
check "-q ends with 0, not $status" exits 0
check "-q says nothing" empty err
check "-q leaves the data" test "$(stat -c %s "$work/out")" -eq $((10 * 64 * 64 * 2))

run capture -q -n 3 "${loop[@]}" -s 64x64 -r 0
check "-q says nothing of a missing camera" empty err

run capture -n 3 "$source" "${loop[@]}" -v
check "-v ends with 0, not $status" exits 0
check "-v prints no data" empty out

WEIR_LOG=error run capture -n 3 "${loop[@]}" -s 64x64 -r 0
check "WEIR_LOG=error hides warnings" has_not err 'no camera'

# Options come before and after the SOURCE, in both forms.
run capture -n 2 "${loop[@]}" "$source" --size 32x32 --to -
check "options on both sides of SOURCE" test "$(stat -c %s "$work/out")" -eq $((2 * 32 * 32 * 2))
POSIXLY_CORRECT=1 run capture "$source" "${loop[@]}" --count=2 --to=-
check "options behind SOURCE, whatever POSIX says" test "$(stat -c %s "$work/out")" -eq $((2 * 64 * 64 * 2))

run explain "$source" "${loop[@]}" --stage crop=32x32+0+0 --to null
check "explain ends with 0, not $status" exits 0
check "explain leaves stderr alone" empty err
check "explain says where memory comes from" has out memory
check "explain shows views" has out 'view of the same memory'
check "explain ends with the copies" grep -q '^0 bytes copied per frame$' <(tail -n 1 "$work/out")

run info "$source"
check "info ends with 0, not $status" exits 0
check "info shows formats" has out UYVY
run list
check "list ends with 0, not $status" exits 0

for help in --help 'capture --help' 'receive --help' 'explain -h' 'list --help' 'info --help' 'doctor --help'; do
	# shellcheck disable=SC2086 # two words
	run $help
	check "weir $help ends with 0, not $status" exits 0
	check "weir $help leaves stderr alone" empty err
	check "weir $help has an example" has out '  weir '
	check "weir $help fits in 60 lines" test "$(wc -l <"$work/out")" -le 60
done
run --version
check "--version ends with 0" exits 0
check "--version tells what it was built with" grep -qE '^weir [0-9]+\.[0-9]+\.[0-9]+ \(.*json-c\)$' "$work/out"

if has_json; then
	run capture "$source" "${loop[@]}" -n 10 --json
	check "with --json every line is an object" test "$(grep -cv '^{.*}$' "$work/out")" -eq 0
	run list --json
	check "list --json is one line" lines out 1
fi

finish
