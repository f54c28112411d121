#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The weir authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Many watch; some of them cannot keep up, and that is theirs alone."""
import threading
import time
import unittest

from served import Served, main

LARGE = "pattern:counter?size=1280x720&fps=30&format=MJPEG"


def rate(viewer, seconds):
    n, end = 0, time.monotonic() + seconds
    while time.monotonic() < end:
        viewer.part()
        n += 1
    return n / seconds


class Viewers(unittest.TestCase):
    def test_sixteen_get_every_picture(self):
        with Served(source=LARGE) as served:
            viewers = [served.client().watch() for _ in range(16)]
            counts = {}

            def count(i):
                counts[i] = rate(viewers[i], 2)

            threads = [threading.Thread(target=count, args=(i,)) for i in range(16)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            summary = served.stop()
            self.assertTrue(summary["reconciled"])
            self.assertGreater(min(counts.values()), 5)  # whatever else runs on this machine

    def test_who_never_reads_holds_nothing_up(self):
        with Served("?stall=2", source=LARGE) as served:
            good = served.client().watch()
            good.part()
            stuck = [served.client(rcvbuf=4096) for _ in range(6)]
            for client in stuck:
                client.request("/stream.mjpg")
            began = time.monotonic()
            with_them = rate(good, 1.5)
            while served.stats()["http"]["thrown_out"] < 6:
                good.part()
                self.assertLess(time.monotonic() - began, 10)
            without = rate(good, 1.5)
            stats = served.stats()
            self.assertEqual(stats["http"]["viewers"], 1)
            self.assertGreater(stats["http"]["lagged"], 0)
            self.assertLessEqual(stats["sinks"][0]["held_max"], 2)
            self.assertGreater(with_them, 0.7 * without)
            for client in stuck:
                self.assertTrue(client.is_closed())
            summary = served.stop()
            self.assertTrue(summary["reconciled"])

    def test_with_one_buffer_for_all(self):
        with Served("?budget=1&stall=3", source=LARGE) as served:
            good = served.client().watch()
            stuck = served.client(rcvbuf=4096)
            stuck.request("/stream.mjpg")
            for _ in range(20):
                good.part()
            self.assertGreater(served.stats()["http"]["lagged"], 0)
            self.assertEqual(served.stats()["sinks"][0]["held_max"], 1)

    def test_a_slow_viewer_gets_whole_and_new_pictures(self):
        with Served("?stall=10", source=LARGE) as served:
            slow = served.client(rcvbuf=4096).watch()
            fast = served.client().watch()
            images = []

            def read_slowly():
                for _ in range(4):
                    images.append(slow.part())
                    time.sleep(0.5)

            thread = threading.Thread(target=read_slowly)
            thread.start()
            for _ in range(30):
                fast.part()
            thread.join()
            for image in images:
                self.assertEqual((image[:2], image[-2:]), (b"\xff\xd8", b"\xff\xd9"))
            self.assertEqual(len(set(images)), 4)

    def test_the_end_does_not_wait_for_them(self):
        with Served("?stall=60", source=LARGE) as served:
            stuck = served.client(rcvbuf=4096)
            stuck.request("/stream.mjpg")
            good = served.client().watch()
            for _ in range(5):
                good.part()
            began = time.monotonic()
            summary = served.stop()
            self.assertLess(time.monotonic() - began, 1.5)
            self.assertTrue(summary["reconciled"])
            self.assertNotIn("did not finish", served.errors)


if __name__ == "__main__":
    main()
