/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "plugins/gst/memory.h"

#include <string.h>

#include "plugins/gst/lend.h"
#include "plugins/gst/pixels.h"

gsize weir_gst_memory_end(const struct weir_frame_info *info)
{
	gsize end = 0;

	if (info->format->flags & WEIR_FORMAT_COMPRESSED)
		return info->bytes_used;
	for (uint32_t i = 0; i < info->n_planes; i++)
		end = MAX(end, (gsize)info->plane[i].offset + info->plane[i].length);
	return end;
}

/* Where each plane lies among the buffer's bytes: its memories one after the other. */
static void describe(GstBuffer *buffer, const struct weir_frame_info *frame,
	const GstVideoInfo *info, const gsize *starts)
{
	GstVideoMeta *meta = gst_buffer_get_video_meta(buffer);
	gsize offsets[GST_VIDEO_MAX_PLANES] = { 0 };
	gint strides[GST_VIDEO_MAX_PLANES] = { 0 };

	for (uint32_t i = 0; i < frame->n_planes; i++) {
		offsets[i] = starts[i] + frame->plane[i].offset;
		strides[i] = (gint)frame->plane[i].stride;
	}
	if (!meta) {
		meta = gst_buffer_add_video_meta_full(buffer, GST_VIDEO_FRAME_FLAG_NONE,
			GST_VIDEO_INFO_FORMAT(info), frame->width, frame->height, frame->n_planes,
			offsets, strides);
		GST_META_FLAG_SET(meta, GST_META_FLAG_POOLED);
		return;
	}
	meta->flags = GST_VIDEO_FRAME_FLAG_NONE;
	meta->format = GST_VIDEO_INFO_FORMAT(info);
	meta->width = frame->width;
	meta->height = frame->height;
	meta->n_planes = frame->n_planes;
	memcpy(meta->offset, offsets, sizeof(offsets));
	memcpy(meta->stride, strides, sizeof(strides));
	gst_video_alignment_reset(&meta->alignment);
}

/* ---- memory of ours ---- */

static GQuark pixels_quark(void);

G_DEFINE_QUARK(weir_pixels, pixels)

static void close_pixels(gpointer data)
{
	struct weir_frame *frame = data;

	weir_frame_end_cpu(frame);
	weir_frame_unref(&frame);
}

/* Planes are mapped apart where each is a buffer of its own; what follows on in one mapping is one
 * memory. The first plane after those. */
static uint32_t end_of_mapping(
	const struct weir_frame_info *info, const struct weir_pixels *pixels, uint32_t first)
{
	uint32_t i = first + 1;

	while (i < info->n_planes && info->plane[i].offset >= info->plane[first].offset &&
		pixels->data[i] ==
			pixels->data[first] + (info->plane[i].offset - info->plane[first].offset))
		i++;
	return i;
}

static GstMemory *wrap_mapping(
	struct weir_frame *frame, const struct weir_pixels *pixels, uint32_t first, uint32_t end)
{
	const struct weir_frame_info *info = weir_frame_info(frame);
	struct weir_pixels again;
	gsize size = 0;

	/* Each memory ends its own bracket. */
	if (weir_frame_begin_cpu(frame, WEIR_CPU_READ, &again))
		return NULL;
	if (info->format->flags & WEIR_FORMAT_COMPRESSED)
		size = info->bytes_used;
	else
		for (uint32_t i = first; i < end; i++)
			size = MAX(size, (gsize)info->plane[i].offset + info->plane[i].length);
	return gst_memory_new_wrapped(GST_MEMORY_FLAG_READONLY,
		pixels->data[first] - info->plane[first].offset, size, 0, size,
		weir_frame_ref(frame), close_pixels);
}

static GstBuffer *wrap_pixels(struct weir_frame *frame, gsize *starts)
{
	const struct weir_frame_info *info = weir_frame_info(frame);
	struct weir_pixels pixels;
	GstBuffer *buffer;

	if (weir_frame_begin_cpu(frame, WEIR_CPU_READ, &pixels))
		return NULL;
	buffer = gst_buffer_new();
	for (uint32_t first = 0, end; first < info->n_planes; first = end) {
		GstMemory *memory;

		end = end_of_mapping(info, &pixels, first);
		for (uint32_t i = first; i < end; i++)
			starts[i] = gst_buffer_get_size(buffer);
		memory = wrap_mapping(frame, &pixels, first, end);
		if (!memory) {
			gst_clear_buffer(&buffer);
			break;
		}
		gst_buffer_append_memory(buffer, memory);
	}
	weir_frame_end_cpu(frame);
	/* One of several is not the frame. */
	if (buffer && gst_buffer_n_memory(buffer) == 1)
		gst_mini_object_set_qdata(GST_MINI_OBJECT_CAST(gst_buffer_peek_memory(buffer, 0)),
			pixels_quark(), frame, NULL);
	return buffer;
}

struct weir_frame *weir_gst_memory_frame(GstMemory *memory)
{
	struct weir_frame *frame = weir_gst_memory_lent(memory);

	return frame ? frame
		     : gst_mini_object_get_qdata(GST_MINI_OBJECT_CAST(memory), pixels_quark());
}

GstBuffer *weir_gst_memory_wrap(struct weir_gst_memory *memory, struct weir_frame *frame,
	unsigned epoch, const GstVideoInfo *info)
{
	const struct weir_frame_info *described = weir_frame_info(frame);
	gsize starts[WEIR_MAX_PLANES] = { 0 };
	GstBuffer *buffer = described->plane[0].fd >= 0
				    ? weir_gst_memory_lend(memory, frame, epoch, starts)
				    : wrap_pixels(frame, starts);

	if (buffer && info)
		describe(buffer, described, info, starts);
	weir_frame_unref(&frame);
	return buffer;
}

/* ---- copies ---- */

gboolean weir_gst_memory_is_plain(const struct weir_frame_info *frame, const GstVideoInfo *info)
{
	for (uint32_t i = 0; i < frame->n_planes; i++)
		if ((gint)frame->plane[i].stride != GST_VIDEO_INFO_PLANE_STRIDE(info, i) ||
			frame->plane[i].offset != GST_VIDEO_INFO_PLANE_OFFSET(info, i) ||
			frame->plane[i].fd != frame->plane[0].fd)
			return FALSE;
	return TRUE;
}

GstBuffer *weir_gst_memory_copy(struct weir_frame *frame, const GstVideoInfo *info)
{
	GstBuffer *buffer = gst_buffer_new_allocate(NULL, GST_VIDEO_INFO_SIZE(info), NULL);
	struct weir_pixels pixels;
	GstVideoFrame to;

	if (!gst_video_frame_map(&to, info, buffer, GST_MAP_WRITE)) {
		gst_buffer_unref(buffer);
		return NULL;
	}
	if (weir_frame_begin_cpu(frame, WEIR_CPU_READ, &pixels)) {
		gst_video_frame_unmap(&to);
		gst_buffer_unref(buffer);
		return NULL;
	}
	weir_gst_pixels_get(&pixels, weir_frame_info(frame)->format, &to);
	weir_frame_end_cpu(frame);
	gst_video_frame_unmap(&to);
	return buffer;
}
