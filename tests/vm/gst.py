#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The weir authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""In the rig: the GStreamer plugin between cameras and a display. No pipeline copies a byte or leaves anything behind,
and what is busy or unplugged is told in weir's words. TAP on stdout.

    tests/vm/run --module vkms --module dummy tests/vm/gst.py PROVIDER_TEST PEER_TEST

With WEIR_BUILD=build/asan and that build's tests the address sanitizer watches; of leaks the suites tell there.
"""
import collections
import os
import re
import shutil
import subprocess
import sys
import threading

import guest

sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "cli"))
import recipes  # noqa: E402

report = guest.Report()
os.environ.update(recipes.environment_of(shutil.which("weir")))
os.environ.update({"GST_DEBUG": "weirsrc:4,weirsink:4,GST_TRACER:7", "GST_DEBUG_NO_COLOR": "1",
                   "GST_TRACERS": "leaks"})
CAMERA = "weirsrc device=/dev/video0 num-buffers=30 copy-policy=never"
SMALL = "width=640,height=360"
SCREEN = "video/x-raw,format=BGRx,width=640,height=480 ! kmssink driver-name=vkms force-modesetting=true"


def sanitizer():
    """What a program is to load before the plugin of a sanitized build, as the start of a command."""
    plugin = os.path.join(os.environ["GST_PLUGIN_PATH"], "libgstweir.so")
    found = re.search(r"=> (\S*/libasan\S*)", "\n".join(guest.run("ldd", plugin).out))
    return ["env", "LD_PRELOAD=" + found[1], "ASAN_OPTIONS=detect_leaks=0"] if found else []


LAUNCH = sanitizer() + ["gst-launch-1.0", "-v"]


def launch(words):
    return guest.run(*LAUNCH, *words.split())


def copied(outcome):
    """Of every element of weir's, in what they print at the end and in the log."""
    return [int(bytes) for line in outcome.out + outcome.err if "weir-stats" in line
            for bytes in re.findall(r"(?:user|kernel)-copied-bytes=\(guint64\)(\d+)", line)]


def leaked(outcome):
    """Types of what nobody let go of."""
    return leaked_in("\n".join(outcome.err))


def leaked_in(text):
    return collections.Counter(re.findall(r"object-alive, type-name=\(string\)([^%,]+)", text))


def left(outcome, usual=collections.Counter()):
    """As faults, with what is left behind whatever weir does."""
    found = leaked(outcome) - usual
    return ["left behind: %s" % found] if found else []


def flows(title, words, condition=lambda outcome: True, usual=collections.Counter()):
    outcome = launch(words)
    figures = copied(outcome)
    faults = [outcome] if outcome.status != 0 or not condition(outcome) else []
    if not figures or any(figures):
        faults.append("copied: %s" % figures)
    report.check(title, faults + left(outcome, usual))


def fails(title, words, *parts):
    outcome = launch(words)
    text = "\n".join(outcome.err)
    faults = [outcome] if not outcome.status or any(part not in text for part in parts) else []
    report.check(title, faults + left(outcome))


def says(part):
    return lambda outcome: part in "\n".join(outcome.out)


def try_source():
    flows("camera ! fakesink", CAMERA + " ! fakesink")
    for name in "YUY2", "NV12", "BGRx":
        flows("camera %s ! fakesink" % name, "%s ! video/x-raw,format=%s,%s ! fakesink" % (CAMERA, name, SMALL))
    flows("camera ! appsink", CAMERA + " ! appsink max-buffers=2 drop=true wait-on-eos=false")
    flows("camera ! kmssink", "%s ! %s" % (CAMERA, SCREEN))
    flows("camera with memory:DMABuf ! weirsink",
          "%s ! video/x-raw(memory:DMABuf),%s ! weirsink copy-policy=never" % (CAMERA, SMALL), says("memory:DMABuf"))
    flows("camera ! queue ! weirsink display",
          "%s ! video/x-raw,format=BGRx,%s ! queue ! weirsink uri=display copy-policy=never" % (CAMERA, SMALL))


def try_encoder():
    """Encoders of the kernel's take the camera's dma-bufs; what they leave behind themselves is theirs."""
    guest.run("modprobe", "vicodec")
    outcome = launch("%s ! video/x-raw,format=NV12,%s ! v4l2fwhtenc ! fakesink" % (CAMERA, SMALL))
    figures = copied(outcome)
    report.check("camera ! v4l2fwhtenc", [outcome] if outcome.status or not figures or any(figures) else [])
    guest.run("rmmod", "vicodec")  # GStreamer keeps caps for each encoder that there is


def try_interlaced():
    """A television: both fields in one picture."""
    guest.run("v4l2-ctl", "-d", "/dev/video0", "-i", "1")
    outcome = launch("weirsrc device=/dev/video0 num-buffers=5 ! fakesink")
    report.check("an interlaced camera is announced as such",
                 [outcome] if outcome.status or "interlace-mode=(string)interleaved" not in "\n".join(outcome.out)
                 else [])
    fails("an interlaced camera is not progressive", "weirsrc device=/dev/video0 num-buffers=5 ! "
          "video/x-raw,interlace-mode=progressive ! fakesink", "ERROR")
    guest.run("v4l2-ctl", "-d", "/dev/video0", "-i", "0")


