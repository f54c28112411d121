#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The weir authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The part of gst.sh that runs in the rig: gst_guest.py RUNS SHARES. CPU time a frame, user and system, between a
short and a long run of the same pipeline, so that what a program does once does not count; beside it what SHARES
says that the source and the rest have of it. At 30 frames a second no sink leaves one out; SHARES fails if one does."""
import resource
import statistics
import subprocess
import sys

SHORT, LONG = 20, 620
SCREEN = "video/x-raw,format=BGRx,width=640,height=480,framerate=30/1"
WIRE = "video/x-raw,format=UYVY,width=1280,height=720,framerate=30/1"
SEND = "weirsink uri=rtp://10.78.0.2:5004?pace=off copy-policy="
PEER = "v4l2src io-mode=dmabuf"
SOURCES = {
    PEER: PEER + " device=/dev/video0",
    "v4l2src": "v4l2src device=/dev/video0",
    "weirsrc": "weirsrc device=/dev/video0 copy-policy=never",
    "weirsrc memory=mmap": "weirsrc device=/dev/video0 copy-policy=never memory=mmap",
}
ALL = list(SOURCES)
SINKS = {
    "fakesink": (SCREEN, "fakesink sync=true", ALL),
    "kmssink": (SCREEN, "kmssink driver-name=vkms force-modesetting=true", ALL),
    "weirsink, never copy": (WIRE, SEND + "never", [PEER, "weirsrc"]),
    "weirsink": (WIRE, SEND + "allow", ALL),
    "rtpvrawpay ! udpsink": (WIRE, "rtpvrawpay mtu=8972 ! udpsink host=10.78.0.2 port=5004", [PEER]),
}


def words(source, frames, sink):
    caps, rest, _ = SINKS[sink]
    return [*SOURCES[source].split(), "num-buffers=%d" % frames, "!", caps, "!", *rest.split()]


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


def compare(sinks, runs):
    """In turn; the first row is what the others are compared with."""
    rows = {(source, sink): [] for sink in sinks for source in SINKS[sink][2]}
    for source, sink in rows:
        cpu_seconds(source, 1, sink)  # everything is in the page cache from here on
    for _ in range(runs):
        for row, figures in rows.items():
            figures.append(measure(*row))
    base = None
    for (source, sink), figures in rows.items():
        whole, own, rest = (statistics.median(column) for column in zip(*figures))
        base = base or (whole, own, rest)
        print("%-22s ! %-20s %7.1f us %5.2f   source %6.1f us %5.2f   rest %6.1f us %5.2f" % (
            source, sink, whole, whole / base[0], own, own / base[1], rest, rest / base[2]), flush=True)


def connect():
    """A cable to another host, who drops what comes before anything is done with it."""
    for command in ("ip netns add rx", "ip link add name wire type veth peer name wire netns rx",
                    "ip link set wire mtu 9000 up", "ip -n rx link set wire mtu 9000 up",
                    "ip addr add 10.78.0.1/24 dev wire",
                    "ip neigh add 10.78.0.2 lladdr 52:54:00:00:00:02 nud permanent dev wire",
                    "tc -n rx qdisc add dev wire clsact"):
        subprocess.run(command.split(), check=True)
    subprocess.run([*"tc -n rx filter add dev wire ingress bpf da bytecode".split(), "1,6 0 0 2,"], check=True)


connect()
for compared in (["fakesink"], ["kmssink"], ["weirsink, never copy", "weirsink", "rtpvrawpay ! udpsink"]):
    compare(compared, int(sys.argv[1]))
