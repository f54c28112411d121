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

# stdout that cannot be written is an error, a reader that leaves is not.
"$WEIR" explain pattern:bars >/dev/full 2>"$work/err"
status=$?
check "a full stdout ends with 1, not $status" exits 1
check "a full stdout is named" has err stdout

# Without a standard stream its number must not go to a file of ours.
"$WEIR" capture 'pattern:bars?fps=0&size=64x64' "${loop[@]}" -n 5 --to - >&- 2>"$work/err"
status=$?
check "a closed stdout harms nothing, $status" exits 0

finish
