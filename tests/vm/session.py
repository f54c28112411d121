#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The weir authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""In the rig: by what right a display shows, and what becomes of a run when that goes and comes back: consoles that
are switched under seatd, a master that has to give way, leases, udev's events, a killed run. TAP on stdout.

    tests/vm/run --udev --module vkms tests/vm/session.py
    tests/vm/run --qemu '-device cirrus-vga' --module cirrus tests/vm/session.py kill
"""
import ctypes
import difflib
import fcntl
import os
import re
import signal
import subprocess
import sys
import termios
import time

import guest

report = guest.Report()
CARD = "/dev/dri/card0"
STATE = "/sys/kernel/debug/dri/0/state"
STATUS = "/sys/class/drm/card0-Virtual-1/status"
COMMON = ["weir", "capture", "/dev/video0", "-s", "640x480", "-r", "30", "-f", "XR24", "--json", "--frames"]
CONSOLE, OTHER = 2, 3
KDGETMODE, KD_TEXT, KDGKBMODE, K_UNICODE = 0x4B3B, 0, 0x4B44, 3
VT_ACTIVATE, VT_WAITACTIVE = 0x5606, 0x5607
SET_MASTER, DROP_MASTER = 0x641E, 0x641F
drm = ctypes.CDLL("libdrm.so.2", use_errno=True)
libc = ctypes.CDLL(None, use_errno=True)


def state():
    """Of planes and CRTC, but for what counts how often it was changed."""
    with open(STATE, encoding="ascii") as file:
        return [line for line in file if "refcount" not in line and "_changed" not in line]


def differences(before, after):
    return list(difflib.unified_diff(before, after, n=0))


def await_state(wanted):
    """The kernel needs a moment to close what a killed program had open. Seconds."""
    began = time.monotonic()
    while state() != wanted and time.monotonic() < began + guest.PATIENCE / 4:
        time.sleep(0.01)
    return time.monotonic() - began


def on_console():
    os.setsid()
    tty = os.open("/dev/tty%d" % CONSOLE, os.O_RDWR)
    fcntl.ioctl(tty, termios.TIOCSCTTY, 0)
    os.dup2(tty, 0)  # nobody's terminal any more when nobody has it open


def console_asks(request):
    """An int that the console's driver knows."""
    tty = os.open("/dev/tty%d" % CONSOLE, os.O_RDWR | os.O_NOCTTY)
    answer = fcntl.ioctl(tty, request, b"\0\0\0\0")
    os.close(tty)
    return int.from_bytes(answer, "little")


def switch_to(number):
    tty = os.open("/dev/tty0", os.O_RDWR | os.O_NOCTTY)
    fcntl.ioctl(tty, VT_ACTIVATE, number)
    fcntl.ioctl(tty, VT_WAITACTIVE, number)
    os.close(tty)


class Run:
    """A run to the display, in which something happens when so many frames were captured: at = {20: action}."""

    def __init__(self, frames, at, *options, **how):
        command = COMMON + ["-n", str(frames), "--to", *options]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **how) as child:
            self.child, seen, last = child, 0, ""
            for last in child.stdout:
                seen += '"type":"frame"' in last
                if '"type":"frame"' in last and seen in at:
                    at[seen](self)
            err = child.stderr.read()
            self.outcome = guest.Outcome(child.wait(), last, err)

    def complaints(self, least, most, *words):
        """Of a run that ended well, with so many frames shown, that said these words."""
        outcome = self.outcome
        if outcome.status:
            yield outcome
            return
        yield from guest.complaints_of_books(outcome.summary)
        if not least <= outcome.summary["sinks"][0]["delivered"] <= most:
            yield outcome.summary["sinks"][0]
        for word in words:
            if not any(word in line for line in outcome.err):
                yield "not said: %s\n%s" % (word, "\n".join(outcome.err))


# ---- consoles ----

def start_seatd():
    # Its log would fill a pipe that nobody reads.
    child = subprocess.Popen(["seatd", "-g", "video"], stderr=subprocess.DEVNULL)
    while not os.path.exists("/run/seatd.sock"):
        time.sleep(0.05)
    return child


