#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The weir authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""In the rig, with udevd: what users meet before frames flow. Lists, wishes and what comes of them, refusals in
one line with the exit status of their class, cameras that somebody else holds, what docs/cli.md and memory.md show, plugs.
TAP on stdout.

    tests/vm/run --udev tests/vm/cameras.py
"""
import json
import os
import shutil
import signal
import subprocess
import sys
import threading

import guest

sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "cli"))
import recipes  # noqa: E402

report = guest.Report()
NOBODY = ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups")
LINK = "platform-vivid.0-video-index0"


def check(title, outcome, *conditions):
    report.check(title, [] if all(conditions) else [outcome])


def refused(status, words, *arguments, by=()):
    """By one line with these words, and nothing on stdout."""
    outcome = guest.run(*by, "weir", "capture", *arguments)
    check("%s: %s" % (" ".join(arguments), words), outcome, outcome.status == status, not outcome.out,
          len(outcome.err) == 1, words in "".join(outcome.err))


def capture(title, condition, *arguments):
    outcome = guest.weir("capture", *arguments, "-n", 3, "-q", "--json")
    check(title, outcome, outcome.status == 0 and condition(outcome.summary))


def listing():
    return guest.weir("list")


def info(node):
    outcome = guest.weir("info", node, "--json")
    return outcome, outcome.objects[-1]


def abilities(found, works):
    return {ability["name"] for ability in found["abilities"] if ability["works"] == works}


def try_list():
    outcome = guest.weir("list", "--json")
    devices = outcome.objects[-1]["devices"]
    check("list has the four cameras, usable, with their bus", outcome,
          [d["uri"] for d in devices if d["usable"] and d["detail"].startswith("platform:vivid-")]
          == ["/dev/video%d" % i for i in range(4)])
    check("list has their links", listing(), any("by-path/" + LINK in line for line in listing().out))


def try_info():
    outcome, found = info("/dev/video3")
    check("contiguous memory: formats; mmap and export work, pinning and the slab do not", outcome,
          found["name"] == "vivid",
          {"YUYV", "UYVY", "NV12", "XR24", "RGB565", "GREY"} <= {f["name"] for f in found["formats"]},
          {"mmap", "export"} <= abilities(found, True), {"pinnable", "slab"} <= abilities(found, False))
    outcome, found = info("0")
    brightness = {"name": "brightness", "value": "128", "range": "0 to 255, step 1, default 128"}
    check("pages from all over memory: all of it works; controls; sizes and their rates", outcome,
          {"mmap", "export", "pinnable", "slab", "heap"} <= abilities(found, True),
          brightness in found["controls"],
          any(s["max_width"] == 1280 and s["fastest_fps"] == 60 and 12.5 in s["rates_fps"] for f in found["formats"] for s in f["sizes"]))


def try_wishes():
    capture("720p without a wish for a rate is smooth",
            lambda s: (s["format"], s["width"], s["height"]) == ("UYVY", 1280, 720) and "&fps=60&" in s["source"],
            "0", "-s", "1280x720", "-f", "UYVY")
    capture("planes apart", lambda s: s["format"] == "NV12" and "planes=apart" in s["source"],
            "v4l2:/dev/video1?planes=apart", "-f", "NV12", "-s", "640x360", "-r", "30")
    capture("a stride for the asking", lambda s: s["stride"] == 1344,
            "/dev/video0?stride=1344", "-f", "UYVY", "-s", "640x360")
    capture("an input by name", lambda s: "&input=3" in s["source"], "0?input=HDMI%20000-0")
    capture("an input by number", lambda s: "&input=0" in s["source"], "0?input=0")
    capture("a camera by its path", lambda s: True, "v4l2:by-path/" + LINK)
    capture("a camera by a link to it", lambda s: True, "/dev/v4l/by-path/" + LINK)
    capture("controls are set", lambda s: True, "0", "--set", "Test Pattern=100% Red", "--set", "brightness=99")
    outcome, found = info("0")
    check("controls were set", outcome, {("test_pattern", "100% Red"), ("brightness", "99")}
          <= {(c["name"], c["value"]) for c in found["controls"]})
    outcome = guest.weir("capture", "0", "-s", "640x360", "-r", "31", "-n", 2)
    check("the nearest rate serves", outcome, outcome.status == 0, "nearest is 30" in "\n".join(outcome.err))


def try_refusals():
    refused(3, 'no camera "/dev/video99"', "/dev/video99")
    refused(3, 'no camera "by-id/nothing"', "v4l2:by-id/nothing")
    refused(3, "is no video node", "v4l2:/dev/null")
    refused(3, "is no video node", "/dev/media0")
    refused(3, "is no device", "/dev/shm")
    refused(2, "names no camera", "v4l2:camera")
    refused(4, "641x361 YUYV is not offered by /dev/video0; nearest is 640x360", "0", "-s", "641x361", "-f", "YUYV")
    refused(4, "nearest is", "/dev/video0", "-s", "651x361", "-f", "NV12")
    refused(4, "MJPEG is not offered", "/dev/video0", "-f", "MJPEG")
    refused(4, "slab cannot serve", "/dev/video2", "--memory", "slab")
    refused(2, 'did you mean "HDMI 000-0"?', "0?input=HDMI%20000-1")
    refused(2, 'did you mean "brightness"', "/dev/video0", "--set", "brigthness=5")
    refused(2, "0 to 255", "/dev/video0", "--set", "brightness=256")
    refused(2, "Gray Ramp", "/dev/video0", "--set", "test_pattern=nonsense")
    refused(2, "Menu Item 1, Menu Item 3, Menu Item 4", "0", "--set", "menu=2")
    refused(4, "can only be read", "0", "--set", "read_only_integer_32_bits=1")
    refused(2, 'did you mean "corrupt"?', "v4l2:/dev/video0?corupt=deliver")
    refused(2, "drop, deliver", "0?corrupt=yes")


def try_recipes():
    weir = shutil.which("weir")
    for recipe in recipes.recipes():
        if recipe.camera and not recipe.missing(weir):
            report.check(recipe.title, recipe.faults(weir, guest.PATIENCE))


def try_held():
    streaming = ("weir", "capture", "/dev/video1", "-q", "--to", "null", "--json", "--frames")
    with guest.Background('"type":"frame"', *streaming) as holder:
        refused(3, "held by weir (pid %d)" % holder.pid, "/dev/video1", "-s", "1280x720", "-n", "1")
        refused(3, "held by a program that only root can see", "/dev/video1", by=NOBODY)
        check("list says who streams", listing(), "in use by weir (pid %d)" % holder.pid in "\n".join(listing().out))
    capture("it is free again", lambda s: True, "1")

    node = os.open("/dev/video0", os.O_RDONLY)
    with subprocess.Popen(["sleep", "600"], pass_fds=[node]) as holder:
        os.close(node)
        check("list says who has it open", listing(), "open in sleep (pid %d)" % holder.pid in "\n".join(listing().out))
        capture("who has it open is in nobody's way", lambda s: True, "0")
        holder.kill()


def try_permissions():
    shutil.chown("/dev/video0", group="video")
    os.chmod("/dev/video0", 0o660)
    refused(3, "usermod -aG video", "/dev/video0", by=NOBODY)
    outcome = guest.run(*NOBODY, "weir", "list")
    check("list says which group to join", outcome,
          "join group video: sudo usermod -aG video $USER" in "\n".join(outcome.out))
    shutil.chown("/dev/video0", group="root")
    refused(3, "only root may open it", "0", by=NOBODY)


def events_until(watcher, seen, event, uri):
    """Reads on until that was told."""
    for line in watcher.stdout:
        seen.append(json.loads(line))
        if (seen[-1]["event"], seen[-1]["device"]["uri"]) == (event, uri):
            return


def try_plugs(by):
    seen = []
    with subprocess.Popen(["weir", "list", "--watch", "--json"], stdout=subprocess.PIPE, text=True) as watcher:
        timer = threading.Timer(guest.PATIENCE, watcher.kill)
        timer.start()
        events_until(watcher, seen, "added", "/dev/dma_heap/system")  # memory comes last
        guest.run("rmmod", "vivid")
        while {"/dev/video0", "/dev/video3"} - {e["device"]["uri"] for e in seen if e["event"] == "removed"}:
            seen.append(json.loads(watcher.stdout.readline()))
        guest.run("modprobe", "vivid", "n_devs=1", "node_types=0x1")
        events_until(watcher, seen, "added", "/dev/video0")
        watcher.send_signal(signal.SIGINT)
        seen += [json.loads(line) for line in watcher.stdout]
        timer.cancel()

    def history(uri):
        return [e["event"] for e in seen if e["device"]["uri"] == uri]

    check("a camera goes and comes back, another stays away, memory stays (%s)" % by, seen,
          history("/dev/video0") == ["added", "removed", "added"], history("/dev/video3") == ["added", "removed"],
          all(e["event"] == "added" for e in seen if e["device"]["kind"] == "memory"))


def stop_udevd():
    """Then plugs are seen by the nodes that come and go."""
    guest.run("udevadm", "control", "--exit")  # waits for it
    shutil.rmtree("/run/udev")


try_list()
try_info()
try_wishes()
try_refusals()
try_recipes()
try_held()
try_permissions()
try_plugs("udev")
stop_udevd()
guest.run("rmmod", "vivid")
guest.run("modprobe", "vivid", "n_devs=4", "node_types=0x1,0x1,0x1,0x1")
try_plugs("inotify")
report.finish()
