#!/bin/bash
# SPDX-FileCopyrightText: 2026 The weir authors
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Run in a rig on the newest kernel: what only that one can show, and what goes through the kernel's other
# interfaces, of the tests that the first kernel passed. The folder of the built tests is the argument; all
# of it costs one boot.
set -uo pipefail
programs=$1
vm=$(dirname "$0")
failed=0

part() { # PROGRAM ARGUMENT…
	local begin=$SECONDS status=0
	echo "# ${*##*/}"
	"$@" || status=$?
	[ $status = 0 ] || failed=1
	echo "# ${1##*/}: exit status $status, $((SECONDS - begin)) s"
}

uname -r
part "$programs/contract_memory" slab host
part "$programs/contract_loop"
for node in 0 1; do part "$programs/vm_import" /dev/video$node; done
for node in 2 3; do part "$programs/vm_import" --refused /dev/video$node; done # contiguous memory only
part "$vm/newest_display.py" "$programs/vm_crc"
part "$vm/doctor.py" short
exit $failed
