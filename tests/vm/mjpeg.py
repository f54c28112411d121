#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The weir authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""In the rig: an MJPEG camera (v4l2loopback) that neither exports nor imports dma-bufs. Plain mapped buffers
carry its frames all the same, and the plan says what is missing. TAP on stdout.

    tests/vm/run --modules udmabuf --module 'v4l2loopback video_nr=9 exclusive_caps=1 max_buffers=20'
        tests/vm/mjpeg.py VM_CAMERA

v4l2loopback writes into a buffer that is still being read once it has gone round its ring: the ring is long
enough for a reader that is kept waiting for a second, and weir asks for all of it, because the driver
starts a ring of another length in the middle. A frame that was written before the reader's VIDIOC_REQBUFS has
lost its length by that: it is the first one, which the camera needs to be one, and nobody expects it whole.
"""
import re
import subprocess
import sys
import threading

import guest

RING = 20
FRAMES = 40

camera = sys.argv[1]
report = guest.Report()


def feeder(*damage):
    return guest.Background("ready", camera, "feed", "/dev/video9", "pattern:mjpeg?size=640x480&fps=20", *damage)


def capture(feed):
    """With a feeder that goes on when the buffers are there."""
    command = ["weir", "capture", "/dev/video9", "-f", "MJPEG", "-b", str(RING), "--to", "verify?numbers=free",
               "-n", str(FRAMES), "--json", "-v"]
    out = []
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as child:
        timer = threading.Timer(guest.PATIENCE, child.kill)
        timer.start()
        for line in child.stdout:
            out.append(line)
            if '"event":"started"' in line:
                feed.stdin.write("\n")
                feed.stdin.flush()
        err = child.stderr.read()
        timer.cancel()
    return guest.Outcome(child.returncode, "".join(out), err)


def why_not(outcome, kind):
    plan = next(o for o in outcome.objects if o["type"] == "plan")
    return next(c["reason"] for c in plan["choices"] if c["name"] == kind)


def ring():
    with open("/sys/class/video4linux/video9/buffers", encoding="ascii") as buffers:
        return int(buffers.read())


def check(title, outcome, *conditions):
    """Conditions: pairs of what is wanted and what is."""
    report.check(title, ["%r, not %r" % (got, wanted) for wanted, got in conditions if got != wanted]
                 + [outcome] * any(got != wanted for wanted, got in conditions))


def faults_of(outcome):
    """What verify found: by its words in the verdict."""
    verdict = outcome.summary["sinks"][0]["verdict"]
    return {word: int(number) for number, word in re.findall(r"(\d+) (out of order|torn|unreadable)", verdict)}


def is_in_order(outcome):
    """But for the first frame."""
    faults = faults_of(outcome)
    return sum(faults.values()) <= 1 and not faults.get("out of order")


def check_whole():
    with feeder() as feed:
        outcome = capture(feed)
    summary = outcome.summary
    check("frames in order, none of two pieces", outcome, (FRAMES, summary["frames"]["captured"]),
          (0, summary["frames"]["corrupt"]), (True, is_in_order(outcome)))
    check("the ring is as long as before", outcome, (RING, ring()))
    check("nothing is copied", outcome, (0, summary["copies"]["user_bytes"]),
          (0, summary["copies"]["kernel_bytes"]), ([], list(guest.complaints_of_books(summary))))
    check("frames lie in the device's own memory", outcome, ("mmap", summary["memory"]["kind"]))
    check("the plan names the missing import", outcome,
          (True, "imports no dma-bufs (VIDIOC_REQBUFS)" in why_not(outcome, "slab")))
    check("one line names the missing export", outcome,
          (1, sum("does not export its buffers (VIDIOC_EXPBUF" in line for line in outcome.err)))


def check_empty():
    with feeder("empty") as feed:
        outcome = capture(feed)
    frames, sink = outcome.summary["frames"], outcome.summary["sinks"][0]
    check("empty frames are corrupt, counted and not delivered", outcome, (True, is_in_order(outcome)),
          (True, frames["corrupt"] > 0), ({"corrupt": frames["corrupt"]}, sink["drop_reasons"]),
          (FRAMES - frames["corrupt"], sink["delivered"]),
          ([], list(guest.complaints_of_books(outcome.summary))))


def check_halves():
    """Half an image has bytes and no error flag: whoever reads it has to see that, as verify does."""
    with feeder("half") as feed:
        outcome = capture(feed)
    check("half images are carried, and noticed by who reads them", outcome, (1, outcome.status),
          (0, outcome.summary["frames"]["corrupt"]), (FRAMES, outcome.summary["sinks"][0]["delivered"]),
          (True, faults_of(outcome)["torn"] > 1))


def check_info():
    """The shortest ring that anybody asks for is what all have from then on."""
    with feeder():
        outcome = guest.weir("info", "/dev/video9")
        check("weir info leaves a ring that a run could have asked for", outcome, (0, outcome.status), (4, ring()))


check_whole()
check_empty()
check_halves()
check_info()
report.finish()
