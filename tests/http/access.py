#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The weir authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Who may look, and who may change something."""
import os
import subprocess
import tempfile
import unittest

from served import SOURCE, WEIR, Served, free_port, main

TOKEN = "a-token.that_is~long"


class Token(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.served = Served(f"?token={TOKEN}", where="0.0.0.0").__enter__()

    @classmethod
    def tearDownClass(cls):
        cls.served.__exit__()

    def test_nothing_without_it(self):
        for target in ("/", "/stream.mjpg", "/snapshot.jpg", "/stats.json", "/metrics", "/sdp",
                       "/controls", "/nowhere"):
            answer = self.served.ask(target)
            self.assertEqual(answer.status, 401, target)
            self.assertEqual(answer.headers["www-authenticate"], "bearer")
            self.assertNotIn(TOKEN.encode(), answer.body)

    def test_other_tokens(self):
        for wrong in ("", "x", TOKEN[:-1], TOKEN + "x", TOKEN[:-1] + "x", TOKEN.upper(), "a" * 400):
            with self.subTest(wrong=wrong):
                self.assertEqual(self.served.ask(f"/metrics?token={wrong}").status, 401)
                self.assertEqual(self.served.ask(
                    "/metrics", headers=[f"Authorization: Bearer {wrong}"]).status, 401)
        self.assertEqual(self.served.ask(f"/metrics?xtoken={TOKEN}").status, 401)
        self.assertEqual(self.served.ask(
            "/metrics", headers=[f"Authorization: Basic {TOKEN}"]).status, 401)

    def test_ways_to_give_it(self):
        self.assertEqual(self.served.ask(f"/metrics?token={TOKEN}").status, 200)
        self.assertEqual(self.served.ask(f"/metrics?a=b&token={TOKEN}&c").status, 200)
        self.assertEqual(self.served.ask(
            "/metrics", headers=[f"Authorization: bearer {TOKEN}"]).status, 200)
        name = f"weir-{self.served.port}"
        self.assertEqual(self.served.ask(
            "/metrics", headers=[f"Cookie: a=b; {name}={TOKEN}; c=d"]).status, 200)
        self.assertEqual(self.served.ask("/metrics", headers=[f"Cookie: weir={TOKEN}"]).status, 401)

    def test_the_page_makes_it_a_cookie(self):
        client = self.served.client()
        client.request(f"/?token={TOKEN}")
        head = client.until(b"\r\n\r\n").decode()
        self.assertIn(f"Set-Cookie: weir-{self.served.port}={TOKEN}; HttpOnly; SameSite=Strict", head)
        self.assertIn("Referrer-Policy: no-referrer", head)
        answer = self.served.ask("/", headers=[f"Cookie: weir-{self.served.port}={TOKEN}"])
        self.assertEqual(answer.status, 200)
        self.assertNotIn("set-cookie", answer.headers)

    def test_it_is_not_shown(self):
        stats = self.served.ask("/stats.json", headers=[f"Authorization: Bearer {TOKEN}"])
        self.assertNotIn(TOKEN.encode(), stats.body)
        self.assertIn("token=" + "*" * len(TOKEN), stats.json()["sinks"][0]["uri"])

    def test_any_host_will_do(self):
        self.assertEqual(self.served.ask(f"/metrics?token={TOKEN}", host=False,
                                         headers=["Host: camera.example.com"]).status, 200)


class Here(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.served = Served().__enter__()

    @classmethod
    def tearDownClass(cls):
        cls.served.__exit__()

    def test_names_of_others_point_here_in_vain(self):
        for host in ("evil.example", "evil.example:80", "127.0.0.1.evil.example", "10.0.0.1", "",
                     "[::2]", "[", "1" * 100):
            self.assertEqual(self.served.ask(
                "/stats.json", host=False, headers=[f"Host: {host}"]).status, 403, host)
        for host in ("localhost", "LocalHost:8080", "127.0.0.1", "127.1.2.3:1", "[::1]:80"):
            self.assertEqual(self.served.ask(
                "/stats.json", host=False, headers=[f"Host: {host}"]).status, 200, host)

    def test_pages_of_others_change_nothing(self):
        own = f"http://127.0.0.1:{self.served.port}"
        for headers, status in (
                ([], 403),
                (["Origin: http://evil.example"], 403),
                (["X-Weir: 1", "Origin: http://evil.example"], 403),
                (["X-Weir: 1", "Origin: null"], 403),
                (["X-Weir: 1", f"Origin: {own}.evil.example"], 403),
                (["X-Weir: 1"], 409),  # may; but the pattern has none
                (["X-Weir: 1", f"Origin: {own}"], 409)):
            with self.subTest(headers=headers):
                answer = self.served.ask("/controls", "POST", headers, b"gain=1")
                self.assertEqual(answer.status, status)
        self.assertEqual(self.served.ask("/controls", "OPTIONS").status, 405)

    def test_bodies_of_controls(self):
        for body in (b"", b"\0", b"a\0b=1"):
            self.assertEqual(self.served.ask(
                "/controls", "POST", ["X-Weir: 1"], body).status, 400)


class Opening(unittest.TestCase):
    def refused(self, uri, words):
        said = subprocess.run([WEIR, "explain", SOURCE, "--to", uri],
                              capture_output=True, text=True, check=False)
        self.assertEqual(said.returncode, 2, said.stderr)
        self.assertIn(words, said.stderr)

    def test_what_is_refused(self):
        self.refused("http://0.0.0.0:8080", "token-file=PATH")
        self.refused("http://[::]:8080", "token-file=PATH")
        self.refused("http://0.0.0.0:8080?token=short", "a token has")
        self.refused("http://0.0.0.0:8080?token=with%20a%20space", "a token has")
        self.refused("http://127.0.0.1:8080/path", "port")
        self.refused("http://127.0.0.1:http", "port")
        self.refused("http:127.0.0.1:8080", "http://HOST:PORT")
        self.refused("http://127.0.0.1", "http://HOST:PORT")
        self.refused("http://[::1:80", "http://HOST:PORT")
        self.refused("http://127.0.0.1:8080?clients=0", "clients")
        self.refused("http://127.0.0.1:8080?tokn=a", "token")
        self.refused(f"http://127.0.0.1:8080?token={TOKEN}&token-file=/x", "one of them")

    def test_token_files(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "token")
            with open(path, "w", encoding="ascii") as file:
                file.write(TOKEN + "\n")
            os.chmod(path, 0o600)
            with Served(f"?token-file={path}", where="0.0.0.0") as served:
                self.assertEqual(served.ask("/metrics").status, 401)
                self.assertEqual(served.ask(f"/metrics?token={TOKEN}").status, 200)
                served.stop()
                self.assertNotIn("others may read", served.errors)
            os.chmod(path, 0o644)
            said = subprocess.run([WEIR, "explain", SOURCE, "--to",
                                   f"http://127.0.0.1:{free_port()}?token-file={path}"],
                                  capture_output=True, text=True, check=False)
            self.assertIn("others may read", said.stderr)


if __name__ == "__main__":
    main()
