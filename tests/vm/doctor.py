#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The weir authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""In the rig: what `weir doctor` finds on a machine that is in order, and on one where this or that was taken
away: the ability is missing then, with the remedy that names what to do. TAP on stdout.

    tests/vm/run --module dummy tests/vm/doctor.py [short]
"""
import ctypes
import fcntl
import os
import shutil
import socket
import struct
import sys

import guest

report = guest.Report()
NOBODY = ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups")
WIDTH = 100
LIMITS = "/sys/module/udmabuf/parameters/"


class Findings:
    """By what they are about and the ability."""

    def __init__(self, *by):
        self.outcome = guest.run(*by, "weir", "doctor", "--json")
        self.all = {(f["about"], f["ability"]): f for o in self.outcome.objects for f in o["findings"]}

    def __str__(self):
        return "exit status %s\n%s" % (self.outcome.status, "\n".join(map(str, self.all.values())))

    def has(self, verdict, about, ability, detail="", remedy=None):
        found = self.all.get((about, ability))
        return found and found["verdict"] == verdict and detail in found["detail"] and (
            remedy is None or remedy in (found["remedy"] or ""))

    def works(self, *arguments):
        return self.has("works", *arguments)

    def lacks(self, *arguments):
        return self.has("missing", *arguments)


def check(title, found, *conditions):
    report.check(title, [] if all(conditions) else [found])


def must(*command):
    outcome = guest.run(*command)
    if outcome.status:
        raise RuntimeError("%s: %s" % (command, outcome))


def write(path, value):
    with open(path, "w", encoding="ascii") as file:
        file.write(str(value))


def size_limit():
    """64 MiB on kernels before 7.x, none to speak of there."""
    with open(LIMITS + "size_limit_mb", encoding="ascii") as file:
        return file.read().strip()


def try_all():
    found = Findings()
    check("a camera can be captured from: exit status 0", found, found.outcome.status == 0, not found.outcome.err)
    for node in ("/dev/video0", "/dev/video1"):
        check("%s: frames, import, and the canary's word for it" % node, found,
              found.works(node, "capture", "8 frames of"), found.works(node, "formats", "YUYV"),
              found.works(node, "mmap"), found.works(node, "export"), found.works(node, "pinnable"),
              found.works(node, "slab", "seen to be written"), found.works(node, "heap", "seen to be written"))
    for node in ("/dev/video2", "/dev/video3"):
        check("%s: frames, and what contiguous memory refuses" % node, found,
              found.works(node, "capture", "in mmap memory"), found.works(node, "export"),
              found.lacks(node, "slab", "EFAULT"), found.lacks(node, "pinnable"))
    check("udmabuf and the heap make buffers", found, found.works("/dev/udmabuf", "udmabuf"),
          found.works("/dev/udmabuf", "1080p frames"),
          found.works("/dev/udmabuf", "4K frames", "size_limit_mb is %s," % size_limit()),
          found.works("/dev/dma_heap/system", "dma-heap"))
    check("8 MiB are too small for 4 frames of 1080p", found,
          found.lacks("memory", "4 x 1080p YUYV", "the limit is 8.0 MiB", "LimitMEMLOCK=16M"),
          found.lacks("memory", "8 x 1080p YUYV", "not locked and not registered", "LimitMEMLOCK=32M"),
          found.lacks("memory", "1 x 4K YUYV", "", "memlock 16384"))
    check("io_uring does all of it", found, found.works("loop", "io_uring", "DEFER_TASKRUN"),
          found.works("loop", "DEFER_TASKRUN"), found.works("loop", "registered buffers"),
          found.works("loop", "sqpoll"))
    check("root has its priority and opens everything", found, found.works("scheduling", "SCHED_FIFO"),
          found.works("permissions", "open cameras", "/dev/video3"), found.works("permissions", "open udmabuf"))


def try_text():
    outcome = guest.weir("doctor")
    wide = [line for line in outcome.out if len(line) > WIDTH and " " in line[35:]]
    check("the table fits %d columns" % WIDTH, "\n".join(wide) or outcome, outcome.status == 0, not wide,
          any(line == "/dev/video0" for line in outcome.out),
          any(line.split()[:2] == ["capture", "works"] for line in outcome.out))


def try_limits():
    unit = 16 << 20
    found = Findings("prlimit", "--memlock=%d" % unit)
    check("what is said to be enough is enough", found, found.works("memory", "4 x 1080p YUYV", "locked and registered"),
          found.works("memory", "1 x 4K YUYV"), found.lacks("memory", "8 x 1080p YUYV", "the limit is 16.0 MiB"))

    usual = size_limit()
    write(LIMITS + "size_limit_mb", 8)
    found = Findings()
    check("a limit of udmabuf's is named", found, found.works("/dev/udmabuf", "1080p frames", "size_limit_mb is 8"),
          found.lacks("/dev/udmabuf", "4K frames", "EINVAL", LIMITS + "size_limit_mb"))
    write(LIMITS + "size_limit_mb", usual)
    write(LIMITS + "list_limit", 4)
    found = Findings()
    check("another one is, too", found, found.lacks("/dev/udmabuf", "1080p frames", "EINVAL", LIMITS + "list_limit"))
    write(LIMITS + "list_limit", 1024)


def try_held():
    streaming = ("weir", "capture", "/dev/video1", "-q", "--to", "null", "--json", "--frames")
    with guest.Background('"type":"frame"', *streaming) as holder:
        found = Findings()
        name = "weir (pid %d)" % holder.pid
        check("a camera that is busy names its holder", found, found.outcome.status == 0,
              found.lacks("/dev/video1", "capture", "held by " + name, "in use by " + name))
        found = Findings(*NOBODY)
        check("of a holder that is hidden, just that", found,
              found.lacks("/dev/video1", "capture", "held by a program that only root can see"))
    found = Findings()
    check("it is free again", found, found.works("/dev/video1", "capture"))


def try_no_frames():
    must("weir", "capture", "/dev/video3", "--set", "percentage_of_dropped_buffers=100", "-t", 0.1, "-q")
    found = Findings()
    check("a camera that gives no frames", found, found.outcome.status == 0,
          found.lacks("/dev/video3", "capture", "", "cable"), found.has("works_with", "/dev/video3", "mmap", "no proof"),
          found.works("/dev/video3", "formats"))
    must("weir", "capture", "/dev/video3", "--set", "percentage_of_dropped_buffers=0", "-n", 1, "-q")


def try_uring():
    write("/proc/sys/kernel/io_uring_disabled", 2)
    found = Findings()
    check("what forbids io_uring is named; cameras do without", found, found.outcome.status == 0,
          found.lacks("loop", "io_uring", "EPERM", "kernel.io_uring_disabled"),
          found.lacks("network", "zero-copy send"),
          found.lacks("memory", "4 x 1080p YUYV", "not locked; the limit"))
    write("/proc/sys/kernel/io_uring_disabled", 0)


def sent(device):
    """Packets and bytes."""
    folder = "/sys/class/net/%s/statistics/tx_" % device
    with open(folder + "packets", encoding="ascii") as packets, open(folder + "bytes", encoding="ascii") as data:
        return int(packets.read()), int(data.read())


def no_offload(device):
    """The device computes no checksums and gathers nothing: ETHTOOL_STXCSUM, ETHTOOL_SSG."""
    with socket.socket() as any_socket:
        for command in (0x17, 0x19):
            value = ctypes.create_string_buffer(struct.pack("II", command, 0))
            fcntl.ioctl(any_socket, 0x8946, struct.pack("16sP", device.encode(), ctypes.addressof(value)))


def try_network():
    found = Findings()
    check("without a default route there is nothing to try", found,
          found.lacks("network", "zero-copy send", "no default route", "ip route"))
    if os.path.exists("/proc/sys/net/ipv6"):  # which sends of itself
        write("/proc/sys/net/ipv6/conf/default/disable_ipv6", 1)
    must("ip", "link", "add", "weir0", "type", "dummy")
    must("ip", "address", "add", "10.9.9.1/24", "dev", "weir0")
    must("ip", "link", "set", "weir0", "up")
    must("ip", "route", "add", "default", "via", "10.9.9.2", "dev", "weir0")

    packets, data = sent("weir0")
    found = Findings(*NOBODY)
    more_packets, more_data = sent("weir0")
    check("a device that takes pages from where they lie; one small burst", (str(found), more_packets, more_data),
          found.works("network", "zero-copy send", "weir0 sent"), 0 < more_packets - packets <= 4,
          3072 < more_data - data < 8192)

    no_offload("weir0")
    found = Findings()
    check("a device that cannot: the kernel copies", found,
          found.has("works_with", "network", "zero-copy send", "a copy", "ethtool -K weir0 sg on tx on"))

    for where in ("lo", "weir0"):
        must("ip", "address", "add", "192.0.2.77/24", "dev", where)
        before = sent("weir0"), sent("lo")
        found = Findings()
        check("an address that is somebody's (%s) is left alone" % where, (str(found), before),
              (sent("weir0"), sent("lo")) == before, found.lacks("network", "zero-copy send", "not tried"))
        must("ip", "address", "del", "192.0.2.77/24", "dev", where)


def try_permissions():
    for node in range(4):
        shutil.chown("/dev/video%d" % node, group="video")
        os.chmod("/dev/video%d" % node, 0o660)
    shutil.chown("/dev/udmabuf", group="kvm")
    os.chmod("/dev/udmabuf", 0o660)
    os.chmod("/dev/dma_heap/system", 0o600)
    found = Findings(*NOBODY)
    check("who may open no camera gets 3, and the group to join", found, found.outcome.status == 3,
          found.lacks("/dev/video0", "capture", "no permission for /dev/video0", "usermod -aG video"),
          found.lacks("permissions", "open cameras", "/dev/video0, /dev/video1", "usermod -aG video"),
          found.lacks("/dev/udmabuf", "udmabuf", "EACCES", "usermod -aG kvm"),
          found.lacks("permissions", "open udmabuf", "", "usermod -aG kvm"),
          found.lacks("/dev/dma_heap/system", "dma-heap", "EACCES", 'SUBSYSTEM=="dma_heap"'))
    check("and has no priority", found, found.lacks("scheduling", "SCHED_FIFO", "EPERM", "LimitRTPRIO=50"))
    found = Findings("prlimit", "--rtprio=20", *NOBODY)
    check("or some", found, found.has("works_with", "scheduling", "SCHED_FIFO", "up to 20"))
    os.chmod("/dev/video2", 0o666)
    found = Findings(*NOBODY)
    check("one camera is enough for 0", found, found.outcome.status == 0,
          found.has("works_with", "permissions", "open cameras", "/dev/video2; not permitted: /dev/video0"))


def try_none():
    must("rmmod", "vivid")
    os.unlink("/dev/udmabuf")
    found = Findings()
    check("no camera, no udmabuf: 3, and their remedies", found, found.outcome.status == 3,
          found.lacks("cameras", "capture", "", "dmesg"),
          found.lacks("/dev/udmabuf", "udmabuf", "ENOENT", "modprobe udmabuf"))


try_all()
if sys.argv[1:] == ["short"]:
    try_network()
    report.finish()
try_text()
try_limits()
try_held()
try_no_frames()
try_uring()
try_network()
try_permissions()
try_none()
report.finish()
