#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The weir authors
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# From weirsrc through GStreamer to weirsink and the network: headers stand between lines that the
# source wrote, for one of several sinks, and every picture arrives as it was.

here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/net/lib.sh
source "$here/lib.sh"
net_enter "$@"
# shellcheck source=tests/cli/lib.sh
source "$here/../cli/lib.sh"
trap '[ "$BASHPID" != $$ ] || { kill $(jobs -p) 2>/dev/null; net_close; rm -rf "$work"; }' EXIT
command -v ss >/dev/null || skip "there is no ss (iproute2)"
if ! type -P gst-launch-1.0 >/dev/null || ! gst-inspect-1.0 weirsrc >/dev/null 2>&1; then
	skip "this build has no GStreamer plugin"
fi

size='size=320x64&format=UYVY'
bytes=40960
receivers=()

frames_on_b() {
	(on_b timeout 30 "$WEIR" receive "rtp://10.99.0.2:$1?$size" -n 30 "${loop[@]}" -q --to - \
		>"$work/$1" 2>"$work/$1.err" </dev/null) &
	receivers+=($!)
	net_await_port "$1" || fail "nobody listens at $1: $(cat "$work/$1.err")"
}

# whole NAME: frames of $work/sent, in order, and enough of them.
whole() {
	truncate -s $(($(stat -c %s "$work/$1") / bytes * bytes)) "$work/$1"
	[ "$(python3 "$here/frames.py" "$work/sent" "$work/$1" $bytes | cut -d ' ' -f 1)" -ge 30 ]
}

# on_a WORD…: a pipeline behind a source that counts; its debug log is $work/log.
on_a() {
	GST_DEBUG=weirsink:4,weirsrc:4 GST_DEBUG_NO_COLOR=1 in_a timeout 60 gst-launch-1.0 -q \
		weirsrc "uri=pattern:counter?$size&fps=100$stride" num-buffers=60 \
		"$@" >"$work/log" 2>&1
	wait "${receivers[@]}"
	receivers=()
}

says() { [ "$(grep -c "$1" "$work/log")" -eq "$2" ]; }

net_open 9000 || fail "two hosts cannot be made"
"$WEIR" capture "pattern:counter?$size" -r 0 -n 200 --to - -q >"$work/sent" 2>/dev/null

# What arrives on this machine is copied by the kernel, which is no reason to go another way here.
stride=
frames_on_b 5004
on_a ! queue ! weirsink 'uri=rtp://10.99.0.2:5004?send=stride'
check "the source writes lines as the network wants them" says 'sends by stride' 1
check "every picture arrives" whole 5004
check "weir copied nothing" says 'user-copied-bytes=(guint64)0' 2

stride='&stride=660'
frames_on_b 5004
frames_on_b 6004
on_a ! tee name=t t. ! queue ! weirsink uri=rtp://10.99.0.2:5004 \
	t. ! queue ! weirsink uri=rtp://10.99.0.2:6004
check "of two sinks one writes between the lines" says 'sends by stride' 1
check "the other's headers stand elsewhere" says 'sends by gather' 1
check "the first gets every picture" whole 5004
check "and the second" whole 6004

finish
