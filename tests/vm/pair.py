#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The weir authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""In the rig: two displays of one card in one run, on a vkms with two CRTCs, a primary plane for each and overlays that
reach both. Needs a kernel whose vkms is made by configfs (6.19 or later). TAP on stdout.

    tests/vm/run --kernel newest --module 'vkms create_default_dev=0' tests/vm/pair.py
"""
import glob
import os
import subprocess
import sys

import guest

report = guest.Report()
VKMS = "/sys/kernel/config/vkms"
COMMON = ["capture", "/dev/video0", "-s", "640x480", "-r", "30", "-f", "XR24", "--json"]


def write(path, text):
    with open(path, "w", encoding="ascii") as file:
        file.write(text)


def link(kind, name, links, target):
    os.symlink("%s/pair/%s" % (VKMS, target), "%s/pair/%s/%s/%s/%s" % (VKMS, kind, name, links, os.path.basename(target)))


def make_plane(name, kind, *crtcs):
    os.mkdir("%s/pair/planes/%s" % (VKMS, name))
    write("%s/pair/planes/%s/type" % (VKMS, name), kind)
    for crtc in crtcs:
        link("planes", name, "possible_crtcs", "crtcs/" + crtc)


def make_display(number):
    crtc, encoder, connector = ("%s%d" % (word, number) for word in ("crtc", "encoder", "connector"))
    for kind, name in (("crtcs", crtc), ("encoders", encoder), ("connectors", connector)):
        os.mkdir("%s/pair/%s/%s" % (VKMS, kind, name))
    make_plane("primary%d" % number, "1", crtc)
    link("encoders", encoder, "possible_crtcs", "crtcs/" + crtc)
    link("connectors", connector, "possible_encoders", "encoders/" + encoder)


def make_card():
    subprocess.run(["mount", "-t", "configfs", "none", "/sys/kernel/config"], check=False, stderr=subprocess.DEVNULL)
    if not os.path.isdir(VKMS):
        print("rig: skipped: this kernel's vkms is not made by configfs", file=sys.stderr)
        sys.exit(77)
    os.mkdir(VKMS + "/pair")
    make_display(0)
    make_display(1)
    for name in ("overlay0", "overlay1"):
        make_plane(name, "0", "crtc0", "crtc1")
    write(VKMS + "/pair/enabled", "1")


def state():
    with open(glob.glob("/sys/kernel/debug/dri/*/state")[0], encoding="ascii") as file:
        return [line for line in file if "refcount" not in line and "_changed" not in line]


def names():
    return sorted(os.path.basename(path).split("-", 1)[1] for path in glob.glob("/sys/class/drm/card*-*"))


class Watched:
    """A run whose frames are counted; in the middle of it the card is looked at."""

    def __init__(self, frames, *uris):
        sinks = [word for uri in uris for word in ("--to", uri)]
        command = ["weir", *COMMON, "--frames", "-n", str(frames), *sinks]
        self.shown = []
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as child:
            seen, last = 0, ""
            for last in child.stdout:
                seen += '"type":"frame"' in last
                if '"type":"frame"' in last and seen == frames // 2:
                    self.shown = [line for line in state() if "allocated by = weir" in line]
            err = child.stderr.read()
            self.outcome = guest.Outcome(child.wait(), last, err)

    def complaints(self, frames, displays):
        if self.outcome.status:
            yield self.outcome
            return
        yield from guest.complaints_of_books(self.outcome.summary)
        for sink in self.outcome.summary["sinks"]:
            if sink["error"] or sink["delivered"] < frames * 5 // 6 or sink["copied_bytes"]:
                yield sink
        if len(self.shown) != displays:
            yield "%d planes showed frames" % len(self.shown)


def try_pair(*uris):
    before = state()
    run = Watched(90, *uris)
    faults = list(run.complaints(90, len(uris)))
    if state() != before:
        faults.append("the screens are not as they were")
    report.check("%s" % " and ".join(uris), faults)


def expect(title, outcome, status, word):
    report.check(title, [] if outcome.status == status and any(word in line for line in outcome.err) else [outcome])


make_card()
first, second = names()
os.chmod("/dev/dri/card0", 0o666)
try_pair("display:" + first, "display:" + second)
try_pair("display:" + second, "display:" + first)
try_pair("display", "display")
try_pair("display:%s?mode=1024x768" % first, "display:%s?mode=800x600" % second)
expect("one connector is one sink's", guest.weir(*COMMON, "-n", 5, "--to", "display:" + first, "--to", "display:" + first), 1,
       "another sink's of this run already")
report.finish()
