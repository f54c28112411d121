#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The weir authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""In the rig: the stage m2m on the kernel's virtual codec (vicodec) and converter (vim2m). What is encoded and
decoded again is verified, frame by frame; what is encoded is compared with what v4l2-ctl gets of the same
pictures; nothing is copied by us and the drain loses nothing. TAP on stdout.

    tests/vm/run --modules udmabuf,vim2m --module 'vicodec [multiplanar=1]'
        --module 'vivid n_devs=3 node_types=0x1,0x1,0x1 num_inputs=1,1,1 input_types=0,0,3 allocators=0,1,0
        ccs_cap_mode=-1,-1,0 multiplanar=1,1,1' tests/vm/m2m.py VM_CAMERA
"""
import glob
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

import guest

FRAMES = 60

report = guest.Report()


def nodes(name):
    """Devices of that name, in order."""
    paths = sorted(glob.glob("/sys/class/video4linux/video*"), key=lambda path: int(path.rsplit("video", 1)[1]))
    for path in paths:
        with open(path + "/name", encoding="utf-8") as file:
            if name in file.read().strip():
                yield "/dev/" + os.path.basename(path)


encoder, decoder = next(nodes("stateful-encoder")), next(nodes("stateful-decoder"))
converter = next(nodes("vim2m"))
cameras = list(nodes("vid-cap"))


def pattern(name, size="640x480", fps=0):
    return "pattern:counter?size=%s&fps=%d&format=%s" % (size, fps, name)


def capture(source, stages, *options):
    words = [word for stage in stages for word in ("--stage", stage)]
    return guest.weir("capture", source, *words, *options, "--require-zero-copy", "--json")


def encode(device=encoder):
    return "m2m=%s,FWHT" % device


def decode(name):
    return "m2m=%s,%s" % (decoder, name)


def complaints(outcome, frames, hops):
    """Of a run that loses nothing. `hops`: devices on the way."""
    if outcome.status or outcome.err:
        yield outcome
    if outcome.status:
        return
    summary = outcome.summary
    yield from guest.complaints_of_books(summary)
    if summary["sinks"][0]["delivered"] != frames:
        yield "%d of %d frames delivered" % (summary["sinks"][0]["delivered"], frames)
    if summary["steady_frames"] and sum(summary["faults"].values()) > 3:
        yield "page faults: %s" % summary["faults"]
    # A device: QBUF, DQBUF on each side, an EAGAIN for each, a poll and what it waits with.
    if summary["steady_frames"] and summary["syscalls_per_frame"] > 6 + 10 * hops:
        yield "%.2f system calls a frame" % summary["syscalls_per_frame"]


def complaints_of_syncs(summary, touches):
    """`touches`: by the CPU, a frame: START and END each. Beside them each slot's canary, twice, and its first
    drawing."""
    frames, syncs = summary["frames"]["captured"], summary["cache_syncs"]
    if not 2 * touches * frames <= syncs <= 2 * touches * frames + 100:
        yield "%d cache syncs, %d frames" % (syncs, frames)


def say_figures(title, outcome):
    if not outcome.status:
        s = outcome.summary
        report.note("%s: %d of %d delivered, %.1f fps, %d + %d bytes copied, %.1f calls and %.0f us CPU a frame, "
                    "faults %d + %d, %d syncs" % (
                        title, s["sinks"][0]["delivered"], s["frames"]["captured"], s["fps"],
                        s["copies"]["user_bytes"], s["copies"]["kernel_bytes"], s["syscalls_per_frame"],
                        s["cpu_us_per_frame"], s["faults"]["minor"], s["faults"]["major"], s["cache_syncs"]))


def try_encoder():
    outcome = capture(pattern("YUYV"), [encode()], "--to", "null", "-n", FRAMES)
    faults = list(complaints(outcome, FRAMES, 1))
    if not faults:
        faults += complaints_of_syncs(outcome.summary, 1)
        if outcome.summary["sinks"][0]["bytes"] > FRAMES * 640 * 480 * 2 / 4:
            faults.append("that is not compressed: %d bytes" % outcome.summary["sinks"][0]["bytes"])
    report.check("encode", faults)
    say_figures("encode", outcome)


def verified(frames):
    return "verify: %d frames, in order, 0 lost, 0 repeated, 0 torn" % frames


def try_codec(name, frames=FRAMES, *options):
    outcome = capture(pattern(name), [encode(), decode(name)], "--to", "verify", "-n", frames, *options)
    faults = list(complaints(outcome, frames, 2))
    if not faults:
        faults += complaints_of_syncs(outcome.summary, 2)
        if outcome.summary["sinks"][0]["verdict"] != verified(frames):
            faults.append(outcome.summary["sinks"][0]["verdict"])
    title = "encode, decode, verify: %s, %d frames %s" % (name, frames, " ".join(options))
    report.check(title, faults)
    say_figures(title, outcome)


def try_converter():
    outcome = capture(pattern("RGB565", "320x240"), ["m2m=%s,YUYV" % converter], "--to", "verify", "-n", 30)
    faults = list(complaints(outcome, 30, 1))
    if not faults and outcome.summary["sinks"][0]["verdict"] != verified(30):
        faults.append(outcome.summary["sinks"][0]["verdict"])
    report.check("convert, verify", faults)
    say_figures("convert", outcome)
    outcome = capture(pattern("RGB565", "320x240"), ["m2m=%s,RGB565,640x480" % converter], "--to", "null", "-n", 30)
    faults = list(complaints(outcome, 30, 1))
    if not faults and outcome.summary["sinks"][0]["bytes"] != 30 * 640 * 480 * 2:
        faults.append(outcome.summary["sinks"][0])
    report.check("scale", faults)


def try_same_bytes(folder):
    """What the encoder gives to us, and to v4l2-ctl, of the same pictures."""
    raw, theirs = folder + "/raw", folder + "/theirs"
    with open(raw, "wb") as file:
        subprocess.run(["weir", "capture", pattern("YUYV"), "-n", "10", "--to", "-", "-q"], stdout=file, check=True)
    ours = subprocess.run(["weir", "capture", pattern("YUYV"), "--stage", encode(), "-n", "10", "--to", "-", "-q"],
                          stdout=subprocess.PIPE, check=True).stdout
    done = guest.run("v4l2-ctl", "-d", encoder, "--set-fmt-video-out=width=640,height=480,pixelformat=YUYV",
                     "--stream-out-mmap", "--stream-from", raw, "--stream-mmap", "--stream-to", theirs)
    with open(theirs, "rb") as file:
        their_bytes = file.read()
    faults = [] if ours and ours == their_bytes else [
        "%d bytes, v4l2-ctl has %d" % (len(ours), len(their_bytes)), done]
    report.check("10 frames encoded, %d bytes: as by v4l2-ctl" % len(ours), faults)


def try_cameras():
    for device, kind in zip(cameras, ("slab", "mmap")):
        outcome = capture("%s?size=640x360&fps=50&format=YUYV" % device, [encode(), decode("YUYV")],
                          "--to", "null", "-n", 30)
        faults = [outcome] if outcome.status else list(guest.complaints_of_books(outcome.summary))
        if not faults and outcome.summary["memory"]["kind"] != kind:
            faults.append("memory %s, not %s" % (outcome.summary["memory"]["kind"], kind))
        sink = outcome.summary["sinks"][0]
        if not faults and (sink["delivered"] < 10 or set(sink["drop_reasons"]) - {"busy"}):
            faults.append(sink)  # what is too fast for the codec gives way before it, not behind
        report.check("%s (%s), encode, decode" % (device, kind), faults)
        say_figures("%s (%s), encode, decode" % (device, kind), outcome)


def set_signal(device, size):
    for control in ("dv_timings_signal_mode=Selected DV Timings", "dv_timings=" + size):
        outcome = guest.run(sys.argv[1], "set", device, control)
        if outcome.status:
            raise RuntimeError("%s: %s" % (control, outcome))


def follow_signal(device, child):
    """The plans and the last line of a run whose signal changes after ten frames, and that ends ten later."""
    plans, since, last = [], 0, None
    for line in child.stdout:
        last = json.loads(line)
        if last["type"] == "plan":
            plans.append((last["width"], last["height"]))
            since = 0
        since += last["type"] == "frame"
        if since == 10 and last["type"] == "frame":
            if len(plans) == 1:
                set_signal(device, "720x576p50")
            else:
                child.send_signal(signal.SIGINT)
    return plans, last


def try_signal(device):
    set_signal(device, "640x480p59")
    command = ["weir", "capture", device + "?format=YUYV", "--stage", encode(), "--stage", decode("YUYV"),
               "--to", "null", "--json", "--frames", "-q"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        timer = threading.Timer(guest.PATIENCE, child.terminate)
        timer.start()
        plans, summary = follow_signal(device, child)
        timer.cancel()
    faults = list(guest.complaints_of_books(summary))
    if child.returncode or plans != [(640, 480), (720, 576)]:
        faults.append("status %s, plans %s" % (child.returncode, plans))
    if set(summary["sinks"][0]["drop_reasons"]) - {"busy"}:
        faults.append(summary["sinks"][0])
    report.check("the signal becomes another: encoded and decoded in its new size, nothing dropped behind the encoder",
                 faults)


def must_refuse(title, status, words, *arguments):
    outcome = guest.weir("capture", *arguments)
    good = outcome.status == status and words in "\n".join(outcome.err)
    report.check("refused: " + title, [] if good else [outcome])


def try_refusals():
    to_null = ("--to", "null", "-n", "3")
    must_refuse("no such device", 3, "there is no /dev/video99", pattern("YUYV"), "--stage",
                "m2m=/dev/video99,FWHT", *to_null)
    must_refuse("a camera", 4, "is no codec or converter", pattern("YUYV"), "--stage",
                "m2m=%s,FWHT" % cameras[0], *to_null)
    must_refuse("no arguments", 2, "is not of the form", pattern("YUYV"), "--stage", "m2m=", *to_null)
    must_refuse("a size", 4, "nearest is 640x360", pattern("YUYV", "320x240"), "--stage", encode(), *to_null)
    must_refuse("a scaler's size", 4, "nearest is 640x480", pattern("RGB565", "320x240"), "--stage",
                "m2m=%s,RGB565,640x484" % converter, *to_null)
    must_refuse("a codec does not scale", 4, "does not scale", pattern("YUYV"), "--stage", encode() + ",1280x720",
                *to_null)
    must_refuse("what it makes", 4, "H264 is none of the formats", pattern("YUYV"), "--stage",
                "m2m=%s,H264" % encoder, *to_null)
    must_refuse("what it takes", 4, "RGB565 is none of the formats", pattern("RGB565"), "--stage", encode(), *to_null)
    must_refuse("a stride", 4, "ask the source for stride=1280", pattern("YUYV") + "&stride=1344", "--stage",
                encode(), *to_null)
    must_refuse("host memory", 4, "it has no dma-bufs", pattern("YUYV"), "--stage", encode(), "--memory", "host",
                *to_null)
    must_refuse("a crop before it", 4, "takes whole frames", pattern("YUYV", "1280x720"), "--stage",
                "crop=640x480+0+0", "--stage", encode(), *to_null)


def try_unplug():
    """While frames flow, and the same words again when it is to be opened."""
    child = subprocess.Popen(["weir", "capture", pattern("YUYV", fps=20), "--stage", encode(), "--json"],
                             stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    time.sleep(2)
    with open("/sys/bus/platform/drivers/vicodec/unbind", "w", encoding="utf-8") as file:
        file.write("vicodec.0")
    out, err = child.communicate(timeout=guest.PATIENCE)
    outcome = guest.Outcome(child.returncode, out, err)
    good = outcome.status == 3 and encoder in err and "ENODEV" in err
    report.check("unplugged: %s" % (outcome.err or ["nothing said"])[0],
                 ([] if good else [outcome]) + list(guest.complaints_of_books(outcome.summary)))


def try_without_udmabuf():
    """The devices' own buffers, exported by one and imported by the next."""
    os.rename("/dev/udmabuf", "/dev/not-udmabuf")
    outcome = capture("%s?size=640x360&fps=50&format=YUYV" % cameras[0], [encode(), decode("YUYV")],
                      "--to", "null", "-n", 30)
    faults = [outcome] if outcome.status else list(guest.complaints_of_books(outcome.summary))
    if not faults:
        hops = [o for o in outcome.objects if o["type"] == "plan"][-1]["hops"]
        faults += ["not its own buffers: %s" % hop for hop in hops[1:3] if "own buffers" not in hop["reason"]]
    report.check("without udmabuf: the devices' own buffers", faults)
    say_figures("without udmabuf", outcome)
    try_codec("YUYV", 30)


with open("/sys/module/vicodec/parameters/multiplanar", encoding="utf-8") as parameter:
    multiplanar = parameter.read().strip() == "Y"
report.note("vicodec with the %s interface" % ("multi-planar" if multiplanar else "single-planar"))
try_encoder()
for form in ("YUYV", "UYVY", "NV12", "XR24", "GREY"):
    try_codec(form)
for count in (1, 2, 3, 7):
    try_codec("YUYV", count)
try_codec("YUYV", FRAMES, "--loop", "epoll")
try_converter()
if shutil.which("v4l2-ctl"):
    with tempfile.TemporaryDirectory() as scratch:
        try_same_bytes(scratch)
else:
    print("SKIPPED the comparison with v4l2-ctl, which is not installed (v4l-utils)")
try_cameras()
try_signal(cameras[2])
try_refusals()
try_without_udmabuf()
try_unplug()
report.finish()
