#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The weir authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""In the rig, what displays can do on newer kernels only. bochs: frames on QEMU's own screen, read by its monitor.
vkms: YUV, whose colours are those that the camera makes in RGB; several connectors of a card. TAP on stdout.

    tests/vm/run --kernel newest --monitor --qemu '-device bochs-display,id=bochs' --module bochs --module vkms
        tests/vm/newest_display.py VM_CRC [full]
"""
import os
import subprocess
import sys
import threading

import guest
import screen

vm_crc = sys.argv[1]
full = sys.argv[2:] == ["full"]
report = guest.Report()
SIZE, WIDTH, HEIGHT = "640x480", 640, 480


# ---- bochs

def rgb(xr24):
    out = bytearray(len(xr24) // 4 * 3)
    for i in range(3):
        out[i::3] = xr24[2 - i::4]
    return bytes(out)


class Dumped:
    """A run to bochs, and QEMU's screen again and again meanwhile: `order` has the number of the captured frame that
    was on it, each time, None: no frame."""

    def __init__(self, monitor, connector, source, *options):
        pictures, self.frames = [], []
        command = ["weir", "capture", source, "-s", SIZE, "-r", "2", "-f", "XR24", "-n", "4", "-b", "16",
                   "--to", "display:" + connector, "--to", "-?budget=8", *options]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as child:
            reader = threading.Thread(target=self.read, args=(child.stdout,))
            reader.start()
            while reader.is_alive():
                pictures.append(monitor.screen("bochs"))
            reader.join()
            self.err = child.stderr.read().decode().splitlines()
            self.status = child.wait()
        self.order = [self.frames.index(pixels) if (width, height) == (WIDTH, HEIGHT) and pixels in self.frames else None
                      for width, height, pixels in pictures]

    def read(self, pipe):
        while frame := pipe.read(WIDTH * HEIGHT * 4):
            self.frames.append(rgb(frame))

    def complaints(self, kind):
        if self.status:
            yield "exit status %s" % self.status
        if not any(line.startswith("memory    " + kind) for line in self.err):
            yield "another memory"
        seen = [number for number in self.order if number is not None]
        if seen != sorted(seen) or len(set(seen)) < 3:
            yield "not all frames, or not in their order"
        # bochs copies into the screen while QEMU reads it: now and then one sees halves of two frames. And before the
        # first and after the last there is the console.
        between = self.order[self.order.index(seen[0]):len(self.order) - self.order[::-1].index(seen[-1])] if seen else []
        if between.count(None) > 2:
            yield "pictures that are no frame's"


def try_bochs(card):
    monitor = guest.Monitor()
    for source, kind in (("/dev/video0", "slab"), ("/dev/video0", "mmap"), ("/dev/video2", "mmap"),
                         *[("/dev/video0", "heap")] * full, ("pattern:bars", "slab")):
        run = Dumped(monitor, card.connector, source, "--memory", kind)
        faults = list(run.complaints(kind))
        report.check("%s in %s memory is on bochs' screen, pixel by pixel" % (source, kind),
                     faults and faults + [run.order] + run.err)


# ---- vkms

def try_shown(card, source, name, kind, colours, *options, **more):
    run = screen.Shown(card, vm_crc, source, name, 4, 2, "--memory", kind, *options, colours=colours, **more)
    faults = list(run.complaints(4, kind))
    if "0 bytes by weir" not in run.line("copies"):
        faults.append(run.line("copies"))
    report.check(" ".join([source, name, "in", kind, "memory:", *colours, *options]), faults and faults + run.err)
    return run


def try_formats(card):
    limited = ("601", "limited")
    # Not planes apart: vkms looks for all of them in the memory of the first.
    for source, kind in (("/dev/video0", "mmap"), ("/dev/video0", "heap"), ("/dev/video2", "mmap")):
        try_shown(card, source, "NV12", kind, limited)
    for name in ("NV21", "NV16", "YUV420", *("NV61", "NV24", "NV42", "YVU420", "YUV422P") * full):
        try_shown(card, "/dev/video0", name, "slab", limited)
    try_shown(card, "pattern:bars", "NV12", "slab", ("709", "limited"), size="1280x720")


def captured_rgb(colorspace):
    run = screen.Captured(["weir", "capture", "/dev/video0", "-s", SIZE, "-f", "XR24", "-n", "2", "--set",
                           "colorspace=" + colorspace, "--set", "quantization=Default", "--to", "-"],
                          vm_crc, "XR24", SIZE)
    return run.bars


def try_colours(card):
    """The checksums say that the camera's YUV went through that matrix and range; the bars, which the same camera
    makes in RGB, that these are the right ones. The others would be 8 to 40 of 255 off."""
    for colorspace, quantization, colours in (
            ("sRGB", "Default", ("601", "limited")), ("Rec. 709", "Default", ("709", "limited")),
            ("Rec. 709", "Full Range", ("709", "full")), ("SMPTE 170M", "Full Range", ("601", "full")),
            ("BT.2020", "Limited Range", ("2020", "limited"))):
        bars = captured_rgb(colorspace)
        run = try_shown(card, "/dev/video0", "NV12", "slab", colours, "--set", "colorspace=" + colorspace,
                        "--set", "quantization=" + quantization)
        off = [max(abs(a - b) for a, b in zip(*pair)) for pair in zip(bars, run.bars)]
        report.check("%s, %s: the colours of its RGB, %s of 255 off" % (colorspace, quantization, off),
                     [] if len(off) == 8 and max(off) <= 4 else [bars, run.bars])


# ---- two displays of one card

def add_card(name):
    """With two of everything, of which each may be used with its like only."""
    guest.run("mount", "-t", "configfs", "none", "/sys/kernel/config")
    top = "/sys/kernel/config/vkms/" + name
    os.mkdir(top)
    for n in "12":
        for kind in ("planes", "crtcs", "encoders", "connectors"):
            os.mkdir("%s/%s/%s" % (top, kind, n))
        with open("%s/planes/%s/type" % (top, n), "w", encoding="ascii") as file:
            file.write("1")  # primary
        for kind, user in (("crtcs", "planes"), ("crtcs", "encoders"), ("encoders", "connectors")):
            os.symlink("%s/%s/%s" % (top, kind, n), "%s/%s/%s/possible_%s/%s" % (top, user, n, kind, n))
    with open(top + "/enabled", "w", encoding="ascii") as file:
        file.write("1")


def try_two():
    add_card("two")
    displays = [screen.Card("dev=two", n) for n in (0, 1)]
    for display in displays:
        warm_up(display)
        try_shown(display, "/dev/video0", "NV12", "slab", ("601", "limited"), "--set", "colorspace=sRGB",
                  "--set", "quantization=Default")
    listed = "\n".join(guest.weir("list").out)
    report.check("both are listed", [] if all("display:%s " % d.connector in listed for d in displays) else [listed])


def warm_up(display):
    """Whoever leaves it lets the console in, which may not have been there yet; and what runs first is slow."""
    guest.weir("capture", "pattern:bars", "-s", SIZE, "-n", 3, "--to", "display:" + display.connector)


print("# " + os.uname().release)
bochs, vkms = screen.Card("bochs"), screen.Card("vkms")
warm_up(bochs)
try_bochs(bochs)
warm_up(vkms)
try_formats(vkms)
try_colours(vkms)
try_two()
report.finish()
