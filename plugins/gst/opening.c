/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <string.h>

#include "plugins/gst/pool.h"
#include "plugins/gst/sink.h"

/* What weirsink's frames are to lie in, and the run that takes them from there: opened by the first
 * frame, or by whoever asks for memory of ours. */

/* Slots that upstream does not get: one to copy into, and one that a display goes on showing until
 * the next frame is there. */
#define KEPT_SLOTS 2

/* The least stride of plane 0 that gives every plane one as upstream wants it: by GStreamer's count
 * or, where weir's planes differ from that, by a coarser one. */
static gboolean align_strides(
	const GstVideoInfo *info, const GstVideoAlignment *align, struct weir_video *video)
{
	GstVideoAlignment wish = *align;
	GstVideoInfo padded;
	struct weir_layout layout;
	gboolean fits = FALSE;

	for (guint round = 0; round < 2 && !fits; round++) {
		padded = *info;
		if (!gst_video_info_align(&padded, &wish))
			return FALSE;
		video->stride = (uint32_t)GST_VIDEO_INFO_PLANE_STRIDE(&padded, 0);
		if (weir_format_layout(video, &layout))
			return FALSE;
		fits = TRUE;
		for (guint i = 0; i < layout.n_planes; i++) {
			fits &= !(layout.plane[i].stride & align->stride_align[i]);
			wish.stride_align[0] |= 2 * align->stride_align[i] + 1;
		}
	}
	return fits;
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

	larger.width += GST_ROUND_UP_2(align->padding_left + align->padding_right);
	larger.height += GST_ROUND_UP_2(align->padding_top + align->padding_bottom);
	if (!align_strides(&self->info, align, &larger))
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
	int err = 0;

	weir_gst_run_forget_error(&self->run);
	g_mutex_lock(&self->life);
	if (self->input == WEIR_GST_INPUT_NONE) {
		weir_sink_close(&self->sink);
		err = open_sink(self);
	}
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
	settings.buffers =
		MIN(MAX(self->buffers, self->wishes.buffers) + KEPT_SLOTS, WEIR_MAX_BUFFERS);
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
	if (input == WEIR_GST_INPUT_SLOTS)
		self->loans = weir_loans_new(settings.buffers - KEPT_SLOTS);
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

struct weir_loans *weir_gst_sink_loans(WeirSink *self)
{
	struct weir_loans *loans;

	g_mutex_lock(&self->life);
	loans = self->loans;
	g_mutex_unlock(&self->life);
	return loans;
}

int weir_gst_sink_lend(void *data, struct weir_pool_loan *loan)
{
	WeirSink *self = data;
	struct weir_pool_wishes wishes;

	if (!open_input(self, WEIR_GST_INPUT_SLOTS, NULL))
		return -EIO;
	g_mutex_lock(&self->life);
	weir_pool_wishes(self->pool, &wishes);
	/* A later pool's upstream may draw elsewhere in the picture than the run shows. */
	if (self->input == WEIR_GST_INPUT_SLOTS &&
		!memcmp(&wishes.align, &self->wishes.align, sizeof(wishes.align)))
		*loan = (struct weir_pool_loan){ self->feed, self->loans };
	g_mutex_unlock(&self->life);
	return 0;
}

/* Whoever waits for room need not any more. The feed is closed when this thread is gone. */
void weir_gst_sink_run_is_over(void *data)
{
	weir_feed_end(WEIR_SINK(data)->feed);
}

gboolean weir_gst_sink_is_flushing(void *data)
{
	GstPad *pad = GST_BASE_SINK_PAD(data);
	gboolean flushing;

	GST_OBJECT_LOCK(pad);
	flushing = GST_PAD_IS_FLUSHING(pad);
	GST_OBJECT_UNLOCK(pad);
	return flushing;
}

/* Whoever brings a frame has the pad's lock until that was shown. */
gboolean weir_gst_sink_is_idle(void *data)
{
	GRecMutex *lock = GST_PAD_GET_STREAM_LOCK(GST_BASE_SINK_PAD(data));
	gboolean idle = g_rec_mutex_trylock(lock);

	if (idle)
		g_rec_mutex_unlock(lock);
	return idle;
}

void weir_gst_sink_close(WeirSink *self)
{
	gboolean lent = self->pool && weir_pool_close(self->pool);

	gst_clear_object(&self->pool);
	g_mutex_lock(&self->life);
	weir_gst_run_stop(&self->run);
	weir_feed_close(&self->feed);
	g_clear_pointer(&self->loans, weir_loans_unref);
	self->input = WEIR_GST_INPUT_NONE;
	self->pushed = FALSE;
	g_mutex_unlock(&self->life);
	/* It has to ask for another one. */
	if (lent)
		gst_pad_push_event(GST_BASE_SINK_PAD(self), gst_event_new_reconfigure());
}

void weir_gst_sink_flush(WeirSink *self)
{
	g_mutex_lock(&self->life);
	if (self->feed)
		weir_feed_flush(self->feed);
	g_mutex_unlock(&self->life);
}

GstFlowReturn weir_gst_sink_drain(WeirSink *self)
{
	GstFlowReturn flow = GST_FLOW_OK;
	int err;

	if (!self->pushed)
		return GST_FLOW_OK;
	weir_feed_end(self->feed);
	while (flow == GST_FLOW_OK && !weir_gst_run_wait_over(&self->run, &self->unlocked))
		flow = gst_base_sink_wait_preroll(GST_BASE_SINK(self));
	err = flow == GST_FLOW_OK ? weir_gst_run_join(&self->run) : 0;
	if (err) {
		weir_gst_run_complain(&self->run, err);
		flow = GST_FLOW_ERROR;
	}
	/* It takes nothing more. */
	if (flow != GST_FLOW_OK)
		weir_gst_sink_close(self);
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

GstFlowReturn weir_gst_sink_ensure(WeirSink *self, enum weir_gst_input input,
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