def try_stall():
    with subprocess.Popen(["timeout", "20", "gst-launch-1.0"] + (
            "weirsrc device=/dev/video0 ! queue min-threshold-buffers=10 ! fakesink").split(),
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as child:
        said = [line for line in child.stdout if "held downstream: raise buffers" in line]
    report.check("all buffers held downstream: a warning", [] if len(said) == 1 else said or ["no warning"])


def try_sink():
    theirs = "v4l2src device=/dev/video1 io-mode=dmabuf num-buffers=30 ! video/x-raw,format=BGRx," + SMALL
    usual = leaked(launch(theirs + " ! fakesink"))  # v4l2src leaves itself behind, with whatever sink
    for uri in "null", "display":
        flows("v4l2src ! weirsink " + uri, "%s ! weirsink uri=%s copy-policy=never" % (theirs, uri),
              says("program's memory"), usual)
    flows("videotestsrc ! weirsink display",
          "videotestsrc num-buffers=30 ! video/x-raw,format=BGRx,%s ! weirsink uri=display copy-policy=never" % SMALL,
          says("straight into the slots"))


def try_trouble():
    with guest.Background("{", "weir", "capture", "/dev/video1", "-q", "--to", "null", "--json", "--frames"):
        fails("busy", "weirsrc device=/dev/video1 ! fakesink", "/dev/video1", "weir")
    fails("copies that are not allowed",
          "videotestsrc ! identity drop-allocation=true ! weirsink copy-policy=never", "would have to be copied")


def unplugged(words):
    """While it runs: what it printed, after its exit status."""
    with subprocess.Popen(LAUNCH + words.split(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True) as child:
        seen = []
        for line in child.stdout:
            seen.append(line)
            if "plan = " in line and len([l for l in seen if "plan = " in l]) == 1:
                guest.run("v4l2-ctl", "-d", "/dev/video0", "-c", "disconnect=1")
    return child.returncode, "".join(seen)


def try_unplug():
    status, said = unplugged("weirsrc device=/dev/video0 ! fakesink")
    report.check("unplugged: an error",
                 [] if status and re.search("ERROR: .*was unplugged", said) and not leaked_in(said) else [said])
    status, said = unplugged("weirsrc device=/dev/video0 reconnect=true num-buffers=90 ! fakesink")
    report.check("unplugged, with reconnect=true",
                 [] if not status and "is back after" in said and not leaked_in(said)
                 else ["exit status %d" % status, said])


def try_network():
    for words in (("ip", "link", "add", "weir0", "mtu", "9000", "type", "dummy"),
                  ("ip", "address", "add", "10.9.0.1/24", "dev", "weir0"), ("ip", "link", "set", "weir0", "up")):
        guest.run(*words)
    for memory, how in (("slab", "headers stand between its lines"), ("mmap", "by gather")):
        flows("camera (%s) ! weirsink rtp" % memory,
              "%s memory=%s ! video/x-raw,format=UYVY,%s ! weirsink uri=rtp://10.9.0.2 copy-policy=never"
              % (CAMERA, memory, SMALL), says(how))
    flows("videotestsrc ! weirsink rtp",
          "videotestsrc num-buffers=30 ! video/x-raw,format=UYVY,%s ! weirsink uri=rtp://10.9.0.2 copy-policy=never"
          % SMALL, says("headers stand between its lines"))


def try_provider():
    outcome = guest.run(sys.argv[1])
    report.check("cameras behind a device monitor", ([outcome] if outcome.status != 0 else []) + left(outcome))
    outcome = guest.run(sys.argv[2], "vivid")
    report.check("cameras and their caps beside v4l2src's", [outcome] if outcome.status != 0 else [])


def plug(planes):
    guest.run("modprobe", "vivid", "n_devs=1", "node_types=0x1", "multiplanar=%d" % planes)


class Unrest:
    """So much happens in /dev that nobody looks at what became of it."""
    def __enter__(self):
        self.over = threading.Event()
        self.thread = threading.Thread(target=self.run)
        self.thread.start()

    def run(self):
        path = "/dev/video99"
        with open(path, "w", encoding="ascii"):
            while not self.over.wait(0.01):
                os.utime(path)
        os.unlink(path)

    def __exit__(self, *_):
        self.over.set()
        self.thread.join()


def change_in_place(watcher):
    """What was told: a watch that got a look in between tells of a camera that went and came."""
    for attempt in range(5):
        with Unrest():
            guest.run("rmmod", "vivid")
            plug(2 - attempt % 2)
        line = watcher.stdout.readline().strip()
        if line != "removed":
            return line
        watcher.stdout.readline()
    return line


def try_plugs():
    with open("/run/plugs", "w+", encoding="utf-8") as words, \
            subprocess.Popen([sys.argv[1], "plugs"], stdout=subprocess.PIPE, stderr=words, text=True) as watcher:
        seen = [watcher.stdout.readline().strip() for _ in range(2)]  # watching, added
        guest.run("rmmod", "vivid")
        seen.append(watcher.stdout.readline().strip())
        plug(1)
        seen.append(watcher.stdout.readline().strip())
        seen.append(change_in_place(watcher))
        watcher.wait()
        words.seek(0)
        alive = leaked_in(words.read())
    report.check("a camera goes, comes back and changes behind a device monitor",
                 [seen, alive] if watcher.returncode or alive or
                 seen != ["watching", "added", "removed", "added", "changed"] else [])


try_provider()
try_source()
try_encoder()
try_interlaced()
try_stall()
try_sink()
try_network()
try_trouble()
try_unplug()
try_plugs()
report.finish()
