#!/bin/bash
# SPDX-FileCopyrightText: 2026 The weir authors
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# In the rig: our memory as a camera's, and the suites of memory kinds and sources on what a real kernel has.
#   tests/vm/run tests/vm/contracts.sh FOLDER-OF-TEST-PROGRAMS
set -uo pipefail

programs=$1
failed=0

contract() { # PROGRAM ARGUMENT…
	local program=$programs/$1
	shift
	echo "# $program $*"
	"$program" "$@" || failed=1
}

contract contract_memory slab host
for node in 0 1; do contract vm_import /dev/video$node; done
for node in 2 3; do contract vm_import --refused /dev/video$node; done # contiguous memory only
contract contract_sources
contract vm_given
exit $failed
