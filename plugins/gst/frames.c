/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>

#include "plugins/gst/caps.h"
#include "plugins/gst/clock.h"
#include "plugins/gst/source.h"

/* From a frame of weir's to a buffer with its time. */

/* How long no frame comes before it is looked who holds them. */
#define PATIENCE_NS (2 * GST_SECOND)

static gboolean looks_alike(const struct weir_video *a, const struct weir_video *b)
{
	return a->rate.num == b->rate.num && a->rate.den == b->rate.den && a->range == b->range &&
	       a->matrix == b->matrix && a->primaries == b->primaries &&
	       a->transfer == b->transfer && a->interlaced == b->interlaced;
}

/* Whether the plan is another one than at the frame before, and the pictures are. The first plan
 * is what was agreed upon. */
static gboolean has_changed(WeirSrc *self, const struct weir_video *planned)
{
	gboolean changed = self->followed && !looks_alike(planned, &self->planned);

	self->followed = self->epoch;
	self->planned = *planned;
	return changed;
}

/* Another signal at the input: its picture is told before its frames follow. */
static GstFlowReturn follow_picture(WeirSrc *self, const struct weir_frame_info *frame)
{
	gboolean same = frame->format == self->video.format && frame->width == self->video.width &&
			frame->height == self->video.height;
	struct weir_video video;
	GstCaps *caps;
	gboolean done;

	if (same && self->followed == self->epoch)
		return GST_FLOW_OK;
	g_mutex_lock(&self->run.lock);
	video = self->run.video;
	g_mutex_unlock(&self->run.lock);
	if (!has_changed(self, &video) && same)
		return GST_FLOW_OK;
	video.format = frame->format;
	video.width = frame->width;
	video.height = frame->height;
	caps = weir_gst_caps_of_video(&video, self->dmabufs);
	if (!caps)
		return GST_FLOW_NOT_NEGOTIATED;
	self->delivered = video;
	weir_src_learn_caps(self, &video);
	weir_src_follow(self, &video, caps); /* so that set_caps() finds nothing to do */
	done = gst_base_src_set_caps(GST_BASE_SRC(self), caps);
	gst_caps_unref(caps);
	return done ? GST_FLOW_OK : GST_FLOW_NOT_NEGOTIATED;
}

static gboolean must_copy(const WeirSrc *self, const struct weir_frame_info *frame)
{
	return !self->strides && !self->dmabufs &&
	       !(frame->format->flags & WEIR_FORMAT_COMPRESSED) &&
	       !weir_gst_memory_is_plain(frame, &self->info);
}

/* Takes the frame. */
static GstFlowReturn to_buffer(WeirSrc *self, struct weir_frame **taken, GstBuffer **out)
{
	const struct weir_frame_info *frame = weir_frame_info(*taken);
	gboolean raw = !(frame->format->flags & WEIR_FORMAT_COMPRESSED);

	if (self->dmabufs && frame->plane[0].fd < 0) {
		weir_frame_unref(taken);
		GST_ELEMENT_ERROR(self, STREAM, FORMAT,
			("frames of this source lie in no dma-bufs; ask for video/x-raw without "
			 "memory:DMABuf"),
			(NULL));
		return GST_FLOW_ERROR;
	}
	if (!must_copy(self, frame)) {
		*out = weir_gst_memory_wrap(
			self->memory, *taken, self->epoch, raw ? &self->info : NULL);
		*taken = NULL;
	} else if (weir_gst_policy_permits(GST_ELEMENT(self), self->now.policy,
			   "the next element does not understand the stride of the frames",
			   &self->warned)) {
		*out = weir_gst_memory_copy(*taken, &self->info);
		weir_gst_run_count_copy(&self->run, GST_VIDEO_INFO_SIZE(&self->info));
	} else {
		weir_frame_unref(taken);
		return GST_FLOW_ERROR;
	}
	weir_frame_unref(taken);
	if (*out)
		return GST_FLOW_OK;
	GST_ELEMENT_ERROR(self, RESOURCE, READ, ("a frame's memory cannot be read"), (NULL));
	return GST_FLOW_ERROR;
}

/* A buffer that was out before has its meta still. */
static void add_reference(WeirSrc *self, GstBuffer *buffer, guint64 timestamp_ns)
{
	GstReferenceTimestampMeta *meta = gst_buffer_get_reference_timestamp_meta(buffer, NULL);

	if (!meta) {
		meta = gst_buffer_add_reference_timestamp_meta(
			buffer, self->clock_caps, timestamp_ns, GST_CLOCK_TIME_NONE);
		GST_META_FLAG_SET(meta, GST_META_FLAG_POOLED);
	}
	meta->timestamp = timestamp_ns;
}