def try_switch():
    before, during = state(), {}

    def away(_):
        during["keyboard"] = console_asks(KDGKBMODE)
        switch_to(OTHER)

    def look(_):
        during["state"] = state()

    run = Run(240, {20: away, 80: look, 100: lambda _: switch_to(CONSOLE)}, "display", "--to", "null", "-vv",
              preexec_fn=on_console)
    faults = list(run.complaints(60, 200, "opened by way of the seat manager", "another console is on the screen now",
                                 "Virtual-1 is back: 640x480"))
    if during.get("keyboard") != K_UNICODE:
        faults.append("the console's keyboard was taken: %s" % during)
    if any("XR24" in line and "640x480" in line for line in during["state"]):
        faults.append("still on the screen: %s" % during["state"])
    if (console_asks(KDGKBMODE), console_asks(KDGETMODE)) != (K_UNICODE, KD_TEXT):
        faults.append("the console is not as it was")
    if state() != before:
        faults.append("the screen is not as it was: %s" % differences(before, state()))
    if not run.outcome.status and run.outcome.summary["sinks"][1]["delivered"] != 240:
        faults.append("the other sink missed frames")
    report.check("seatd: gone with the console, and back", faults)


def way(environment=None, **how):
    env = dict(os.environ, **(environment or {}))
    run = Run(10, {}, "display", "-vv", env=env, **how)
    said = next((line for line in run.outcome.err if "opened by way of" in line), "")
    return said.split("way of ")[-1], run


def expect_way(title, expected, environment=None, **how):
    found, run = way(environment, **how)
    report.check(title, list(run.complaints(8, 10)) if found == expected else [found, run.outcome])


def try_switch_behind():
    """Nobody is told, and nothing happens: text consoles leave a card alone that has a master. libseat is told to ask
    nobody but seatd, which is not there."""
    during = {}

    def look(_):
        during["state"] = state()

    run = Run(100, {20: lambda _: switch_to(OTHER), 50: look, 60: lambda _: switch_to(CONSOLE)}, "display",
              preexec_fn=on_console, env={**os.environ, "LIBSEAT_BACKEND": "seatd"})
    faults = list(run.complaints(90, 100))
    if not any("allocated by = weir" in line for line in during["state"]):
        faults.append("not on the screen")
    report.check("no seatd: it stays on the screen whatever console is switched to", faults)


def try_consoles():
    switch_to(CONSOLE)
    try_switch_behind()
    expect_way("no seatd: the node, on a console too", "the node", {"LIBSEAT_BACKEND": "seatd"}, preexec_fn=on_console)
    seatd = start_seatd()
    try_switch()
    expect_way("not on a console: the node", "the node")
    expect_way("not on a console, and told to: the seat manager", "the seat manager", {"LIBSEAT_BACKEND": "seatd"})
    expect_way("told to by its socket", "the seat manager", {"SEATD_SOCK": "/run/seatd.sock"})
    seatd.terminate()
    seatd.wait()
    switch_to(1)


# ---- the card's master ----

def card_of(child):
    """A copy of the descriptor of the card that the program has."""
    folder = "/proc/%d/fd" % child.pid
    number = next(int(fd) for fd in os.listdir(folder) if os.readlink(folder + "/" + fd) == CARD)
    process = os.pidfd_open(child.pid)
    copy = libc.syscall(438, process, number, 0)  # pidfd_getfd
    os.close(process)
    return copy


def try_master():
    other = {}

    def take(run):
        copy = card_of(run.child)
        fcntl.ioctl(copy, DROP_MASTER)
        os.close(copy)
        other["fd"] = os.open(CARD, os.O_RDWR)
        fcntl.ioctl(other["fd"], SET_MASTER)

    before = state()
    run = Run(200, {20: take, 80: lambda _: os.close(other["fd"])}, "display")
    faults = list(run.complaints(50, 180, "somebody else shows on the card now (Virtual-1)", "Virtual-1 is back"))
    report.check("another becomes the card's master, and leaves", faults)
    report.check("and the console is on the screen afterwards", differences(before, state()))


