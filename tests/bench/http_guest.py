#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The weir authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The part of http.sh that runs in the rig: http_guest.py WEIR IMAGES RUNS PORT.

A camera of 1080p MJPEG, a server, and one viewer or sixteen, in a process of their own: the CPU time of the
server, user and system, for each picture that viewers get more. One picture a second: the emulated network
card has to keep up with sixteen of them.
"""
import os
import selectors
import socket
import statistics
import subprocess
import sys
import time

WEIR, IMAGES, RUNS, PORT = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
NODE, SECONDS = "/dev/video9", 12
TOKEN = "a-token-for-the-bench"
HERE = {"machine": ("127.0.0.1", 8080), "card": ("10.0.2.2", PORT)}

SERVERS = {
    "µStreamer": (["ustreamer", "-d", NODE, "-m", "MJPEG", "-c", "HW", "-r", "1920x1080",
                   "-s", "0.0.0.0", "-p", "8080", "--workers", "1", "--buffers", "8", "--device-timeout", "10"], "/stream"),
    "weir": ([WEIR, "capture", NODE, "-f", "MJPEG", "-b", "8", "-q",
              "--to", "http://0.0.0.0:8080?token=" + TOKEN], "/stream.mjpg?token=" + TOKEN),
    "weir, copying": ([WEIR, "capture", NODE, "-f", "MJPEG", "-b", "8", "-q", "--to",
                       "http://0.0.0.0:8080?zero-copy=off&token=" + TOKEN],
                      "/stream.mjpg?token=" + TOKEN),
}


def watch(where, target, viewers):
    """Reads until it is killed; tells the pictures so far, once a second."""
    selector = selectors.DefaultSelector()
    for _ in range(viewers):
        viewer = socket.create_connection(where)
        viewer.sendall(b"GET %s HTTP/1.1\r\nHost: localhost\r\n\r\n" % target.encode())
        selector.register(viewer, selectors.EVENT_READ)
    pictures, buffer, tell = 0, bytearray(1 << 20), time.monotonic()
    while True:
        for key, _ in selector.select(1):
            n = key.fileobj.recv_into(buffer)
            if not n:
                sys.exit("a viewer was sent away")
            pictures += buffer.count(b"Content-Type: image/jpeg", 0, n)
        if time.monotonic() >= tell:
            print(pictures, flush=True)
            tell += 1


def cpu_of(pid):
    """Of all its threads, to the nanosecond. One that has gone has started anew: nothing to measure."""
    total = 0
    for task in os.listdir(f"/proc/{pid}/task"):
        with open(f"/proc/{pid}/task/{task}/schedstat", encoding="ascii") as stat:
            total += int(stat.read().split()[0])
    return total / 1e9


def wait_for(where):
    for _ in range(200):
        try:
            socket.create_connection(where).close()
            return
        except OSError:
            time.sleep(0.1)
    sys.exit("the server does not serve")


def measure(name, where, viewers):
    """CPU seconds, and pictures sent, in some seconds of it."""
    command, target = SERVERS[name]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    wait_for(("127.0.0.1", 8080))
    viewer = subprocess.Popen([sys.executable, __file__, *sys.argv[1:], where, target, str(viewers)],
                              stdout=subprocess.PIPE, text=True)
    counts = []
    for line in viewer.stdout:
        counts.append((int(line), cpu_of(server.pid)))
        if len(counts) == SECONDS + 4:
            break
    viewer.kill()
    viewer.wait()
    server.terminate()
    server.wait()
    (pictures, cpu), (more, later) = counts[3], counts[-1]
    return later - cpu, more - pictures


def grow(name, where):
    """Microseconds for each picture more."""
    one, sixteen = measure(name, where, 1), measure(name, where, 16)
    return (sixteen[0] - one[0]) / max(1, sixteen[1] - one[1]) * 1e6, sixteen[1] / one[1]


def main():
    subprocess.run("ip addr add 10.0.2.15/24 dev eth0 && ip link set eth0 up && ip link set lo up",
                   shell=True, check=True)
    feeder = subprocess.Popen(
        ["ffmpeg", "-v", "error", "-re", "-stream_loop", "-1", "-f", "mjpeg", "-framerate", "1",
         "-i", IMAGES, "-c", "copy", "-f", "v4l2", NODE], stdin=subprocess.DEVNULL)
    time.sleep(3)
    for where in HERE:
        print("-- viewers", "on this machine" if where == "machine" else "behind the network card")
        figures = {name: [] for name in SERVERS}
        reached = {}
        for _ in range(RUNS):
            for name in SERVERS:
                figure, reached[name] = grow(name, where)
                figures[name].append(figure)
        base = statistics.median(figures["µStreamer"])
        for name, values in figures.items():
            middle = statistics.median(values)
            print("%-16s %8.0f us a viewer and picture   %5.2f   (%.1f x the pictures of one)"
                  % (name, middle, middle / base, reached[name]), flush=True)
    feeder.kill()


if len(sys.argv) > 5:
    watch(HERE[sys.argv[5]], sys.argv[6], int(sys.argv[7]))
else:
    main()
