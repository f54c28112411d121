#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The weir authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The part of capture.sh that runs in the rig: capture_guest.py WEIR RUNS cost|counted|start.

cost: CPU time a frame of 1080p, user and system, between a short and a long run, so that what a program
does once does not count. counted: the same, more frames of 320x180, since their size makes no difference
where nobody touches pixels. start: from the start of the program to the first byte of the first frame.
"""
import os
import resource
import statistics
import subprocess
import sys
import time

NODE = "/dev/video0"
SIZE, SHORT, LONG = ("320x180", 20, 2020) if sys.argv[3] == "counted" else ("1920x1080", 20, 320)


def v4l2_ctl(frames, *more):
    return ["v4l2-ctl", "-d", NODE, "--stream-mmap", "--stream-count=%d" % frames, *more]


def gstreamer(frames):
    width, height = SIZE.split("x")
    return ["gst-launch-1.0", "-q", "v4l2src", "device=" + NODE, "io-mode=dmabuf",
            "num-buffers=%d" % frames, "!", "video/x-raw,format=UYVY,width=%s,height=%s,"
            "framerate=30/1" % (width, height), "!", "fakesink"]


def weir(frames, *more, size=SIZE):
    return [sys.argv[1], "capture", NODE, "-s", size, "-f", "UYVY", "-r", "30", "-q",
            "-n", str(frames), *(more or ("--to", "null"))]


def set_format(size):
    width, height = size.split("x")
    subprocess.run(["v4l2-ctl", "-d", NODE, "-p", "30", "--set-fmt-video="
                    "width=%s,height=%s,pixelformat=UYVY" % (width, height)],
                   check=True, stdout=subprocess.DEVNULL)


def cpu_seconds(command, output=subprocess.DEVNULL):
    def used():
        usage = resource.getrusage(resource.RUSAGE_CHILDREN)
        return usage.ru_utime + usage.ru_stime

    before = used()
    subprocess.run(command, check=True, stdout=output, stderr=output)
    return used() - before


def table(rows, unit):
    """rows: name -> figures. The first is the measure of the others."""
    base = statistics.median(next(iter(rows.values())))
    for name, figures in rows.items():
        middle = statistics.median(figures)
        print("%-34s %9.1f %s   %5.2f" % (name, middle, unit, middle / base), flush=True)


def cost(runs):
    commands = {
        "v4l2-ctl --stream-mmap": (v4l2_ctl, subprocess.DEVNULL),
        "the same, its progress read": (v4l2_ctl, subprocess.PIPE),
        "gst v4l2src io-mode=dmabuf": (gstreamer, subprocess.DEVNULL),
        "weir": (weir, subprocess.DEVNULL),
        "weir --memory mmap": (lambda n: weir(n, "--memory", "mmap"), subprocess.DEVNULL),
        "weir --loop epoll": (lambda n: weir(n, "--loop", "epoll"), subprocess.DEVNULL),
    }
    rows = {name: [] for name in commands}
    set_format(SIZE)
    for command, output in commands.values():
        cpu_seconds(command(1), output)  # everything is in the page cache from here on
    for _ in range(runs):
        for name, (command, output) in commands.items():
            seconds = cpu_seconds(command(LONG), output) - cpu_seconds(command(SHORT), output)
            rows[name].append(seconds / (LONG - SHORT) * 1e6)
    table(rows, "us")


def first_byte(command):
    begin = time.monotonic()
    # One address space layout for all runs: the emulator has translated the code before then.
    program = subprocess.Popen(["setarch", "-R", *command], stdout=subprocess.PIPE,
                               stderr=subprocess.DEVNULL)
    os.read(program.stdout.fileno(), 1)
    seconds = time.monotonic() - begin
    program.stdout.read()
    if program.wait():
        sys.exit("failed: " + " ".join(command))
    return seconds


def start(runs):
    for size in "1920x1080", "1280x720", "640x360":
        commands = {
            "v4l2-ctl --stream-to=-, %s" % size: v4l2_ctl(1, "--stream-to=-"),
            "weir --to -": weir(1, "--to", "-", size=size),
            "weir --to - --memory mmap": weir(1, "--to", "-", "--memory", "mmap", size=size),
        }
        set_format(size)
        rows = {name: [] for name in commands}
        for turn in range(2 * runs + 1):
            for name, command in commands.items():
                seconds = first_byte(command)
                if turn:
                    rows[name].append(seconds * 1e3)
        table(rows, "ms")


{"cost": cost, "counted": cost, "start": start}[sys.argv[3]](int(sys.argv[2]))
