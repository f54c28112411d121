#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The weir authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""In the rig: a display that shows no memory but its own, virtio-gpu: the planner has frames captured into that, and
what QEMU has on its screen is what was captured; another display beside it; plugs, and a card that is pulled out. TAP
on stdout.

    tests/vm/run --monitor --qemu '-device virtio-gpu-pci,id=gpu' --module virtio-gpu --module vkms \\
        tests/vm/scanout.py CONTRACT_MEMORY
"""
import glob
import os
import subprocess
import sys
import threading
import time

import guest

contract_memory = sys.argv[1]
report = guest.Report()
monitor = guest.Monitor()
SIZE, WIDTH, HEIGHT = "640x480", 640, 480
COMMON = ("capture", "/dev/video0", "-s", SIZE, "-r", "30", "--json")


def connectors():
    """The name of each card's connector, by its driver."""
    found = {}
    for path in glob.glob("/sys/class/drm/card*-*"):
        card, name = os.path.basename(path).split("-", 1)
        if not name.startswith("Writeback"):
            with open("/sys/kernel/debug/dri/%s/name" % card[4:], encoding="ascii") as file:
                found[file.read().split()[0]] = name
    return found


names = connectors()
OURS, OTHER = "display:" + names["virtio_gpu"], "display:" + names["vkms"]
STATUS = glob.glob("/sys/class/drm/card*-" + names["virtio_gpu"])[0] + "/status"


def force(status):
    with open(STATUS, "w", encoding="ascii") as file:
        file.write(status)


def complaints(outcome, memory, least):
    if outcome.status:
        yield outcome
        return
    summary = outcome.summary
    yield from guest.complaints_of_books(summary)
    if summary["memory"]["kind"] != memory:
        yield summary["memory"]
    for sink in summary["sinks"]:
        if sink["error"] or sink["delivered"] < least or sink["copied_bytes"]:
            yield sink


# ---- what the planner makes of it ----

def converts_there(outcome):
    return not outcome.status and any(hop["reason"] == "into scanout memory of its own"
                                      for hop in outcome.objects[0]["hops"] if hop["kind"] == "stage")


def try_planner():
    outcome = guest.weir(*COMMON, "-f", "XR24", "-n", 150, "--to", OURS)
    report.check("150 frames in memory of the card's own, which the planner chose, 0 bytes copied",
                 complaints(outcome, "scanout", 150))
    if not outcome.status:
        report.note("%s; %s" % (outcome.summary["sinks"][0]["verdict"], outcome.summary["memory"]))
    said = "\n".join(guest.weir("explain", "/dev/video0", "-s", SIZE, "-f", "XR24", "-r", 30, "--to", OURS).out)
    wanted = ["scanout: 5 slots of 1.17 MiB", "a display's own buffers, for displays that show no memory but theirs",
              "not slab, mmap, heap: display:", "such memory: No such device (ENODEV)",
              "not host: a camera writes into its own buffers or into dma-bufs only"]
    report.check("and says why", [said] if any(word not in said for word in wanted) else [])
    outcome = guest.weir("capture", "pattern:bars", "-s", SIZE, "-r", 30, "--json", "-f", "XR24", "-n", 60, "--to", OURS)
    report.check("the pattern is drawn into it", complaints(outcome, "scanout", 60))
    outcome = guest.weir(*COMMON, "-f", "YUYV", "-n", 60, "--to", OURS)
    told = converts_there(outcome) and outcome.summary["copies"]["conversions"][0]["stage"] == "convert=XR24"
    report.check("what is converted, too", [] if told and outcome.summary["sinks"][0]["delivered"] > 50 else [outcome])
    outcome = guest.weir("capture", "/dev/video0", "-s", "1280x720", "-r", 30, "--json", "-f", "XR24", "-n", 30,
                         "--stage", "crop=640x480+16+16", "--to", OURS)
    report.check("parts of a picture are not shown from the middle of it", [] if converts_there(outcome) else [outcome])
    outcome = guest.weir(*COMMON, "-f", "XR24", "-n", 60, "--to", OTHER)
    report.check("not where it is not needed", complaints(outcome, "slab", 60))
    outcome = guest.weir(*COMMON, "-f", "XR24", "-n", 60, "--memory", "scanout", "--to", OTHER)
    report.check("unless it is asked for", complaints(outcome, "scanout", 60))


def expect(title, outcome, status, *words):
    said = [word for word in words if not any(word in line for line in outcome.err)]
    report.check(title, [] if outcome.status == status and not said else [outcome])


def try_refusals():
    expect("without a display", guest.weir(*COMMON, "-n", 5, "--memory", "scanout", "--to", "null"), 4,
           "memory kind scanout cannot serve", "add --to display")
    expect("in memory that the card does not import",
           guest.weir(*COMMON, "-f", "XR24", "-n", 5, "--memory", "slab", "--to", OURS, "--require-zero-copy"), 5,
           "zero copy was required")


