/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_CAPTURE_V4L2_COLOUR_H
#define WEIR_CAPTURE_V4L2_COLOUR_H

#include <linux/videodev2.h>

#include <weir/format.h>

/* Sets range, matrix, primaries and transfer of *video, whose format and size are set, from what
 * the driver said of its pictures, defaults resolved as V4L2 resolves them. What weir has no name
 * for becomes UNKNOWN. */
void weir_v4l2_read_colour(const struct v4l2_format *raw, struct weir_video *video);

#endif
