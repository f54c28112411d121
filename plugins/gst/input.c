/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <string.h>

#include <gst/allocators/gstdmabuf.h>

#include "plugins/gst/clock.h"
#include "plugins/gst/drawing.h"
#include "plugins/gst/memory.h"
#include "plugins/gst/pixels.h"
#include "plugins/gst/sink.h"

/* How a buffer gets into weir: drawn into memory of ours already, as dma-bufs of somebody's, or by
 * a copy. */

/* How long a call waits for room before it looks whether it is to be unlocked. */
#define PATIENCE_NS (50 * 1000000ull)

/* ---- frames ---- */

/* When the picture was taken; 0 where nobody can tell. */
static guint64 timestamp(WeirSink *self, GstBuffer *buffer)
{
	GstClockTime running = gst_segment_to_running_time(
		&GST_BASE_SINK(self)->segment, GST_FORMAT_TIME, GST_BUFFER_PTS(buffer));

	if (!GST_CLOCK_TIME_IS_VALID(running))
		return 0;
	return weir_gst_clock_from_running(GST_ELEMENT(self), running);
}

static struct weir_feed_stamp describe(WeirSink *self, GstBuffer *buffer)
{
	return (struct weir_feed_stamp){
		.timestamp_ns = timestamp(self, buffer),
		.bytes_used = (uint32_t)gst_buffer_get_size(buffer),
		.flags = GST_BUFFER_FLAG_IS_SET(buffer, GST_BUFFER_FLAG_CORRUPTED)
				 ? WEIR_FRAME_CORRUPT
				 : 0,
	};
}

/* -EAGAIN: try again. */
static GstFlowReturn flow_of(WeirSink *self, int err)
{
	switch (err) {
	case 0:
		self->pushed = TRUE;
		return GST_FLOW_OK;
	case -ESHUTDOWN:
		err = weir_gst_run_join(&self->run);
		if (!err)
			return GST_FLOW_EOS;
		break;
	default:
		break;
	}
	weir_gst_run_complain(&self->run, err);
	return GST_FLOW_ERROR;
}

/* There was no room for a while: whether to go on. */
static gboolean may_retry(WeirSink *self, GstFlowReturn *flow)
{
	*flow = GST_FLOW_OK;
	if (g_atomic_int_get(&self->unlocked))
		*flow = gst_base_sink_wait_preroll(GST_BASE_SINK(self));
	return *flow == GST_FLOW_OK;
}

/* ---- memory of others' ---- */

static void put_back(void *data)
{
	gst_buffer_unref(data);
}

/* dma-bufs of anybody's, or what weirsrc has from weir. */
static gboolean can_be_shown(GstBuffer *buffer)
{
	for (guint i = 0; i < gst_buffer_n_memory(buffer); i++) {
		GstMemory *memory = gst_buffer_peek_memory(buffer, i);

		if (!gst_is_dmabuf_memory(memory) && !weir_gst_memory_frame(memory))
			return FALSE;
	}
	return gst_buffer_n_memory(buffer) > 0;
}

/* Where the planes lie, in one memory or in one each. FALSE: otherwise. */
static gboolean find_planes(WeirSink *self, GstBuffer *buffer, struct weir_feed_dmabufs *out)
{
	GstVideoMeta *meta = gst_buffer_get_video_meta(buffer);
	guint n = self->raw ? GST_VIDEO_INFO_N_PLANES(&self->info) : 1;
	guint parts = gst_buffer_n_memory(buffer);

	if (meta && meta->n_planes != n)
		return FALSE;
	memset(out, 0, sizeof(*out));
	if (parts != 1 && parts != n)
		return FALSE;
	out->frame = weir_gst_memory_frame(gst_buffer_peek_memory(buffer, 0));
	for (guint i = 0; i < n; i++) {
		gsize at = !self->raw ? 0
			   : meta     ? meta->offset[i]
				      : GST_VIDEO_INFO_PLANE_OFFSET(&self->info, i);
		guint index, length;
		gsize skip;
		GstMemory *memory;

		if (!gst_buffer_find_memory(buffer, at, 1, &index, &length, &skip) ||
			(parts > 1 && index != i) || (meta && meta->stride[i] < 0))
			return FALSE;
		memory = gst_buffer_peek_memory(buffer, index);
		if (gst_is_dmabuf_memory(memory))
			out->fd[parts > 1 ? i : 0] = gst_dmabuf_memory_get_fd(memory);
		out->offset[i] = (uint32_t)(memory->offset + skip);
		if (self->raw)
			out->stride[i] =
				(uint32_t)(meta ? meta->stride[i]
						: GST_VIDEO_INFO_PLANE_STRIDE(&self->info, i));
	}
	return TRUE;
}

/* *err == -EXDEV: it cannot be shown among those before it. */
static GstFlowReturn push_dmabufs(
	WeirSink *self, GstBuffer *buffer, const struct weir_feed_dmabufs *frame, int *err)
{
	struct weir_feed_stamp stamp = describe(self, buffer);
	GstFlowReturn flow = GST_FLOW_OK;

	gst_buffer_ref(buffer);
	do
		*err = weir_feed_push_dmabufs(self->feed, frame, &stamp, PATIENCE_NS);
	while (*err == -EAGAIN && may_retry(self, &flow));
	if (*err)
		gst_buffer_unref(buffer);
	return *err == -EAGAIN ? flow : *err == -EXDEV ? GST_FLOW_OK : flow_of(self, *err);
}

