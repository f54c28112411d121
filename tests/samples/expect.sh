#!/bin/bash
# SPDX-FileCopyrightText: 2026 The weir authors
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# expect.sh PROGRAM REGEX…: the program, with $SAMPLE_ARGUMENTS, ends with 0 and prints a line for each
# expression.
set -euo pipefail
program=$1
shift
read -ra arguments <<<"${SAMPLE_ARGUMENTS:-}"
out=$("$program" "${arguments[@]}")
echo "$out"
for regex; do
	grep -qE "$regex" <<<"$out" || { echo "no line like $regex"; exit 1; }
done
