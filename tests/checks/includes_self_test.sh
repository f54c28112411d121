#!/bin/bash
# SPDX-FileCopyrightText: 2026 The weir authors
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Proves that includes.sh catches what it is there for, and lets pass what is right.
set -euo pipefail
check=$(cd "$(dirname "$0")" && pwd)/includes.sh
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
cd "$root"

failed=0
# try pass|fail FILE INCLUDE
try() {
	local verdict=pass
	mkdir -p "$(dirname "$2")"
	echo "#include $3" >"$2"
	bash "$check" "$root" >/dev/null || verdict=fail
	rm -rf "${root:?}"/*
	[ "$verdict" = "$1" ] || { echo "$2 including $3: $verdict, not $1"; failed=1; }
}

try pass include/weir/a.h '<weir/frame.h>'
try pass include/weir/a.h '<stdint.h>'
try fail include/weir/a.h '<sys/uio.h>'
try fail include/weir/a.h '"core/frame.h"'
try pass core/a.c '"core/frame.h"'
try pass core/loop/a.c '<liburing.h>'
try fail core/a.c '"capture/pattern/pattern.h"'
try fail core/a.c '<linux/videodev2.h>'
try fail core/a.c '<xf86drm.h>'
try fail core/a.c '"frame.h"'
try pass capture/sources.c '"capture/pattern/pattern.h"'
try pass capture/v4l2/a.c '<linux/videodev2.h>'
try fail capture/v4l2/a.c '"capture/pattern/pattern.h"'
try fail capture/v4l2/a.c '"pipeline/plan.h"'
try fail capture/v4l2/a.c '"sinks/null/null.h"'
try fail capture/v4l2/a.c '"capture/v4l2/../pattern/pattern.h"'
try pass pipeline/a.c '"pipeline/stages/stages.h"'
try fail pipeline/stages/a.c '"pipeline/plan.h"'
try pass pipeline/stages/m2m/a.c '<linux/videodev2.h>'
try fail pipeline/stages/a.c '<linux/videodev2.h>'
try fail pipeline/stages/m2m/a.c '"capture/v4l2/device.h"'
try fail pipeline/a.c '"sinks/null/null.h"'
try pass sinks/kms/a.c '<xf86drmMode.h>'
try fail sinks/null/a.c '"capture/pattern/pattern.h"'
try fail sinks/null/a.c '<liburing.h>'
try fail sinks/null/a.c '<linux/videodev2.h>'
try pass cli/a.c '"cli/options.h"'
try pass cli/a.c '<json-c/json.h>'
try fail cli/a.c '"core/frame.h"'
try fail cli/a.c '<liburing.h>'
try pass samples/a.c '<weir/weir.h>'
try fail samples/a.c '"core/frame.h"'
try fail samples/a.c '"../core/frame.h"'
try fail samples/a.c '<json-c/json.h>'
try fail plugins/gst/a.c '"core/frame.h"'
try pass plugins/gst/a.c '<gst/gst.h>'
try pass samples/a.c '<gst/gst.h>'
exit $failed
