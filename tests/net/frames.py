#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The weir authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""frames.py SENT GOT BYTES: whether GOT is whole frames of SENT (BYTES each), in order.

Prints how many, and how many of SENT are missing between the first and the last.
"""

import hashlib
import sys


def frames_of(path, size):
    with open(path, "rb") as file:
        while True:
            frame = file.read(size)
            if not frame:
                return
            if len(frame) != size:
                sys.exit(f"{path} ends within a frame")
            yield hashlib.sha1(frame).digest()


def main():
    size = int(sys.argv[3])
    number = {frame: i for i, frame in enumerate(frames_of(sys.argv[1], size))}
    last, first, count = -1, None, 0
    for frame in frames_of(sys.argv[2], size):
        at = number.get(frame)
        if at is None:
            sys.exit(f"frame {count} was never sent")
        if at <= last:
            sys.exit(f"frame {count} is number {at}, after number {last}")
        first = at if first is None else first
        last = at
        count += 1
    print(count, (last - first + 1 - count) if count else 0)


main()
