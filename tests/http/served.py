# SPDX-FileCopyrightText: 2026 The weir authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the tests of the http sink share: a weir that serves, and a client that hides nothing."""
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import unittest

WEIR = os.environ["WEIR"]
SOURCE = "pattern:counter?size=640x480&fps=30&format=MJPEG"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    def json(self):
        return json.loads(self.body)


class Client:
    """One connection. Sends what it is told to, byte by byte if need be, and reads answers."""

    def __init__(self, port, rcvbuf=None):
        self.socket = socket.socket()
        if rcvbuf:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, rcvbuf)
        self.socket.settimeout(15)
        try:
            self.socket.connect(("127.0.0.1", port))
        except OSError:
            self.socket.close()
            raise
        self.port, self.data = port, b""

    def send(self, data):
        self.socket.sendall(data if isinstance(data, bytes) else data.encode())

    def request(self, target, method="GET", headers=(), body=b"", version="1.1", host=True):
        lines = [f"{method} {target} HTTP/{version}"]
        if host:
            lines.append(f"Host: 127.0.0.1:{self.port}")
        lines += headers
        if body:
            lines.append(f"Content-Length: {len(body)}")
        self.send("\r\n".join(lines).encode() + b"\r\n\r\n" + body)

    def more(self):
        piece = self.socket.recv(65536)
        self.data += piece
        return bool(piece)

    def until(self, mark):
        while mark not in self.data:
            if not self.more():
                raise EOFError(f"no {mark!r} in {self.data[-200:]!r}")
        head, self.data = self.data.split(mark, 1)
        return head

    def exactly(self, n):
        while len(self.data) < n:
            if not self.more():
                raise EOFError(f"{len(self.data)} bytes of {n}")
        body, self.data = self.data[:n], self.data[n:]
        return body

    def head(self):
        lines = self.until(b"\r\n\r\n").decode().split("\r\n")
        headers = dict(line.lower().split(": ", 1) for line in lines[1:])
        return int(re.match(r"HTTP/1\.1 (\d{3}) ", lines[0])[1]), headers

    def answer(self, has_body=True):
        status, headers = self.head()
        size = int(headers.get("content-length", 0)) if has_body else 0
        return Answer(status, headers, self.exactly(size))

    def is_closed(self):
        try:
            while self.more():
                pass
        except (ConnectionResetError, BrokenPipeError):
            pass
        return True

    def part(self):
        """The next picture of /stream.mjpg, whose head and opening were read."""
        head = self.until(b"\r\n\r\n").decode().lower().split("\r\n")
        headers = dict(line.split(": ", 1) for line in head)
        image = self.exactly(int(headers["content-length"]))
        assert self.exactly(16) == b"\r\n--weir-frame\r\n"
        return image

    def watch(self, headers=()):
        self.request("/stream.mjpg", headers=headers)
        status, headers = self.head()
        assert status == 200, status
        assert headers["content-type"] == "multipart/x-mixed-replace; boundary=weir-frame"
        assert self.exactly(16) == b"\r\n--weir-frame\r\n"
        return self

    def close(self):
        self.socket.close()


class Served:
    """A weir that runs for the length of a `with`."""

    def __init__(self, options="", source=SOURCE, where="127.0.0.1", more=()):
        self.port = free_port()
        self.uri = f"http://{where}:{self.port}{options}"
        loop = os.environ.get("WEIR_TEST_LOOP", "auto")
        self.command = [WEIR, "capture", source, "--json", "--loop", loop, "--to", self.uri, *more]
        self.clients = []

    def __enter__(self):
        self.process = subprocess.Popen(
            self.command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(200):
            try:
                socket.create_connection(("127.0.0.1", self.port)).close()
                return self
            except ConnectionRefusedError:
                time.sleep(0.05)
                if self.process.poll() is not None:
                    break
        raise RuntimeError("weir does not serve: " + self.process.stderr.read())

    def client(self, **options):
        self.clients.append(Client(self.port, **options))
        return self.clients[-1]

    def ask(self, target, method="GET", headers=(), body=b"", **options):
        client = self.client()
        client.request(target, method, headers, body, **options)
        return client.answer(has_body=method != "HEAD")

    def stats(self, headers=()):
        return self.ask("/stats.json", headers=headers).json()

    def stop(self):
        """The summary."""
        self.process.send_signal(signal.SIGINT)
        out, self.errors = self.process.communicate(timeout=20)
        self.status = self.process.returncode
        lines = [json.loads(line) for line in out.splitlines() if line.startswith("{")]
        return next((line for line in lines if line["type"] == "summary"), None)

    def __exit__(self, *_):
        for client in self.clients:
            client.close()
        if self.process.poll() is None:
            self.stop()
        self.process.stdout.close()
        self.process.stderr.close()


def has_json():
    said = subprocess.run([WEIR, "list", "--json"], capture_output=True, text=True, check=False)
    return "without json-c" not in said.stderr


def main():
    if not has_json():
        print("skipped: this weir was built without json-c")
        sys.exit(77)
    unittest.main(verbosity=1)
