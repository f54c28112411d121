#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The weir authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Runs what docs/cli.md, docs/latency.md, docs/memory.md and docs/gstreamer.md show.

```sh blocks are recipes, each run in a folder of its own. A recipe has to end with 0, and to print, on stdout or
stderr, what the page says with "# → words" in the block. After ```sh may follow:

    camera        it needs a camera: it is run in the rig, by tests/vm/cameras.py
    whip          it needs a WHIP server: it is run by tests/chroot/webrtc
    needs=NAME    a program or an element of GStreamer's that not every machine has, or an ability that not every
                  build has (json-c)

```ini blocks are units: systemd has to understand them, and weir their command. Blocks that begin with "$ weir
explain" or "$ weir info" show what the rig's cameras give: the lines have to come, in that order; "…" is anything.

    recipes.py WEIR          runs those that need neither
    recipes.py WEIR whip     runs those that need a WHIP server, which has to be there
"""
import contextlib
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile

DOCS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "docs")
PATIENCE = 60


def run(*command, **options):
    """Both streams in one."""
    return subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, errors="replace", check=False, **options)


def environment_of(weir):
    """The programs and the plugin of that build first, and nothing of the user's settings."""
    environment = {k: v for k, v in os.environ.items() if k not in ("WEIR_LOG", "NO_COLOR")}
    folder = os.path.dirname(os.path.abspath(weir))
    environment["PATH"] = folder + ":" + environment["PATH"]
    environment["GST_PLUGIN_PATH"] = os.path.join(folder, "..", "plugins", "gst")
    environment["GST_REGISTRY"] = os.path.join(tempfile.gettempdir(), "weir-recipes-registry-%d" % os.getpid())
    return environment


def is_element(weir, name):
    """Plugins go by names, too, and one of them by curl's."""
    return shutil.which("gst-inspect-1.0") and \
        "Factory Details" in run("gst-inspect-1.0", name, env=environment_of(weir)).stdout


class Block:
    camera = whip = False
    needs = ()

    def missing(self, weir):
        """What it needs and is not there, or None."""
        built_with = run(weir, "--version").stdout
        for need in self.needs:
            if not shutil.which(need) and not re.search(r"(?<!no )\b%s\b" % need, built_with) and \
                    not is_element(weir, need):
                return need
        return None


class Recipe(Block):
    def __init__(self, where, words, script):
        self.title = "%s: %s" % (where, next(line for line in script if not line.startswith("#")))
        self.camera = "camera" in words
        self.whip = "whip" in words
        self.needs = [word[len("needs="):] for word in words if word.startswith("needs=")]
        self.promises = [match[1].strip() for line in script for match in re.finditer("# → (.*)", line)]
        self.script = "\n".join(script) + "\n"

    def faults(self, weir, patience=PATIENCE):
        """What is not as the page says."""
        with tempfile.TemporaryDirectory() as folder:
            try:
                done = run("bash", "-e", "-o", "pipefail", "-c", self.script, cwd=folder,
                           env=environment_of(weir), timeout=patience)
            except subprocess.TimeoutExpired:
                return ["it did not end within %d s" % patience]
        found = ["it does not print %r" % promise for promise in self.promises if promise not in done.stdout]
        if done.returncode:
            found.append("exit status %d" % done.returncode)
        return found + [done.stdout] if found else []


class Unit(Block):
    def __init__(self, where, lines):
        self.title = "%s: a unit" % where
        self.lines = lines
        self.command = next(line for line in lines if line.startswith("ExecStart=")).split()
        self.needs = ["json-c"] if "--json" in self.command else []

    def said_by_systemd(self, weir):
        with tempfile.TemporaryDirectory() as folder:
            unit = os.path.join(folder, "weir.service")
            with open(unit, "w", encoding="utf-8") as file:
                file.write("\n".join(self.lines).replace("/usr/bin/weir", os.path.abspath(weir)) + "\n")
            said = run("systemd-analyze", "verify", "--man=no", unit).stdout
        return [line for line in said.splitlines() if unit in line]

    def faults(self, weir, _patience=PATIENCE):
        found = self.said_by_systemd(weir) if shutil.which("systemd-analyze") else []
        planned = run(weir, "explain", "pattern:bars", *self.command[3:])
        return found + ([planned.stdout] if planned.returncode else [])


class Shown(Block):
    camera = True

    def __init__(self, where, lines):
        self.title = "%s: %s" % (where, lines[0])
        self.lines = lines

    def faults(self, weir, _patience=PATIENCE):
        printed = run(weir, *shlex.split(self.lines[0])[2:]).stdout
        rest = iter(printed.splitlines())
        found = ["it does not print %r there" % line for line in self.lines[1:] if line != "…" and line not in rest]
        return found[:1] + [printed] if found else []


def blocks(page):
    """Where each begins, the words after ``` and the lines."""
    words = None
    with open(os.path.join(DOCS, page), encoding="utf-8") as file:
        for number, line in enumerate(file.read().splitlines(), 1):
            if words is None and line.startswith("```"):
                words, lines = line[3:].split(), []
            elif words is not None and line == "```":
                yield "docs/%s:%d" % (page, number - len(lines)), words, lines
                words = None
            elif words is not None:
                lines.append(line)


def recipes():
    for page in "cli.md", "latency.md", "memory.md", "gstreamer.md":
        for where, words, lines in blocks(page):
            if words[:1] == ["sh"]:
                yield Recipe(where, words[1:], lines)
            elif words[:1] == ["ini"]:
                yield Unit(where, lines)
            elif lines[0].startswith(("$ weir explain", "$ weir info")):
                yield Shown(where, lines)


def main():
    weir = sys.argv[1]
    whip = sys.argv[2:] == ["whip"]
    done = failures = 0
    for recipe in recipes():
        if whip and not recipe.whip:
            continue
        missing = recipe.missing(weir)
        if recipe.camera or recipe.whip > whip or missing:
            print("skipped: %s: needs %s" % (
                recipe.title, missing or ("a camera" if recipe.camera else "a WHIP server")))
            continue
        faults = recipe.faults(weir)
        done += 1
        failures += bool(faults)
        print("%s: %s" % ("FAILED" if faults else "ok", recipe.title))
        for fault in faults:
            print("  " + fault.replace("\n", "\n  "))
    with contextlib.suppress(FileNotFoundError):
        os.remove(environment_of(weir)["GST_REGISTRY"])
    print("%d recipes, %d failed" % (done, failures))
    sys.exit(1 if failures or not done else 0)


if __name__ == "__main__":
    main()
