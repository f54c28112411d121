/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <string.h>

#include <gst/allocators/gstdmabuf.h>

#include "plugins/gst/clock.h"
#include "plugins/gst/memory.h"
#include "plugins/gst/pixels.h"
#include "plugins/gst/pool.h"
#include "plugins/gst/sink.h"

/* How a buffer gets into weir: drawn into memory of ours already, as dma-bufs of somebody's, or by
 * a copy. */

/* How long a call waits for room before it looks whether it is to be unlocked. */
#define PATIENCE_NS (50 * 1000000ull)

/* ---- opening ---- */

/* The least stride that is a multiple of what upstream wants, for planes of half the width too. */
static uint32_t align_stride(const GstVideoInfo *info, const GstVideoAlignment *align)
{
	GstVideoAlignment wide = *align;
	GstVideoInfo padded = *info;
	guint mask = 0;

	for (guint i = 0; i < GST_VIDEO_INFO_N_PLANES(info); i++)
		mask |= align->stride_align[i];
	for (guint i = 0; i < GST_VIDEO_MAX_PLANES; i++)
		wide.stride_align[i] = mask ? 2 * mask + 1 : 0;
	gst_video_info_align(&padded, &wide);
	return (uint32_t)GST_VIDEO_INFO_PLANE_STRIDE(&padded, 0);
}

/* Whole blocks only: that is what a picture can be cut at. */
static gboolean is_on_blocks(const struct weir_format *format, guint x, guint y)
{
	for (guint i = 0; i < format->n_planes; i++)
		if (x % format->plane[i].block_width || y % format->plane[i].block_height)
			return FALSE;
	return TRUE;
}

/* A larger picture, of which sinks see the part that upstream shows. FALSE: none that weir knows
 * how to lay out. */
static gboolean make_room(WeirSink *self, struct weir_video *video)
{
	const GstVideoAlignment *align = &self->wishes.align;
	struct weir_video larger = *video;
	struct weir_layout layout;

	larger.stride = align_stride(&self->info, align);
	larger.width += GST_ROUND_UP_2(align->padding_left + align->padding_right);
	larger.height += GST_ROUND_UP_2(align->padding_top + align->padding_bottom);
	if (weir_format_layout(&larger, &layout))
		return FALSE;
	if (larger.width != video->width || larger.height != video->height) {
		if (!is_on_blocks(video->format, video->width, video->height) ||
			!is_on_blocks(video->format, align->padding_left, align->padding_top))
			return FALSE;
		g_snprintf(self->run.stage, sizeof(self->run.stage), "crop=%ux%u+%u+%u",
			video->width, video->height, align->padding_left, align->padding_top);
	}
	*video = larger;
	return TRUE;
}

static void grant_wishes(WeirSink *self, struct weir_video *video)
{
	static const GstVideoAlignment none;

	weir_pool_wishes(self->pool, &self->wishes);
	if (self->wishes.strides && !memcmp(&self->wishes.align, &none, sizeof(none)))
		return;
	/* Otherwise they draw elsewhere, and that is copied. */
	if (!make_room(self, video))
		self->wishes.align = none;
}

static int open_feed(WeirSink *self, enum weir_gst_input input,
	const struct weir_feed_dmabufs *like, struct weir_source **source)
{
	struct weir_feed_settings settings = {
		.log = &self->run.log,
		.video = self->video,
		.dmabufs = input == WEIR_GST_INPUT_DMABUFS,
		.like = like,
	};

	memset(&self->wishes, 0, sizeof(self->wishes));
	self->run.stage[0] = '\0';
	if (settings.dmabufs) {
		settings.n_parts = self->n_parts;
		settings.video.stride = self->stride;
	} else if (self->pool && self->raw) {
		grant_wishes(self, &settings.video);
	}
	return weir_feed_open(&settings, &self->feed, source);
}

static int open_sink(WeirSink *self)
{
	struct weir_sink_settings settings = { .log = &self->run.log };
	char *uri;
	int err;

	GST_OBJECT_LOCK(self);
	uri = g_strdup(self->uri ? self->uri : "null");
	GST_OBJECT_UNLOCK(self);
	err = weir_sink_open(uri, &settings, &self->sink);
	g_free(uri);
	return err;
}

gboolean weir_gst_sink_open(WeirSink *self)
{
	int err;

	weir_gst_run_forget_error(&self->run);
	g_mutex_lock(&self->life);
	weir_sink_close(&self->sink);
	err = open_sink(self);
	g_mutex_unlock(&self->life);
	if (err)
		weir_gst_run_complain(&self->run, err);
	return !err;
}

guint weir_gst_sink_stride(WeirSink *self)
{
	guint stride = 0;

	g_mutex_lock(&self->life);
	if (self->input == WEIR_GST_INPUT_NONE && self->video.format &&
		(self->sink || !open_sink(self)))
		stride = weir_sink_stride(self->sink, &self->video);
	g_mutex_unlock(&self->life);
	return stride;
}

