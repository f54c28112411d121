#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The weir authors
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# What weir explain tells of memory, and that it fits a terminal of 100 columns.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"

# In columns, not in bytes.
fits() { ! LC_ALL=C.UTF-8 grep -qE '^.{101,}' "$work/out"; }

run explain 'pattern:bars?size=1280x720' --to null --to verify
check "a plan is made: $(cat "$work/err")" exits 0
check "the tree fits 100 columns: $(cat "$work/out")" fits
check "it says what is copied" has out '0 bytes copied per frame'
check "what is not the machine's is told with the reason" has out 'not mmap: '
check "whether memory is locked is told" grep -qE '^│ +(locked|not locked: )' "$work/out"

# A kind that is asked for is told with its price.
run explain pattern:bars --memory host --to null
check "memory that is asked for is taken: $(cat "$work/err")" exits 0
check "it is told that it costs nothing: $(cat "$work/out")" \
	has out 'asked for, and costs no more than any other'
check "the others are told why not" has out 'host was asked for'
run explain pattern:bars --memory mmap --to null
check "memory that no pattern has ends with 4, not $status" exits 4
check "it is told why: $(cat "$work/err")" has err 'mmap cannot serve: only a device can allocate it'
run explain pattern:bars --memory hots --to null
check "unknown memory ends with 2, not $status" exits 2
check "the nearest name is told: $(cat "$work/err")" has err host

# What is copied whatever the memory is no kind's price.
run explain pattern:bars --memory host --to -
check "a copy that no memory spares is not the price of one: $(cat "$work/out")" \
	has out 'asked for, and costs no more than any other'
check "the copy is told" has out 'copy: the kernel copies what is written to standard output'
check "the tree with a copy fits 100 columns: $(cat "$work/out")" fits

# Locks: as asked, and over the limit.
run explain pattern:bars --no-lock --to null
check "no lock as asked is told" has out 'not locked, as asked'
limited=(bash -c 'ulimit -l 64 && exec "$@"' limited)
if [ "$(id -u)" -eq 0 ]; then
	limited+=(setpriv --bounding-set -ipc_lock --inh-caps -ipc_lock)
fi
if "${limited[@]}" true 2>"$work/err"; then
	"${limited[@]}" "$WEIR" explain pattern:bars --to null >"$work/out" 2>"$work/err"
	status=$?
	check "memory over the limit is planned all the same" exits 0
	check "it is told, with the limit: $(cat "$work/out")" has out 'over the limit of 64 KiB'
	check "the remedy is told" has out 'LimitMEMLOCK='
	check "the tree with a remedy fits 100 columns: $(cat "$work/out")" fits
fi

if has_json; then
	run explain pattern:bars --json --to null
	check "JSON has it too: $(cat "$work/out")" has out '"what":"lock","name":"source"'
fi

finish
