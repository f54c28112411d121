#!/bin/bash
# SPDX-FileCopyrightText: 2026 The weir authors
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The C code of the pages that teach is code that is built and tested: a page's ```c blocks, one after
# the other, stand word for word in the file that its row names.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit
failed=0

# The blocks of a page, with an empty line between two.
code_of() {
	awk '/^```c$/ { if (any++) print ""; inside = 1; next }
		/^```/ { inside = 0 }
		inside' "$1"
}

while read -r page file; do
	code=$(code_of "$page")
	if [ -z "$code" ] || [[ $(<"$file") != *$'\n'"$code"$'\n'* ]]; then
		echo "$page shows other code than $file has:"
		diff <(code_of "$page") "$file" | grep '^<' | head -n 10
		failed=1
	fi
done <<'END'
docs/adding-a-source.md tests/unit/test_adding_a_source.c
docs/adding-a-sink.md tests/unit/test_adding_a_sink.c
docs/adding-a-stage.md samples/03-own-stage.c
END

# What the pages refer to is there.
while IFS=: read -r page target; do
	[ -e "docs/$target" ] || { echo "$page refers to $target, which is not there"; failed=1; }
done < <(grep -oE '\]\([^)#:]+' docs/*.md | sed 's/\](//')
exit $failed
