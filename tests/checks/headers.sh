#!/bin/bash
# SPDX-FileCopyrightText: 2026 The weir authors
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# headers.sh public CC            every header in include/weir/ compiles alone, as C11 and as C++17
# headers.sh internal CC HEADER…  every internal header compiles alone
set -uo pipefail
kind=$1 cc=$2
shift 2
failed=0

# alone HEADER COMPILER FLAG…: twice, so that a missing include guard shows too.
alone() {
	local header=$1
	shift
	printf '#include %s\n#include %s\nextern int not_empty;\n' "$header" "$header" |
		"$@" -Wall -Wextra -Werror -fsyntax-only -Iinclude - ||
		{ echo "$header does not compile alone with: $*"; failed=1; }
}

case $kind in
public)
	for header in include/weir/*.h; do
		alone "<weir/${header##*/}>" "$cc" -x c -std=c11 -pedantic-errors
	done
	cxx=$(command -v g++ || command -v clang++) ||
		{ echo "skipped: no C++ compiler to try the headers with"; exit 77; }
	for header in include/weir/*.h; do
		alone "<weir/${header##*/}>" "$cxx" -x c++ -std=c++17 -pedantic-errors
	done
	;;
internal)
	# libdrm's headers include each other by their bare names.
	read -ra flags <<<"$(pkg-config --cflags libdrm 2>/dev/null || true)"
	# Of the two parsers of HTTP a machine may have either.
	! echo '#include <llhttp.h>' | "$cc" -E -x c - >/dev/null 2>&1 || flags+=(-DWEIR_HAVE_LLHTTP=1)
	for header; do
		alone "\"$header\"" "$cc" -x c -std=gnu11 -D_GNU_SOURCE -I. "${flags[@]}"
	done
	;;
esac
exit $failed
