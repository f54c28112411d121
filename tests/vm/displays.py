#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The weir authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""In the rig: one camera on two displays of two drivers, vkms and cirrus, each frame in one memory for both; and
one of them goes and comes back. TAP on stdout.

    tests/vm/run --qemu '-device cirrus-vga' --module vkms --module cirrus tests/vm/displays.py
"""
import glob
import os
import subprocess

import guest

report = guest.Report()
COMMON = ["capture", "/dev/video0", "-s", "640x480", "-r", "30", "--json"]


def connectors():
    return {os.path.basename(path).split("-", 1)[1]: path for path in glob.glob("/sys/class/drm/card*-*")
            if "Writeback" not in path}


def to(names):
    return [word for name in names for word in ("--to", "display:" + name)]


def complaints(outcome, frames, least):
    """`least` of the frames are to be delivered to each sink."""
    if outcome.status:
        yield outcome
        return
    yield from guest.complaints_of_books(outcome.summary)
    for sink in outcome.summary["sinks"]:
        if sink["error"] or sink["delivered"] < least:
            yield sink
    if outcome.summary["frames"]["captured"] != frames:
        yield outcome


def try_both(names):
    for pixels in ("XR24", "RGB565"):
        for kind in ("slab", "mmap", "heap"):
            outcome = guest.weir(*COMMON, "-f", pixels, "-n", 60, "--memory", kind, *to(names))
            report.check("%s in %s memory on %s" % (pixels, kind, " and ".join(names)), complaints(outcome, 60, 50))


def force(connector, status):
    with open(connector + "/status", "w", encoding="ascii") as file:
        file.write(status)


def try_unplug(names, gone, path):
    command = ["weir", *COMMON, "-f", "XR24", "-n", "150", "--frames", *to(names)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as child:
        frames, last = 0, ""
        for last in child.stdout:
            frames += '"type":"frame"' in last
            if frames in (20, 80):
                force(path, "off" if frames == 20 else "detect")
        outcome = guest.Outcome(None, last, child.stderr.read())
        outcome.status = child.wait()
    faults = list(complaints(outcome, 150, 30))
    if not outcome.status:
        delivered = {sink["uri"]: sink["delivered"] for sink in outcome.summary["sinks"]}
        others = [n for uri, n in delivered.items() if not uri.endswith(gone)]
        if delivered["display:" + gone] > 140 or min(others) < 130:
            faults.append(delivered)
    report.check("%s goes and comes back, the other stays" % gone, faults and faults + outcome.err)


found = connectors()
report.check("there are two", [] if len(found) == 2 else [found])
try_both(sorted(found))
try_unplug(sorted(found), "Virtual-1", found["Virtual-1"])
report.finish()
