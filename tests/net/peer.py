#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The weir authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The other end of a TCP stream: reads all, reads slowly, reads nothing, or resets.

peer.py listen|connect HOST PORT [option…]
Prints "ready" when it listens, and at the end how many bytes came, and how.
"""

import argparse
import socket
import struct
import sys
import time


def open_connection(options):
    if options.how == "listen":
        family = socket.AF_INET6 if ":" in options.host else socket.AF_INET
        listener = socket.socket(family, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if options.buffer:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, options.buffer)
        listener.bind((options.host, options.port))
        listener.listen(1)
        print("ready", flush=True)
        listener.settimeout(options.patience)
        connection, _ = listener.accept()
        listener.close()
        return connection
    until = time.monotonic() + options.patience
    while True:
        try:
            connection = socket.socket(
                socket.AF_INET6 if ":" in options.host else socket.AF_INET)
            if options.buffer:
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, options.buffer)
            connection.connect((options.host, options.port))
            return connection
        except OSError:
            connection.close()
            if time.monotonic() > until:
                raise
            time.sleep(0.05)


def read(connection, options, out):
    buffer = bytearray(1 << 20)
    received = 0
    while options.bytes is None or received < options.bytes:
        most = len(buffer)
        if options.bytes is not None:
            most = min(most, options.bytes - received)
        if options.rate:
            most = min(most, max(options.rate // 50, 1))
        try:
            n = connection.recv_into(buffer, most)
        except ConnectionResetError:
            return received, "reset"
        except TimeoutError:
            return received, "stalled"
        if n == 0:
            return received, "end"
        received += n
        if out:
            out.write(buffer[:n])
        if options.rate:
            time.sleep(n / options.rate)
    return received, "enough"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("how", choices=("listen", "connect"))
    parser.add_argument("host")
    parser.add_argument("port", type=int)
    parser.add_argument("--bytes", type=int, help="read so many, and no more")
    parser.add_argument("--rate", type=int, help="bytes a second")
    parser.add_argument("--out", help="write to that file what comes")
    parser.add_argument("--buffer", type=int, help="of the socket, in bytes")
    parser.add_argument("--stay", type=float, default=0, help="seconds, before it closes")
    parser.add_argument("--reset", action="store_true", help="close with RST")
    parser.add_argument("--patience", type=float, default=20)
    options = parser.parse_args()
    connection = open_connection(options)
    connection.settimeout(options.patience)
    out = open(options.out, "wb") if options.out else None
    received, how = read(connection, options, out)
    if out:
        out.close()
    time.sleep(options.stay)
    if options.reset:
        connection.setsockopt(
            socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()
    print(received, how, flush=True)


if __name__ == "__main__":
    sys.exit(main())
