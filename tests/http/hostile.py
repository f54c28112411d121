#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The weir authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Whatever is sent, an answer says what is wrong with it, and the others do not notice."""
import random
import socket
import time
import unittest

from served import Served, main

HOST = b"Host: 127.0.0.1\r\n"


class Hostile(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.served = Served("?clients=8&idle=1").__enter__()
        cls.viewer = cls.served.client().watch()

    @classmethod
    def tearDownClass(cls):
        cls.viewer.part()
        summary = cls.served.stop()
        assert summary["reconciled"] and cls.served.status == 0, cls.served.errors
        cls.served.__exit__()

    def status_of(self, data):
        client = self.served.client()
        client.send(data)
        status = client.answer().status
        self.assertTrue(client.is_closed())
        client.close()
        return status

    def test_what_is_no_request(self):
        for data in (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", b"hello\r\n\r\n", b"\0" * 64,
                     b"GET\r\n\r\n", b"GET / HTTP/1.1\r\nHo st: a\r\n\r\n",
                     b"GET / HTTP/1.1\r\n\r\n",  # without a Host
                     b"GET / HTTP/1.1\r\n" + HOST + HOST + b"\r\n",
                     b"GET / HTTP/1.1\r\n" + HOST + b"X-Weir: a\r\nX-Weir: b\r\n\r\n",
                     b"POST /controls HTTP/1.1\r\n" + HOST +
                     b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                     b"POST /controls HTTP/1.1\r\n" + HOST + b"Content-Length: -1\r\n\r\n",
                     b"POST /controls HTTP/1.1\r\n" + HOST +
                     b"Content-Length: 99999999999999999999999\r\n\r\n"):
            with self.subTest(data=data):
                self.assertEqual(self.status_of(data), 400)

    def test_other_versions(self):
        self.assertIn(self.status_of(b"GET / HTTP/2.0\r\n" + HOST + b"\r\n"), (400, 505))
        self.assertIn(self.status_of(b"GET / HTTP/1.9\r\n" + HOST + b"\r\n"), (400, 505))

    def test_what_is_too_long(self):
        self.assertEqual(self.status_of(b"GET /" + b"a" * 600 + b" HTTP/1.1\r\n"), 414)
        self.assertEqual(
            self.status_of(b"GET / HTTP/1.1\r\n" + HOST + b"X: " + b"a" * 8192 + b"\r\n\r\n"), 431)
        self.assertEqual(self.status_of(b"GET / HTTP/1.1\r\n" + HOST + b"a: b\r\n" * 1400), 431)
        self.assertEqual(
            self.status_of(b"GET / HTTP/1.1\r\nHost: " + b"a" * 513 + b"\r\n\r\n"), 431)
        self.assertEqual(self.status_of(b"POST /controls HTTP/1.1\r\n" + HOST +
                                        b"Content-Length: 4000\r\n\r\n"), 413)
        chunk = b"100\r\n" + b"a" * 256 + b"\r\n"
        self.assertEqual(self.status_of(b"POST /controls HTTP/1.1\r\n" + HOST +
                                        b"Transfer-Encoding: chunked\r\n\r\n" + chunk * 3), 413)

    def test_other_methods(self):
        client = self.served.client()
        for method in ("PUT", "DELETE", "OPTIONS", "PROPFIND"):
            client.request("/stream.mjpg", method)
            answer = client.answer()
            self.assertEqual((answer.status, answer.headers["allow"]), (405, "get, head"))
        client.request("/stats.json", "POST", body=b"x")
        self.assertEqual(client.answer().status, 405)
        client.close()
        self.assertEqual(self.status_of(b"CONNECT a:1 HTTP/1.1\r\n" + HOST + b"\r\n"), 404)

    def test_an_upgrade_is_ignored(self):
        client = self.served.client()
        client.request("/metrics", headers=["Upgrade: h2c", "Connection: Upgrade"])
        self.assertEqual(client.answer().status, 200)
        client.close()

    def test_one_byte_at_a_time(self):
        client = self.served.client()
        for byte in b"GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n":
            client.send(bytes([byte]))
        self.assertEqual(client.answer().status, 200)
        client.close()

    def test_too_slow(self):
        silent, slow = self.served.client(), self.served.client()
        slow.send(b"GET / HT")
        began = time.monotonic()
        self.assertEqual(slow.answer().status, 408)
        self.assertTrue(silent.is_closed())
        self.assertGreater(time.monotonic() - began, 0.5)

    def test_silence_takes_nobodys_place(self):
        silent = [self.served.client() for _ in range(40)]
        self.assertEqual(self.served.ask("/metrics").status, 200)
        for client in silent:
            client.close()

    def test_too_many_viewers(self):
        viewers = [self.served.client().watch() for _ in range(7)]
        client = self.served.client()
        client.request("/stream.mjpg")
        answer = client.answer()
        self.assertEqual((answer.status, answer.headers["retry-after"]), (503, "5"))
        for viewer in viewers:
            viewer.part()
            viewer.close()

    def test_gone_in_the_middle(self):
        for _ in range(20):
            client = self.served.client()
            client.request("/stream.mjpg")
            client.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
            client.close()
        self.viewer.part()

    def test_a_viewer_that_talks(self):
        client = self.served.client().watch()
        try:
            for _ in range(100):
                client.send(b"x" * 4096)
        except (ConnectionResetError, BrokenPipeError):
            pass
        self.assertTrue(client.is_closed())

    def test_noise(self):
        chance = random.Random(1)
        request = bytearray(b"GET /stats.json?token=a HTTP/1.1\r\nHost: 127.0.0.1:80\r\n"
                            b"Cookie: a=b; c=d\r\nAuthorization: Bearer x\r\n\r\n")
        for _ in range(150):
            noisy = bytearray(request)
            for _ in range(chance.randrange(1, 6)):
                noisy[chance.randrange(len(noisy))] = chance.randrange(256)
            client = self.served.client()
            client.send(bytes(noisy))
            client.socket.shutdown(socket.SHUT_WR)
            self.assertTrue(client.is_closed())
            client.close()
        self.viewer.part()


if __name__ == "__main__":
    main()
