# SPDX-FileCopyrightText: 2026 The weir authors
# SPDX-License-Identifier: LGPL-2.1-or-later
# Shows what one more pass-through stage costs a frame, against GStreamer's identity
# shellcheck shell=bash
# Sourced by tests/bench/run, which sets these.
: "${weir:?}" "${runs:?}"

frames=1000000

weir_hops() {
	local stages=()
	for ((i = 0; i < $1; i++)); do stages+=(--stage pass); done
	"$weir" capture 'pattern:black?size=640x360&fps=0' "${stages[@]}" --to null \
		-n "$frames" --json | python3 -c '
import json, sys
print(json.loads(sys.stdin.readlines()[-1])["cpu_us_per_frame"] * 1000)'
}

# GStreamer has no figure of its own: the whole process, less one that moves next to nothing.
gst_hops() {
	local elements=() whole start
	for ((i = 0; i < $1; i++)); do elements+=(! identity); done
	start=$(cpu_seconds gst-launch-1.0 -q fakesrc num-buffers=1 "${elements[@]}" ! fakesink)
	whole=$(cpu_seconds gst-launch-1.0 -q fakesrc num-buffers="$frames" "${elements[@]}" ! fakesink)
	awk -v a="$start" -v b="$whole" -v n="$frames" 'BEGIN { print (b - a) * 1e9 / n }'
}

table() {
	local hops=$1
	for ((run = 0; run < runs; run++)); do
		weir_hops "$hops" >>"$figures/weir"
		if command -v gst-launch-1.0 >/dev/null; then gst_hops "$hops" >>"$figures/gst"; fi
	done
	printf '%-8s %14.1f %14s\n' "$hops" "$(median <"$figures/weir")" \
		"$([[ -s $figures/gst ]] && median <"$figures/gst" || echo -)"
	median <"$figures/weir" >"$figures/weir.$hops"
	[[ ! -s $figures/gst ]] || median <"$figures/gst" >"$figures/gst.$hops"
	rm -f "$figures/weir" "$figures/gst"
}

# The slope between no stage and sixteen.
slope() {
	[[ -s $figures/$1.16 ]] || { echo -; return; }
	awk 'NR == FNR { a = $1; next } { printf "%.1f", ($1 - a) / 16 }' \
		"$figures/$1.0" "$figures/$1.16"
}

figures=$(mktemp -d)
printf '%-8s %14s %14s   ns of CPU a frame, median of %s\n' stages weir gstreamer "$runs"
for hops in 0 8 16; do table "$hops"; done
printf '%-8s %14s %14s   ns of CPU for one more stage\n' slope "$(slope weir)" "$(slope gst)"
rm -rf "$figures"
