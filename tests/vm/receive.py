#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The weir authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""In the rig: frames go from one network namespace to another, through a network that delays packets and lets one
in a hundred overtake the others; every byte of every frame arrives, and none is lost. Through one that loses packets
the books tell of it. TAP on stdout.

    tests/vm/run --modules veth,sch_netem tests/vm/receive.py [FRAMES]
"""
import subprocess
import sys
import time

import guest
from hosts import connect, network_does

WIDTH, HEIGHT, RATE = 128, 96, 50
LINE, STAMP_LINES = WIDTH * 2, 8
FRAMES = int(sys.argv[1]) if len(sys.argv) > 1 else 10000
PICTURE = "size=%dx%d&format=UYVY&fps=%d" % (WIDTH, HEIGHT, RATE)

report = guest.Report()


def weir(namespace, *words):
    command = ["ip", "netns", "exec", namespace, "weir"] + [str(word) for word in words]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def reference():
    """A frame of the sender's pattern, but for the stamp."""
    with subprocess.Popen(["weir", "capture", "pattern:bars?" + PICTURE, "-n", "1", "-q", "--to", "-"],
                          stdout=subprocess.PIPE) as child:
        return child.stdout.read()


def pictures_of(stream, frames):
    """How many frames come, and how many of them are not the sender's picture."""
    expected = reference()[LINE * STAMP_LINES:-LINE * STAMP_LINES]
    came = wrong = 0
    while came < frames:
        frame = stream.read(LINE * HEIGHT)
        if len(frame) < LINE * HEIGHT:
            break
        came += 1
        wrong += frame[LINE * STAMP_LINES:-LINE * STAMP_LINES] != expected
    return came, wrong


def transfer(frames, keys):
    """What the receiver says at its end, and what it wrote."""
    receiver = weir("rx", "receive", "rtp://10.77.0.2:5004?%s&%s" % (PICTURE, keys), "-n", frames, "-v",
                    "--to", "verify?numbers=free", "--to", "-?budget=8&policy=oldest")
    time.sleep(1)
    sender = weir("tx", "capture", "pattern:bars?" + PICTURE, "-q", "--to", "rtp://10.77.0.2:5004?mtu=1500")
    came, wrong = pictures_of(receiver.stdout, frames)
    words = receiver.stderr.read().decode()
    receiver.wait()
    sender.terminate()
    sender.wait()
    return came, wrong, words


def lacks(words, *promises):
    return [words for promise in promises if promise not in words][:1]


if "rtp" not in "".join(guest.weir("capture", "--help").out).split("SINK")[1]:
    print("skipped: this build has no sink that sends RTP")
    sys.exit(77)
connect()
network_does("delay", "2ms", "reorder", "1%")
came, wrong, words = transfer(FRAMES, "jitter=500")
report.check("%d frames through a network that reorders 1 %%: in order, no packet lost" % FRAMES,
             lacks(words, "%d captured" % FRAMES, " 0 lost, 0 too late, ", " 0 corrupt", " 0 out of order, ",
                   " 0 repeated, 0 torn, 0 unreadable") if "in order, 0 lost" not in words else [])
report.check("%d of them written, each byte as it was sent" % came,
             [] if came and not wrong else ["%d are not" % wrong])
report.note(next((line for line in words.splitlines() if "copied to their place" in line), "no counts"))

network_does("loss", "2%")
came, wrong, words = transfer(FRAMES // 10, "jitter=20&lost=black")
report.check("through a network that loses 2 %: frames come, and the books tell of packets that do not",
             lacks(words, "lost by the device") if " 0 corrupt" not in words else [words])
report.note(next((line for line in words.splitlines() if "copied to their place" in line), "no counts"))
report.finish()
