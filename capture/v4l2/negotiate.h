/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_CAPTURE_V4L2_NEGOTIATE_H
#define WEIR_CAPTURE_V4L2_NEGOTIATE_H

#include <weir/format.h>

#include "capture/v4l2/device.h"

/* What the driver was brought to deliver, and where it puts it. */
struct weir_v4l2_format {
	struct weir_video video;   /* complete: size, rate, stride, colour */
	struct v4l2_format raw;    /* as set, to set it again after a replug */
	unsigned n_buffers_planes; /* memory pieces a frame: 1, or one a plane (NV12M) */
	struct {
		size_t size;   /* sizeimage of that piece */
		size_t stride; /* bytesperline */
	} piece[WEIR_MAX_PLANES];
	struct weir_layout layout; /* planes within the piece(s); for compressed formats one plane */
	size_t frame_bytes;        /* of all pieces together, each rounded to whole pages when there are several */
};

/* Brings the device as near to `wanted` (zero members: any) as it goes: format, size, stride, rate,
 * and reads back what it really does, colourimetry included. What was asked for by name (a format, a
 * size) and is not to be had is refused: -ENOTSUP, with the nearest in words ("640x360 YUYV is not
 * offered by /dev/video0; nearest is 640x480"); a rate is brought near and told. -EBUSY names who streams. */
int weir_v4l2_negotiate(struct weir_v4l2_device *device, const struct weir_video *wanted,
	struct weir_v4l2_format *out);

/* Sets the same again, after a replug. 0, or -ENOTSUP when the device does not take it any more. */
int weir_v4l2_restore(struct weir_v4l2_device *device, const struct weir_v4l2_format *format);

/* DV timings: queries what comes in and sets it; 0 as well where the input has none. -ENOLINK: no signal. */
int weir_v4l2_lock_timings(struct weir_v4l2_device *device);

#endif
