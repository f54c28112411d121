#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The weir authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""In the rig: every camera x format x kind of memory gives frames without a copy, in the kind of memory
that the camera allows. TAP on stdout.

    tests/vm/run tests/vm/capture.py           a second of small pictures each
    tests/vm/run --timeout 900 tests/vm/capture.py full     300 frames of 720p each, and a table
"""
import sys

import guest

# NV12M: its planes apart, which only multi-planar cameras have; others give NV12.
FORMATS = ["YUYV", "UYVY", "NV12", "NV12M", "XR24", "RGB565", "GREY"]

ROW = "%-8s %-7s %-7s %8s %6s %7s %8s %7s %8s %7s"

report = guest.Report()


def capture(node, name, options):
    if name.endswith("M"):
        return guest.weir("capture", "v4l2:/dev/video%d?planes=apart" % node, "-f", name, *options)
    return guest.weir("capture", "/dev/video%d" % node, "-f", name, *options)


def complaints(outcome, frames, kind):
    if outcome.status:
        yield outcome
        return
    summary = outcome.summary
    yield from guest.complaints_of_books(summary)
    yield from guest.complaints_of_cost(summary)
    if summary["frames"]["captured"] != frames:
        yield "%d frames" % summary["frames"]["captured"]
    if summary["memory"]["kind"] != kind:
        yield "memory %s, not %s" % (summary["memory"]["kind"], kind)


def is_contiguous(node):
    return node >= 2


def try_kinds(node, name):
    options = ("-s", "320x180", "-r", "60", "--to", "null", "-n", "30", "--json")
    default = "mmap" if is_contiguous(node) else "slab"
    others = ["slab"] if is_contiguous(node) else ["mmap", "heap"]
    report.check("video%d %s: %s" % (node, name, default),
                 complaints(capture(node, name, options), 30, default))
    for kind in others:
        outcome = capture(node, name, options + ("--memory", kind))
        title = "video%d %s --memory %s" % (node, name, kind)
        if is_contiguous(node):
            report.check(title + ": refused", [outcome] if outcome.status != 4 else [])
        else:
            report.check(title, complaints(outcome, 30, kind))


def try_short(node):
    for name in FORMATS:
        if not name.endswith("M") or node % 2:
            try_kinds(node, name)


def try_full(node):
    options = ("-s", "1280x720", "-r", "30", "--to", "null", "-n", "300", "--json")
    for name in FORMATS:
        outcome = capture(node, name, options)
        report.check("video%d %s 1280x720, 300 frames" % (node, name),
                     complaints(outcome, 300, "mmap" if is_contiguous(node) else "slab"))
        if outcome.status:
            continue
        summary = outcome.summary
        report.note(ROW % (
            "video%d" % node, name, summary["memory"]["kind"], summary["frames"]["captured"],
            summary["frames"]["lost_by_device"],
            summary["copies"]["user_bytes"] + summary["copies"]["kernel_bytes"],
            "%.2f" % summary["fps"], "%.2f" % summary["syscalls_per_frame"],
            "%.0f" % summary["cpu_us_per_frame"], summary["faults"]["minor"]))


if sys.argv[1:] == ["full"]:
    report.note(ROW % ("node", "format", "memory", "captured", "lost", "copied", "fps", "calls", "cpu us",
                       "faults"))
    for each in range(4):
        try_full(each)
else:
    guest.in_parallel(try_short, range(4))
report.finish()
