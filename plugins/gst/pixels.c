/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "plugins/gst/pixels.h"

#include <string.h>

/* The first component of a plane: whose samples it has, and how far apart. */
static gint component_of(const GstVideoInfo *info, guint plane)
{
	gint components[GST_VIDEO_MAX_COMPONENTS];

	gst_video_format_info_component(info->finfo, plane, components);
	return components[0];
}

void weir_gst_pixels_shift(const GstVideoInfo *info, const GstVideoAlignment *align,
	const gint *strides, gsize *offsets)
{
	for (guint i = 0; i < GST_VIDEO_INFO_N_PLANES(info); i++) {
		gint component = component_of(info, i);
		gint lines = GST_VIDEO_FORMAT_INFO_SCALE_HEIGHT(
			info->finfo, component, (gint)align->padding_top);
		gint samples = GST_VIDEO_FORMAT_INFO_SCALE_WIDTH(
			info->finfo, component, (gint)align->padding_left);

		offsets[i] += (gsize)lines * (gsize)strides[i] +
			      (gsize)samples * (gsize)GST_VIDEO_INFO_COMP_PSTRIDE(info, component);
	}
}

static gsize copy_lines(
	guint8 *to, gsize to_stride, const guint8 *from, gsize from_stride, gint lines)
{
	gsize bytes = MIN(to_stride, from_stride);

	for (gint i = 0; i < lines; i++)
		memcpy(to + (gsize)i * to_stride, from + (gsize)i * from_stride, bytes);
	return bytes * (gsize)lines;
}

static gint lines_of(const GstVideoFrame *frame, guint plane)
{
	return GST_VIDEO_FRAME_COMP_HEIGHT(frame, component_of(&frame->info, plane));
}

gsize weir_gst_pixels_put(const GstVideoFrame *from, const struct weir_pixels *to)
{
	gsize bytes = 0;

	for (guint i = 0; i < to->n_planes; i++)
		bytes += copy_lines(to->data[i], to->stride[i], GST_VIDEO_FRAME_PLANE_DATA(from, i),
			(gsize)GST_VIDEO_FRAME_PLANE_STRIDE(from, i), lines_of(from, i));
	return bytes;
}

gsize weir_gst_pixels_get(const struct weir_pixels *from, GstVideoFrame *to)
{
	gsize bytes = 0;

	for (guint i = 0; i < from->n_planes; i++)
		bytes += copy_lines(GST_VIDEO_FRAME_PLANE_DATA(to, i),
			(gsize)GST_VIDEO_FRAME_PLANE_STRIDE(to, i), from->data[i], from->stride[i],
			lines_of(to, i));
	return bytes;
}
