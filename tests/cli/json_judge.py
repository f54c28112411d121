#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The weir authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Judges what `weir … --json` printed: every line, every promised field, every sum."""
import argparse
import json
import sys

NUMBER = (int, float)
LATENCY = {"p50": NUMBER, "p99": NUMBER, "max": NUMBER}
VIDEO = {"format": str, "width": int, "height": int, "stride": int, "fps": NUMBER}
SINK = {
    "uri": str, "delivered": int, "dropped": int, "drop_reasons": dict, "bytes": int,
    "zero_copy_sends": int, "kernel_copied_sends": int, "copied_bytes": int, "user_copied_bytes": int, "held_max": int,
    "latency_us": LATENCY, "added_us": LATENCY, "figures": dict, "verdict": (str, type(None)),
}
SUMMARY = {
    "schema": int, "source": str, **VIDEO, "duration_s": NUMBER,
    "frames": {"captured": int, "lost_by_device": int, "corrupt": int},
    "sinks": [SINK],
    "copies": {"user_bytes": int, "kernel_bytes": int, "planned_per_frame": int, "per_frame": int, "reasons": [str]},
    "memory": {"kind": str, "slots": int, "private_slots": int, "locked_bytes": int,
               "registered": bool},
    "faults": {"minor": int, "major": int}, "cache_syncs": int,
    "steady_frames": int, "syscalls_per_frame": NUMBER, "cpu_us_per_frame": NUMBER, "latency_us": LATENCY,
    "reconciled": bool,
}
HOP = {"kind": str, "name": str, "memory": str, "reason": str, **VIDEO, "bytes_copied": int,
       "may_copy": bool}
CHOICE = {"what": str, "name": str, "chosen": bool, "reason": str}
PLAN = {
    "schema": int, "source": str, **VIDEO, "memory": str, "loop": str, "slots": int,
    "slot_bytes": int, "private_slots": int, "bytes_copied": int, "hops": [HOP], "choices": [CHOICE],
}
FRAME = {"sequence": int, "timestamp_ns": int, "arrived_ns": int, "bytes": int, "slot": int, "generation": int,
         "corrupt": bool, "discontinuity": bool}
MEASURED = {"schema": int, "stage": int, "name": str, "value": NUMBER, "sequence": int,
            "timestamp_ns": int}
DEVICE = {"kind": str, "uri": str, "name": str, "detail": str, "usable": bool, "remedy": str}
FINDING = {"about": str, "ability": str, "verdict": str, "detail": str, "cost": str, "remedy": (str, type(None))}
SIZE = {"min_width": int, "min_height": int, "max_width": int, "max_height": int,
        "slowest_fps": NUMBER, "fastest_fps": NUMBER, "rates_fps": [NUMBER]}
SOURCE = {
    "schema": int, "uri": str, "name": str, "driver": str, "live": bool, "delivers": VIDEO,
    "formats": [{"name": str, "title": str, "sizes": [SIZE]}],
    "controls": [{"name": str, "value": str, "range": str}],
    "abilities": [{"name": str, "works": bool, "detail": str}],
}


def need(truth, text):
    if not truth:
        sys.exit(f"json_judge: {text}")


def match(value, shape, where):
    if isinstance(shape, dict):
        need(isinstance(value, dict), f"{where} is no object")
        for key, inner in shape.items():
            need(key in value, f"{where}.{key} is missing")
            match(value[key], inner, f"{where}.{key}")
    elif isinstance(shape, list):
        need(isinstance(value, list), f"{where} is no array")
        for i, item in enumerate(value):
            match(item, shape[0], f"{where}[{i}]")
    else:
        need(isinstance(value, shape), f"{where} is {value!r}")
        need(shape is bool or not isinstance(value, bool) or shape is dict, f"{where} is a bool")


def of_type(lines, kind):
    return [line for line in lines if line["type"] == kind]


def judge_plan(plan):
    match(plan, PLAN, "plan")
    need(plan["schema"] == 1, "the schema is 1")
    need(plan["hops"][0]["kind"] == "source", "the first hop is the source")
    need(plan["hops"][-1]["kind"] == "sink", "the last hop is a sink")
    need(plan["bytes_copied"] == sum(h["bytes_copied"] for h in plan["hops"]), "hops' copies add up")
    chosen = [c["name"] for c in plan["choices"] if c["chosen"]]
    need(plan["memory"] in chosen and plan["loop"] in chosen, "what is taken was chosen")
    need(all(c["reason"] for c in plan["choices"]), "every choice has a reason")


