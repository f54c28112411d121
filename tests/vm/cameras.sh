#!/bin/bash
# SPDX-FileCopyrightText: 2026 The weir authors
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# cameras.sh WEIR PART: what users meet before frames flow, on the cameras of the rig. Parts: words (list,
# info, wishes), busy, plug, others (nodes that are no cameras), links (with udevd).
set -uo pipefail

weir=$1
part=$2

checks=0
failures=0
out=$(mktemp -d)

# try STATUS WORDS COMMAND…: it ends with STATUS and says WORDS, on stdout or stderr.
try() {
	local wanted=$1 words=$2 status=0
	shift 2
	"$@" >"$out/out" 2>"$out/err" || status=$?
	checks=$((checks + 1))
	if [ $status -eq "$wanted" ] && grep -qF -- "$words" "$out/out" "$out/err" <(echo); then
		echo "ok $checks - $*: $words"
	else
		failures=$((failures + 1))
		echo "not ok $checks - $*: status $status, not $wanted with \"$words\""
		cat "$out/out" "$out/err" | head -n 20
	fi
}

# judge WHAT EXPRESSION: a Python expression about `lines`, the JSON lines of the last command.
judge() {
	checks=$((checks + 1))
	if python3 - "$out/out" "$2" <<-'EOF'; then
		import json, sys
		lines = [json.loads(line) for line in open(sys.argv[1])]
		last = lines[-1]
		sys.exit(not eval("(" + sys.argv[2] + ")"))
	EOF
		echo "ok $checks - $1"
	else
		failures=$((failures + 1))
		echo "not ok $checks - $1: not so: $2"
		tail -c 2000 "$out/out"
	fi
}

nobody() { setpriv --reuid=65534 --regid=65534 --clear-groups "$@"; }

# capture WISH…: a few frames.
capture() { "$weir" capture "$@" -n 3 -q --json; }

part_words() {
	try 0 /dev/video3 "$weir" list --json
	judge "list has the four cameras, usable, with their bus" \
		"[d['uri'] for d in last['devices'] if d['usable'] and d['detail'].startswith('platform:vivid-')]
		== ['/dev/video%d' % i for i in range(4)]"

	try 0 '"vivid"' "$weir" info /dev/video3 --json
	judge "dma-contig: formats; mmap and export work, pinning and the slab do not" \
		"{'YUYV', 'UYVY', 'NV12', 'XR24', 'RGB565', 'GREY'} <= {f['name'] for f in last['formats']}
		and {'mmap', 'export'} <= {a['name'] for a in last['abilities'] if a['works']}
		and {'pinnable', 'slab'} <= {a['name'] for a in last['abilities'] if not a['works']}"
	try 0 '"vivid"' "$weir" info 0 --json
	judge "vmalloc: all of it works; controls; sizes and their rates" \
		"{'mmap', 'export', 'pinnable', 'slab', 'heap'} <= {a['name'] for a in last['abilities'] if a['works']}
		and {'name': 'brightness', 'value': '128', 'range': '0 to 255, step 1, default 128'} in last['controls']
		and any(s['max_width'] == 1280 and s['fastest_fps'] == 60 for f in last['formats'] for s in f['sizes'])"

	try 0 '' capture 0 -s 1280x720 -f UYVY
	judge "720p without a wish for a rate is smooth" "(last['format'], last['width'], last['height'], '&fps=60&' in last['source']) == ('UYVY', 1280, 720, True)"
	try 0 '' capture v4l2:/dev/video1?planes=apart -f NV12 -s 640x360 -r 30
	judge "planes apart" "last['format'] == 'NV12' and 'planes=apart' in last['source']"
	try 0 '' capture '/dev/video0?stride=1344' -f UYVY -s 640x360
	judge "a stride for the asking" "last['stride'] == 1344"
	try 0 '' capture '0?input=HDMI%20000-0'
	judge "an input by name" "'&input=3' in last['source']"
	try 0 '' capture '0?input=0' # what a device is set to stays
	try 0 'nearest is 30' "$weir" capture 0 -s 640x360 -r 31 -n 2

	try 4 '641x361 YUYV is not offered by /dev/video0; nearest is 640x360' capture 0 -s 641x361 -f YUYV
	try 2 'did you mean "HDMI 000-0"?' capture '0?input=HDMI%20000-1'
	try 2 'Menu Item 1, Menu Item 3, Menu Item 4' capture 0 --set menu=2
	try 4 'can only be read' capture 0 --set read_only_integer_32_bits=1
	try 2 'did you mean "corrupt"?' capture '0?corupt=drop'
	try 2 'drop, deliver' capture '0?corrupt=yes'
	try 3 'is no device' capture /dev/shm
	try 3 'is no video node' capture /dev/media0
	try 2 'names no camera' capture v4l2:camera

	try 0 '' capture 0 --set 'Test Pattern=100% Red' --set brightness=99
	try 0 '' "$weir" info 0 --json
	judge "controls were set" "{('test_pattern', '100% Red'), ('brightness', '99')} <= {(c['name'], c['value']) for c in last['controls']}"
}

