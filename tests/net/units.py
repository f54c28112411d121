#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The weir authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""units.py SENT GOT: whether the access units of GOT are those of SENT, to the byte and in order.

Both are H.264 byte streams whose access units begin with delimiters. How many zeroes a start code
has is up to who writes it. The last unit of GOT may be cut off, as its receiver was ended.
Prints how many, and how many of SENT are missing between the first and the last.
"""

import hashlib
import re
import sys

DELIMITER = 9


def access_units(path):
    units, data = None, open(path, "rb").read()
    for unit in re.split(b"\0\0\1", data)[1:]:
        unit = unit.rstrip(b"\0")
        if unit and unit[0] & 31 == DELIMITER:
            if units:
                yield units
            units = []
        if units is not None:  # before the first one a receiver may put what was described
            units.append(unit)
    if units:
        yield units


def digest(units):
    return hashlib.sha1(b"\0\0\1".join(units)).digest()


def main():
    number = {digest(units): i for i, units in enumerate(access_units(sys.argv[1]))}
    got = [digest(units) for units in access_units(sys.argv[2])]
    if got and got[-1] not in number:
        got.pop()
    last, first = -1, None
    for count, unit in enumerate(got):
        at = number.get(unit)
        if at is None:
            sys.exit(f"access unit {count} was never sent")
        if at <= last:
            sys.exit(f"access unit {count} is number {at}, after number {last}")
        first = at if first is None else first
        last = at
    print(len(got), (last - first + 1 - len(got)) if got else 0)


main()
