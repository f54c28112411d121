#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The weir authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The part of gst.sh that runs in the rig: gst_guest.py RUNS SHARES. CPU time a frame, user and system, between a
short and a long run of the same pipeline, so that what a program does once does not count; beside it what SHARES
says that the source and the rest have of it."""
import resource
import statistics
import subprocess
import sys

SHORT, LONG = 20, 620
CAPS = "video/x-raw,format=BGRx,width=640,height=480,framerate=60/1"
SOURCES = {
    "v4l2src io-mode=dmabuf": "v4l2src device=/dev/video0 io-mode=dmabuf",
    "v4l2src": "v4l2src device=/dev/video0",
    "weirsrc": "weirsrc device=/dev/video0 copy-policy=never",
    "weirsrc memory=mmap": "weirsrc device=/dev/video0 copy-policy=never memory=mmap",
}
SINKS = ["fakesink", "kmssink driver-name=vkms force-modesetting=true"]


def words(source, frames, sink):
    return [*source.split(), "num-buffers=%d" % frames, "!", CAPS, "!", *sink.split()]


def cpu_seconds(source, frames, sink):
    def used():
        usage = resource.getrusage(resource.RUSAGE_CHILDREN)
        return usage.ru_utime + usage.ru_stime

    before = used()
    subprocess.run(["gst-launch-1.0", "-q", *words(source, frames, sink)], check=True, stdout=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL)
    return used() - before


def shares(source, sink):
    """Microseconds a frame: the source's, the rest's."""
    out = subprocess.run([sys.argv[2], *words(source, LONG, sink)], check=True, stdout=subprocess.PIPE, text=True)
    return [float(figure) for figure in out.stdout.split()]


def measure(source, sink):
    seconds = cpu_seconds(source, LONG, sink) - cpu_seconds(source, SHORT, sink)
    return [seconds / (LONG - SHORT) * 1e6, *shares(source, sink)]


def compare(sink, runs):
    rows = {name: [] for name in SOURCES}
    for source in SOURCES.values():
        cpu_seconds(source, 1, sink)  # everything is in the page cache from here on
    for _ in range(runs):
        for name, source in SOURCES.items():
            rows[name].append(measure(source, sink))
    middle = {name: [statistics.median(column) for column in zip(*figures)] for name, figures in rows.items()}
    base = middle["v4l2src io-mode=dmabuf"]
    for name, (whole, own, rest) in middle.items():
        print("%-24s ! %-9s %7.1f us %5.2f   source %6.1f us %5.2f   rest %6.1f us %5.2f" % (
            name, sink.split()[0], whole, whole / base[0], own, own / base[1], rest, rest / base[2]), flush=True)


for one in SINKS:
    compare(one, int(sys.argv[1]))
