#!/bin/bash
# SPDX-FileCopyrightText: 2026 The weir authors
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Runs in the rig. What a camera cannot do, or a user may not, is refused in one line that says so,
# with the exit status of its class. Usage: refusals.sh WEIR
set -uo pipefail

weir=$1
failed=0

# refused STATUS WORDS ARGUMENT…
refused() {
	local status=$1 words=$2 got
	shift 2
	"${as[@]}" "$weir" "$@" >/tmp/out 2>/tmp/err
	got=$?
	if [ "$got" = "$status" ] && [ "$(wc -l </tmp/err)" = 1 ] && [ ! -s /tmp/out ] &&
		grep -q -- "$words" /tmp/err; then
		echo "ok - $*: $(cat /tmp/err)"
	else
		echo "not ok - $*: exit $got (not $status), expected \"$words\" in:"
		cat /tmp/out /tmp/err
		failed=1
	fi
}

as=()
refused 3 'no camera "/dev/video99"' capture /dev/video99
refused 3 'no camera "by-id/nothing"' capture v4l2:by-id/nothing
refused 3 'is no video node' capture v4l2:/dev/null
refused 4 'nearest is' capture /dev/video0 -s 651x361 -f NV12
refused 4 'MJPEG is not offered' capture /dev/video0 -f MJPEG
refused 4 'slab cannot serve' capture /dev/video2 --memory slab
refused 2 'did you mean "brightness"' capture /dev/video0 --set brigthness=5
refused 2 '0 to 255' capture /dev/video0 --set brightness=256
refused 2 'Gray Ramp' capture /dev/video0 --set test_pattern=nonsense
refused 2 'did you mean "corrupt"' capture 'v4l2:/dev/video0?corupt=deliver'

# Somebody else streams: his name is in the line.
"$weir" capture /dev/video1 -q -t 60 --json --frames >/tmp/holder &
holder=$!
for ((i = 0; i < 200; i++)); do
	grep -q '"type":"frame"' /tmp/holder && break
	sleep 0.1
done
refused 3 "held by weir (pid $holder)" capture /dev/video1 -s 1280x720 -n 1
kill "$holder"
wait "$holder"

chgrp video /dev/video0
chmod 0660 /dev/video0
as=(setpriv --reuid=65534 --regid=65534 --clear-groups)
refused 3 'usermod -aG video' capture /dev/video0
exit "$failed"
