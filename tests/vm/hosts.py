# SPDX-FileCopyrightText: 2026 The weir authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Two hosts in network namespaces of the rig, tx and rx, and a network between them that can be made worse."""
import guest


def must(*command):
    outcome = guest.run(*command)
    if outcome.status:
        raise RuntimeError("%s: %s" % (command, outcome))


def connect():
    for name in ("tx", "rx"):
        must("ip", "netns", "add", name)
    must("ip", "-n", "tx", "link", "add", "name", "eth0", "type", "veth", "peer", "name", "eth0", "netns", "rx")
    for name, address in (("tx", "10.77.0.1/24"), ("rx", "10.77.0.2/24")):
        must("ip", "-n", name, "addr", "add", address, "dev", "eth0")
        must("ip", "-n", name, "link", "set", "eth0", "up")


def network_does(*what):
    must("ip", "netns", "exec", "tx", "tc", "qdisc", "replace", "dev", "eth0", "root", "netem", "limit", "100000",
         *what)
