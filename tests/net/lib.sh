# SPDX-FileCopyrightText: 2026 The weir authors
# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
#
# Two hosts and a cable, for tests of the network: namespaces "a" and "b" with a veth pair between.
#
#	source tests/net/lib.sh
#	net_enter "$@"              ends the test with 77 where there can be no namespaces
#	net_open [MTU]              a: 10.99.0.1, fd99::1; b: 10.99.0.2, fd99::2; device "cable" in both
#	in_a COMMAND…; in_b COMMAND…
#	net_block b; net_unblock b  drops what arrives there, before anything is copied
#	net_lose b PERCENT          drops so many of the packets that arrive there, each by chance
#	net_know                    the hosts know each other's hardware, and need not ask
#	net_await_port PORT         until somebody in b receives there; false: nobody did for long
#	net_await_quiet PORT FILE   until nothing more comes out of what came in there
#	net_overruns                packets that found no room in a socket of b's since net_open
#	net_close                   also when the shell ends, if nothing else is trapped: see below
#
#	weir_on_a ARGUMENT…         weir capture on a: status, and the summary in $work/out
#	sink KEY [NUMBER]           of the summary: what it says of the first sink, or of another
#	on_b COMMAND…               as in_b, in the background, for what is to get signals
#
# The last three go with tests/cli/lib.sh. Names carry the process's number, so tests do not meet. Whoever traps EXIT himself calls net_close.

net_a=weir-$$-a
net_b=weir-$$-b

net_skip() {
	echo "skipped: $*"
	exit 77
}

# Without privileges the test runs once more as root of namespaces of its own.
net_enter() {
	command -v ip >/dev/null || net_skip "there is no ip (iproute2)"
	if [ -n "${WEIR_NET_ENTERED:-}" ]; then
		mount -t tmpfs tmpfs /run && mkdir -p /run/netns
	elif [ "$(id -u)" -ne 0 ]; then
		unshare --user --map-root-user --net --mount true 2>/dev/null ||
			net_skip "network namespaces are not permitted here"
		WEIR_NET_ENTERED=1 exec unshare --user --map-root-user --net --mount bash "$0" "$@"
	fi
	ip netns add "$net_a" 2>/dev/null || net_skip "network namespaces are not permitted here"
	ip netns del "$net_a"
	trap net_close EXIT
}

in_a() { ip netns exec "$net_a" "$@"; }
in_b() { ip netns exec "$net_b" "$@"; }

net_host() {
	local name=$1 number=$2 mtu=$3
	ip -n "$name" link set lo up
	ip -n "$name" link set cable mtu "$mtu" up
	ip -n "$name" address add "10.99.0.$number/24" dev cable
	ip -n "$name" address add "fd99::$number/64" dev cable nodad
}

net_open() {
	local mtu=${1:-1500}
	net_close
	ip netns add "$net_a" && ip netns add "$net_b" || return
	ip -n "$net_a" link add cable type veth peer name cable netns "$net_b" || return
	net_host "$net_a" 1 "$mtu"
	net_host "$net_b" 2 "$mtu"
}

net_block() {
	local name=weir-$$-$1
	tc -n "$name" qdisc add dev cable clsact &&
		tc -n "$name" filter add dev cable ingress bpf da bytecode '1,6 0 0 2,'
}

# The kernel's own dice (SKF_AD_RANDOM), since netem is not everywhere. Packets travel alone, else a
# whole train of them would be lost at once.
net_lose() {
	local name=weir-$$-$1 threshold=$(((100 - $2) * 4294967296 / 100 - 1)) host
	for host in "$net_a" "$net_b"; do
		ip -n "$host" link set cable gso_max_segs 1
	done
	tc -n "$name" qdisc add dev cable clsact &&
		tc -n "$name" filter add dev cable ingress bpf da bytecode \
			"4,32 0 0 4294963256,37 0 1 $threshold,6 0 0 2,6 0 0 4294967295,"
}

net_know() {
	ip -n "$net_a" neighbour replace 10.99.0.2 dev cable \
		lladdr "$(in_b cat /sys/class/net/cable/address)"
	ip -n "$net_b" neighbour replace 10.99.0.1 dev cable \
		lladdr "$(in_a cat /sys/class/net/cable/address)"
}

net_unblock() {
	tc -n "weir-$$-$1" qdisc del dev cable clsact
}

net_await_port() {
	for _ in $(seq 300); do
		[ -z "$(in_b ss -Hlun "sport = :$1")" ] || return 0
		sleep 0.05
	done
	return 1
}

# A busy machine takes its time to read what has come.
net_await_quiet() {
	local size='' before='none' queued
	for _ in $(seq 60); do
		sleep 0.25
		queued=$(in_b ss -Hlun "sport = :$1" | awk '{ sum += $2 } END { print sum + 0 }')
		size=$(stat -c %s "$2" 2>/dev/null)
		[ "$queued" != 0 ] || [ "$size" != "$before" ] || return 0
		before=$size
	done
}

# Whose fault that is, a test cannot know: where there are some it tries again.
net_overruns() {
	in_b awk '/^Udp: [0-9]/ { sum += $6 } /^Udp6RcvbufErrors/ { sum += $2 } END { print sum + 0 }' \
		/proc/net/snmp /proc/net/snmp6
}

net_close() {
	local name
	for name in "$net_a" "$net_b"; do
		[ ! -e "/run/netns/$name" ] || ip netns del "$name"
	done
}

# Options of $net_options, too: "-q" for tests that count lines.
weir_on_a() {
	# shellcheck disable=SC2086,SC2154 # words; tests/cli/lib.sh sets these
	timeout 40 ip netns exec "$net_a" "$WEIR" capture "$@" "${loop[@]}" --json ${net_options-} \
		>"$work/out" 2>"$work/err" </dev/null
	# shellcheck disable=SC2034 # read by tests/cli/lib.sh
	status=$?
}

sink() {
	tail -n 1 "$work/out" | python3 -c '
import json, sys
value = json.loads(sys.stdin.read())["sinks"][int(sys.argv[2])]
for key in sys.argv[1].split("."):
    value = value.get(key, 0)
print(value)' "$1" "${2:-0}"
}

on_b() { exec ip netns exec "$net_b" "$@"; }
