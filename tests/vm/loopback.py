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
import re
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
    return guest.weir("capture", source(node, name), "--memory", kind, "--to", "verify?numbers=free",
                      "-n", frames, "--json")


def is_verified(frames):
    words = "verify: %d frames, in order" % frames
    return lambda o: o.status == 0 and o.summary["sinks"][0]["verdict"].startswith(words) \
        and not list(guest.complaints_of_books(o.summary))


def check(title, outcome, condition=lambda o: o.status == 0):
    report.check(title, [] if condition(outcome) else [outcome])


def try_format(node, name, kinds, full):
    with writer(node, name):
        for kind in kinds:
            title = "%s %s %s" % (device(node), name, kind)
            check(title + ": bit for bit", prove(node, name, kind))
            if full:
                check(title + ": verify, 300 frames", verify(node, name, kind, 300), is_verified(300))
        check("%s %s: nothing crops or scales" % (device(node), name),
              guest.run(camera, "whole", device(node), device(node + 1)))


def must_fail(title, node, condition):
    """Such pictures have to be noticed. `condition`: of the counts in prove's line, by their words."""
    outcome = prove(node, "YUYV", "mmap")
    counts = {word: int(count) for count, word in re.findall(r"(\d+) ([a-z]+)", outcome.out[0].split(";")[0])}
    if outcome.status != 1 or not condition(counts):
        report.check(title, [outcome])
    else:
        report.check("%s: %s" % (title, outcome.out[0]))


def try_controls(node):
    with writer(node, "YUYV", "flip"):
        must_fail("a wrong bit is noticed", node,
                  lambda n: n["wrong"] == n["frames"] and n["unreadable"] == n["torn"] == 0)
    with writer(node, "YUYV", "tear"):
        must_fail("two halves are noticed", node, lambda n: n["torn"] == n["frames"] and n["unreadable"] == 0)
        check("two halves are noticed by the sink verify", verify(node, "YUYV", "mmap", 30),
              lambda o: o.status == 1 and "30 torn, 0 unreadable" in o.summary["sinks"][0]["verdict"])
    with writer(node, "YUYV"):
        must(camera, "set", device(node), "osd_text_mode=All")
        must_fail("vivid's text would be noticed", node,
                  lambda n: n["wrong"] == n["frames"] and n["unreadable"] == n["torn"] == 0)
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
            check("%s %s: verify" % (device(node), formats[0]), verify(node, formats[0], kinds[0], 30),
                  is_verified(30))


def unplug(node, kind, cycles):
    """vivid's text, with a clock and a counter, makes every picture another one."""
    must(camera, "set", device(node), "osd_text_mode=All")
    outcome = guest.run(camera, "unplug", device(node), source(node, "YUYV"), kind, cycles)
    check("%s %s: %s" % (device(node), kind, outcome.out[0] if outcome.out else "nothing said"), outcome)


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
