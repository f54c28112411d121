#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The weir authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Those who come with other programs: curl, GStreamer, FFmpeg, VLC."""
import os
import shutil
import subprocess
import tempfile
import unittest

from served import Served, main


def has_elements(*names):
    return shutil.which("gst-inspect-1.0") and all(
        subprocess.run(["gst-inspect-1.0", "--exists", name], check=False).returncode == 0
        for name in names)


def run(*command):
    environment = {key: value for key, value in os.environ.items()
                   if not key.lower().endswith("_proxy")}
    return subprocess.run(command, capture_output=True, timeout=60, check=False, env=environment)


class Peers(unittest.TestCase):
    def setUp(self):
        self.served = Served().__enter__()
        self.addCleanup(self.served.__exit__)
        self.stream = self.served.uri + "/stream.mjpg"

    @unittest.skipUnless(shutil.which("curl"), "curl is not installed")
    def test_curl(self):
        said = run("curl", "-sS", "--max-time", "2", self.stream)
        self.assertEqual(said.returncode, 28, said.stderr)  # in the middle of a stream
        self.assertGreater(said.stdout.count(b"--weir-frame"), 20)
        said = run("curl", "-sS", "--fail", "-I", self.served.uri + "/")
        self.assertIn(b"HTTP/1.1 200 OK", said.stdout)

    @unittest.skipUnless(has_elements("souphttpsrc", "multipartdemux", "jpegdec"),
                         "GStreamer's souphttpsrc is not installed")
    def test_gstreamer(self):
        with tempfile.TemporaryDirectory() as folder:
            said = run("gst-launch-1.0", "-q", "souphttpsrc", "location=" + self.stream,
                       "num-buffers=-1", "!", "multipartdemux", "!", "image/jpeg", "!", "jpegdec",
                       "!", "identity", "eos-after=30", "!", "multifilesink",
                       f"location={folder}/%d")
            self.assertEqual(said.returncode, 0, said.stderr)
            sizes = [os.path.getsize(os.path.join(folder, name)) for name in os.listdir(folder)]
            self.assertGreaterEqual(len(sizes), 29)
            self.assertEqual(set(sizes), {640 * 480 * 3 // 2})  # the pattern's are 4:2:0

    @unittest.skipUnless(shutil.which("ffprobe"), "FFmpeg is not installed")
    def test_ffmpeg(self):
        said = run("ffmpeg", "-v", "error", "-i", self.stream, "-frames:v", "20", "-f", "null", "-")
        self.assertEqual((said.returncode, said.stderr), (0, b""))
        said = run("ffprobe", "-v", "error", "-show_entries", "stream=codec_name,width,height",
                   "-of", "csv=p=0", self.stream)
        self.assertEqual(said.stdout.split(), [b"mjpeg,640,480"])

    @unittest.skipUnless(shutil.which("cvlc"), "VLC is not installed")
    def test_vlc(self):
        said = run("cvlc", "--quiet", "--vout=dummy", "--run-time=3", "--play-and-exit",
                   "--no-audio", self.stream, "vlc://quit")
        self.assertEqual(said.returncode, 0, said.stderr)
        self.assertGreater(self.served.stats()["http"]["pictures"], 20)


if __name__ == "__main__":
    main()
