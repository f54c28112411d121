#!/bin/bash
# SPDX-FileCopyrightText: 2026 The weir authors
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The part of the style that needs no taste: C is indented by tabs, at most 100 columns wide (but for
# tables that are laid out by hand) and 500 lines long, without blanks at line ends.
set -euo pipefail
folders=()
for folder in include core capture pipeline sinks cli plugins samples tests; do
	[ ! -d $folder ] || folders+=("$folder")
done
# Bytes, so that UTF-8 is counted the same everywhere.
find "${folders[@]}" -name '*.[ch]' | sort | LC_ALL=C xargs -d "\n" awk '
function bad(what) { printf "%s:%d: %s\n", FILENAME, FNR, what; failed = 1 }

# Columns, not bytes: a tab ends at the next multiple of 8, and UTF-8 goes on without a new column.
function columns(line, n, i, c) {
	n = 0
	for (i = 1; i <= length(line); i++) {
		c = substr(line, i, 1)
		if (c == "\t")
			n += 8 - n % 8
		else if (c !~ /[\200-\277]/)
			n++
	}
	return n
}

FNR == 1 || /clang-format on/ { by_hand = 0 }
/clang-format off/ { by_hand = 1 }
/[ \t]$/ { bad("blank at the end") }
/^ +[^ *].*[^\\]$/ { bad("indented by spaces") }
!by_hand && length($0) > 60 && columns($0) > 100 { bad("wider than 100 columns") }
FNR == 501 { bad("longer than 500 lines") }
END { exit failed }'