# ---- leases ----

class Lessor:
    """The card's master, who has given away all that it shows with."""

    def __init__(self):
        self.fd = os.open(CARD, os.O_RDWR)
        drm.drmSetClientCap(self.fd, ctypes.c_uint64(2), ctypes.c_uint64(1))
        text = "".join(state())
        ids = [int(number) for number in re.findall(r"(?:plane|crtc)\[(\d+)\]: ", text)]
        ids += [int(number) for number in re.findall(r"connector\[(\d+)\]: Virtual-1", text)]
        objects, self.lessee = (ctypes.c_uint32 * len(ids))(*ids), ctypes.c_uint32()
        self.lease = drm.drmModeCreateLease(self.fd, objects, len(ids), 0, ctypes.byref(self.lessee))
        if self.lease < 0:
            raise OSError(ctypes.get_errno(), "drmModeCreateLease %s" % ids)

    def __enter__(self):
        return self

    def revoke(self):
        drm.drmModeRevokeLease(self.fd, self.lessee)

    def run(self, frames, at, *options):
        return Run(frames, at, "display?lease=%d" % self.lease, *options, pass_fds=[self.lease])

    def __exit__(self, *error):
        os.close(self.lease)
        os.close(self.fd)


def refused(title, run, *words):
    said = [word for word in words if not any(word in line for line in run.outcome.err)]
    report.check(title, [] if run.outcome.status == 3 and not said else [run.outcome])


def try_leases():
    with Lessor() as lessor:
        run = lessor.run(60, {}, "-vv")
        report.check("shows by a lease", run.complaints(50, 60, "opened by way of a lease"))
        run = Run(60, {}, "display:Virtual-1?lease=%d" % lessor.lease, pass_fds=[lessor.lease])
        report.check("and by the name of its connector", run.complaints(50, 60))
        run = lessor.run(150, {30: lambda _: fcntl.ioctl(lessor.fd, DROP_MASTER),
                               80: lambda _: fcntl.ioctl(lessor.fd, SET_MASTER)})
        report.check("the lessor leaves the screen and comes back", run.complaints(
            40, 140, "its lessor is not on the screen any more (Virtual-1)", "Virtual-1 is back"))
        run = lessor.run(100, {30: lambda _: lessor.revoke()}, "--to", "null")
        faults = list(run.complaints(20, 60, "the lease of Virtual-1 was revoked: the run goes on without it"))
        if not run.outcome.status and run.outcome.summary["sinks"][1]["delivered"] != 100:
            faults.append("the other sink missed frames")
        report.check("a lease that is revoked", faults)
        refused("what is left of it shows nothing", lessor.run(5, {}), "has no connector")
    null = os.open("/dev/null", os.O_RDWR)
    refused("a lease that is none", Run(5, {}, "display?lease=%d" % null, pass_fds=[null]), "no descriptor of a graphics")
    refused("a lease that is not open", Run(5, {}, "display?lease=77"), "no descriptor of a graphics")
    os.close(null)


# ---- events, and an end without order ----

def force(status):
    with open(STATUS, "w", encoding="ascii") as file:
        file.write(status)
    with open("/sys/class/drm/card0/uevent", "w", encoding="ascii") as file:
        file.write("change")  # vkms changes without a word


def try_udev():
    run = Run(200, {20: lambda _: force("off"), 80: lambda _: force("detect")}, "display")
    report.check("udev tells of a monitor that goes and comes",
                 run.complaints(50, 170, "Virtual-1 is unplugged", "Virtual-1 is back"))


def try_kill():
    before = state()
    run = Run(1000, {40: lambda each: each.child.send_signal(signal.SIGKILL)}, "display")
    faults = [] if run.outcome.status == -signal.SIGKILL else [run.outcome]
    seconds = await_state(before)
    report.check("after SIGKILL the kernel shows the console again", faults + differences(before, state()))
    report.note("%.2f s after it" % seconds)


if sys.argv[1:] == ["kill"]:
    try_kill()
    report.finish()
try_consoles()
try_master()
try_leases()
try_udev()
try_kill()
report.finish()
