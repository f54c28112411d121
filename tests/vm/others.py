#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The weir authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""In the rig: video nodes that are no cameras are refused with words that say what they are, and a camera
behind a media pipeline (vimc) is refused while its pads disagree and captured from when they agree. TAP on
stdout.

    tests/vm/run --modules udmabuf,vim2m,vicodec,vimc --module 'vivid n_devs=1 node_types=0xe0101'
        tests/vm/others.py
"""
import glob
import os
import shutil

import guest

report = guest.Report()

# By the name of the node; the first that fits.
KINDS = [
    ("vim2m", "is a codec or converter"),
    ("stateless", "is a codec or converter"),
    ("codec", "is a codec or converter"),
    ("encoder", "is a codec or converter"),
    ("decoder", "is a codec or converter"),
    ("vid-out", "is an output: frames go into it"),
    ("meta", "is a node for metadata"),
    ("touch", "is a touch sensor"),
]
MEMORY = ["slab", "mmap", "heap"]


def nodes():
    """Device and name of every node that a camera could be."""
    for path in sorted(glob.glob("/sys/class/video4linux/video*") + glob.glob("/sys/class/video4linux/v4l-touch*")):
        with open(path + "/name", encoding="utf-8") as name:
            yield "/dev/" + os.path.basename(path), name.read().strip()


def try_others():
    listed = "\n".join(guest.weir("list").out).split()
    found = set()
    for device, name in nodes():
        words = next((words for part, words in KINDS if part in name), None)
        if not words:
            continue
        found.add(words)
        outcome = guest.weir("capture", device, "-n", 3)
        good = outcome.status == 4 and len(outcome.err) == 1 and words in outcome.err[0] and not outcome.out
        report.check("%s: %s" % (name, words), [] if good else [outcome])
        report.check("%s: not among the cameras" % name, [device] if device in listed else [])
    report.check("there were all kinds of them", set(words for _, words in KINDS) - found)


def must(*command):
    outcome = guest.run(*command)
    if outcome.status:
        raise RuntimeError("%s: %s" % (command, outcome))


def media_device(word):
    """That has the word in its model's name."""
    for path in glob.glob("/sys/bus/media/devices/*/model"):
        with open(path, encoding="utf-8") as model:
            if word in model.read():
                return "/dev/" + os.path.basename(os.path.dirname(path))
    raise RuntimeError("no media device is a " + word)


def set_pipeline(size):
    """Bayer of that size from the sensor, whose raw pictures another node takes; RGB from the scaler on."""
    device = media_device("VIMC")
    for pad in ('"Sensor A":0[fmt:SBGGR8_1X8/%s]', '"Debayer A":0[fmt:SBGGR8_1X8/%s]',
                '"Scaler":0[fmt:RGB888_1X24/%s]', '"Scaler":1[fmt:RGB888_1X24/%s]'):
        must("media-ctl", "-d", device, "-V", pad % size)
    raw = next(device for device, name in nodes() if name == "Raw Capture 0")
    width, height = size.split("x")
    must("v4l2-ctl", "-d", raw, "-v", "pixelformat=BA81,width=%s,height=%s" % (width, height))


def try_pipeline():
    camera = next(device for device, name in nodes() if name == "RGB/YUV Capture")
    options = ("-s", "320x240", "-f", "RGB24", "--to", "null", "-n", 20, "--json")

    outcome = guest.weir("capture", camera, *options)
    words = "VIDIOC_STREAMON on %s: Broken pipe (EPIPE): the camera's media pipeline does not deliver" % camera
    good = outcome.status == 4 and words in outcome.err[0] and "media-ctl" in outcome.err[0]
    report.check("vimc, pads that disagree: %s" % words, [] if good else [outcome])

    set_pipeline("320x240")
    for kind in MEMORY:
        outcome = guest.weir("capture", camera, *options, "--memory", kind)
        faults = [outcome] if outcome.status or outcome.summary["memory"]["kind"] != kind else \
            list(guest.complaints_of_books(outcome.summary))
        report.check("vimc through its pipeline: 20 frames in memory %s" % kind, faults)


try_others()
if shutil.which("media-ctl") and shutil.which("v4l2-ctl"):
    try_pipeline()
else:
    print("SKIPPED vimc's pipeline: media-ctl is not installed (v4l-utils)")
report.finish()
