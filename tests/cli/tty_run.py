#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The weir authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""tty_run.py COLUMNS FILE COMMAND…: runs a command whose stderr is a terminal, copies what it prints
there to stdout, its stdout to FILE ("-": the terminal as well), and ends as it ends."""
import fcntl
import os
import pty
import struct
import subprocess
import sys
import termios


def main():
    columns, path, command = int(sys.argv[1]), sys.argv[2], sys.argv[3:]
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    settings = termios.tcgetattr(theirs)
    settings[1] &= ~termios.OPOST
    termios.tcsetattr(theirs, termios.TCSANOW, settings)
    environment = {"TERM": "xterm", **os.environ}
    with open(os.devnull if path == "-" else path, "wb") as out:
        child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stderr=theirs, env=environment,
                                 stdout=theirs if path == "-" else out)
    os.close(theirs)
    while True:
        try:
            data = os.read(ours, 65536)
        except OSError:
            break
        if not data:
            break
        sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()
    return child.wait()


sys.exit(main())
