/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "plugins/gst/memory.h"

#include <sys/types.h>
#include <unistd.h>

#include <gst/allocators/gstdmabuf.h>

#include "plugins/gst/pixels.h"

/* A GstMemory for each dma-buf of each slot, used again and again: what maps it once has it mapped
 * for good. While it is out it holds its frame; when its last reference goes it comes back here,
 * and the frame to its source. */
struct place {
	GstMemory *memory; /* idle, or out */
	unsigned epoch;
	int fd; /* that it stands for, in that epoch */
	gboolean out;
};

struct weir_gst_memory {
	GMutex lock;
	guint refs; /* under the lock: the element's, and one for each memory that is out */
	gboolean closed, read_only;
	GstAllocator *dmabufs;
	struct place places[WEIR_MAX_BUFFERS][WEIR_MAX_PLANES];
};

/* What a memory that is out knows; it lives as long as the memory. */
struct holding {
	struct weir_gst_memory *home;
	struct place *place;
	struct weir_frame *frame;
};

struct weir_gst_memory *weir_gst_memory_new(gboolean read_only)
{
	struct weir_gst_memory *memory = g_new0(struct weir_gst_memory, 1);

	g_mutex_init(&memory->lock);
	memory->refs = 1;
	memory->read_only = read_only;
	memory->dmabufs = gst_dmabuf_allocator_new();
	return memory;
}

static void unref(struct weir_gst_memory *memory)
{
	gboolean last;

	g_mutex_lock(&memory->lock);
	last = --memory->refs == 0;
	g_mutex_unlock(&memory->lock);
	if (!last)
		return;
	gst_object_unref(memory->dmabufs);
	g_mutex_clear(&memory->lock);
	g_free(memory);
}

void weir_gst_memory_free(struct weir_gst_memory *memory)
{
	GstMemory *idle[WEIR_MAX_BUFFERS * WEIR_MAX_PLANES];
	size_t n = 0;

	g_mutex_lock(&memory->lock);
	memory->closed = TRUE;
	for (int i = 0; i < WEIR_MAX_BUFFERS; i++)
		for (int p = 0; p < WEIR_MAX_PLANES; p++)
			if (memory->places[i][p].memory && !memory->places[i][p].out)
				idle[n++] = memory->places[i][p].memory;
	g_mutex_unlock(&memory->lock);
	while (n)
		gst_memory_unref(idle[--n]);
	unref(memory);
}

static GQuark holding_quark(void)
{
	return g_quark_from_static_string("weir-holding");
}

/* The last reference is gone: back to its place, if that still wants it. FALSE: it lives on. */
static gboolean came_back(GstMiniObject *object)
{
	struct holding *holding = gst_mini_object_get_qdata(object, holding_quark());
	struct weir_frame *frame = holding->frame;
	struct weir_gst_memory *home = holding->home;
	gboolean wanted;

	if (!frame)
		return TRUE;
	g_mutex_lock(&home->lock);
	holding->frame = NULL;
	wanted = !home->closed && holding->place->memory == GST_MEMORY_CAST(object);
	if (wanted) {
		gst_mini_object_ref(object);
		holding->place->out = FALSE;
	}
	g_mutex_unlock(&home->lock);
	weir_frame_unref(&frame);
	unref(home);
	return !wanted;
}

static gboolean is_raw(const struct weir_frame_info *info)
{
	return !(info->format->flags & WEIR_FORMAT_COMPRESSED);
}

static gsize end_of(const struct weir_frame_info *info)
{
	gsize end = 0;

	if (!is_raw(info))
		return info->bytes_used;
	for (uint32_t i = 0; i < info->n_planes; i++)
		end = MAX(end, (gsize)info->plane[i].offset + info->plane[i].length);
	return end;
}

/* Where each plane lies among the buffer's bytes: its memories one after the other. */
static void add_meta(GstBuffer *buffer, const struct weir_frame_info *frame,
	const GstVideoInfo *info, const gsize *starts)
{
	gsize offsets[GST_VIDEO_MAX_PLANES] = { 0 };
	gint strides[GST_VIDEO_MAX_PLANES] = { 0 };

	for (uint32_t i = 0; i < frame->n_planes; i++) {
		offsets[i] = starts[i] + frame->plane[i].offset;
		strides[i] = (gint)frame->plane[i].stride;
	}
	gst_buffer_add_video_meta_full(buffer, GST_VIDEO_FRAME_FLAG_NONE,
		GST_VIDEO_INFO_FORMAT(info), frame->width, frame->height, frame->n_planes, offsets,
		strides);
}

/* ---- dma-bufs ---- */

static GstMemory *make(struct weir_gst_memory *home, struct place *place, int fd)
{
	off_t length = lseek(fd, 0, SEEK_END);
	struct holding *holding;
	GstMemory *memory;

	if (length <= 0)
		return NULL;
	memory = gst_dmabuf_allocator_alloc_with_flags(home->dmabufs, fd, (gsize)length,
		GST_FD_MEMORY_FLAG_DONT_CLOSE | GST_FD_MEMORY_FLAG_KEEP_MAPPED);
	if (!memory)
		return NULL;
	holding = g_new0(struct holding, 1);
	holding->home = home;
	holding->place = place;
	gst_mini_object_set_qdata(GST_MINI_OBJECT_CAST(memory), holding_quark(), holding, g_free);
	if (home->read_only)
		GST_MINI_OBJECT_FLAG_SET(memory, GST_MEMORY_FLAG_READONLY);
	GST_MINI_OBJECT_CAST(memory)->dispose = came_back;
	return memory;
}

