#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The weir authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""In the rig: a camera's frames go from one memory to a screen, to the network and to a browser. What the screen
shows (by vkms' checksums) is what arrives by RTP; the browser alone costs a conversion, of what it is shown. TAP on
stdout.

    tests/vm/run --module vkms tests/vm/network.py VM_CRC
"""
import json
import shutil
import subprocess
import sys
import threading
import time
import urllib.request

import guest
import screen

WIDTH, HEIGHT, RATE, FRAMES = 640, 480, 5, 30
SIZE = "%dx%d" % (WIDTH, HEIGHT)
RTP, HTTP = "rtp://127.0.0.1:5004", "http://127.0.0.1:8080"

vm_crc = sys.argv[1]
report = guest.Report()
card = screen.Card("vkms")


class Received(threading.Thread):
    """The checksums of what arrives by RTP, as vkms would take them."""

    def __init__(self):
        super().__init__()
        self.start()
        while not self.listens():
            time.sleep(0.05)

    @staticmethod
    def listens():
        with open("/proc/net/udp", encoding="ascii") as sockets:
            return ":138C " in sockets.read()

    def run(self):
        self.frames = screen.Captured(
            ["weir", "receive", "%s?size=%s&format=AR24&fps=%d&jitter=500" % (RTP, SIZE, RATE), "-n", str(FRAMES // 2),
             "-t", str(guest.PATIENCE), "--to", "-?budget=8&policy=oldest"], vm_crc, "XR24", SIZE)


class Viewer(threading.Thread):
    """Asks for a picture whenever it has one."""

    def __init__(self):
        super().__init__()
        self.pictures, self.going = [], True
        self.start()

    def run(self):
        while self.going:
            try:
                with urllib.request.urlopen(HTTP + "/snapshot.jpg", timeout=10) as answer:
                    self.pictures.append(answer.read())
            except OSError:
                time.sleep(0.05)

    def stop(self):
        self.going = False
        self.join()


def capture(*options):
    return guest.weir("capture", "/dev/video0", "-s", SIZE, "-r", RATE, "-n", FRAMES, "--json",
                      "--to", "display:" + card.connector, "--to", RTP, "--to", HTTP, *options)


def hop_of(plan, name):
    return next(hop for hop in plan["hops"] if hop["name"].startswith(name))


def complaints_of_plan(plan):
    jpeg, browser = hop_of(plan, "jpeg"), hop_of(plan, HTTP)
    for name in "display:", RTP:
        if hop_of(plan, name)["from"] != 0 or hop_of(plan, name)["format"] != plan["format"]:
            yield "%s does not get what the camera delivers" % name
    if jpeg["from"] != 0 or plan["hops"][browser["from"]] != jpeg:
        yield "jpeg is not for the browser alone"
    if [hop["name"] for hop in plan["hops"] if hop["bytes_converted"]] != ["jpeg"]:
        yield "something else is converted"


def complaints_of_run(plan, summary, watched):
    """What was planned has come about."""
    copies = summary["copies"]
    if copies["user_bytes"]:
        yield "copied by weir: %s" % copies
    for sink in summary["sinks"]:
        hop = hop_of(plan, sink["uri"])
        if sink["error"] or sink["delivered"] + sink["dropped"] != summary["frames"]["captured"]:
            yield sink
        # The browser's is an estimate: nobody knows how often it asks, nor what an image takes.
        if hop["name"] != HTTP and sink["copied_bytes"] != hop["bytes_copied"] * sink["delivered"]:
            yield "%s copied %d bytes of %d frames, planned %d a frame" % (
                sink["uri"], sink["copied_bytes"], sink["delivered"], hop["bytes_copied"])
    conversions = {each["stage"]: each for each in copies["conversions"]}
    jpeg = conversions.pop("jpeg", None)
    if conversions or not jpeg:
        yield "converted: %s" % copies
    elif bool(jpeg["frames"]) != watched or jpeg["bytes"] > jpeg["frames"] * hop_of(plan, "jpeg")["bytes_converted"]:
        yield "encoded: %s" % jpeg


def complaints_of_screen(seen, frames):
    """All that was on the screen, but for the console before and after, is what arrived, in that order."""
    numbers = {crcs[0]: number for number, crcs in enumerate(frames)}
    order = [numbers[crc] for crc in seen if crc in numbers]
    if order != sorted(order):
        yield "out of order: %s" % order
    if len(set(order)) < len(frames) // 2:
        yield "%d of %d frames that arrived were on the screen" % (len(set(order)), len(frames))


def complaints_of_pictures(pictures, bars):
    if not pictures:
        yield "the browser got no picture"
    elif shutil.which("ffmpeg"):
        pixels = subprocess.run(["ffmpeg", "-v", "error", "-f", "mjpeg", "-i", "-", "-f", "rawvideo", "-pix_fmt", "rgb24", "-"],
                                input=pictures[-1], stdout=subprocess.PIPE, check=False).stdout
        if len(pixels) != WIDTH * HEIGHT * 3:
            yield "the picture decodes to %d bytes" % len(pixels)
            return
        for i, bar in enumerate(bars):
            at = (HEIGHT // 2 * WIDTH + WIDTH * (2 * i + 1) // 16) * 3
            if max(abs(a - b) for a, b in zip(pixels[at:at + 3], bar)) > 24:
                yield "bar %d is %s, not %s" % (i, tuple(pixels[at:at + 3]), bar)


def try_all():
    received, viewer, checksums = Received(), Viewer(), screen.Checksums(card)
    outcome = capture()
    checksums.stop()
    viewer.stop()
    received.join()
    if outcome.status:
        report.check("one memory for a screen, the network and a browser", [outcome] + received.frames.err)
        return
    plan = outcome.objects[0]
    report.check("one memory for a screen, the network and a browser", complaints_of_plan(plan))
    report.check("0 bytes copied by weir, and what was planned has come about",
                 complaints_of_run(plan, outcome.summary, True))
    arrived = received.frames
    report.check("%d frames arrive by RTP" % len(arrived.crcs),
                 [] if not arrived.status and len(arrived.crcs) == FRAMES // 2 else arrived.err)
    report.check("and they are what the screen shows", complaints_of_screen(checksums.seen, arrived.crcs))
    report.check("a picture for the browser decodes to the same bars", complaints_of_pictures(viewer.pictures, arrived.bars))
    report.note("%d pictures; %s" % (len(viewer.pictures), json.dumps(outcome.summary["copies"])))


def try_unwatched():
    outcome = capture()
    faults = [outcome] if outcome.status else list(complaints_of_run(outcome.objects[0], outcome.summary, False))
    report.check("nothing is encoded while nobody watches", faults)


try_all()
try_unwatched()
report.finish()
