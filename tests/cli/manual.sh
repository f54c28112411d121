#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The weir authors
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The man page and --help tell of the same options; no other may be missing from either.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"
manual=$(dirname "$0")/../../docs/weir.1.scd

# The options of capture that help shows: "-s --size WxH", one a line.
run capture --help
sed -n 's/^ *\(\(-[a-z]\), \)\?\(--[a-z-]*\)\( [A-Zx=a-z]*\)\?  .*/\2 \3\4/p' "$work/out" |
	sed 's/^ //; s/ $//' | sort >"$work/help"
check "help shows options" test "$(wc -l <"$work/help")" -ge 20

# "*-s*, *--size* _WxH_" in the manual's OPTIONS.
awk '/^# / { inside = $2 == "OPTIONS" } inside && /^\*-/' "$manual" | tr -d '*_,\\' | sort >"$work/manual"
check "help and manual agree: $(diff "$work/help" "$work/manual")" cmp -s "$work/help" "$work/manual"

for command in explain list info doctor; do
	run $command --help
	while read -r option; do
		check "$command $option is in the manual" grep -qF -e "*$option*" "$manual"
	done < <(grep -oE '^ +(-[a-z], )?--[a-z-]+' "$work/out" | grep -oE -e '--[a-z-]+')
	check "$command is in the manual" grep -q "\*$command\*" "$manual"
done

for word in --help --version WEIR_LOG NO_COLOR 'EXIT STATUS' EXAMPLES; do
	check "$word is in the manual" grep -qF -e "$word" "$manual"
done

# Every field of the summary.
if has_json; then
	run capture 'pattern:bars?size=64x64&fps=0' "${loop[@]}" -n 2 --json
	while read -r field; do
		check "the summary's $field is in the manual" grep -qF "$field" <(tr -d '\\' <"$manual")
	done < <(tail -n 1 "$work/out" | grep -oE '"[a-z0-9_]+":' | tr -d '":' | sort -u)
fi

if command -v scdoc >/dev/null; then
	check "scdoc takes the manual" scdoc <"$manual" >/dev/null
fi

finish
