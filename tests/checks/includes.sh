#!/bin/bash
# SPDX-FileCopyrightText: 2026 The weir authors
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# includes.sh [ROOT]: each folder includes only what it may (the table in docs/architecture.md).
# Names every include that crosses a border and fails if there is one.
set -euo pipefail
cd "${1:-$(dirname "$0")/../..}"

folders=()
for folder in include core capture pipeline sinks cli plugins samples; do
	[ ! -d $folder ] || folders+=("$folder")
done
find "${folders[@]}" -name '*.[ch]' | sort |
	xargs -d '\n' -r awk '
BEGIN {
	standard = "^<(assert|complex|ctype|errno|fenv|float|inttypes|iso646|limits|locale|math|setjmp|" \
		"signal|stdalign|stdarg|stdatomic|stdbool|stddef|stdint|stdio|stdlib|stdnoreturn|" \
		"string|tgmath|threads|time|uchar|wchar|wctype)\\.h>$"
	v4l2 = "^<(linux/(videodev2|v4l2|media)|libv4l)"
	drm = "^<(drm|libdrm|xf86drm|gbm|libseat)"
	uring = "^<(liburing|linux/io_uring)"
	udev = "^<libudev"
	others = "^<(json-c|gst|glib)/"
}

function folder_of(path) { sub(/\/[^\/]*$/, "", path); return path }

# Whether a file of `folder` may include `what`, which still wears its quotes or brackets.
function may(folder, what, top) {
	top = folder
	sub(/\/.*/, "", top)
	if (what ~ /^<weir\//)
		return 1
	if (top == "include")
		return what ~ standard
	if (top ~ /^(cli|samples|plugins)$/ && what ~ /^"/)
		return index(what, "\"" top "/") == 1 && what !~ /\.\./
	if (top ~ /^(cli|plugins)$/)
		return what !~ v4l2 "|" drm "|" uring "|" udev
	if (top == "samples" && what ~ /^<gst\//) # what others have, beside us
		return 1
	if (what ~ /^"core\//)
		return 1
	if (what ~ /^"/) # its own folder, from the root, never up and never sideways
		return index(what, "\"" folder "/") == 1 && what !~ /\.\./
	if (what ~ v4l2) # devices: cameras, and codecs among the stages
		return top == "capture" || folder == "pipeline/stages/m2m"
	if (what ~ udev)
		return top == "core"
	if (what ~ others || what ~ drm && top != "sinks")
		return 0
	return what !~ uring || top == "core"
}

match($0, /^[ \t]*#[ \t]*include[ \t]*[<"][^>"]*[>"]/) {
	what = substr($0, RSTART, RLENGTH)
	sub(/^[^<"]*/, "", what)
	if (!may(folder_of(FILENAME), what)) {
		printf "%s:%d: %s/ may not include %s\n", FILENAME, FNR, folder_of(FILENAME), what
		bad = 1
	}
}

END { exit bad }'