def try_both():
    outcome = guest.weir(*COMMON, "-f", "XR24", "-n", 90, "--to", OTHER, "--to", OURS)
    report.check("another card shows it too", complaints(outcome, "scanout", 80))
    chosen = [] if outcome.status else [c for c in outcome.objects[0]["choices"] if c["chosen"] and c["what"] == "memory"]
    named = chosen and OURS in chosen[0]["reason"]
    report.check("and the plan says whose it is", [] if named else [outcome])


# ---- what is on the screen ----

def rgb(frame):
    """XR24, as QEMU writes pictures."""
    pixels = bytearray(WIDTH * HEIGHT * 3)
    for i in range(3):
        pixels[i::3] = frame[2 - i::4]
    return bytes(pixels)


def try_pictures(title, frames, *source):
    """Pictures of the screen that were taken while it ran are captured frames, whole and each in its place."""
    captured, screens = [], []
    command = ["weir", "capture", *source, "-s", SIZE, "-r", "10", "-n", str(frames), "-b", "16", "-q", "--to", OURS,
               "--to", "-?budget=8"]

    def read():
        while len(frame := child.stdout.read(WIDTH * HEIGHT * 4)):
            captured.append(frame)

    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as child:
        reader = threading.Thread(target=read)
        reader.start()
        while reader.is_alive():
            if 2 < len(captured) < frames - 2:
                screens.append(monitor.screen("gpu"))
            time.sleep(0.1)
        reader.join()
        err = child.stderr.read().decode()
    known = {rgb(frame): number for number, frame in enumerate(captured)}
    shown = [known.get(pixels) if size == [WIDTH, HEIGHT] else size for *size, pixels in screens]
    faults = []
    if child.returncode or len(captured) != frames:
        faults.append("%s, %d frames: %s" % (child.returncode, len(captured), err))
    if len(shown) < 5 or any(not isinstance(number, int) for number in shown) or shown != sorted(shown):
        faults.append("on the screen: %s" % shown)
    report.check("what is on the screen is what was captured: " + title, faults)
    report.note("frames %s" % shown)


# ---- trouble ----

class Run:
    """To the display and to null, with something that is done after so many frames."""

    def __init__(self, frames, steps):
        command = ["weir", *COMMON, "-f", "XR24", "-n", str(frames), "--frames", "--to", OURS, "--to", "null"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as child:
            seen, last = 0, ""
            for last in child.stdout:
                seen += '"type":"frame"' in last
                if seen in steps:
                    steps.pop(seen)()
            self.outcome = guest.Outcome(None, last, child.stderr.read())
            self.outcome.status = child.wait()

    def complaints(self, frames, words):
        if self.outcome.status:
            yield self.outcome
            return
        yield from guest.complaints_of_books(self.outcome.summary)
        shown, null = self.outcome.summary["sinks"]
        if null["delivered"] != frames or not 15 < shown["delivered"] < frames - 10:
            yield self.outcome
        for word in words:
            if not any(word in line for line in self.outcome.err):
                yield "not said: " + word


def try_unplug():
    run = Run(150, {20: lambda: force("off"), 80: lambda: force("detect")})
    report.check("unplugged and plugged in again, its memory in use",
                 run.complaints(150, ["is unplugged", "is back"]))


def pull():
    device = os.path.basename(glob.glob(os.path.dirname(STATUS) + "/device/device/virtio*")[0])
    with open("/sys/bus/virtio/drivers/virtio_gpu/unbind", "w", encoding="ascii") as file:
        file.write(device)


def try_pull():
    run = Run(150, {60: pull})
    report.check("the card is pulled out, its memory in use", run.complaints(150, ["the run goes on without it"]))
    expect("and is gone", guest.weir(*COMMON, "-n", 5, "--to", OURS), 3, "no connector is called")


def try_contract():
    outcome = guest.run(contract_memory, "scanout")
    report.check("the contract of memory kinds", [outcome] if outcome.status else [])


def try_doctor():
    outcome = guest.weir("doctor", "--json")
    found = {(f["about"], f["ability"]): f["verdict"] for o in outcome.objects for f in o["findings"]}
    verdicts = {ability: found.get((OURS, ability)) for ability in ("display", "formats", "slab", "scanout")}
    report.check("the doctor tries it", [] if verdicts == {"display": "works", "formats": "works", "slab": "missing",
                                                          "scanout": "works"} else [verdicts, outcome])


try_planner()
try_refusals()
try_both()
try_pictures("a camera's frames", 60, "/dev/video0", "-f", "XR24")
try_pictures("the pattern's", 60, "pattern:bars", "-f", "XR24")
try_unplug()
try_contract()
try_doctor()
try_pull()
report.finish()
