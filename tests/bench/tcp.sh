# SPDX-FileCopyrightText: 2026 The weir authors
# SPDX-License-Identifier: LGPL-2.1-or-later
# Shows raw 1080p over TCP to a receiver that reads all, against iperf3 -Z on the same way
# shellcheck shell=bash
# Sourced by tests/bench/run, which sets these.
: "${weir:?}" "${runs:?}" "${here:?}"

# Throughput, and gigabytes for each second of CPU time that the sending process took, user and
# system, its pictures included. A receiver on this machine has the kernel copy what is sent with
# SEND_ZC; iperf3 -Z sends from the page cache by sendfile(), which it does not.

seconds=4
# shellcheck source=tests/net/lib.sh
source "$here/../net/lib.sh"
figures=$(mktemp -d)
cc -O2 -o "$figures/drain" "$here/drain.c"

# name mean-rate rate-per-CPU-second
note() { echo "$2" >>"$figures/$1.rate"; echo "$3" >>"$figures/$1.cpu"; }

iperf_once() {
	local name=$1
	shift
	in_b iperf3 -s -1 >"$figures/server" 2>&1 &
	until [ -n "$(in_b ss -Hltn 'sport = :5201')" ]; do sleep 0.05; done
	in_a iperf3 "$@" -c 10.99.0.2 -t "$seconds" -J >"$figures/json"
	wait
	read -r rate core < <(python3 -c '
import json, sys
end = json.load(sys.stdin)["end"]
rate = end["sum_sent"]["bits_per_second"] / 8e9
print(rate, rate / (end["cpu_utilization_percent"]["host_total"] / 100))' <"$figures/json")
	note "$name" "$rate" "$core"
}

weir_once() {
	local name=$1 bytes
	shift
	rm -f "$figures/drained"
	in_b "$figures/drain" 5000 >"$figures/drained" &
	until grep -qs ready "$figures/drained"; do sleep 0.05; done
	in_a /usr/bin/time -o "$figures/time" -f '%U %S' "$weir" capture \
		'pattern:bars?size=1920x1080&fps=0&format=UYVY' -t "$seconds" -q \
		--to 'tcp://10.99.0.2:5000' "$@"
	wait
	bytes=$(tail -n 1 "$figures/drained")
	read -r rate core < <(awk -v b="$bytes" -v s="$seconds" \
		'{ printf "%.3f %.3f\n", b / 1e9 / s, b / 1e9 / ($1 + $2) }' "$figures/time")
	note "$name" "$rate" "$core"
}

table() {
	local mtu=$1 name reference
	net_open "$mtu"
	for ((run = 0; run < runs; run++)); do
		iperf_once iperf3
		iperf_once iperf3-Z -Z
		weir_once weir
		weir_once weir-epoll --loop epoll
	done
	reference=$(median <"$figures/iperf3-Z.cpu")
	for name in iperf3 iperf3-Z weir weir-epoll; do
		printf '%-6s %-12s %8.2f %14.2f %16.2f\n' "$mtu" "$name" "$(median <"$figures/$name.rate")" \
			"$(median <"$figures/$name.cpu")" \
			"$(median <"$figures/$name.cpu" | awk -v r="$reference" '{ print $1 / r }')"
	done
	rm -f "$figures"/*.rate "$figures"/*.cpu
	net_close
}

(
	net_enter "$@"
	printf '%-6s %-12s %8s %14s %16s   median of %s\n' MTU sender GB/s "GB/CPU-second" "of iperf3 -Z" "$runs"
	table 1500
	table 9000
)
rm -rf "$figures"
