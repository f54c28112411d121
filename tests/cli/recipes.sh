#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The weir authors
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The recipes of docs/cli.md do what the page says: those that need no camera. The others are run in the rig.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"
command -v python3 >/dev/null || skip "no python3"

check "recipes" python3 "$(dirname "$0")/recipes.py" "$WEIR"

finish
