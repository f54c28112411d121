#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The weir authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Judges summaries of weir that were taken in the rig: judge.py capture|faults FILE.

Each line of FILE: name, what is expected, exit status, the summary's JSON; separated by tabs.
"""
import json
import sys


def complain_books(summary):
    """What is off in any run, whatever it met."""
    if not summary["reconciled"]:
        yield "the books do not add up"
    captured = summary["frames"]["captured"]
    for sink in summary["sinks"]:
        if sink["delivered"] + sink["dropped"] != captured:
            yield "%s: %d delivered and %d dropped of %d" % (
                sink["uri"], sink["delivered"], sink["dropped"], captured)
        if sink["dropped"] != sum(sink["drop_reasons"].values()):
            yield "a drop without a reason"
    if summary["copies"]["user_bytes"] or summary["copies"]["kernel_bytes"]:
        yield "copies: %s" % summary["copies"]


def judge_capture(expected, status, summary):
    if expected == "refused":
        if status != 4:
            yield "exit status %d, not 4" % status
        return
    if status:
        yield "exit status %d" % status
        return
    yield from complain_books(summary)
    if summary["frames"]["captured"] != 60:
        yield "%d frames" % summary["frames"]["captured"]
    if summary["memory"]["kind"] != expected:
        yield "memory %s, not %s" % (summary["memory"]["kind"], expected)
    if summary["faults"]["minor"] or summary["faults"]["major"]:
        yield "page faults: %s" % summary["faults"]
    if summary["syscalls_per_frame"] > 3.3:
        yield "%.2f system calls a frame" % summary["syscalls_per_frame"]


def judge_fault(expected, status, summary):
    """`expected` is a Python condition over the names below."""
    yield from complain_books(summary)
    known = dict(summary["frames"], status=status, drops=summary["sinks"][0]["drop_reasons"],
                 memory=summary["memory"]["kind"])
    if not eval(expected, {"__builtins__": {}}, known):
        yield "not so: %s (%s)" % (expected, known)


def main():
    judge = {"capture": judge_capture, "faults": judge_fault}[sys.argv[1]]
    failures = number = 0
    for line in open(sys.argv[2]):
        name, expected, status, summary = line.rstrip("\n").split("\t")
        number += 1
        try:
            faults = list(judge(expected, int(status), json.loads(summary or "{}")))
        except KeyError as missing:
            faults = ["the summary lacks %s" % missing]
        print("%sok %d - %s" % ("not " if faults else "", number, name))
        for fault in faults:
            print("# " + fault)
        failures += bool(faults)
    print("1..%d" % number)
    return 1 if failures or not number else 0


sys.exit(main())
