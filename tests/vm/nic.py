#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The weir authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""In the rig: frames leave through network cards towards a receiver that reads them. A card that gathers (e1000) sends
all of them from where they lie, and the books say so; where one does not, RTP turns to copies once and says it once. TAP on stdout.

    tests/vm/run --modules e1000 --qemu '-netdev hubport,id=p0,hubid=0 -device e1000,netdev=p0,mac=52:54:00:00:00:01' \
        --qemu '-netdev hubport,id=p1,hubid=0 -device e1000,netdev=p1,mac=52:54:00:00:00:02' tests/vm/nic.py
"""
import glob
import os
import subprocess
import sys

import guest

SIZE = 640 * 480 * 2
FRAMES = 30
PICTURE = "pattern:counter?size=640x480&fps=10&format=UYVY"

report = guest.Report()


def must(*command):
    outcome = guest.run(*command)
    if outcome.status:
        raise RuntimeError("%s: %s" % (command, outcome))


def cards():
    return sorted(os.path.basename(os.path.dirname(path)) for path in glob.glob("/sys/class/net/*/device"))


def connect(names):
    for host, name, address in zip(("tx", "rx"), names, ("10.78.0.1/24", "10.78.0.2/24")):
        must("ip", "netns", "add", host)
        must("ip", "link", "set", name, "netns", host, "name", "eth0")
        must("ip", "-n", host, "addr", "add", address, "dev", "eth0")
        must("ip", "-n", host, "link", "set", "eth0", "up")


# As "ethtool -K eth0 sg off" would.
NO_GATHERING = """if True:
    import array, fcntl, socket, struct
    SIOCETHTOOL, ETHTOOL_SSG = 0x8946, 0x19
    value = array.array("I", [ETHTOOL_SSG, 0])
    request = struct.pack("16sP8x", b"eth0", value.buffer_info()[0])
    fcntl.ioctl(socket.socket(socket.AF_INET, socket.SOCK_DGRAM), SIOCETHTOOL, request)"""


def stop_gathering():
    must("ip", "netns", "exec", "tx", sys.executable, "-c", NO_GATHERING)


class Reader:
    """On host rx: reads one TCP connection to its end."""

    CODE = """if True:
        import socket
        listener = socket.create_server(("10.78.0.2", 5000))
        print("ready", flush=True)
        stream = listener.accept()[0]
        total = 0
        while True:
            part = stream.recv(1 << 20)
            if not part:
                break
            total += len(part)
        print(total)"""

    def __enter__(self):
        self.child = subprocess.Popen(["ip", "netns", "exec", "rx", sys.executable, "-c", self.CODE],
                                      stdout=subprocess.PIPE, text=True)
        self.child.stdout.readline()
        return self

    def __exit__(self, *_):
        self.child.kill()
        self.child.wait()

    def bytes(self):
        return int(self.child.communicate(timeout=guest.PATIENCE)[0])


def capture(sink, *options):
    return guest.run("ip", "netns", "exec", "tx", "weir", "capture", PICTURE, "-n", FRAMES, "--json", "-v", "--to", sink,
                     *options)


def books(outcome):
    return outcome.summary["sinks"][0]


def by_tcp(gathers):
    with Reader() as reader:
        outcome = capture("tcp://10.78.0.2:5000")
        arrived = reader.bytes()
    sink = books(outcome)
    if outcome.status:
        yield outcome
    # A busy machine leaves frames out.
    if not sink["delivered"] or sink["delivered"] + sink["dropped"] != FRAMES:
        yield sink
    if arrived != sink["delivered"] * SIZE:
        yield "%d bytes arrive of %d frames" % (arrived, sink["delivered"])
    if sink["zero_copy_sends"] + sink["kernel_copied_sends"] != sink["delivered"]:
        yield sink
    # Where segments are made for such a card, far below the socket, the kernel copies and mostly does not tell.
    if sink["copied_bytes"] != sink["kernel_copied_sends"] * SIZE or (gathers and sink["copied_bytes"]):
        yield sink


def by_rtp(copied):
    outcome = capture("rtp://10.78.0.2:5004")
    sink, said = books(outcome), "\n".join(outcome.err)
    if outcome.status:
        yield outcome
    if said.count("frames go by copy from now on") != copied:
        yield said
    if bool(sink["kernel_copied_sends"]) < copied or (not copied and not sink["zero_copy_sends"]):
        yield sink
    if copied and not sink["verdict"].startswith("by copy"):
        yield sink["verdict"]


names = cards()
if len(names) < 2:
    print("skipped: this machine has not two network cards: %s" % names)
    sys.exit(77)
connect(names)
report.check("TCP through a card that gathers goes without a copy", by_tcp(True))
report.check("and RTP", by_rtp(False))
stop_gathering()
report.check("through a card that does not, TCP's bytes arrive, and the books tell of each send", by_tcp(False))
report.check("RTP turns to copies, and says so once", by_rtp(True))
report.finish()
