# SPDX-FileCopyrightText: 2026 The weir authors
# SPDX-License-Identifier: LGPL-2.1-or-later
# Shows how CPU grows with every viewer of a 1080p MJPEG stream over HTTP, against µStreamer
# shellcheck shell=bash
# Sourced by tests/bench/run, which sets these.
: "${here:?}" "${root:?}" "${build:?}" "${weir:?}" "${runs:?}"

install_packages bench_http
images=$build/bench-http.mjpeg
ffmpeg -y -v error -f lavfi -i testsrc2=size=1920x1080:rate=1,noise=alls=12:allf=t \
	-pix_fmt yuvj422p -c:v mjpeg -q:v 9 -frames:v 20 -f mjpeg "$images"
echo "-- images of $(($(stat -c %s "$images") / 20)) bytes"
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')

# The viewers come by the machine's network card, over the host and back: what goes out of it is
# sent, not handed over.
"$root/tests/vm/run" --timeout 1500 --modules udmabuf \
	--module 'v4l2loopback video_nr=9 exclusive_caps=1 max_buffers=8' --module virtio_net \
	--qemu "-netdev user,id=net,hostfwd=tcp:127.0.0.1:$port-10.0.2.15:8080 -device virtio-net-pci,netdev=net" \
	python3 "$here/http_guest.py" "$weir" "$images" "$runs" "$port"
