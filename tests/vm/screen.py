# SPDX-FileCopyrightText: 2026 The weir authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What is on the screen of vkms, by its checksums, and which captured frames those are."""
import glob
import os
import select
import subprocess
import threading
import time

import guest


class Card:
    """The one that DRM's debugfs describes with that word, and the first or another of its displays."""

    def __init__(self, word, display=0):
        for path in glob.glob("/sys/kernel/debug/dri/[0-9]/name"):
            with open(path, encoding="ascii") as file:
                if word in file.read():
                    self.debug = os.path.dirname(path)
        if not hasattr(self, "debug"):
            raise RuntimeError("there is no card of " + word)
        number = os.path.basename(self.debug)
        self.crc = "%s/crtc-%d/crc/" % (self.debug, display)
        self.path = sorted(path for path in glob.glob("/sys/class/drm/card%s-*" % number)
                           if "Writeback" not in path)[display]
        self.connector = os.path.basename(self.path).split("-", 1)[1]

    def state(self):
        """Of planes and CRTC, but for what tells of changes."""
        with open(self.debug + "/state", encoding="ascii") as file:
            return [line for line in file if "refcount" not in line and "_changed" not in line]


class Checksums(threading.Thread):
    """What vkms says of each refresh, from the first that can be asked about until stop()."""

    def __init__(self, card):
        super().__init__()
        self.seen, self.going, self.path = [], True, card.crc
        with open(self.path + "control", "w", encoding="ascii") as file:
            file.write("auto")
        self.start()

    def open(self):
        """Only while something is shown."""
        while self.going:
            try:
                return os.open(self.path + "data", os.O_RDONLY | os.O_NONBLOCK)
            except OSError:
                time.sleep(0.02)
        return -1

    def run(self):
        fd = self.open()
        while fd >= 0 and self.going:
            try:
                if select.select([fd], [], [], 0.1)[0]:
                    line = os.read(fd, 64).split()
                    self.seen.append(int(line[1], 16))
            except (BlockingIOError, IndexError):
                time.sleep(0.01)
        if fd >= 0:
            os.close(fd)

    def stop(self):
        self.going = False
        self.join()


class Captured:
    """A run to a display and to a program that says of each frame what vkms would (crc.c). `colours`, a matrix and
    a range, say how such a frame has to be shown."""

    def __init__(self, command, vm_crc, name, size, colours=()):
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as child:
            expected = subprocess.run([vm_crc, name, *size.split("x"), *colours], stdin=child.stdout,
                                      stdout=subprocess.PIPE, timeout=guest.PATIENCE * 2, check=True, text=True).stdout
            self.err = child.stderr.read().splitlines()
            self.status = child.wait()
        lines = [line.split() for line in expected.splitlines()]
        self.crcs = [tuple(int(crc, 16) for crc in words[:2]) for words in lines]
        # Of the last frame, in the middle of each of eight bars: red, green, blue.
        self.bars = [tuple(bytes.fromhex(word)) for word in lines[-1][2:]] if lines else []

    def line(self, word):
        return next((line for line in self.err if line.startswith(word)), "")


class Shown(Captured):
    """The same, and what was seen of it on vkms."""

    def __init__(self, card, vm_crc, source, name, frames, rate, *options, size="640x480", colours=()):
        before = card.state()
        checksums = Checksums(card)
        super().__init__(["weir", "capture", source, "-s", size, "-r", str(rate), "-f", name, "-n", str(frames),
                          "-b", "16", "--to", "display:" + card.connector, "--to", "-?budget=8", *options],
                         vm_crc, name, size, colours)
        checksums.stop()
        self.seen = checksums.seen
        self.restored = card.state() == before

    def order(self, which):
        """The numbers of the captured frames that were seen, in the order of the screen; None: no such frame.
        Before and after them the console is on the screen; and vkms takes the last checksums over the lines of the
        console's mode, which is set while it still composes."""
        numbers = {crcs[which]: number for number, crcs in enumerate(self.crcs)}
        order = [numbers.get(crc) for crc in self.seen]
        while order and order[0] is None:
            order.pop(0)
        while order and order[-1] is None:
            order.pop()
        return [number for i, number in enumerate(order) if i == 0 or number != order[i - 1]]

    def complaints(self, frames, kind):
        if self.status:
            yield "exit status %s" % self.status
        if len(self.crcs) != frames:
            yield "%d frames captured" % len(self.crcs)
        orders = [self.order(which) for which in (0, 1)]
        order = max(orders, key=lambda each: len(each) - each.count(None))
        if None in order:
            yield "pictures on the screen that are no frame's: %s" % order
            yield "checksums: %s" % ["%08x" % crc for crc in self.seen[:60]]
        known = [number for number in order if number is not None]
        if known != sorted(set(known)):
            yield "out of order: %s" % known
        # The first ones are gone before they can be asked for; a slow machine takes no checksum now and then.
        if len(known) < frames * 3 // 4:
            yield "only %d of %d frames were seen" % (len(known), frames)
        if not self.line("memory    " + kind):
            yield self.line("memory")
        if not self.restored:
            yield "the screen is not as it was before"
        if " 0 dropped" not in next((line for line in self.err if "display:" in line and "delivered" in line), ""):
            yield "the display dropped frames"
