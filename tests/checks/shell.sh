#!/bin/bash
# SPDX-FileCopyrightText: 2026 The weir authors
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Every shell script of the tree passes shellcheck.
set -euo pipefail
command -v shellcheck >/dev/null || { echo "skipped: shellcheck is not installed"; exit 77; }
grep -rlE --exclude-dir=.git --exclude-dir=build '^#!/bin/(ba)?sh|^# shellcheck shell=' \
	samples tests .ci 2>/dev/null | xargs -d '\n' -r shellcheck -x -e SC2016
