#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The weir authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The part of gst.sh that runs in the rig: gst_guest.py RUNS. CPU time a frame, user and system, between a short
and a long run of the same pipeline, so that what a program does once does not count."""
import resource
import statistics
import subprocess
import sys

SHORT, LONG = 20, 320
CAPS = "video/x-raw,format=BGRx,width=640,height=480,framerate=60/1"
SOURCES = {
    "v4l2src": "v4l2src device=/dev/video0",
    "v4l2src io-mode=dmabuf": "v4l2src device=/dev/video0 io-mode=dmabuf",
    "weirsrc": "weirsrc device=/dev/video0 copy-policy=never",
    "weirsrc memory=mmap": "weirsrc device=/dev/video0 copy-policy=never memory=mmap",
}
SINKS = ["fakesink", "kmssink driver-name=vkms force-modesetting=true"]


def cpu_seconds(source, frames, sink):
    def used():
        usage = resource.getrusage(resource.RUSAGE_CHILDREN)
        return usage.ru_utime + usage.ru_stime

    before = used()
    subprocess.run(["gst-launch-1.0", "-q", *source.split(), "num-buffers=%d" % frames, "!", CAPS, "!", *sink.split()],
                   check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return used() - before


def cost(sink, runs):
    rows = {name: [] for name in SOURCES}
    for source in SOURCES.values():
        cpu_seconds(source, 1, sink)  # everything is in the page cache from here on
    for _ in range(runs):
        for name, source in SOURCES.items():
            seconds = cpu_seconds(source, LONG, sink) - cpu_seconds(source, SHORT, sink)
            rows[name].append(seconds / (LONG - SHORT) * 1e6)
    base = statistics.median(rows["v4l2src"])
    for name, figures in rows.items():
        middle = statistics.median(figures)
        print("%-24s ! %-9s %9.1f us   %5.2f" % (name, sink.split()[0], middle, middle / base), flush=True)


for one in SINKS:
    cost(one, int(sys.argv[1]))
