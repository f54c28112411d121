#!/bin/bash
# SPDX-FileCopyrightText: 2026 The weir authors
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# exports.sh LIBRARY: it exports exactly what include/weir/ declares with WEIR_API, all of it under
# the version WEIR_0.
set -euo pipefail

declared() {
	# Without preprocessor lines and comments, on one line, cut at the declarations' ends.
	cat include/weir/*.h | sed '/^#/d' | tr '\n' ' ' | sed 's|/\*|\n&|g; s|\*/|&\n|g' |
		sed '/^\/\*/d' | tr '\n' ' ' | grep -o 'WEIR_API [^;]*;' |
		sed 's/(.*//; s/.*[ *]//' | sort
}

exported() {
	nm -D --defined-only "$1" | awk '$2 != "A" { print $3 }' | sed 's/@@WEIR_0$//' | sort
}

declared >/dev/null && [ "$(declared | wc -l)" -gt 10 ]
if ! difference=$(diff <(declared) <(exported "$1")); then
	echo "$difference" | sed -n \
		-e 's/^< \(.*\)/\1 is declared with WEIR_API, but not exported/p' \
		-e 's/^> \(.*\)/\1 is exported, but not declared with WEIR_API in include\/weir\//p'
	exit 1
fi
echo "$(declared | wc -l) functions, declared and exported"
