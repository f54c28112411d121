#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The weir authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""In the rig: pictures whose every byte follows from their number go into vivid's video output, come out of
its camera, and are compared bit for bit, in every format and kind of memory; then the cameras are unplugged
again and again. TAP on stdout.

    tests/vm/run --vivid PARAMETERS tests/vm/loopback.py VM_CAMERA [full|unplug CYCLES]

PARAMETERS make three pairs of an HDMI camera and an HDMI output: single- and multi-planar with pages from
all over memory, multi-planar with contiguous ones. `full` lets the sink `verify` look at 300 frames of each.
"""
import sys

import guest

# Camera, kinds, formats, and what is tried with unplugs. Multi-planar YUYV of vivid has an offset before
# its pixels.
PAIRS = [
    (0, ["slab", "mmap", "heap"], ["YUYV", "UYVY", "NV12", "GREY"], ["slab", "heap"]),
    (2, ["slab", "mmap", "heap"], ["YUYV", "NV12M", "XR24", "RGB565"], ["slab", "mmap"]),
    (4, ["mmap"], ["YUYV", "UYVY", "NV12", "NV12M", "XR24", "RGB565", "GREY"], ["mmap"]),
]
PICTURES = 10

camera = sys.argv[1]
report = guest.Report()


def device(number):
    return "/dev/video%d" % number


def source(node, name):
    uri = "v4l2:%s?format=%s" % (device(node), name.rstrip("M"))
    return uri + "&planes=apart" if name.endswith("M") else uri


def must(*command):
    outcome = guest.run(*command)
    if outcome.status:
        raise RuntimeError("%s: %s" % (command, outcome))


def connect(node):
    """The camera to the output of the same device, both in one mode of 640x480."""
    info = guest.weir("info", device(node), "--json").objects[-1]
    control = next(c["name"] for c in info["controls"] if c["name"].endswith("_is_connected_to"))
    output = "Output HDMI %s-0" % control.split("_")[1]
    for end in (node + 1, node):
        must(camera, "timings", device(end), 0)
    must(camera, "set", device(node), "%s=%s" % (control, output), "osd_text_mode=None")


def writer(node, name, *damage):
    written = name.rstrip("M") + "+" * name.endswith("M")
    return guest.Background("ready", camera, "write", device(node + 1), written, *damage)


def prove(node, name, kind):
    return guest.run(camera, "prove", source(node, name), kind, PICTURES)


def verify(node, name, kind, frames):
    outcome = guest.weir("capture", source(node, name), "--memory", kind, "--to", "verify?numbers=free",
                         "-n", frames, "--json")
    if outcome.status:
        return [outcome]
    verdict = outcome.summary["sinks"][0]["verdict"]
    words = "verify: %d frames, in order" % frames
    return list(guest.complaints_of_books(outcome.summary)) + [verdict] * (not verdict.startswith(words))


def try_format(node, name, kinds, full):
    with writer(node, name):
        for kind in kinds:
            outcome = prove(node, name, kind)
            report.check("%s %s %s: bit for bit" % (device(node), name, kind),
                         [outcome] if outcome.status else [])
            if full:
                report.check("%s %s %s: verify, 300 frames" % (device(node), name, kind),
                             verify(node, name, kind, 300))
        outcome = guest.run(camera, "whole", device(node), device(node + 1))
        report.check("%s %s: nothing crops or scales" % (device(node), name),
                     [outcome] if outcome.status else [])


def must_fail(title, node, words):
    """Such a picture has to be noticed, with these words."""
    outcome = prove(node, "YUYV", "mmap")
    if outcome.status != 1 or not all(word in " ".join(outcome.out) for word in words):
        report.check(title, [outcome])
    else:
        report.check("%s: %s" % (title, outcome.out[-1]))


def try_controls(node):
    with writer(node, "YUYV", "flip"):
        must_fail("a bit that is wrong is noticed", node, [
            "%d pictures: %d wrong, 0 unreadable, 0 torn" % (PICTURES, PICTURES)])
    with writer(node, "YUYV", "tear"):
        torn = "%d torn, 0 unreadable" % PICTURES
        must_fail("two halves are noticed, by verify too", node, [
            "0 pictures: 0 wrong, 0 unreadable, %d torn" % PICTURES, "0 repeated, " + torn])
    with writer(node, "YUYV"):
        must(camera, "set", device(node), "osd_text_mode=All")
        must_fail("vivid's text would be noticed", node, ["0 torn"])  # it hides no stamp
        must(camera, "set", device(node), "osd_text_mode=None")


def try_pair(pair):
    node, kinds, formats, _ = pair
    connect(node)
    for name in formats:
        try_format(node, name, kinds, "full" in sys.argv)
    if node == 0:
        try_controls(node)
    if "full" not in sys.argv:
        with writer(node, formats[0]):
            report.check("%s %s: verify" % (device(node), formats[0]),
                         verify(node, formats[0], kinds[0], 30))


def unplug(node, kind, cycles):
    """vivid's text, with a clock and a counter, makes every picture another one."""
    must(camera, "set", device(node), "osd_text_mode=All")
    outcome = guest.run(camera, "unplug", device(node), source(node, "YUYV"), kind, cycles)
    title = "%s %s: %s" % (device(node), kind, outcome.out[-1] if outcome.out else "nothing said")
    report.check(title, [outcome] if outcome.status else [])


def try_unplugs(pair):
    node, _, _, kinds = pair
    for kind in kinds:
        unplug(node, kind, cycles)


cycles = int(sys.argv[3]) if "unplug" in sys.argv else 50
if "unplug" not in sys.argv:
    guest.in_parallel(try_pair, PAIRS)
if "full" not in sys.argv:
    guest.in_parallel(try_unplugs, PAIRS)
report.finish()
