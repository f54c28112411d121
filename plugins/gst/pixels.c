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

/* What of a plane there is to copy: as the caps have it. A buffer's own meta may tell more. */
struct part {
	gsize line; /* bytes */
	gint lines;
};

static struct part part_of(const GstVideoInfo *info, const struct weir_format *format, guint plane)
{
	return (struct part){
		.line = weir_format_line_bytes(format, plane, (uint32_t)GST_VIDEO_INFO_WIDTH(info)),
		.lines = GST_VIDEO_INFO_COMP_HEIGHT(info, component_of(info, plane)),
	};
}

static gsize copy_lines(
	struct part part, guint8 *to, gssize to_stride, const guint8 *from, gssize from_stride)
{
	for (gint i = 0; i < part.lines; i++)
		memcpy(to + i * to_stride, from + i * from_stride, part.line);
	return part.line * (gsize)part.lines;
}

/* Whether the plane ends within what was mapped: a meta's word is not checked by the map. */
static gboolean is_within(const GstVideoFrame *frame, guint plane, struct part part)
{
	const GstMapInfo *map = &frame->map[frame->meta ? plane : 0];
	const guint8 *data = GST_VIDEO_FRAME_PLANE_DATA(frame, plane);
	gssize first = data - map->data;
	gssize last = first + (part.lines - 1) * (gssize)GST_VIDEO_FRAME_PLANE_STRIDE(frame, plane);

	return MIN(first, last) >= 0 && MAX(first, last) + (gssize)part.line <= (gssize)map->size;
}

gsize weir_gst_pixels_put(const GstVideoFrame *from, const GstVideoInfo *info,
	const struct weir_format *format, const struct weir_pixels *to)
{
	gsize bytes = 0;

	for (guint i = 0; i < to->n_planes; i++)
		if (!is_within(from, i, part_of(info, format, i)))
			return 0;
	for (guint i = 0; i < to->n_planes; i++)
		bytes += copy_lines(part_of(info, format, i), to->data[i], to->stride[i],
			GST_VIDEO_FRAME_PLANE_DATA(from, i), GST_VIDEO_FRAME_PLANE_STRIDE(from, i));
	return bytes;
}

gsize weir_gst_pixels_get(
	const struct weir_pixels *from, const struct weir_format *format, GstVideoFrame *to)
{
	gsize bytes = 0;

	for (guint i = 0; i < from->n_planes; i++)
		bytes += copy_lines(part_of(&to->info, format, i),
			GST_VIDEO_FRAME_PLANE_DATA(to, i), GST_VIDEO_FRAME_PLANE_STRIDE(to, i),
			from->data[i], from->stride[i]);
	return bytes;
}
