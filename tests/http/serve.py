#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The weir authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What is served, and in what form."""
import hashlib
import base64
import re
import socket
import unittest

from served import Client, Served, main, free_port, SOURCE, WEIR
import subprocess


class Serve(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.served = Served().__enter__()

    @classmethod
    def tearDownClass(cls):
        cls.served.__exit__()

    def test_stream_is_whole_images(self):
        viewer = self.served.client().watch()
        images = [viewer.part() for _ in range(10)]
        for image in images:
            self.assertEqual(image[:2], b"\xff\xd8")
            self.assertEqual(image[-2:], b"\xff\xd9")
        self.assertEqual(len(set(images)), 10)

    def test_early_stream_sends_the_next_head_along(self):
        viewer = self.served.client()
        viewer.request("/stream.mjpg?early=1")
        self.assertEqual(viewer.head()[0], 200)
        mark = b"\r\n--weir-frame\r\nContent-Type: image/jpeg\r\n\r\n"
        self.assertEqual(viewer.until(mark), b"")
        for _ in range(3):
            image = viewer.until(mark)
            self.assertEqual((image[:2], image[-2:]), (b"\xff\xd8", b"\xff\xd9"))

    def test_snapshot(self):
        client = self.served.client()
        images = set()
        for _ in range(3):
            client.request("/snapshot.jpg")
            answer = client.answer()
            self.assertEqual(answer.headers["content-type"], "image/jpeg")
            self.assertEqual(answer.body[-2:], b"\xff\xd9")
            images.add(answer.body)
        self.assertEqual(len(images), 3)

    def test_head_has_no_body(self):
        client = self.served.client()
        for target in ("/", "/snapshot.jpg", "/stats.json", "/metrics", "/nowhere"):
            client.request(target, "HEAD")
            answer = client.answer(has_body=False)
            self.assertGreater(int(answer.headers["content-length"]), 0)
        client.request("/stream.mjpg", "HEAD")
        self.assertEqual(client.answer(has_body=False).status, 200)
        self.assertTrue(client.is_closed())

    def test_requests_may_follow_each_other_at_once(self):
        client = self.served.client()
        request = b"GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n"
        missing = b"GET /x HTTP/1.1\r\nHost: localhost\r\n\r\n"
        client.send(request + missing + request)
        self.assertEqual([client.answer().status for _ in range(3)], [200, 404, 200])

    def test_http_1_0(self):
        client = self.served.client()
        client.request("/metrics", version="1.0", host=False)
        self.assertEqual(client.answer().headers["connection"], "close")
        self.assertTrue(client.is_closed())
        client = self.served.client()
        client.request("/metrics", version="1.0", headers=["Connection: keep-alive"])
        self.assertEqual(client.answer().headers["connection"], "keep-alive")
        client.request("/metrics", headers=["Connection: close"])
        self.assertEqual(client.answer().headers["connection"], "close")
        self.assertTrue(client.is_closed())

    def test_page_stands_alone(self):
        answer = self.served.ask("/")
        policy = answer.headers["content-security-policy"]
        self.assertIn("default-src 'none'", policy)
        page = answer.body.decode()
        self.assertNotRegex(page, r"(src|href)=\"?https?:")
        for kind, tag in ("style-src", "style"), ("script-src", "script"):
            inside = re.search(f"<{tag}>(.*?)</{tag}>", page, re.S)[1]
            digest = base64.b64encode(hashlib.sha256(inside.encode()).digest()).decode()
            self.assertIn(f"{kind} 'sha256-{digest}'".lower(), policy.lower())

    def test_stats(self):
        stats = self.served.stats()
        self.assertEqual(stats["source"], SOURCE)
        self.assertEqual((stats["width"], stats["height"]), (640, 480))
        self.assertEqual(stats["sinks"][0]["uri"], self.served.uri)
        self.assertEqual(stats["plan"]["hops"][-1]["kind"], "sink")
        self.assertGreaterEqual(stats["latency_us"]["p99"], stats["latency_us"]["p50"])

    def test_metrics_are_well_formed(self):
        answer = self.served.ask("/metrics")
        self.assertTrue(answer.headers["content-type"].startswith("text/plain; version=0.0.4"))
        kinds = {}
        for line in answer.body.decode().splitlines():
            if line.startswith("# TYPE "):
                name, kind = line.split()[2:]
                self.assertNotIn(name, kinds)
                kinds[name] = kind
            elif not line.startswith("#"):
                sample = re.fullmatch(r'(\w+)(\{\w+="[^"]*"(,\w+="[^"]*")*\})? \d+(\.\d+)?', line)
                self.assertTrue(sample, line)
                self.assertIn(sample[1], kinds)
                self.assertEqual(sample[1].endswith("_total"), kinds[sample[1]] == "counter")
        self.assertIn("weir_captured_frames_total", kinds)

    def test_no_session_without_rtp(self):
        answer = self.served.ask("/sdp")
        self.assertEqual(answer.status, 404)
        self.assertIn(b"rtp://", answer.body)

    def test_a_test_pattern_has_no_controls(self):
        self.assertEqual(self.served.ask("/controls").json(), {"controls": []})
        answer = self.served.ask("/controls", "POST", ["X-Weir: 1"], b"gain=1")
        self.assertEqual(answer.status, 409)


class Runs(unittest.TestCase):
    def test_raw_pictures_are_encoded_for_viewers_only(self):
        with Served(source="pattern:bars?size=320x240&fps=30&format=YUYV") as served:
            stats = served.stats()
            while stats["frames"]["captured"] < 10:
                stats = served.stats()
            self.assertEqual(stats["copies"]["converted_bytes"], 0)
            self.assertEqual(stats["sinks"][0]["delivered"], 0)
            viewers = [served.client().watch() for _ in range(3)]
            for viewer in viewers:
                self.assertEqual(viewer.part()[:2], b"\xff\xd8")
            encoded = served.stats()["copies"]["converted_bytes"]
            self.assertGreater(encoded, 0)
            summary = served.stop()
            self.assertTrue(summary["reconciled"])
            self.assertEqual(served.status, 0)
            self.assertIn("unwanted", summary["sinks"][0]["drop_reasons"])

    def test_no_picture_comes(self):
        with Served("?stall=1", source="pattern:bars?size=320x240&fps=1/10&format=MJPEG") as served:
            self.assertEqual(served.ask("/metrics").status, 200)
            answer = served.ask("/snapshot.jpg")
            self.assertEqual((answer.status, answer.headers["connection"]), (503, "close"))

    def test_the_port_is_taken(self):
        with Served() as served:
            said = subprocess.run([WEIR, "capture", SOURCE, "-n", "1", "--to", served.uri],
                                  capture_output=True, text=True, check=False)
            self.assertNotEqual(said.returncode, 0)
            self.assertIn("serves there: choose another port", said.stderr)

    def test_explain_opens_no_port(self):
        with Served() as served:
            said = subprocess.run([WEIR, "explain", SOURCE, "--to", served.uri],
                                  capture_output=True, text=True, check=False)
            self.assertEqual(said.returncode, 0, said.stderr)

    def test_ipv6(self):
        try:
            socket.create_server(("::1", 0), family=socket.AF_INET6).close()
        except OSError:
            self.skipTest("no IPv6 here")
        port = free_port()
        process = subprocess.Popen([WEIR, "capture", SOURCE, "-t", "10", "-q",
                                    "--to", f"http://[::1]:{port}/"])
        try:
            client = None
            while client is None:
                try:
                    client = socket.create_connection(("::1", port))
                except ConnectionRefusedError:
                    self.assertIsNone(process.poll())
            client.sendall(b"GET /snapshot.jpg HTTP/1.0\r\n\r\n")
            self.assertTrue(client.recv(100).startswith(b"HTTP/1.1 200 OK"))
            client.close()
        finally:
            process.terminate()
            process.wait()


if __name__ == "__main__":
    main()
