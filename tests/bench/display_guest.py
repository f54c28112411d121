#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The weir authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The part of display.sh that runs in the rig: display_guest.py WEIR RUNS cost|counted|latency.

cost: CPU time a frame of 640x480 XR24 from vivid to vkms, user and system, between a short and a long run, so that
what a program does once does not count. counted: the same with more frames, of one machine whose time is counted in
instructions. latency: what weir says of itself, run by run.
"""
import json
import resource
import statistics
import subprocess
import sys

NODE = "/dev/video0"
WEIR, RUNS, PART = sys.argv[1], int(sys.argv[2]), sys.argv[3]
SHORT, LONG = (20, 320) if PART == "cost" else (20, 1220)

# kmssink has to be told which driver it is (it knows a list of names), to set a mode (else it wants a plane for what
# the console shows), and that nothing scales (vkms: else it asks for a picture as large as the screen).
KMSSINK = "kmssink driver-name=vkms force-modesetting=true can-scale=false"


def gstreamer(frames, *more):
    return ["gst-launch-1.0", "-q", "v4l2src", "device=" + NODE, "io-mode=dmabuf", "num-buffers=%d" % frames,
            "!", "video/x-raw,format=BGRx,width=640,height=480,framerate=30/1", "!", *KMSSINK.split(), *more]


def weir(frames, *more):
    return [WEIR, "capture", NODE, "-s", "640x480", "-f", "XR24", "-r", "30", "-q", "-n", str(frames),
            "--to", "display", *more]


def cpu_seconds(command):
    """User and system."""
    def used():
        usage = resource.getrusage(resource.RUSAGE_CHILDREN)
        return usage.ru_utime, usage.ru_stime

    before = used()
    child = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if child.returncode:
        sys.exit("failed: %s\n%s" % (" ".join(command), child.stdout))
    return [now - then for now, then in zip(used(), before)]


def cost():
    commands = {
        "gst v4l2src io-mode=dmabuf ! kmssink": gstreamer,
        "… sync=false skip-vsync=true": lambda n: gstreamer(n, "sync=false", "skip-vsync=true"),
        "weir": weir,
        "weir --memory mmap": lambda n: weir(n, "--memory", "mmap"),
        "weir --loop epoll": lambda n: weir(n, "--loop", "epoll"),
    }
    rows = {name: [] for name in commands}
    for command in commands.values():
        cpu_seconds(command(3))  # everything is in the page cache from here on
    for _ in range(RUNS):
        for name, command in commands.items():
            long, short = cpu_seconds(command(LONG)), cpu_seconds(command(SHORT))
            rows[name].append([(a - b) / (LONG - SHORT) * 1e6 for a, b in zip(long, short)])
    base = None
    for name, figures in rows.items():
        user, system, both = (statistics.median(column) for column in
                              zip(*((user, system, user + system) for user, system in figures)))
        base = base or both
        print("%-38s %9.1f us   %8.1f user %8.1f system   %5.2f" % (name, both, user, system, both / base), flush=True)


def latency():
    print("%-22s %9s %9s %9s %9s %9s %9s" % ("", "added p50", "p99", "commit p99", "screen p50", "p99", "late"))
    for name, more in ("weir", []), ("weir --memory mmap", ["--memory", "mmap"]), ("weir --rt 20", ["--rt", "20"]):
        rows = []
        for _ in range(RUNS):
            child = subprocess.run(weir(300, "--json", *more), stdout=subprocess.PIPE, check=True, text=True)
            sink = json.loads(child.stdout.splitlines()[-1])["sinks"][0]
            added, figures = sink["added_us"], sink["figures"]
            rows.append((added["p50"], added["p99"], figures["commit_us_p99"], figures["to_screen_us_p50"],
                         figures["to_screen_us_p99"], figures["late"]))
        print("%-22s %9.1f %9.1f %9.1f %9.0f %9.0f %9d" % (name, *(statistics.median(each) for each in zip(*rows))),
              flush=True)


latency() if PART == "latency" else cost()