part_busy() {
	v4l2-ctl -d /dev/video0 --stream-mmap --stream-count=100000 >/dev/null 2>&1 &
	local holder=$!
	sleep 2
	try 3 "held by v4l2-ctl (pid $holder)" capture 0
	try 3 'held by a program that only root can see' nobody "$weir" capture 0 -n 1
	try 0 "in use by v4l2-ctl (pid $holder)" "$weir" list
	kill $holder
	wait $holder 2>/dev/null
	try 0 '' capture 0

	sleep 60 7</dev/video0 &
	holder=$!
	sleep 0.2
	try 0 "open in sleep (pid $holder)" "$weir" list
	try 0 '' capture 0
	kill $holder

	chgrp video /dev/video0
	chmod 660 /dev/video0
	# shellcheck disable=SC2016 # weir's words, for the user's shell
	try 0 'join group video: sudo usermod -aG video $USER' nobody "$weir" list
	chgrp root /dev/video0
	try 3 'only root may open it' nobody "$weir" capture 0 -n 1
}

part_plug() {
	"$weir" list --watch --json >"$out/watched" &
	local watcher=$!
	sleep 1
	rmmod vivid
	sleep 1
	modprobe vivid n_devs=1 node_types=0x1
	sleep 2
	kill -INT $watcher
	wait $watcher
	try 0 '' cat "$out/watched"
	judge "a camera goes and comes back, another goes and stays away, memory stays" \
		"[e['event'] for e in lines if e['device']['uri'] == '/dev/video0'] == ['added', 'removed', 'added']
		and [e['event'] for e in lines if e['device']['uri'] == '/dev/video3'] == ['added', 'removed']
		and all(e['event'] == 'added' for e in lines if e['device']['kind'] == 'memory')"
}

part_others() {
	local listed
	listed=$("$weir" list)
	for node in /dev/video*; do
		case $(cat "/sys/class/video4linux/${node#/dev/}/name") in
		vim2m | stateless* | *codec* | *coder*) try 4 'is a codec or converter' capture "$node" ;;
		*vid-out*) try 4 'is an output: frames go into it' capture "$node" ;;
		*meta*) try 4 'is a node for metadata' capture "$node" ;;
		*touch*) try 4 'is a touch sensor' capture "$node" ;;
		*) continue ;;
		esac
		try 1 '' grep -w "$node" <<<"$listed"
	done
	[ $checks -ge 14 ] || { echo "not ok - only $checks checks were made" && exit 1; }
}

part_links() {
	local link=platform-vivid.0-video-index0
	try 0 '' "$weir" capture v4l2:by-path/$link -n 2 -q
	try 0 '' "$weir" capture /dev/v4l/by-path/$link -n 2 -q
	try 0 by-path/$link "$weir" list
	part_plug
}

"part_$part"
echo "1..$checks"
[ $failures -eq 0 ]