/* Under the lock of life. 0, or -errno and nothing is open. */
static int begin(WeirSink *self, enum weir_gst_input input, const struct weir_feed_dmabufs *like)
{
	struct weir_pipeline_settings settings = { .require_zero_copy =
							   self->policy == WEIR_GST_COPY_NEVER };
	struct weir_source *source = NULL;
	int err;

	weir_gst_run_forget_error(&self->run);
	err = open_feed(self, input, like, &source);
	/* What upstream keeps for itself, and two for us. */
	settings.buffers = MIN(MAX(self->buffers, self->wishes.buffers + 2), WEIR_MAX_BUFFERS);
	if (!err && !self->sink)
		err = open_sink(self);
	if (!err && !(weir_gst_run_start(&self->run, &settings, &source, &self->sink) &&
			    weir_gst_run_wait(&self->run)))
		err = weir_gst_run_join(&self->run);
	weir_source_close(&source);
	if (err) {
		weir_gst_run_stop(&self->run);
		weir_feed_close(&self->feed);
		return err;
	}
	self->input = input;
	return 0;
}

/* Where nothing is open yet. `like`: what dma-bufs are like. FALSE: it cannot be, and why was told.
 */
static gboolean open_input(
	WeirSink *self, enum weir_gst_input input, const struct weir_feed_dmabufs *like)
{
	int err = 0;

	g_mutex_lock(&self->life);
	if (self->input == WEIR_GST_INPUT_NONE)
		err = begin(self, input, like);
	g_mutex_unlock(&self->life);
	if (err)
		weir_gst_run_complain(&self->run, err);
	return !err;
}

enum weir_gst_input weir_gst_sink_input(WeirSink *self)
{
	enum weir_gst_input input;

	g_mutex_lock(&self->life);
	input = self->input;
	g_mutex_unlock(&self->life);
	return input;
}

int weir_gst_sink_lend(void *data, struct weir_feed **feed)
{
	WeirSink *self = data;
	struct weir_pool_wishes wishes;

	if (!open_input(self, WEIR_GST_INPUT_SLOTS, NULL))
		return -EIO;
	g_mutex_lock(&self->life);
	weir_pool_wishes(self->pool, &wishes);
	/* A later pool's upstream may draw elsewhere in the picture than the run shows. */
	*feed = self->input == WEIR_GST_INPUT_SLOTS &&
				!memcmp(&wishes.align, &self->wishes.align, sizeof(wishes.align))
			? self->feed
			: NULL;
	g_mutex_unlock(&self->life);
	return 0;
}

void weir_gst_sink_close(WeirSink *self)
{
	gboolean lent = self->pool && weir_pool_close(self->pool);

	gst_clear_object(&self->pool);
	g_mutex_lock(&self->life);
	weir_gst_run_stop(&self->run);
	weir_feed_close(&self->feed);
	self->input = WEIR_GST_INPUT_NONE;
	self->pushed = FALSE;
	g_mutex_unlock(&self->life);
	/* It has to ask for another one. */
	if (lent)
		gst_pad_push_event(GST_BASE_SINK_PAD(self), gst_event_new_reconfigure());
}

GstFlowReturn weir_gst_sink_drain(WeirSink *self)
{
	GstFlowReturn flow = GST_FLOW_OK;

	if (!self->pushed)
		return GST_FLOW_OK;
	weir_feed_end(self->feed);
	while (flow == GST_FLOW_OK && !weir_gst_run_wait_over(&self->run, &self->unlocked))
		flow = gst_base_sink_wait_preroll(GST_BASE_SINK(self));
	return flow;
}

/* What was shown before goes all its way. */
static GstFlowReturn start_over(WeirSink *self)
{
	GstFlowReturn flow = weir_gst_sink_drain(self);

	if (flow == GST_FLOW_OK)
		weir_gst_sink_close(self);
	return flow;
}

/* Whoever draws into memory of ours may be faster to open it. */
static GstFlowReturn ensure(WeirSink *self, enum weir_gst_input input,
	const struct weir_feed_dmabufs *like, gboolean anew)
{
	GstFlowReturn flow = anew ? start_over(self) : GST_FLOW_OK;

	while (flow == GST_FLOW_OK) {
		if (!open_input(self, input, like))
			return GST_FLOW_ERROR;
		if (weir_gst_sink_input(self) == input)
			break;
		flow = start_over(self);
	}
	return flow;
}

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
		flow = ensure(self, WEIR_GST_INPUT_DMABUFS, frame, anew);
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
	return weir_gst_pixels_put(from, to);
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

static GstFlowReturn show_copy(WeirSink *self, GstBuffer *buffer)
{
	struct weir_feed_stamp stamp = describe(self, buffer);
	struct weir_frame *frame = NULL;
	GstFlowReturn flow;
	int err;

	if (!weir_gst_policy_permits(GST_ELEMENT(self), self->policy,
		    "upstream has memory of its own that is no dma-buf", &self->warned))
		return GST_FLOW_ERROR;
	flow = ensure(self, WEIR_GST_INPUT_SLOTS, NULL, FALSE);
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
	struct weir_frame *frame = weir_pool_take_frame(buffer);
	struct weir_feed_dmabufs dmabufs;

	if (frame && weir_gst_sink_input(self) == WEIR_GST_INPUT_SLOTS) {
		struct weir_feed_stamp stamp = describe(self, buffer);
		int err = weir_feed_push(self->feed, &frame, &stamp);

		/* Drawn into memory that the run has replaced meanwhile: it counts as lost. */
		return err == -ESTALE ? GST_FLOW_OK : flow_of(self, err);
	}
	weir_frame_unref(&frame);
	if (can_be_shown(buffer) && find_planes(self, buffer, &dmabufs))
		return show_dmabufs(self, buffer, &dmabufs);
	return show_copy(self, buffer);
}
