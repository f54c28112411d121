#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The weir authors
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Every bad input ends with 2 before anything starts: nothing on stdout, one line on stderr, and in
# that line the word that is wrong.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"

# bad WORD ARGUMENT…
bad() {
	local word=$1
	shift
	run "$@"
	check "'weir $*' ends with 2, not $status" exits 2
	check "'weir $*' prints nothing on stdout" empty out
	check "'weir $*' prints one line on stderr: $(cat "$work/err")" lines err 1
	check "'weir $*' names '$word': $(cat "$work/err")" has err "$word"
}

# meant WORD ARGUMENT…: as bad(), and the line names WORD as the nearest valid one.
meant() {
	local word=$1
	shift
	run "$@"
	check "'weir $*' ends with 2, not $status" exits 2
	check "'weir $*' prints one line on stderr" lines err 1
	check "'weir $*' thinks of '$word': $(cat "$work/err")" grep -qw -e "$word" "$work/err"
}

p=pattern:bars

bad command
bad captur captur
bad doctr doctr
bad --verion --verion
bad -z -z
bad "''" ''

bad rtp:// receive
bad "$p" receive $p
bad size= receive rtp://127.0.0.1:5004
bad 127.0.0.1 receive 'rtp://127.0.0.1?size=64x48'
bad localhost receive 'rtp://localhost:5004?size=64x48'
bad nowhere0 receive 'rtp://127.0.0.1:5004?size=64x48&iface=nowhere0'
bad jitter receive 'rtp://127.0.0.1:5004?size=64x48&jitter=1001'
meant jitter receive 'rtp://127.0.0.1:5004?size=64x48&jiter=5'
bad 128 receive 'rtp://127.0.0.1:5004?size=64x48&payload=128'
bad white receive 'rtp://127.0.0.1:5004?size=64x48&lost=white'
bad ::1 receive 'rtp://127.0.0.1:5004?size=64x48&from=::1'

bad 12x capture $p -s 12x
bad x12 capture $p -s x12
bad 12 capture $p -s 12
bad 0x0 capture $p -s 0x0
bad 1280x720x3 capture $p -s 1280x720x3
bad -1x720 capture $p -s -1x720
bad 99999x99999 capture $p -s 99999x99999
bad 8x8 capture $p --size 8x8
bad 99999999999999999999x720 capture $p -s 99999999999999999999x720
bad -s capture $p -s ''
bad -s capture $p -s
bad XYZ1 capture $p -f XYZ1
bad -f capture $p -f ''
bad -f capture $p -f
bad fast capture $p -r fast
bad -30 capture $p -r -30
bad 30/0 capture $p -r 30/0
bad 1e99 capture $p -r 1e99
bad 99999999999999999999 capture $p -r 99999999999999999999
bad --rate capture $p --rate
bad '-b 0' capture $p -b 0
bad 33 capture $p -b 33
bad four capture $p -b four
bad -4 capture $p -b -4
bad ' 4' capture $p -b ' 4'
bad 4.5 capture $p --buffers 4.5
bad 99999999999999999999 capture $p -b 99999999999999999999
bad abc capture $p -n abc
bad '-n 0' capture $p -n 0
bad -5 capture $p -n -5
bad 0x10 capture $p -n 0x10
bad 99999999999999999999999 capture $p -n 99999999999999999999999
bad -n capture $p -n
bad --count capture $p --count
bad '-t 0' capture $p -t 0
bad soon capture $p -t soon
bad 1e3 capture $p -t 1e3
bad -1 capture $p -t -1
bad 1.2.3 capture $p -t 1.2.3
bad '-t .' capture $p -t .
bad 0.0000000001 capture $p -t 0.0000000001
bad 99999999999999999 capture $p -t 99999999999999999
bad brightness capture $p --set brightness
bad elsewhere capture $p --to null:elsewhere
bad =5 capture $p --set =5
bad brightness= capture $p --set brightness=
bad slob capture $p --memory slob
bad --memory capture $p --memory ''
bad libuv capture $p --loop libuv
bad '--rt 0' capture $p --rt 0
bad 100 capture $p --rt 100
bad one capture $p --cpu one
bad 5000 capture $p --cpu 5000
bad -1 capture $p --cpu -1
bad --to capture $p --to ''
bad --to capture $p --to
bad nosuch capture $p --to nosuch
bad nosuch capture $p --to nosuch://x
bad depth capture $p --to 'null?depth=3'
bad budget capture $p --to 'null?budget=0'
bad --stage capture $p --stage
bad --stage capture $p --stage ''
bad sharpen capture $p --stage sharpen=3
bad 10x capture $p --stage crop=10x
bad mask capture $p --stage mask=10x10
bad mask capture $p --stage mask=0x10+0+0
bad left capture $p --stage stamp=left
bad much capture $p --stage motion=much
bad motion capture $p --stage motion=1.5
bad fast capture $p --stage rate=fast
bad rate capture $p --stage rate=0
bad --frames capture $p --frames
bad --sdp capture $p --sdp file
bad --trace capture $p --trace file
bad -x capture $p -x
bad --bogus capture $p --bogus=3
bad --json=3 capture $p --json=3
bad second capture $p second
bad second capture $p -- second
bad "''" capture ''
bad nosuch capture nosuch:thing
bad brightness=3 capture $p --set brightness=3
bad stripes capture pattern:stripes
bad colour capture "$p?colour=red"
bad 12x capture "$p?size=12x"
bad size capture "$p?size=64x64&size=32x32"
bad -s list -s 64x64
bad thing list thing
bad thing doctor thing
bad -n doctor -n 3
bad SOURCE info
bad --to info $p --to null
bad 12x explain $p -s 12x
bad slob explain $p --memory slob

meant capture captur
meant list lsit
meant doctor docotr
meant --buffers capture $p --bufers 3
meant --require-zero-copy capture $p --require-zerocopy
meant --format capture $p --fromat YUYV
meant YUYV capture $p -f YUVY
meant host capture $p --memory hots
meant uring capture $p --loop urng
meant null capture $p --to nul
meant crop capture $p --stage corp=64x64+0+0
meant pattern capture patern:bars
meant bars capture pattern:brs
meant size capture "$p?sise=64x64"

if has_json; then
	bad --json capture $p --json --to -
	bad --to capture $p --to - --to -
fi

WEIR_LOG=wran run list
check "WEIR_LOG is checked, not $status" exits 2
check "WEIR_LOG's word is named" has err wran
check "WEIR_LOG's nearest level is named" has err 'mean warn'

# Two lines, or an escape sequence, cannot be smuggled into a message.
bad '-s 1?2' capture $p -s $'1\n2'
bad '?[31m' capture $'x:\e[31m'

finish
