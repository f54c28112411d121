# SPDX-FileCopyrightText: 2026 The weir authors
# SPDX-License-Identifier: LGPL-2.1-or-later
# Shows what the convert and jpeg stages cost a frame in a pipeline, against the libraries alone
# shellcheck shell=bash
# Sourced by tests/bench/run, which sets these.
: "${weir:?}" "${runs:?}" "${here:?}"

size=1920x1080
scratch=$(mktemp -d)
cc -O2 "$here/bare.c" -lyuv -ljpeg -o "$scratch/bare"

# All threads of the whole run: source, loop, worker and sink.
in_weir() {
	"$weir" capture "$1" --stage "$2" --to null -n "$3" --json -q | python3 -c '
import json, sys
print(json.loads(sys.stdin.readlines()[-1])["cpu_us_per_frame"])'
}

# compare FROM STAGE TO FRAMES
compare() {
	local source="pattern:$picture?size=$size&fps=0&format=$1"
	"$weir" capture "$source" --to - -n 1 -q >"$scratch/frame"
	rm -f "$scratch/weir" "$scratch/alone"
	for ((run = 0; run < runs; run++)); do
		in_weir "$source" "$2" "$4" >>"$scratch/weir"
		"$scratch/bare" "$1-$3" "${size%x*}" "${size#*x}" "$4" <"$scratch/frame" >>"$scratch/alone"
	done
	printf '%-8s %-6s %-15s %10.1f %10.1f %8.3f\n' "$picture" "$1" "$2" \
		"$(median <"$scratch/weir")" "$(median <"$scratch/alone")" \
		"$(paste <(median <"$scratch/weir") <(median <"$scratch/alone") | awk '{ print $1 / $2 }')"
}

printf '%-8s %-6s %-15s %10s %10s %8s   us of CPU a frame of %s, median of %s\n' picture from stage \
	weir alone ratio "$size" "$runs"
picture=counter
compare YUYV convert=NV12 NV12 1500
compare YUYV convert=XR24 XR24 800
compare NV12 convert=XR24 XR24 800
compare NV12 convert=YUV420 YUV420 1500
compare XR24 convert=NV12 NV12 800
compare XR24 convert=RGB24 RGB24 800
for picture in counter noise; do
	compare GREY jpeg jpeg 100
	compare NV12 jpeg jpeg 100
	compare YUYV jpeg jpeg 100
	compare XR24 jpeg jpeg 100
	compare MJPEG jpeg=YUV420 YUV420 100
done
rm -rf "$scratch"
