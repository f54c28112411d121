#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The weir authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""images.py SENT GOT: whether the JPEG images of GOT are those of SENT, in order.

RTP carries the scan, to the byte, and the quantisation tables; all other headers are made anew. The
pattern source draws a picture for each slot, and ends every scan with the frame's number: which
number meets which picture is up to the order of the slots.
Prints how many, and how many of SENT are missing between the first and the last.
"""

import sys

STAMP = 20


def segments(data, at):
    """(marker, contents, behind) from the start of an image to its scan's header."""
    if data[at:at + 2] != b"\xff\xd8":
        sys.exit(f"no image begins at byte {at}")
    at += 2
    while True:
        if data[at] != 0xFF:
            sys.exit(f"no marker at byte {at}")
        marker, length = data[at + 1], int.from_bytes(data[at + 2:at + 4], "big")
        at += 2 + length
        yield marker, data[at - length + 2:at], at
        if marker == 0xDA:
            return


def images(path):
    data, at = open(path, "rb").read(), 0
    while at < len(data):
        tables, size, scan = {}, None, at
        for marker, contents, scan in segments(data, at):
            if marker == 0xC0:
                size = contents[1:5], contents[7], contents[8], contents[11]
            while marker == 0xDB and contents:
                tables[contents[0]], contents = contents[1:65], contents[65:]
        end = data.find(b"\xff\xd9", scan)
        if end < 0:
            return  # cut off when its receiver was ended
        shape, sampling, luma, chroma = size
        picture = data[scan:end - STAMP], shape, sampling, tables[luma], tables[chroma]
        yield picture, data[end - STAMP:end]
        at = end + 2
        while data[at:at + 2] == b"\xff\xd9":  # some receivers add one in any case
            at += 2
        while at < len(data) and data[at] == 0:
            at += 1


def main():
    sent = list(images(sys.argv[1]))
    pictures = {picture for picture, _ in sent}
    number = {stamp: i for i, (_, stamp) in enumerate(sent)}
    last, first, count = -1, None, 0
    for picture, stamp in images(sys.argv[2]):
        at = number.get(stamp)
        if at is None or picture not in pictures:
            sys.exit(f"image {count} was never sent")
        if at <= last:
            sys.exit(f"image {count} is number {at}, after number {last}")
        first = at if first is None else first
        last = at
        count += 1
    print(count, (last - first + 1 - count) if count else 0)


main()
