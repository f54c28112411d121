# SPDX-FileCopyrightText: 2026 The weir authors
# SPDX-License-Identifier: LGPL-2.1-or-later
# Shows what sending lost packets again (nack=1) brings and costs, in 1080p60 over a veth pair
# shellcheck shell=bash
# Sourced by tests/bench/run, which sets these.
: "${weir:?}" "${runs:?}" "${here:?}"

[[ $(id -u) -eq 0 ]] || { echo "bench: network namespaces need root" >&2; exit 1; }

frames=${FRAMES:-300}
scratch=$(mktemp -d)
# shellcheck source=tests/net/lib.sh
source "$here/../net/lib.sh"
trap 'net_close; rm -rf "$scratch"' EXIT

# figure FILE EXPRESSION: of its summary `run`, `s` the first sink.
figure() {
	tail -n 1 "$scratch/$1" | python3 -c '
import json, sys
run = json.loads(sys.stdin.read())
s = run["sinks"][0]
f, frames, n = s["figures"], run["frames"], run["frames"]["captured"]
print(eval(sys.argv[1]))' "$2"
}

# once MTU KEYS: whole frames of 1000, delay in ms, CPU of both ends in us a frame, share sent again.
once() {
	local size=1920x1080 sender receiver
	timeout 60 ip netns exec "$net_b" "$weir" receive \
		"rtp://10.99.0.2:5004?size=$size&format=UYVY&fps=60$2" -n "$frames" --json -q --rt 10 \
		>"$scratch/receiver" 2>/dev/null &
	receiver=$!
	sleep 0.5
	timeout --foreground 60 ip netns exec "$net_a" "$weir" capture \
		"pattern:counter?size=$size&format=UYVY" -r 60 --json -q --rt 10 \
		--to "rtp://10.99.0.2:5004?mtu=$1$2" >"$scratch/sender" 2>/dev/null &
	sender=$!
	wait "$receiver" || true
	kill -INT "$sender"
	wait "$sender" || true
	echo "$(figure receiver '1000 * (n - frames["corrupt"]) / (n + frames["lost_by_device"])')" \
		"$(figure receiver 'run["latency_us"]["p50"] / 1000')" \
		"$(figure sender 'run["cpu_us_per_frame"]')" \
		"$(figure receiver 'run["cpu_us_per_frame"]')" \
		"$(figure sender '100 * f.get("resent_bytes", 0) / s["bytes"]')" \
		"$(figure sender 'run["copies"]["user_bytes"] / s["delivered"]')"
}

# The middle of each column.
medians() {
	local column
	for column in 1 2 3 4 5 6; do
		awk -v column=$column '{ print $column }' "$1" | median
	done | paste -sd ' '
}

printf '%5s %5s %5s %11s %9s %10s %11s %11s %9s   median of %s\n' MTU loss nack 'whole/1000' \
	'delay ms' 'sender us' 'receiver us' 'sent again %' 'copied' "$runs"
for mtu in 9000 1500; do
	for loss in 0 10; do
		net_open $mtu
		net_know
		if [[ $loss -gt 0 ]]; then
			net_lose a $loss
			net_lose b $loss
		fi
		rm -f "$scratch"/of.*
		for ((run = 0; run < runs; run++)); do
			once $mtu '' >>"$scratch/of.0"
			once $mtu '&nack=1' >>"$scratch/of.1"
		done
		for nack in 0 1; do
			read -r whole delay sent received again copied < <(medians "$scratch/of.$nack")
			printf '%5d %4d%% %5d %11.1f %9.2f %10.0f %11.0f %12.1f %9.0f\n' $mtu $loss $nack \
				"$whole" "$delay" "$sent" "$received" "$again" "$copied"
		done
	done
done
net_close
rm -rf "$scratch"
trap - EXIT