/* The memory for that dma-buf of the frame, which it takes a reference to. */
static GstMemory *lend(
	struct weir_gst_memory *home, struct weir_frame *frame, unsigned epoch, uint32_t plane)
{
	const struct weir_frame_info *info = weir_frame_info(frame);
	struct place *place = &home->places[info->slot % WEIR_MAX_BUFFERS][plane];
	GstMemory *stale = NULL, *memory;
	struct holding *holding;

	g_mutex_lock(&home->lock);
	/* One that is out stands for memory of before, or for a copy in the same place. */
	if (place->memory &&
		(place->out || place->epoch != epoch || place->fd != info->plane[plane].fd)) {
		stale = place->out ? NULL : place->memory;
		place->memory = NULL;
	}
	if (!place->memory)
		place->memory = make(home, place, info->plane[plane].fd);
	memory = place->memory;
	if (memory) {
		place->epoch = epoch;
		place->fd = info->plane[plane].fd;
		place->out = TRUE;
		holding = gst_mini_object_get_qdata(GST_MINI_OBJECT_CAST(memory), holding_quark());
		holding->frame = weir_frame_ref(frame);
		home->refs++;
		gst_memory_resize(memory, -(gssize)memory->offset, memory->maxsize);
	}
	g_mutex_unlock(&home->lock);
	if (stale)
		gst_memory_unref(stale);
	return memory;
}

static GstBuffer *wrap_dmabufs(
	struct weir_gst_memory *memory, struct weir_frame *frame, unsigned epoch, gsize *starts)
{
	const struct weir_frame_info *info = weir_frame_info(frame);
	GstBuffer *buffer = gst_buffer_new();
	gsize end = 0;

	for (uint32_t i = 0; i < info->n_planes; i++) {
		GstMemory *part;

		if (i && info->plane[i].fd == info->plane[i - 1].fd) {
			starts[i] = starts[i - 1];
			continue;
		}
		part = lend(memory, frame, epoch, i);
		if (!part) {
			gst_buffer_unref(buffer);
			return NULL;
		}
		gst_buffer_append_memory(buffer, part);
		starts[i] = end;
		end += part->size;
	}
	/* Who writes buffers as they are gets the picture, without the rest of its pages. */
	if (!is_raw(info))
		gst_buffer_resize(buffer, info->plane[0].offset, info->bytes_used);
	else if (gst_buffer_n_memory(buffer) == 1)
		gst_buffer_set_size(buffer, (gssize)end_of(info));
	return buffer;
}

/* ---- memory of ours ---- */

static GQuark pixels_quark(void)
{
	return g_quark_from_static_string("weir-pixels");
}

static void close_pixels(gpointer data)
{
	struct weir_frame *frame = data;

	weir_frame_end_cpu(frame);
	weir_frame_unref(&frame);
}

static GstBuffer *wrap_pixels(struct weir_frame *frame)
{
	gsize size = end_of(weir_frame_info(frame));
	struct weir_pixels pixels;
	GstBuffer *buffer;

	if (weir_frame_begin_cpu(frame, WEIR_CPU_READ, &pixels))
		return NULL;
	buffer = gst_buffer_new_wrapped_full(GST_MEMORY_FLAG_READONLY,
		pixels.data[0] - weir_frame_info(frame)->plane[0].offset, size, 0, size,
		weir_frame_ref(frame), close_pixels);
	gst_mini_object_set_qdata(GST_MINI_OBJECT_CAST(gst_buffer_peek_memory(buffer, 0)),
		pixels_quark(), frame, NULL);
	return buffer;
}

struct weir_frame *weir_gst_memory_frame(GstMemory *memory)
{
	struct holding *holding =
		gst_mini_object_get_qdata(GST_MINI_OBJECT_CAST(memory), holding_quark());

	return holding ? holding->frame
		       : gst_mini_object_get_qdata(GST_MINI_OBJECT_CAST(memory), pixels_quark());
}

GstBuffer *weir_gst_memory_wrap(struct weir_gst_memory *memory, struct weir_frame *frame,
	unsigned epoch, const GstVideoInfo *info)
{
	const struct weir_frame_info *described = weir_frame_info(frame);
	gsize starts[WEIR_MAX_PLANES] = { 0 };
	GstBuffer *buffer = described->plane[0].fd >= 0 ? wrap_dmabufs(memory, frame, epoch, starts)
							: wrap_pixels(frame);

	if (buffer && info)
		add_meta(buffer, described, info, starts);
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
	weir_gst_pixels_get(&pixels, &to);
	weir_frame_end_cpu(frame);
	gst_video_frame_unmap(&to);
	return buffer;
}
