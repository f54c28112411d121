#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The weir authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Runs the recipes of docs/cli.md: its ```sh blocks, each in a folder of its own. A recipe has to end with 0,
and to print, on stdout or stderr, what the page says with "# → words" in the block. Units of systemd, in ```ini
blocks, have to be understood by it, and their command by weir. After ```sh may follow:

    camera        it needs a camera: it is run in the rig, by tests/vm/cameras.py
    needs=NAME    a program that not every machine has, or an ability that not every build has (json-c)

    recipes.py WEIR     runs those that need no camera
"""
import os
import re
import shutil
import subprocess
import sys
import tempfile

PAGE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "docs", "cli.md")
PATIENCE = 60


def run(*command, **options):
    """Both streams in one."""
    return subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, errors="replace", check=False, **options)


class Recipe:
    def __init__(self, number, words, script):
        self.title = "line %d: %s" % (number, next(line for line in script if not line.startswith("#")))
        self.camera = "camera" in words
        self.needs = [word[len("needs="):] for word in words if word.startswith("needs=")]
        self.promises = [match[1].strip() for line in script for match in re.finditer("# → (.*)", line)]
        self.script = "\n".join(script) + "\n"

    def missing(self, weir):
        """What it needs and is not there, or None."""
        built_with = run(weir, "--version").stdout
        for need in self.needs:
            if not shutil.which(need) and not re.search(r"(?<!no )\b%s\b" % need, built_with):
                return need
        return None

    def faults(self, weir, patience=PATIENCE):
        """What is not as the page says."""
        environment = {k: v for k, v in os.environ.items() if k not in ("WEIR_LOG", "NO_COLOR")}
        environment["PATH"] = os.path.dirname(os.path.abspath(weir)) + ":" + environment["PATH"]
        with tempfile.TemporaryDirectory() as folder:
            try:
                done = run("bash", "-e", "-o", "pipefail", "-c", self.script, cwd=folder, env=environment,
                           timeout=patience)
            except subprocess.TimeoutExpired:
                return ["it did not end within %d s" % patience]
        found = ["it does not print %r" % promise for promise in self.promises if promise not in done.stdout]
        if done.returncode:
            found.append("exit status %d" % done.returncode)
        return found + [done.stdout] if found else []


class Unit:
    camera = False

    def __init__(self, number, lines):
        self.title = "line %d: a unit" % number
        self.lines = lines

    def missing(self, weir):
        return None

    def faults(self, weir, patience=PATIENCE):
        command = next(line for line in self.lines if line.startswith("ExecStart=")).split()
        found = []
        with tempfile.TemporaryDirectory() as folder:
            unit = os.path.join(folder, "weir.service")
            with open(unit, "w", encoding="utf-8") as file:
                file.write("\n".join(self.lines).replace("/usr/bin/weir", os.path.abspath(weir)) + "\n")
            if shutil.which("systemd-analyze"):
                said = run("systemd-analyze", "verify", "--man=no", unit).stdout
                found += [line for line in said.splitlines() if unit in line]
        planned = run(weir, "explain", "pattern:bars", *command[3:])
        return found + ([planned.stdout] if planned.returncode else [])


def blocks():
    """Number of the first line, the words after ``` and the lines of each."""
    words = None
    with open(PAGE, encoding="utf-8") as page:
        for number, line in enumerate(page.read().splitlines(), 1):
            if words is None and line.startswith("```"):
                words, lines = line[3:].split(), []
            elif words is not None and line == "```":
                yield number - len(lines), words, lines
                words = None
            elif words is not None:
                lines.append(line)


def recipes():
    for number, words, lines in blocks():
        if words[:1] == ["sh"]:
            yield Recipe(number, words[1:], lines)
        elif words[:1] == ["ini"]:
            yield Unit(number, lines)


def main():
    weir = sys.argv[1]
    done = failures = 0
    for recipe in recipes():
        missing = recipe.missing(weir)
        if recipe.camera or missing:
            print("skipped: %s: needs %s" % (recipe.title, missing or "a camera"))
            continue
        faults = recipe.faults(weir)
        done += 1
        failures += bool(faults)
        print("%s: %s" % ("FAILED" if faults else "ok", recipe.title))
        for fault in faults:
            print("  " + fault.replace("\n", "\n  "))
    print("%d recipes, %d failed" % (done, failures))
    sys.exit(1 if failures or not done else 0)


if __name__ == "__main__":
    main()