def judge_sums(summary):
    captured = summary["frames"]["captured"]
    for sink in summary["sinks"]:
        reasons = sink["drop_reasons"]
        need(sink["delivered"] + sink["dropped"] == captured, f"{sink['uri']} accounts for all")
        need(sum(reasons.values()) == sink["dropped"], f"{sink['uri']}: reasons add up")
        need(all(reasons.values()), f"{sink['uri']}: no reason is zero")
    need(summary["reconciled"], "the books reconcile")
    if captured > 1:
        rate = (captured - 1) / max(summary["duration_s"], 1e-3)
        need(summary["duration_s"] < 0.01 or abs(summary["fps"] / rate - 1) < 0.05,
             f"fps {summary['fps']} is measured: {rate}")


def judge_frames(lines, summary):
    frames = of_type(lines, "frame")
    need(len(frames) == summary["frames"]["captured"], f"{len(frames)} lines of frames")
    for frame in frames:
        match(frame, FRAME, "frame")
    numbers = [frame["sequence"] for frame in frames]
    need(numbers == sorted(set(numbers)), "sequence numbers rise")
    times = [frame["timestamp_ns"] for frame in frames]
    need(times == sorted(times), "timestamps rise")


def capture(lines, want):
    need(lines[0]["type"] == "plan" and len(of_type(lines, "plan")) == 1, "the plan comes first")
    need(lines[-1]["type"] == "summary", "the summary comes last")
    summary = lines[-1]
    judge_plan(lines[0])
    match(summary, SUMMARY, "summary")
    judge_sums(summary)
    events = [line["event"] for line in of_type(lines, "event")]
    need(events[0] == "started" and events[-1] == "stopped", f"events are {events}")
    if want.frames:
        judge_frames(lines, summary)
    else:
        need(not of_type(lines, "frame"), "no lines of frames unless asked for")
    uris = ",".join(sink["uri"] for sink in summary["sinks"])
    need(want.sinks in (None, uris), f"sinks are {uris}")
    need(want.captured in (None, summary["frames"]["captured"]), f"frames are {summary['frames']}")
    need(want.slots in (None, summary["memory"]["slots"]), f"slots are {summary['memory']['slots']}")
    need(want.format in (None, summary["format"]), f"the format is {summary['format']}")
    need(want.width in (None, summary["width"]), f"the width is {summary['width']}")
    need(want.fps is None or summary["fps"] <= want.fps * 1.2, f"{summary['fps']} is unpaced")


def measured(lines, want):
    measures = [line for line in of_type(lines, "event") if line["event"] == "measured"]
    for measure in measures:
        match(measure, MEASURED, "measured")
        need((measure["stage"], measure["name"]) == (want.stage, want.name), f"whose is {measure}?")
        need(0 <= measure["value"] <= 1, f"{measure['value']} is not within 0 to 1")
    numbers = [measure["sequence"] for measure in measures]
    need(numbers == list(range(1, want.captured)), f"of frames {numbers}")


def hop(lines, want):
    hops = of_type(lines, "plan")[0]["hops"]
    need([h for h in hops if h["kind"] == want.kind and h["memory"] == want.memory],
         f"no {want.kind} with {want.memory}")


def explain(lines, want):
    judge_plan(lines[0])
    need(lines[0]["width"] == want.width, "the width")


def devices(lines, _want):
    match(lines[0], {"schema": int, "devices": [DEVICE]}, "devices")


def info(lines, want):
    match(lines[0], SOURCE, "source")
    need(want.format in [f["name"] for f in lines[0]["formats"]], f"no {want.format}")


def doctor(lines, want):
    need(len(lines) == 1, "one object is printed")
    match(lines[0], {"schema": int, "findings": [FINDING]}, "doctor")
    findings = lines[0]["findings"]
    need(len({(f["about"], f["ability"]) for f in findings}) == len(findings), "each ability is there once")
    for finding in findings:
        need(finding["verdict"] in ("works", "works_with", "missing"), f"the verdict of {finding}")
        need((finding["verdict"] == "works") == (not finding["cost"]), f"the cost of {finding}")
        need(finding["verdict"] != "works" or finding["remedy"] is None, f"the remedy of {finding}")
    can = any(f["ability"] == "capture" and f["verdict"] != "missing" for f in findings)
    need(can == (want.status == 0), f"exit status {want.status}")


def main():
    parser = argparse.ArgumentParser()
    judges = {"capture": capture, "explain": explain, "list": devices, "info": info, "hop": hop,
              "doctor": doctor, "measured": measured}
    parser.add_argument("judge", choices=judges)
    parser.add_argument("--frames", action="store_true")
    for name, kind in (("captured", int), ("slots", int), ("width", int), ("fps", float), ("status", int),
                       ("format", str), ("sinks", str), ("kind", str), ("memory", str),
                       ("stage", int), ("name", str)):
        parser.add_argument("--" + name, type=kind)
    want = parser.parse_args()
    lines = [json.loads(line) for line in sys.stdin]
    need(lines, "nothing was printed")
    judges[want.judge](lines, want)


main()