static void stamp(WeirSrc *self, GstBuffer *buffer, const struct weir_frame_info *frame)
{
	guint64 interval = weir_rate_interval_ns(self->video.rate);

	GST_BUFFER_PTS(buffer) =
		weir_gst_clock_to_running(GST_ELEMENT(self), &self->clock, frame->timestamp_ns);
	GST_BUFFER_DURATION(buffer) = interval ? interval : GST_CLOCK_TIME_NONE;
	GST_BUFFER_OFFSET(buffer) = frame->sequence;
	GST_BUFFER_OFFSET_END(buffer) = frame->sequence + 1;
	add_reference(self, buffer, frame->timestamp_ns);
	if (frame->flags & WEIR_FRAME_CORRUPT)
		GST_BUFFER_FLAG_SET(buffer, GST_BUFFER_FLAG_CORRUPTED);
	if (frame->flags & WEIR_FRAME_DISCONT || frame->sequence != self->next_sequence)
		GST_BUFFER_FLAG_SET(buffer, GST_BUFFER_FLAG_DISCONT);
}

/* Frames that never came here are told of as lateness is: all since the start. */
static void tell_of_lost(WeirSrc *self, GstBuffer *buffer, guint64 sequence)
{
	GstMessage *message;

	if (self->next_sequence == G_MAXUINT64 || sequence <= self->next_sequence)
		return;
	self->lost += sequence - self->next_sequence;
	message = gst_message_new_qos(GST_OBJECT(self), TRUE, GST_BUFFER_PTS(buffer),
		GST_BUFFER_PTS(buffer), GST_BUFFER_PTS(buffer), GST_BUFFER_DURATION(buffer));
	gst_message_set_qos_stats(message, GST_FORMAT_BUFFERS, self->shown, self->lost);
	gst_element_post_message(GST_ELEMENT(self), message);
}

/* No frame came for a while. A camera may stand still, and nobody send; but where all that the
 * source may lend are out, it is for those who hold them to go on, or for the user to lend more. */
static void look_for_stall(WeirSrc *self)
{
	guint lent = self->now.buffers - WEIR_SRC_OWN_BUFFERS;

	if (self->stalled || weir_gst_run_held(&self->run) < lent)
		return;
	self->stalled = TRUE;
	GST_ELEMENT_WARNING(self, RESOURCE, NO_SPACE_LEFT,
		("nothing flows, all %u buffers are held downstream: raise buffers (now %u)", lent,
			self->now.buffers),
		("a queue that waits to be full, an encoder that looks ahead, or a branch that "
		 "stands still, holds %u frames at least",
			lent));
}

/* Whether somebody looked when it was captured. What was not captured while nobody did is no loss.
 */
static gboolean is_wanted(WeirSrc *self, const struct weir_frame *frame)
{
	guint64 from = atomic_load(&self->wanted_from);

	if (weir_frame_info(frame)->timestamp_ns < from)
		return FALSE;
	if (self->looked_from != from)
		self->next_sequence = G_MAXUINT64;
	self->looked_from = from;
	return TRUE;
}

/* Runs weir's pipeline on this thread until the next frame is there. */
static GstFlowReturn next_frame(WeirSrc *self, struct weir_frame **frame)
{
	int err;

	do {
		weir_frame_unref(frame);
		if (g_atomic_int_get(&self->flushing))
			return GST_FLOW_FLUSHING;
		err = weir_gst_run_next(&self->run, PATIENCE_NS, frame);
		if (err == -EAGAIN)
			look_for_stall(self);
	} while (err == -EINTR || err == -EAGAIN || (!err && !is_wanted(self, *frame)));
	if (!err)
		return GST_FLOW_OK;
	if (err == -ENODATA)
		return GST_FLOW_EOS;
	weir_gst_run_complain(&self->run, err);
	return GST_FLOW_ERROR;
}

GstFlowReturn weir_src_create(GstPushSrc *base, GstBuffer **out)
{
	WeirSrc *self = WEIR_SRC(base);
	struct weir_frame *frame = NULL;
	struct weir_frame_info info;
	GstFlowReturn flow = next_frame(self, &frame);

	if (flow != GST_FLOW_OK)
		return flow;
	info = *weir_frame_info(frame);
	flow = follow_picture(self, &info);
	if (flow == GST_FLOW_OK)
		flow = to_buffer(self, &frame, out);
	weir_frame_unref(&frame);
	if (flow != GST_FLOW_OK)
		return flow;
	stamp(self, *out, &info);
	tell_of_lost(self, *out, info.sequence);
	self->next_sequence = info.sequence + 1;
	self->shown++;
	return GST_FLOW_OK;
}
