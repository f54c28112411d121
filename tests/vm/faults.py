#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The weir authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""In the rig: every error that vivid can be made to show, before a run or in the middle of it, what weir says
of it, and the books afterwards, to the frame. TAP on stdout.

    tests/vm/run tests/vm/faults.py VM_CAMERA

Nothing here goes by the clock: a control is set after so many frames, and a run ends after so many more.
"""
import json
import signal
import subprocess
import sys
import threading
import time

import guest

camera = sys.argv[1]
report = guest.Report()


class Case:
    """One run. `before`: a control set before it, `during`: one after 15 frames, `after`: one to undo it;
    `frames`: how many it takes, counted from `during` on; `ns`: for how long, by the frames' timestamps; `status`, `memory`: what it
    has to end with; `said`: the words of the lines on stderr, in order, one each; `so`: a condition;
    `starts`: without memory a run does not even start, and has no summary."""

    def __init__(self, name, *options, before=None, during=None, after=None, frames=20, ns=0, query="",
                 fps=60, status=0, memory=None, said=(), so=lambda r: True, starts=True):
        self.__dict__.update(locals())


class Result:
    def __init__(self, status, lines, frames, err):
        self.status, self.frames, self.err = status, frames, err
        objects = [json.loads(line) for line in lines]
        self.plan = next((o for o in objects if o["type"] == "plan"), {})
        self.summary = next((o for o in objects if o["type"] == "summary"), None)
        if self.summary:
            self.captured = self.summary["frames"]["captured"]
            self.lost = self.summary["frames"]["lost_by_device"]
            self.corrupt = self.summary["frames"]["corrupt"]
            self.drops = self.summary["sinks"][0]["drop_reasons"]
            self.memory = self.summary["memory"]["kind"]
        self.breaks = sum(frame["discontinuity"] for frame in frames)


def must_set(node, control):
    if control:
        outcome = guest.run(camera, "set", "/dev/video%d" % node, control)
        if outcome.status:
            raise RuntimeError("%s: %s" % (control, outcome))


def follow(case, node, child):
    """Reads what a run says until it ends, which may be far behind what it does."""
    lines, frames, seen, since_ns, stopped = [], [], 0, 0, False
    for line in child.stdout:
        if not line.startswith('{"type":"frame"'):
            lines.append(line)
            continue
        frames.append(json.loads(line))
        if case.during and len(frames) == 15:
            must_set(node, case.during)
            since_ns = time.monotonic_ns()
        seen += frames[-1]["timestamp_ns"] > since_ns
        enough = seen >= case.frames and frames[-1]["timestamp_ns"] - frames[0]["timestamp_ns"] >= case.ns
        if enough and (since_ns or not case.during) and not stopped:
            child.send_signal(signal.SIGINT)
            stopped = True
    return lines, frames


def perform(case, node):
    uri = "v4l2:/dev/video%d?size=320x180&fps=%d&format=YUYV%s" % (node, case.fps, case.query)
    command = ["weir", "capture", uri, "--to", "null", "--json", "--frames", *case.options]
    must_set(node, case.before)
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as child:
        timer = threading.Timer(guest.PATIENCE, child.kill)
        timer.start()
        lines, frames = follow(case, node, child)
        err = child.stderr.read().splitlines()
        status = child.wait()
        timer.cancel()
    must_set(node, case.after)
    return Result(status, lines, frames, err)


def complaints_of_order(result):
    """The frames that came and those that the device lost make up every number between first and last."""
    for earlier, later in zip(result.frames, result.frames[1:]):
        if later["sequence"] <= earlier["sequence"]:
            yield "frame %d after frame %d" % (later["sequence"], earlier["sequence"])
        if later["timestamp_ns"] <= earlier["timestamp_ns"]:
            yield "frame %d is older than frame %d" % (later["sequence"], earlier["sequence"])
    if len(result.frames) != result.captured:
        yield "%d frames were shown, %d captured" % (len(result.frames), result.captured)
    if result.frames and result.frames[-1]["sequence"] + 1 != result.captured + result.lost:
        yield "the last frame is number %d: %d captured, %d lost" % (
            result.frames[-1]["sequence"], result.captured, result.lost)


def complaints_of_words(case, result):
    said = [line for line in result.err if line.startswith("weir: ")]
    if len(said) != len(case.said) or not all(words in line for words, line in zip(case.said, said)):
        yield "said: %s\nnot: %s" % (said, list(case.said))


def complaints(case, result):
    if result.status != case.status:
        yield "exit status %s\n%s" % (result.status, "\n".join(result.err))
    yield from complaints_of_words(case, result)
    if case.starts != bool(result.summary):
        yield "a summary" if result.summary else "no summary"
    if not result.summary:
        return
    yield from guest.complaints_of_books(result.summary)
    yield from complaints_of_order(result)
    if case.memory and result.memory != case.memory:
        yield "memory %s" % result.memory
    if not case.so(result):
        yield "the condition does not hold: captured %d, lost %d, corrupt %d, drops %s, %d breaks" % (
            result.captured, result.lost, result.corrupt, result.drops, result.breaks)


def why_not(result, kind):
    return next(c["reason"] for c in result.plan["choices"] if c["name"] == kind)


def unplugged(kind):
    return Case("unplugged, %s" % kind, "--memory", kind, during="disconnect=1", memory=kind,
                said=["was unplugged: waiting", "is back after"], so=lambda r: r.breaks == 1)


def fatal(kind):
    return Case("fatal streaming error, %s" % kind, "--memory", kind, during="inject_fatal_streaming_error=1",
                memory=kind, said=["VIDIOC_DQBUF", "streams again after"], so=lambda r: r.breaks == 1)


def qbuf_fails(kind):
    return Case("VIDIOC_QBUF fails, %s" % kind, "--memory", kind, during="inject_vidioc_qbuf_error=1",
                memory=kind, said=["VIDIOC_QBUF", "streams again after"], so=lambda r: r.breaks == 1)


def wrap(menu):
    # vivid's clock wraps 16 s after the start. No frame may be of another time than ours.
    return Case("timestamps wrap, %s" % menu, before="wrap_timestamp=%s" % menu, after="wrap_timestamp=None",
                fps=10, ns=17 * 10 ** 9)


UNPLUGGED_FOR_GOOD = Case("unplugged for good", "--no-reconnect", during="disconnect=1", status=3,
                          said=["was unplugged"])
DAMAGED = Case("a damaged frame", during="inject_v4l2_buf_flag_error=1",
               so=lambda r: r.corrupt == 1 and r.drops == {"corrupt": 1})
DAMAGED_DELIVERED = Case("a damaged frame, delivered", during="inject_v4l2_buf_flag_error=1",
                         query="&corrupt=deliver", so=lambda r: r.corrupt == 1 and r.drops == {})
REQBUFS_ONCE = Case("VIDIOC_REQBUFS fails: other memory serves", before="inject_vidioc_reqbufs_error=1",
                    memory="mmap", so=lambda r: "VIDIOC_REQBUFS" in why_not(r, "slab"))
REQBUFS = Case("VIDIOC_REQBUFS fails", "--memory", "mmap", before="inject_vidioc_reqbufs_error=1", status=1,
               said=["VIDIOC_REQBUFS"], starts=False)
QBUF_ONCE = Case("VIDIOC_QBUF fails before the run: other memory serves", before="inject_vidioc_qbuf_error=1",
                 memory="mmap", so=lambda r: "VIDIOC_QBUF" in why_not(r, "slab"))
QBUF = Case("VIDIOC_QBUF fails before the run", "--memory", "mmap", before="inject_vidioc_qbuf_error=1",
            status=1, said=["VIDIOC_QBUF"], so=lambda r: r.captured == 0)
STREAMON = Case("VIDIOC_STREAMON fails", before="inject_vidioc_streamon_error=1", status=1,
                said=["VIDIOC_STREAMON"], so=lambda r: r.captured == 0)
DROPPING = Case("the device drops half of its frames", before="percentage_of_dropped_buffers=50",
                after="percentage_of_dropped_buffers=0", frames=40, so=lambda r: r.lost > 0)
# vivid's numbers wrap after 128.
SEQUENCE = Case("sequence numbers wrap", before="wrap_sequence_number=1", after="wrap_sequence_number=0",
                frames=150, so=lambda r: r.breaks == 0 and r.lost < 10000)

PLAN = {
    0: [unplugged("slab"), unplugged("mmap"), unplugged("heap"), UNPLUGGED_FOR_GOOD, fatal("slab"),
        fatal("mmap"), qbuf_fails("slab"), qbuf_fails("mmap"), DAMAGED, DAMAGED_DELIVERED, REQBUFS_ONCE,
        REQBUFS, QBUF_ONCE, QBUF, STREAMON, DROPPING, SEQUENCE],
    1: [unplugged("slab"), unplugged("mmap"), fatal("slab"), DAMAGED, wrap("64 Bit")],
    2: [unplugged("mmap"), fatal("mmap"), qbuf_fails("mmap"), REQBUFS, QBUF, STREAMON, DAMAGED, DROPPING,
        SEQUENCE],
    3: [unplugged("mmap"), fatal("mmap"), DAMAGED, wrap("32 Bit")],
}


def try_node(node):
    for case in PLAN[node]:
        report.check("video%d: %s" % (node, case.name), complaints(case, perform(case, node)))


guest.in_parallel(try_node, PLAN)
report.finish()
