#!/bin/bash
# SPDX-FileCopyrightText: 2026 The weir authors
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Every file says whose it is and under which licence: what `reuse lint` means by clean.
set -uo pipefail

missing=0
while read -r file; do
	[ -f "$file" ] || continue
	for tag in SPDX-FileCopyrightText SPDX-License-Identifier; do
		head -5 "$file" | grep -q "$tag: " || { echo "$file: no $tag in its first lines"; missing=1; }
	done
done < <(find include core capture pipeline sinks cli plugins samples tests cmake .ci -type f \
	\( -name '*.[chS]' -o -name '*.sh' -o -name '*.cmake' -o -name CMakeLists.txt -o -perm -u+x \) \
	2>/dev/null)
[ $missing -eq 0 ] || exit 1

command -v reuse >/dev/null || { echo "skipped: reuse is not installed; the sources are fine"; exit 77; }
git rev-parse --git-dir >/dev/null 2>&1 ||
	{ echo "skipped: reuse needs git to tell sources from build products; the sources are fine"; exit 77; }
reuse lint
