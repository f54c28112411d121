#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The weir authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""In the rig: frames on vkms, whose checksums of what it shows are compared with those of what was captured;
displays that are held, forbidden, unplugged or not there. TAP on stdout.

    tests/vm/run --module 'vkms enable_writeback=1' tests/vm/display.py VM_CRC [full | legacy NO_ATOMIC]
"""
import os
import subprocess
import sys

import guest
import screen

vm_crc = sys.argv[1]
full = sys.argv[2:] == ["full"]
if sys.argv[2:3] == ["legacy"]:
    os.environ["LD_PRELOAD"] = sys.argv[3]
report = guest.Report()
card = screen.Card("vkms")
NOBODY = ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups")


def try_pictures(source, name, kind, frames, rate):
    run = screen.Shown(card, vm_crc, source, name, frames, rate, "--memory", kind)
    faults = list(run.complaints(frames, kind))
    report.check("%s %s in %s memory: %d frames, each as it was captured" % (source, name, kind, frames),
                 faults and faults + run.err)
    report.note("%d checksums, %s" % (len(run.seen), run.line("verdict")))


def displayed(*arguments):
    return guest.weir("capture", "/dev/video0", *arguments)


def complaints_of_figures(sink):
    figures, added = sink["figures"], sink["added_us"]
    if not 0 < figures["shown"] <= sink["delivered"] or figures["lost_events"]:
        yield "not shown: %s" % figures
    if not 0 <= figures["late"] <= figures["repeated"] or figures["late"] > figures["shown"]:
        yield "late: %s" % figures
    # What weir adds is a part of the way to the screen.
    if not 0 < added["p50"] <= figures["to_screen_us_p50"] or added["p50"] > added["p99"] or \
            added["p99"] > added["max"]:
        yield "%s, %s" % (added, figures)


def try_cost():
    count = 300
    outcome = displayed("-s", "640x480", "-r", "30", "-f", "XR24", "--to", "display", "-n", count, "--json")
    faults = [outcome] if outcome.status else list(guest.complaints_of_books(outcome.summary))
    if not outcome.status:
        sink = outcome.summary["sinks"][0]
        report.note("%s; added %s us; %.2f calls a frame" % (sink["verdict"], sink["added_us"],
                                                            outcome.summary["syscalls_per_frame"]))
        if outcome.summary["frames"]["captured"] != count or sum(outcome.summary["faults"].values()) > 3:
            faults.append(outcome)
        if sink["held_max"] > 2 or sink["error"] or sink["copied_bytes"]:
            faults.append(sink)
        faults += complaints_of_figures(sink)
    report.check("%d frames, 0 bytes copied" % count, faults)


def try_at_once():
    outcome = displayed("-s", "640x480", "-r", "30", "-f", "XR24", "--to", "display?vsync=0", "-n", 30, "--json")
    said = any("no atomic flips without vsync" in line for line in outcome.err)
    shown = not outcome.status and outcome.summary["sinks"][0]["figures"]["shown"] > 20
    report.check("vsync=0 where the driver cannot: said, and shown with the refresh", [] if said and shown else [outcome])


def try_sample():
    sample = os.path.join(os.path.dirname(vm_crc), "../samples/04-camera-to-display")
    outcome = guest.run(sample, "/dev/video0", "display:Virtual-1")
    words = ("0 bytes copied a frame", "of 90 frames shown; weir added", "late: ", "commit_us_p99: ")
    missing = [word for word in words if not any(word in line for line in outcome.out)]
    report.check("samples/04-camera-to-display", [outcome] if outcome.status or missing else [])


def try_beside():
    outcome = displayed("-s", "640x480", "-r", "30", "-f", "XR24", "-n", 60, "--to", "display", "--to", "null", "--json")
    faults = [outcome] if outcome.status else list(guest.complaints_of_books(outcome.summary))
    if not outcome.status and outcome.summary["sinks"][1]["delivered"] != 60:
        faults.append(outcome)
    report.check("beside another sink", faults)


def try_planner():
    outcome = displayed("-s", "640x480", "-n", 20, "--to", "display", "--json")
    taken = not outcome.status and outcome.summary["format"] in ("XR24", "AR24", "RGB565")
    report.check("a camera is asked for what the display takes", [] if taken else [outcome])
    outcome = displayed("-s", "640x480", "-f", "YUYV", "-n", 5, "--to", "display", "--require-zero-copy")
    said = "takes YUYV" in "\n".join(outcome.err) or "converts" in "\n".join(outcome.err)
    report.check("nothing is converted without a word", [] if outcome.status in (4, 5) and said else [outcome])
    outcome = displayed("-s", "640x480", "-f", "YUYV", "-n", 20, "--to", "display", "--json")
    if any("convert" in line for line in guest.weir("capture", "--help").out):
        named = not outcome.status and [hop["name"] for hop in outcome.objects[0]["hops"] if hop["kind"] == "stage"]
        shown = named and outcome.summary["sinks"][0]["delivered"] > 10
        report.check("what no plane takes is converted, by a stage that is named", [] if shown else [outcome])
    outcome = displayed("-s", "320x180", "-f", "XR24", "-n", 20, "--to", "display", "-v")
    centred = not outcome.status and any("1024x768" in line and "320x180 at 352,294" in line for line in outcome.err)
    report.check("smaller pictures are centred where nothing scales", [] if centred else [outcome])
    outcome = guest.weir("capture", "pattern:bars?size=640x480&fps=30&format=XR24", "-n", 30, "--to", "display", "--json")
    # A busy machine is late now and then, and the newest frame wins.
    sink = outcome.summary["sinks"][0] if not outcome.status else {"delivered": 0}
    shown = sink["delivered"] > 20 and sink["delivered"] + sink["drop_reasons"].get("replaced", 0) == 30
    report.check("pattern, in slab memory", [] if shown else [outcome])


def expect(title, outcome, status, *words):
    said = [word for word in words if not any(word in line for line in outcome.err)]
    report.check(title, [] if outcome.status == status and not said else [outcome])


def go_on(title, *uris):
    """Displays that cannot be had, and a sink that can."""
    sinks = [word for uri in (*uris, "null") for word in ("--to", uri)]
    outcome = displayed("-s", "640x480", "-f", "XR24", "-n", 20, "--json", *sinks)
    faults = [outcome] if outcome.status != 1 else list(guest.complaints_of_books(outcome.summary))
    if not faults and (len(outcome.summary["sinks"]) != 1 or outcome.summary["sinks"][0]["delivered"] != 20):
        faults.append(outcome)
    if len([line for line in outcome.err if "display" in line]) != len(uris):
        faults.append("not a line for each: %s" % outcome.err)
    report.check("%s: the others go on" % title, faults)


def try_refusals():
    showing = ("weir", "capture", "/dev/video1", "-s", "640x480", "-f", "XR24", "-q", "--to", "display", "--json",
               "--frames")
    with guest.Background('"type":"frame"', *showing) as holder:
        expect("a display that is shown on names its holder", displayed("-n", 5, "--to", "display"), 3,
               "held by weir (pid %d)" % holder.pid)
        go_on("one that is busy", "display")
        expect("a name that is none", displayed("-n", 5, "--to", "display:DP-9"), 3, "known: Virtual-1")
    os.chmod("/dev/dri/card0", 0o600)
    outcome = guest.run(*NOBODY, "weir", "capture", "/dev/video0", "-n", 5, "--to", "display")
    expect("no permission", outcome, 3, "no permission for /dev/dri/card0", "udev rule")
    os.chmod("/dev/dri/card0", 0o666)
    expect("a mode that there is none of", displayed("-s", "640x480", "-f", "XR24", "-n", 5, "--to", "display?mode=123x45"),
           4, "Virtual-1 has no such mode")
    before = card.state()
    for _ in range(3):
        outcome = displayed("-n", 5, "-f", "XR24", "-s", "640x480", "--to", "display")
    report.check("the screen is as before", [] if card.state() == before and not outcome.status else [outcome])


def force(status):
    with open(card.path + "/status", "w", encoding="ascii") as file:
        file.write(status)


def try_unplug():
    """The camera's frames count the time."""
    command = ["weir", "capture", "/dev/video0", "-s", "640x480", "-r", "30", "-f", "XR24", "-n", "150", "--json",
               "--frames", "--to", "display", "--to", "null"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as child:
        frames = lines = 0
        for line in child.stdout:
            lines += 1
            frames += '"type":"frame"' in line
            if frames == 20:
                force("off")
            if frames == 80:
                force("detect")
            last = line
        err = child.stderr.read().splitlines()
        status = child.wait()
    outcome = guest.Outcome(status, last, "\n".join(err))
    faults = [outcome] if status else list(guest.complaints_of_books(outcome.summary))
    if not status:
        shown, null = outcome.summary["sinks"]
        if null["delivered"] != 150 or not 30 < shown["delivered"] < 140 or not shown["drop_reasons"].get("failed"):
            faults.append(outcome)
    for word in ("Virtual-1 is unplugged", "Virtual-1 is back"):
        if not any(word in line for line in err):
            faults.append("not said: " + word)
    report.check("unplugged and plugged in again", faults)
    force("off")
    expect("nothing is connected", displayed("-n", 5, "--to", "display"), 3, "nothing is connected to Virtual-1")
    go_on("nothing is connected", "display", "display:DP-9")
    force("detect")


def try_doctor():
    outcome = guest.weir("doctor", "--json")
    found = {(f["about"], f["ability"]): f for o in outcome.objects for f in o["findings"]}
    what = [found.get(("display:Virtual-1", ability)) for ability in ("display", "formats", "slab", "heap")]
    works = all(each and each["verdict"] == "works" for each in what) and "XR24" in what[1]["detail"]
    report.check("the doctor tries it", [] if works else [outcome])
    listed = guest.weir("list").out
    report.check("it is listed", [] if any(line.startswith("display  display:Virtual-1 ") for line in listed) else listed)


def try_none():
    guest.run("rmmod", "vkms")
    expect("no display", displayed("-n", 5, "--to", "display"), 3, "no display")
    expect("no display of that name", displayed("-n", 5, "--to", "display:HDMI-A-1"), 3, "no display")
    go_on("no display of that name", "display:HDMI-A-1")


# vkms composes what has 5 and 6 bits a colour so slowly under emulation that it takes a second a picture.
# And what takes the checksums of the frames is no faster than five a second on a busy machine.
count = 300 if full else 10
legacy = sys.argv[2:3] == ["legacy"]
try_pictures("/dev/video0", "XR24", "slab", count if full or legacy else 60, 5)
try_pictures("/dev/video0", "XR24", "mmap", count, 5)
try_pictures("/dev/video2", "XR24", "mmap", count, 5)
try_pictures("/dev/video0", "XR24", "heap", count, 5)
try_pictures("/dev/video0", "RGB565", "slab", 4, 1)
if legacy:
    try_beside()
    try_unplug()
else:
    try_pictures("/dev/video0", "XR24", "scanout", count, 5)
    try_pictures("pattern:bars", "XR24", "scanout", count, 5)
    for kind in "slab", "mmap", "heap":
        try_pictures("/dev/video0", "XR24", kind, 2, 5)
    for kind in "mmap", "heap":
        try_pictures("/dev/video0", "RGB565", kind, 4, 1)
    try_pictures("/dev/video2", "RGB565", "mmap", 4, 1)
    try_cost()
    try_at_once()
    try_sample()
    try_beside()
    try_planner()
    try_refusals()
    try_unplug()
    try_doctor()
    try_none()
report.finish()
