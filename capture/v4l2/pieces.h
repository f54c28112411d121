/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_CAPTURE_V4L2_PIECES_H
#define WEIR_CAPTURE_V4L2_PIECES_H

#include "capture/v4l2/negotiate.h"

/* From out->raw as the driver left it and out->video.format: size, stride, memory pieces, layout
 * and frame_bytes. 0 or -ENOTSUP, logged: a frame that weir cannot describe, or a driver whose
 * numbers contradict each other. */
int weir_v4l2_read_pieces(struct weir_v4l2_device *device, struct weir_v4l2_format *out);

#endif
