# SPDX-FileCopyrightText: 2026 The weir authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the tests that run in the rig share: a report in TAP, programs that are run, weir's books."""
import concurrent.futures
import glob
import json
import os
import subprocess
import sys
import threading

# Seconds: far beyond what anything takes on a slow machine that is busy. Nothing else goes by the clock.
PATIENCE = 120


class Report:
    """A line for each check, from any thread."""

    def __init__(self):
        self.lock = threading.Lock()
        self.number = self.failures = 0

    def check(self, name, faults=()):
        faults = list(faults)
        with self.lock:
            self.number += 1
            self.failures += bool(faults)
            print("%sok %d - %s" % ("not " if faults else "", self.number, name))
            for fault in faults:
                print("#   " + str(fault).replace("\n", "\n#   "))
            sys.stdout.flush()

    def note(self, text):
        with self.lock:
            print("# " + text, flush=True)

    def finish(self):
        print("1..%d" % self.number)
        sys.exit(1 if self.failures or not self.number else 0)


class Outcome:
    """What a program left: exit status (None: it did not end), lines on stdout and stderr."""

    def __init__(self, status, out, err):
        self.status, self.out, self.err = status, out.splitlines(), err.splitlines()

    @property
    def objects(self):
        return [json.loads(line) for line in self.out if line.startswith("{")]

    @property
    def summary(self):
        return next(o for o in reversed(self.objects) if o["type"] == "summary")

    def __str__(self):
        return "exit status %s\n%s" % (self.status, "\n".join((self.out + self.err)[-20:]))


def run(*command):
    command = [str(word) for word in command]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as child:
        try:
            out, err = child.communicate(timeout=PATIENCE)
            return Outcome(child.returncode, out, err)
        except subprocess.TimeoutExpired:
            child.kill()
            return Outcome(None, *child.communicate())


def weir(*arguments):
    return run("weir", *arguments)


class Background:
    """A program that says a word when it is ready and then runs until the block ends."""

    def __init__(self, word, *command):
        self.word, self.command = word, [str(word) for word in command]

    def __enter__(self):
        self.child = subprocess.Popen(self.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for line in self.child.stdout:
            if self.word in line:
                break
        else:
            raise RuntimeError("%s ended early" % self.command)
        threading.Thread(target=self.child.stdout.read, daemon=True).start()
        return self.child

    def __exit__(self, *error):
        self.child.terminate()
        self.child.wait()


class Monitor:
    """QEMU's, in a machine that was started with --monitor."""

    def __init__(self):
        # pylint: disable-next=consider-using-with
        self.port = open(glob.glob("/dev/vport*")[0], "r+b", buffering=0)
        self.lines = b""
        self.command("qmp_capabilities")

    def line(self):
        while b"\n" not in self.lines:
            self.lines += self.port.read(4096)
        line, self.lines = self.lines.split(b"\n", 1)
        return json.loads(line)

    def command(self, name, **arguments):
        """Events and the greeting come in between."""
        self.port.write(json.dumps({"execute": name, "arguments": arguments}).encode())
        while True:
            answer = self.line()
            if "error" in answer:
                raise RuntimeError("%s: %s" % (name, answer["error"]))
            if "return" in answer:
                return answer["return"]

    def screen(self, device):
        """Width, height and the pixels, red, green, blue, of what QEMU's device shows."""
        self.command("screendump", device=device, filename=os.environ["WEIR_VM_MONITOR"] + "/screen")
        with open("/run/weir-vm/screen", "rb") as file:
            kind, size, depth, pixels = file.read().split(b"\n", 3)
        if (kind, depth) != (b"P6", b"255"):
            raise RuntimeError("a picture of kind %s" % kind)
        width, height = (int(word) for word in size.split())
        return width, height, pixels


def in_parallel(function, arguments):
    """Calls for each of the arguments, each in a thread of its own; what one raises is raised."""
    arguments = list(arguments)
    with concurrent.futures.ThreadPoolExecutor(len(arguments)) as pool:
        return list(pool.map(function, arguments))


def complaints_of_books(summary):
    """What is off in any run, whatever it met."""
    captured = summary["frames"]["captured"]
    if not summary["reconciled"]:
        yield "the books do not add up"
    for sink in summary["sinks"]:
        if sink["delivered"] + sink["dropped"] != captured:
            yield "%s: %d delivered and %d dropped of %d" % (
                sink["uri"], sink["delivered"], sink["dropped"], captured)
        if sink["dropped"] != sum(sink["drop_reasons"].values()):
            yield "a drop without a reason"
    if summary["copies"]["user_bytes"] or summary["copies"]["kernel_bytes"]:
        yield "copies: %s" % summary["copies"]


def complaints_of_cost(summary):
    """What a run costs that a frame flows through without being touched."""
    if not summary["steady_frames"]:
        yield "too short to measure"
    # What has to be told of a lost frame is code that is run, and paged in, for the first time.
    # And a kernel that makes contiguous memory moves a page of ours now and then.
    if not summary["frames"]["lost_by_device"] and sum(summary["faults"].values()) > 3:
        yield "page faults: %s" % summary["faults"]
    # DQBUF, QBUF, a wait; and now and then the watchdog's.
    if summary["syscalls_per_frame"] >= 4:
        yield "%.2f system calls a frame" % summary["syscalls_per_frame"]
