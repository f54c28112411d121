/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_PLUGINS_GST_PIXELS_H
#define WEIR_PLUGINS_GST_PIXELS_H

#include <gst/video/video.h>
#include <weir/weir.h>

/* Pixels of weir's and of GStreamer's. */

/* Moves the planes' offsets from the corner of the memory to that of the picture, which has room
 * around it. */
void weir_gst_pixels_shift(const GstVideoInfo *info, const GstVideoAlignment *align,
	const gint *strides, gsize *offsets);

/* One and the same picture, as large as the caps say. Bytes that were copied; 0 where the buffer
 * ends before its picture does. */
gsize weir_gst_pixels_put(const GstVideoFrame *from, const GstVideoInfo *info,
	const struct weir_format *format, const struct weir_pixels *to);
gsize weir_gst_pixels_get(
	const struct weir_pixels *from, const struct weir_format *format, GstVideoFrame *to);

#endif
