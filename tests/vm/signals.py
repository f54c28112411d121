#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The weir authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""In the rig: the signal at an HDMI input becomes another in the middle of a run, in size or in rate, or goes
and comes back. The run goes on by a new plan, with one ledger. TAP on stdout.

    tests/vm/run --vivid 'n_devs=3 node_types=0x1,0x1,0x1 num_inputs=1,1,1 input_types=3,3,3
        ccs_cap_mode=0,0,7 multiplanar=1,2,1 allocators=0,1,0' tests/vm/signals.py VM_CAMERA

Nothing here goes by the clock: signals change after so many frames of the one before.
"""
import json
import signal
import subprocess
import sys
import threading

import guest

camera = sys.argv[1]
report = guest.Report()
SELECTED, NONE = "dv_timings_signal_mode=Selected DV Timings", "dv_timings_signal_mode=No Signal"


def send(node, *controls):
    for control in controls:
        outcome = guest.run(camera, "set", "/dev/video%d" % node, control)
        if outcome.status:
            raise RuntimeError("%s: %s" % (control, outcome))


class Run:
    """A capture to the end. `steps`: after so many frames of a stretch, what is sent next; after the last
    one's frames the run is stopped."""

    def __init__(self, node, steps, *options, uri=""):
        self.frames, self.plans, self.others, self.sent = [], [], [], 0
        command = ["weir", "capture", "v4l2:/dev/video%d%s" % (node, uri), "--json", "--frames", *options]
        send(node, SELECTED, "dv_timings=1280x720p60")
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as child:
            timer = threading.Timer(guest.PATIENCE, child.kill)
            timer.start()
            errors = threading.Thread(target=lambda: setattr(self, "err", child.stderr.read().splitlines()))
            errors.start()
            self.follow(node, list(steps), child)
            errors.join()
            self.status = child.wait()
            timer.cancel()
        self.summary = next((o for o in self.others if o["type"] == "summary"), None)

    def follow(self, node, steps, child):
        since = 0
        for line in child.stdout:
            what = json.loads(line)
            if what["type"] == "frame":
                self.frames.append(what)
                if what["discontinuity"]:
                    since = len(self.frames) - 1
                if steps is not None and len(self.frames) - since >= 12:
                    if not steps:
                        child.send_signal(signal.SIGINT)
                        steps = None
                    else:
                        since = len(self.frames) + 10 ** 6  # until the next discontinuity
                        send(node, *steps.pop(0))
                        self.sent += 1
            elif what["type"] == "plan":
                self.plans.append(what)
            else:
                self.others.append(what)


def complaints_of_words(run, said):
    """These, in this order; vivid tells of a change twice at times, and then it is looked at twice."""
    missing = list(said)
    for line in (line for line in run.err if line.startswith("weir: ")):
        if missing and missing[0] in line:
            missing.pop(0)
        elif not any(words in line for words in (CHANGED, "streams again", "no signal")):
            yield "said: " + line
    if missing:
        yield "not said: %s, of %s" % (missing, run.err)


def complaints(run, sizes, said, status=0):
    if run.status != status:
        yield "exit status %s\n%s" % (run.status, "\n".join(run.err))
    planned = ["%dx%d" % (plan["width"], plan["height"]) for plan in run.plans]
    if planned != sizes:
        yield "planned %s, not %s" % (planned, sizes)
    breaks = sum(frame["discontinuity"] for frame in run.frames)
    if breaks < run.sent and not status:
        yield "%d breaks" % breaks
    yield from complaints_of_words(run, said)
    yield from guest.complaints_of_books(run.summary)
    lost = run.summary["frames"]["lost_by_device"]
    if len(run.frames) != run.summary["frames"]["captured"]:
        yield "%d frames were shown, %d captured" % (len(run.frames), run.summary["frames"]["captured"])
    if run.frames[-1]["sequence"] + 1 != len(run.frames) + lost:
        yield "the last frame is number %d: %d captured, %d lost" % (
            run.frames[-1]["sequence"], len(run.frames), lost)
    for earlier, later in zip(run.frames, run.frames[1:]):
        if later["sequence"] <= earlier["sequence"] or later["timestamp_ns"] <= earlier["timestamp_ns"]:
            yield "frame %d after frame %d" % (later["sequence"], earlier["sequence"])


CHANGED, NOW = "the signal at", "planning anew"
LARGE, SMALL, FAST = "dv_timings=1920x1080p50", "dv_timings=720x576p50", "dv_timings=1280x720p50"


def try_node(node):
    kind = "video%d" % node
    report.check("%s: another size, and back" % kind, complaints(
        Run(node, [(LARGE,), (SMALL,), ("dv_timings=1280x720p60",)]),
        ["1280x720", "1920x1080", "720x576", "1280x720"], [CHANGED, NOW] * 3))
    report.check("%s: another size, a stage and two sinks" % kind, complaints(
        Run(node, [(LARGE,)], "--stage", "crop=640x480+0+0", "--to", "null", "--to", "null?budget=1"),
        ["1280x720", "1920x1080"], [CHANGED, NOW]))
    report.check("%s: another rate" % kind, complaints(
        Run(node, [(FAST,)]), ["1280x720"], [CHANGED, "streams again"]))
    report.check("%s: no signal, and another one" % kind, complaints(
        Run(node, [(NONE, SELECTED, LARGE)]), ["1280x720", "1920x1080"], [CHANGED, NOW]))
    report.check("%s: a size that was asked for" % kind, complaints(
        Run(node, [(LARGE,)], uri="?size=1280x720"), ["1280x720"],
        [CHANGED, "nearest is 1920x1080"], status=4))
    report.check("%s: a stage that does not fit any more" % kind, complaints(
        Run(node, [(SMALL,)], "--stage", "crop=1280x720+0+0"), ["1280x720"],
        [CHANGED, NOW, "does not lie within 720x576"], status=4))


def after_a_smaller_picture(node):
    """What was composed into it must not stay for the larger one."""
    for size in ("640x360", "1280x720"):
        outcome = guest.weir("capture", "v4l2:/dev/video%d?size=%s" % (node, size), "--to", "null", "-n", "8", "--json")
        yield from guest.complaints_of_books(outcome.summary)
        yield from (line for line in outcome.err if "elsewhere" in line)
    rectangle = guest.run("v4l2-ctl", "-d", "/dev/video%d" % node, "--get-selection", "target=compose")
    if "Width 1280, Height 720" not in str(rectangle):
        yield str(rectangle)


for number in (0, 1):
    try_node(number)
send(2, SELECTED, "dv_timings=1280x720p60")
report.check("video2, which scales: a larger picture after a smaller one", after_a_smaller_picture(2))
report.finish()
