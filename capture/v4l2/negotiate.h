/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_CAPTURE_V4L2_NEGOTIATE_H
#define WEIR_CAPTURE_V4L2_NEGOTIATE_H

#include <weir/format.h>

#include "capture/v4l2/device.h"

/* What the driver was brought to deliver, and where it puts it. */
struct weir_v4l2_format {
	struct weir_video video; /* complete: size, rate, stride, colour */
	struct v4l2_format raw;  /* as set, to set it again after a replug */
	bool has_input;          /* the device has inputs, and this is the one in use */
	uint32_t input;
	bool has_rate; /* the driver paces by VIDIOC_S_PARM: video.rate is what it was set to */
	unsigned n_buffers_planes; /* memory pieces a frame: 1, or one a plane (NV12M) */
	struct {
		size_t size;   /* sizeimage of that piece */
		size_t stride; /* bytesperline */
		size_t taken;  /* by planes, padding included; 0 in compressed formats */
	} piece[WEIR_MAX_PLANES];
	struct weir_layout
		layout;     /* planes within the piece(s); for compressed formats one plane */
	size_t frame_bytes; /* of all pieces together, each rounded to whole pages when there are
			       several */
};

/* Brings the device as near to `wanted` (zero members: any) as it goes: format, size, stride, rate,
 * and reads back what it really does, colourimetry included. What was asked for by name (a format,
 * a size) and is not to be had is refused: -ENOTSUP, with the nearest in words ("640x360 YUYV is
 * not offered by /dev/video0; nearest is 640x480"); a stride and a rate are brought near and told.
 * -EBUSY names who streams. A refusal leaves the device as it was.
 *
 * Without a wish: the format that is set, if the table has it, else the first uncompressed one that
 * it has; the size that is set; the rate that is set, unless that is below WEIR_V4L2_SMOOTH: many
 * drivers begin with the slowest rate of a size, so then the fastest up to WEIR_V4L2_FAST. `apart`:
 * planes in memory pieces of their own (NV12M) where the format has both. */
int weir_v4l2_negotiate(struct weir_v4l2_device *device, const struct weir_video *wanted,
	bool apart, struct weir_v4l2_format *out);

/* Whether the device would give `wanted`, whose format is given: TRY_FMT. *out has all but the
 * rate. 0 or -errno, logged. */
int weir_v4l2_would_give(struct weir_v4l2_device *device, const struct weir_video *wanted,
	bool apart, struct weir_v4l2_format *out);

#define WEIR_V4L2_SMOOTH 24
#define WEIR_V4L2_FAST   60

/* Sets the same again, input and rate included, after a replug. 0; -ENOTSUP, logged, when the
 * device does not take it any more; -EBUSY, … */
int weir_v4l2_restore(struct weir_v4l2_device *device, const struct weir_v4l2_format *format);

#endif
