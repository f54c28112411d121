#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The weir authors
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# weir doctor on whatever machine this is: a table that people can read, an object for programs, and
# the exit status that goes with them.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"

run doctor
check "doctor ends with 0 or 3, not $status" test "$status" -eq 0 -o "$status" -eq 3
check "it leaves stderr alone: $(cat "$work/err")" empty err
for about in memory loop network scheduling; do
	check "it has found something about $about" grep -qx "$about" "$work/out"
done
check "locking memory is among the abilities" grep -qE '^  4 x 1080p YUYV +(works|missing)' "$work/out"
check "what is missing has its cost" test \
	"$(grep -cE '^  .{19,} (missing|works with) ' "$work/out")" -le "$(grep -cE '^ +costs ' "$work/out")"
check "it ends with the sum" grep -qE '^[0-9]+ abilities: ' <(tail -n 1 "$work/out")
# A word that is longer than the column may stand out.
wide=$(LC_ALL=C.UTF-8 grep -E '^.{101}' "$work/out" | LC_ALL=C.UTF-8 grep -E '^.{34}[^ ]+ ')
check "it fits 100 columns: $wide" test -z "$wide"
before=$status

run doctor -v
check "-v says what is tried" has err 'trying the network'
check "-v changes nothing else, $status" exits "$before"

"$WEIR" doctor >/dev/full 2>"$work/err"
status=$?
check "a full stdout ends with 1, not $status" exits 1
check "a full stdout is named" has err stdout

if has_json; then
	run doctor --json
	check "--json ends the same, not $status" exits "$before"
	check "--json leaves stderr alone" empty err
	check "--json is one line" lines out 1
	if command -v python3 >/dev/null; then
		check "the object is whole" python3 "$(dirname "$0")/json_judge.py" doctor --status "$status" <"$work/out"
	fi
fi

finish
