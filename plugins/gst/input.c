/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <string.h>

#include <gst/allocators/gstdmabuf.h>

#include "plugins/gst/pool.h"
#include "plugins/gst/sink.h"

/* How a buffer gets into weir: drawn into memory of ours already, as dma-bufs of somebody's, or by
 * a copy. */

/* How long a call waits for room before it looks whether it is to be unlocked. */
#define PATIENCE_NS (50 * 1000000ull)

/* ---- opening ---- */

static int open_feed(WeirSink *self, enum weir_gst_input input, struct weir_source **source)
{
	struct weir_feed_settings settings = {
		.log = &self->run.log,
		.video = self->video,
		.dmabufs = input == WEIR_GST_INPUT_DMABUFS,
		.n_parts = input == WEIR_GST_INPUT_DMABUFS ? self->n_parts : 0,
	};

	if (settings.dmabufs)
		settings.video.stride = self->stride;
	return weir_feed_open(&settings, &self->feed, source);
}

gboolean weir_gst_sink_open(WeirSink *self, enum weir_gst_input input)
{
	struct weir_pipeline_settings settings = { .buffers = self->buffers,
		.require_zero_copy = self->policy == WEIR_GST_COPY_NEVER };
	struct weir_sink_settings options = { .log = &self->run.log };
	struct weir_source *source = NULL;
	struct weir_sink *sink = NULL;
	int err = open_feed(self, input, &source);

	if (!err)
		err = weir_sink_open(self->uri ? self->uri : "null", &options, &sink);
	if (!err && !(weir_gst_run_start(&self->run, &settings, &source, &sink) &&
			    weir_gst_run_wait(&self->run)))
		err = weir_gst_run_join(&self->run);
	weir_source_close(&source);
	self->input = input;
	self->pushed = FALSE;
	if (!err)
		return TRUE;
	weir_gst_run_complain(&self->run, err);
	weir_gst_sink_close(self);
	return FALSE;
}

void weir_gst_sink_close(WeirSink *self)
{
	if (self->pool) {
		weir_pool_close(self->pool);
		gst_clear_object(&self->pool);
		gst_pad_push_event(GST_BASE_SINK_PAD(self), gst_event_new_reconfigure());
	}
	weir_gst_run_stop(&self->run);
	weir_feed_close(&self->feed);
	self->input = WEIR_GST_INPUT_NONE;
}

/* What was shown before goes all its way. */
static gboolean reopen(WeirSink *self, enum weir_gst_input input)
{
	if (self->feed && self->pushed) {
		weir_feed_end(self->feed);
		weir_gst_run_join(&self->run);
	}
	weir_gst_sink_close(self);
	return weir_gst_sink_open(self, input);
}

/* ---- frames ---- */

static gboolean is_monotonic(GstClock *clock)
{
	GstClockType type = GST_CLOCK_TYPE_REALTIME;

	if (GST_IS_SYSTEM_CLOCK(clock))
		g_object_get(clock, "clock-type", &type, NULL);
	return type == GST_CLOCK_TYPE_MONOTONIC;
}

