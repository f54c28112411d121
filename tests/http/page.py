#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The weir authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The page in a browser: it shows the picture and the figures, and sets controls."""
import contextlib
import os
import subprocess
import time
import unittest

from browser import Browser, need_browser
from served import Client, free_port

SOURCE = "pattern:counter?size=1280x720&fps=30&format=MJPEG"

# A few of the picture's pixels, as the page sees them.
PIXELS = """(() => {
  const picture = document.getElementById('picture');
  if (!picture.naturalWidth) return '';
  const canvas = document.createElement('canvas');
  canvas.width = 64; canvas.height = 36;
  const context = canvas.getContext('2d');
  context.drawImage(picture, 0, 0, 64, 36);
  return Array.from(context.getImageData(0, 0, 64, 36).data).join();
})()"""

# How far anything moved by itself since the page was opened.
WATCH_SHIFTS = """(() => {
  window.shifts = 0;
  new PerformanceObserver(list => {
    for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shifts += entry.value;
  }).observe({ type: 'layout-shift', buffered: true });
  return true;
})()"""


class Page(unittest.TestCase):
    def serve(self, options="", port=None):
        self.port = port or free_port()
        process = subprocess.Popen(
            [os.environ["WEIR_KNOBS"], SOURCE, f"http://127.0.0.1:{self.port}{options}"])
        self.addCleanup(process.wait)
        self.addCleanup(process.terminate)
        for _ in range(100):
            with contextlib.suppress(ConnectionRefusedError):
                Client(self.port).close()
                return process
            time.sleep(0.05)
        return self.fail("nobody serves")

    def control(self, name):
        client = Client(self.port)
        client.request("/controls")
        controls = client.answer().json()["controls"]
        client.close()
        return next(control["value"] for control in controls if control["name"] == name)

    def check_picture(self, browser):
        browser.until("document.getElementById('picture').naturalWidth === 1280")
        seen = {browser.until(PIXELS)}
        end = time.monotonic() + 10
        while len(seen) < 4 and time.monotonic() < end:
            seen.add(browser.run(PIXELS))
        self.assertGreaterEqual(len(seen), 4)

    def check_figures(self, browser):
        browser.until("document.getElementById('state').textContent === 'live'")
        rate = browser.until("parseFloat(document.querySelector('#rate b').textContent)")
        self.assertGreater(rate, 5)
        browser.until("document.querySelector('#rate polyline').getAttribute('points')"
                      ".split(' ').length > 2")
        first = browser.run("document.getElementById('caption').textContent")
        browser.until(f"document.getElementById('caption').textContent !== {first!r}")
        self.assertIn("1280 × 720 MJPEG", first)
        self.assertEqual(browser.run("document.querySelectorAll('#hops li').length"), 2)

    def check_layout(self, browser):
        self.assertTrue(browser.run("document.documentElement.scrollWidth <= innerWidth"))
        self.assertLess(browser.run("window.shifts"), 0.1)
        self.assertEqual(browser.run(
            "Array.from(document.querySelectorAll('input, select, button'))"
            ".filter(e => e.type !== 'button' && !e.labels.length).length"), 0)
        self.assertEqual(browser.run(
            "Array.from(document.querySelectorAll('svg'))"
            ".filter(e => !e.getAttribute('aria-label')).length"), 0)

    def check_controls(self, browser):
        browser.until("document.querySelectorAll('.control').length === 6")
        self.assertEqual(browser.run("document.getElementById('control-name').value"),
                         '<b>a "name"</b>')
        for name, change, value in (
                ("brightness", "e.value = 200", "200"),
                ("white_balance_automatic", "e.checked = false", "false"),
                ("power_line_frequency", "e.value = '60 Hz'", "60 Hz")):
            browser.run(f"(e => {{ {change}; e.dispatchEvent(new Event('change')); }})"
                        f"(document.getElementById('control-{name}'))")
            browser.until("document.getElementById('knobs-state').textContent.endsWith('is set.')")
            self.assertEqual(self.control(name), value)
        browser.run("document.getElementById('control-zoom_reset').click()")
        browser.until("document.getElementById('knobs-state').textContent === 'zoom reset is set.'")

    def check_refusal(self, browser):
        browser.run("(e => { e.value = 13; e.dispatchEvent(new Event('change')); })"
                    "(document.getElementById('control-brightness'))")
        browser.until("document.querySelector('#knobs-state.bad')")
        browser.until("document.getElementById('control-brightness').value === '200'")

    def check_log(self, browser, allowed=0):
        messages = [entry["message"] for entry in browser.log() if entry["level"] == "SEVERE"]
        self.assertEqual(len(messages), allowed, messages)

    def visit(self, name, width, height, dark=False):
        with Browser(width, height, dark) as browser:
            browser.open(f"http://127.0.0.1:{self.port}/")
            browser.run(WATCH_SHIFTS)
            self.check_picture(browser)
            self.check_figures(browser)
            self.check_controls(browser)
            self.check_layout(browser)
            browser.shot(name)
            self.check_log(browser)
            self.check_refusal(browser)

    def test_on_a_desk(self):
        self.serve()
        self.visit("desk", 1280, 900)

    def test_on_a_phone(self):
        self.serve()
        self.visit("phone", 390, 844, dark=True)

    def test_with_a_token(self):
        self.serve("?token=a-token-to-be-hidden")
        with Browser(800, 600) as browser:
            browser.open(f"http://127.0.0.1:{self.port}/?token=a-token-to-be-hidden")
            self.check_picture(browser)
            self.assertEqual(browser.run("location.search"), "")
            self.assertEqual(browser.run("document.cookie"), "")
            browser.open(f"http://127.0.0.1:{self.port}/")
            self.check_picture(browser)
            self.check_log(browser)

    def test_weir_comes_back(self):
        process = self.serve()
        with Browser(800, 600) as browser:
            browser.open(f"http://127.0.0.1:{self.port}/")
            self.check_picture(browser)
            process.terminate()
            process.wait()
            browser.until("document.getElementById('state').textContent === 'no connection'")
            self.serve(port=self.port)
            browser.until("document.getElementById('state').textContent === 'live'")
            self.check_picture(browser)

    def test_in_the_background_nothing_is_sent(self):
        self.serve()
        with Browser(800, 600) as browser:
            browser.open(f"http://127.0.0.1:{self.port}/")
            self.check_picture(browser)
            browser.run("(() => { Object.defineProperty(document, 'hidden', { value: true });"
                        " document.dispatchEvent(new Event('visibilitychange')); })()")
            browser.until("document.getElementById('caption').textContent.endsWith(' 0 watching')")


if __name__ == "__main__":
    need_browser()
    unittest.main(verbosity=1)