static GstFlowReturn show_dmabufs(
	WeirSink *self, GstBuffer *buffer, struct weir_feed_dmabufs *frame)
{
	guint parts = gst_buffer_n_memory(buffer);
	gboolean anew = weir_gst_sink_input(self) == WEIR_GST_INPUT_DMABUFS &&
			(self->n_parts != parts || self->stride != frame->stride[0]);
	int err = -EXDEV;
	GstFlowReturn flow;

	frame->released = put_back;
	frame->data = buffer;
	do {
		self->n_parts = parts;
		self->stride = frame->stride[0];
		flow = weir_gst_sink_ensure(self, WEIR_GST_INPUT_DMABUFS, frame, anew);
		if (flow == GST_FLOW_OK)
			flow = push_dmabufs(self, buffer, frame, &err);
		anew = TRUE;
	} while (flow == GST_FLOW_OK && err == -EXDEV);
	return flow;
}

/* ---- copies ---- */

static gsize copy_picture(WeirSink *self, const GstVideoFrame *from, struct weir_pixels *to)
{
	gsize offsets[GST_VIDEO_MAX_PLANES] = { 0 };
	gint strides[GST_VIDEO_MAX_PLANES] = { 0 };

	for (guint i = 0; i < to->n_planes; i++)
		strides[i] = (gint)to->stride[i];
	weir_gst_pixels_shift(&self->info, &self->wishes.align, strides, offsets);
	for (guint i = 0; i < to->n_planes; i++)
		to->data[i] += offsets[i];
	return weir_gst_pixels_put(from, &self->info, self->video.format, to);
}

/* How many bytes; 0: it cannot be read, or is too large. */
static gsize copy_pixels(WeirSink *self, GstBuffer *buffer, struct weir_frame *frame)
{
	struct weir_pixels pixels;
	GstVideoFrame from;
	gsize bytes = 0;

	if (weir_frame_begin_cpu(frame, WEIR_CPU_WRITE, &pixels))
		return 0;
	if (self->raw && gst_video_frame_map(&from, &self->info, buffer, GST_MAP_READ)) {
		bytes = copy_picture(self, &from, &pixels);
		gst_video_frame_unmap(&from);
	} else if (!self->raw &&
		   gst_buffer_get_size(buffer) <= weir_frame_info(frame)->plane[0].length) {
		bytes = gst_buffer_extract(buffer, 0, pixels.data[0], gst_buffer_get_size(buffer));
	}
	weir_frame_end_cpu(frame);
	return bytes;
}

static const char *why_copied(WeirSink *self, GstBuffer *buffer)
{
	struct weir_loans *loans = weir_gst_sink_loans(self);
	const char *why = weir_drawing_describe(buffer, loans);

	if (why)
		return why;
	if (loans && weir_loans_ran_short(loans))
		return "upstream keeps all the memory that there is for it; raise buffers=";
	return "upstream has memory of its own that is no dma-buf";
}

static GstFlowReturn show_copy(WeirSink *self, GstBuffer *buffer)
{
	struct weir_feed_stamp stamp = describe(self, buffer);
	struct weir_frame *frame = NULL;
	GstFlowReturn flow;
	int err;

	if (!weir_gst_policy_permits(
		    GST_ELEMENT(self), self->policy, why_copied(self, buffer), &self->warned))
		return GST_FLOW_ERROR;
	flow = weir_gst_sink_ensure(self, WEIR_GST_INPUT_SLOTS, NULL, FALSE);
	if (flow != GST_FLOW_OK)
		return flow;
	do
		err = weir_feed_take(self->feed, PATIENCE_NS, &frame);
	while (err == -EAGAIN && may_retry(self, &flow));
	if (err)
		return err == -EAGAIN ? flow : flow_of(self, err);
	stamp.copied_bytes = copy_pixels(self, buffer, frame);
	if (stamp.copied_bytes)
		return flow_of(self, weir_feed_push(self->feed, &frame, &stamp));
	weir_frame_unref(&frame);
	GST_ELEMENT_ERROR(self, STREAM, FORMAT, ("a buffer cannot be read"), (NULL));
	return GST_FLOW_ERROR;
}

GstFlowReturn weir_gst_sink_show(WeirSink *self, GstBuffer *buffer)
{
	struct weir_loans *loans = weir_gst_sink_loans(self);
	struct weir_frame *frame = loans ? weir_drawing_take(buffer, loans) : NULL;
	struct weir_feed_dmabufs dmabufs;

	if (frame) {
		struct weir_feed_stamp stamp = describe(self, buffer);
		int err = weir_feed_push(self->feed, &frame, &stamp);

		if (err == -ESTALE && weir_gst_run_is_over(&self->run))
			err = -ESHUTDOWN;
		/* Drawn into memory that the run has replaced meanwhile. */
		return err == -ESTALE ? show_copy(self, buffer) : flow_of(self, err);
	}
	if (can_be_shown(buffer) && find_planes(self, buffer, &dmabufs))
		return show_dmabufs(self, buffer, &dmabufs);
	return show_copy(self, buffer);
}
