#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The weir authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""In the rig: the suites of the GStreamer plugin where frames lie in dma-bufs, and a camera is there to fill them.
With the sanitizers, too. TAP on stdout.

    tests/vm/run tests/vm/gst_suites.py build/dev/tests/gst
    WEIR_BUILD=build/asan tests/vm/run --timeout 390 tests/vm/gst_suites.py build/asan/tests/gst
"""
import os
import re
import sys

import guest

FOLDER = os.path.abspath(sys.argv[1])
# v4l2src leaves pools behind, and what is compared with it is tried by gst.py.
SUITES = sorted(name for name in os.listdir(FOLDER) if re.fullmatch("gst_(?!peer|registry)[a-z_]+", name))
os.environ.update({
    "GST_PLUGIN_PATH": os.path.join(FOLDER, "..", "..", "plugins", "gst"),
    "GST_PLUGIN_SYSTEM_PATH": os.path.join(FOLDER, "plugins"),
    "GST_REGISTRY": "/run/weir-registry", "GST_REGISTRY_FORK": "no", "GST_TRACERS": "leaks",
    "GST_DEBUG": "GST_TRACER:7", "GST_DEBUG_NO_COLOR": "1",
    "ASAN_OPTIONS": "detect_stack_use_after_return=1:strict_string_checks=1", "UBSAN_OPTIONS": "print_stacktrace=1"})

report = guest.Report()
# Whoever reads all plugins leaves names behind.
guest.run(os.path.join(FOLDER, "gst_registry"))
for suite in SUITES:
    outcome = guest.run(os.path.join(FOLDER, suite))
    leaked = re.findall(r"object-alive, type-name=\(string\)([^%,]+)", "\n".join(outcome.err))
    report.check(suite, ([outcome] if outcome.status not in (0, 77) else []) + ["left behind: %s" % leaked] * bool(leaked))
report.finish()