/* When the picture was taken, where the pipeline counts weir's time. */
static guint64 timestamp(WeirSink *self, GstBuffer *buffer)
{
	GstClock *clock = gst_element_get_clock(GST_ELEMENT(self));
	guint64 time = 0, running;

	if (clock && is_monotonic(clock) && GST_BUFFER_PTS_IS_VALID(buffer)) {
		running = gst_segment_to_running_time(
			&GST_BASE_SINK(self)->segment, GST_FORMAT_TIME, GST_BUFFER_PTS(buffer));
		if (GST_CLOCK_TIME_IS_VALID(running))
			time = gst_element_get_base_time(GST_ELEMENT(self)) + running;
	}
	if (clock)
		gst_object_unref(clock);
	return time;
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
	case -ECANCELED:
		return GST_FLOW_FLUSHING;
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

/* ---- dma-bufs ---- */

static void put_back(void *data)
{
	gst_buffer_unref(data);
}

static gboolean is_dmabuf(GstBuffer *buffer)
{
	for (guint i = 0; i < gst_buffer_n_memory(buffer); i++)
		if (!gst_is_dmabuf_memory(gst_buffer_peek_memory(buffer, i)))
			return FALSE;
	return gst_buffer_n_memory(buffer) > 0;
}

/* Where the planes lie, in one memory or in one each. FALSE: otherwise. */
static gboolean find_planes(WeirSink *self, GstBuffer *buffer, struct weir_feed_dmabufs *out)
{
	GstVideoMeta *meta = gst_buffer_get_video_meta(buffer);
	guint n = self->raw ? GST_VIDEO_INFO_N_PLANES(&self->info) : 1;
	guint parts = gst_buffer_n_memory(buffer);

	memset(out, 0, sizeof(*out));
	if (parts != 1 && parts != n)
		return FALSE;
	for (guint i = 0; i < n; i++) {
		gsize at = !self->raw ? 0
			   : meta     ? meta->offset[i]
				      : GST_VIDEO_INFO_PLANE_OFFSET(&self->info, i);
		guint index, length;
		gsize skip;
		GstMemory *memory;

		if (!gst_buffer_find_memory(buffer, at, 1, &index, &length, &skip) ||
			(parts > 1 && index != i))
			return FALSE;
		memory = gst_buffer_peek_memory(buffer, index);
		out->fd[parts > 1 ? i : 0] = gst_dmabuf_memory_get_fd(memory);
		out->offset[i] = (uint32_t)(memory->offset + skip);
		if (self->raw)
			out->stride[i] =
				(uint32_t)(meta ? meta->stride[i]
						: GST_VIDEO_INFO_PLANE_STRIDE(&self->info, i));
	}
	return TRUE;
}

static GstFlowReturn show_dmabufs(
	WeirSink *self, GstBuffer *buffer, struct weir_feed_dmabufs *frame)
{
	struct weir_feed_stamp stamp = describe(self, buffer);
	guint parts = gst_buffer_n_memory(buffer);
	GstFlowReturn flow;
	int err;

	if (self->input != WEIR_GST_INPUT_DMABUFS || self->n_parts != parts ||
		self->stride != frame->stride[0]) {
		self->n_parts = parts;
		self->stride = frame->stride[0];
		if (!reopen(self, WEIR_GST_INPUT_DMABUFS))
			return GST_FLOW_ERROR;
	}
	frame->released = put_back;
	frame->data = gst_buffer_ref(buffer);
	do
		err = weir_feed_push_dmabufs(self->feed, frame, &stamp, PATIENCE_NS);
	while (err == -EAGAIN && may_retry(self, &flow));
	if (err)
		gst_buffer_unref(buffer);
	return err == -EAGAIN ? flow : flow_of(self, err);
}

/* ---- copies ---- */

static gsize copy_planes(const GstVideoFrame *from, const struct weir_pixels *to)
{
	gsize bytes = 0;

	for (guint i = 0; i < to->n_planes; i++) {
		gint components[GST_VIDEO_MAX_COMPONENTS];
		gint stride = GST_VIDEO_FRAME_PLANE_STRIDE(from, i), lines;
		gsize line = MIN((gsize)stride, (gsize)to->stride[i]);

		gst_video_format_info_component(from->info.finfo, i, components);
		lines = GST_VIDEO_FRAME_COMP_HEIGHT(from, components[0]);
		for (gint y = 0; y < lines; y++)
			memcpy(to->data[i] + (gsize)y * to->stride[i],
				(const guint8 *)GST_VIDEO_FRAME_PLANE_DATA(from, i) +
					(gsize)y * stride,
				line);
		bytes += line * (gsize)lines;
	}
	return bytes;
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
		bytes = copy_planes(&from, &pixels);
		gst_video_frame_unmap(&from);
	} else if (!self->raw &&
		   gst_buffer_get_size(buffer) <= weir_frame_info(frame)->plane[0].length) {
		bytes = gst_buffer_extract(buffer, 0, pixels.data[0], gst_buffer_get_size(buffer));
	}
	weir_frame_end_cpu(frame);
	return bytes;
}

static GstFlowReturn show_copy(WeirSink *self, GstBuffer *buffer)
{
	struct weir_feed_stamp stamp = describe(self, buffer);
	struct weir_frame *frame = NULL;
	GstFlowReturn flow;
	int err;

	if (!weir_gst_policy_permits(GST_ELEMENT(self), self->policy,
		    "upstream has memory of its own that is no dma-buf", &self->warned))
		return GST_FLOW_ERROR;
	if (self->input != WEIR_GST_INPUT_SLOTS && !reopen(self, WEIR_GST_INPUT_SLOTS))
		return GST_FLOW_ERROR;
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
	struct weir_frame *frame = weir_pool_take_frame(buffer);
	struct weir_feed_dmabufs dmabufs;

	if (frame && self->input == WEIR_GST_INPUT_SLOTS) {
		struct weir_feed_stamp stamp = describe(self, buffer);
		int err = weir_feed_push(self->feed, &frame, &stamp);

		/* Drawn into memory of a run before this one. */
		if (err != -ESTALE)
			return flow_of(self, err);
	}
	weir_frame_unref(&frame);
	if (is_dmabuf(buffer) && find_planes(self, buffer, &dmabufs))
		return show_dmabufs(self, buffer, &dmabufs);
	return show_copy(self, buffer);
}
