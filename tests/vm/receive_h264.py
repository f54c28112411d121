#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The weir authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""In the rig: H.264 goes from one network namespace to another, through a network that delays packets and lets some
overtake the others; every byte of every access unit arrives. Through one that loses packets the books tell of it, and
a decoder takes what comes. TAP on stdout.

    tests/vm/run --modules veth,sch_netem tests/vm/receive_h264.py FEED_H264
"""
import os
import signal
import subprocess
import sys
import tempfile
import time

import guest
from hosts import connect, must, network_does

FEED = sys.argv[1]
UNITS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../net/units.py")
SIZE, RATE, FRAMES = "176x144", 20, 120
folder = tempfile.mkdtemp()
SENT, GOT = os.path.join(folder, "sent"), os.path.join(folder, "got")

report = guest.Report()


def make_stream():
    must("ffmpeg", "-nostdin", "-loglevel", "error", "-f", "lavfi", "-i", "testsrc2=size=%s:rate=%d" % (SIZE, RATE),
         "-vf", "noise=alls=25:allf=t", "-frames:v", str(FRAMES), "-pix_fmt", "yuv420p", "-c:v", "libx264",
         "-preset", "ultrafast", "-qp", "20", "-g", "20",
         "-x264-params", "aud=1:slices=2:repeat-headers=1", "-f", "h264", SENT)


def transfer(keys, patience):
    """What the receiver says at its end: when it has all frames, or is told that no more will come."""
    uri = "rtp://10.77.0.2:5004?size=%s&format=H264&fps=%d&%s" % (SIZE, RATE, keys)
    with open(GOT, "wb") as out:
        receiver = subprocess.Popen(
            ["ip", "netns", "exec", "rx", "weir", "receive", uri, "-n", str(FRAMES), "-v", "--to",
             "-?budget=8&policy=oldest"], stdout=out, stderr=subprocess.PIPE)
        time.sleep(2)
        must("ip", "netns", "exec", "tx", FEED, SENT, SIZE, str(RATE), "rtp://10.77.0.2:5004?mtu=1500")
        try:
            words = receiver.communicate(timeout=patience)[1]
        except subprocess.TimeoutExpired:
            receiver.send_signal(signal.SIGINT)
            words = receiver.communicate()[1]
    return words.decode()


def lacks(words, *promises):
    return [words for promise in promises if promise not in words][:1]


def counts(words):
    return next((line for line in words.splitlines() if "copied to their place" in line), "no counts")


if guest.run("ffmpeg", "-version").status:
    print("skipped: there is no ffmpeg to make a stream")
    sys.exit(77)
make_stream()
connect()
network_does("delay", "2ms", "reorder", "3%")
words = transfer("jitter=500", 30)
report.check("%d frames through a network that reorders 3 %%: no packet lost" % FRAMES,
             lacks(words, "%d captured" % FRAMES, " 0 lost, 0 too late, ", " 0 frames not whole"))
compared = subprocess.run(["python3", UNITS, SENT, GOT], capture_output=True, text=True)
report.check("each of them to the byte", [] if compared.stdout == "%d 0\n" % FRAMES else [str(compared)])
report.note(counts(words))

network_does("loss", "2%")
words = transfer("jitter=20", 5)
report.check("through a network that loses 2 %: the books tell of packets and frames that are not whole",
             [words] if " 0 frames not whole" in words or " 0 lost, " in words else [])
probed = subprocess.run(["ffprobe", "-v", "quiet", "-count_frames", "-show_entries", "stream=nb_read_frames", "-of",
                         "csv=p=0", GOT], capture_output=True, text=True)
report.check("a decoder takes what comes",
             [] if probed.stdout.strip().isdigit() and int(probed.stdout) >= FRAMES // 2 else [str(probed)])
report.note(counts(words))
report.finish()
