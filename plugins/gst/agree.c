/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "plugins/gst/caps.h"
#include "plugins/gst/source.h"
#include "plugins/gst/wish.h"

/* What weirsrc and the elements behind it agree upon. */

GstCaps *weir_src_get_caps(GstBaseSrc *base, GstCaps *filter)
{
	WeirSrc *self = WEIR_SRC(base);
	GstCaps *caps, *filtered;
	gboolean stale;

	GST_OBJECT_LOCK(self);
	stale = self->stale && GST_STATE(self) <= GST_STATE_READY;
	caps = self->caps && !stale ? gst_caps_ref(self->caps) : NULL;
	GST_OBJECT_UNLOCK(self);
	if (!caps)
		caps = gst_pad_get_pad_template_caps(GST_BASE_SRC_PAD(base));
	if (!filter)
		return caps;
	filtered = gst_caps_intersect_full(filter, caps, GST_CAPS_INTERSECT_FIRST);
	gst_caps_unref(caps);
	return filtered;
}

static gboolean is_the_same(const struct weir_video *a, const struct weir_video *wanted)
{
	return a->format == wanted->format && a->width == wanted->width &&
	       a->height == wanted->height &&
	       (!wanted->rate.num ||
		       (a->rate.num == wanted->rate.num && a->rate.den == wanted->rate.den));
}

/* Brings the source to that picture, if it is another one than it delivers. */
static int bring_to(WeirSrc *self, const struct weir_video *wanted)
{
	int err = 0;

	if (self->run.pipeline && is_the_same(&self->video, wanted))
		return 0;
	weir_gst_run_stop(&self->run);
	weir_gst_run_forget_error(&self->run);
	self->next_sequence = G_MAXUINT64;
	self->followed = 0;
	if (!self->source || !is_the_same(weir_source_video(self->source), wanted)) {
		weir_source_close(&self->source);
		err = weir_src_open(self, wanted);
	}
	if (!err)
		self->delivered = *weir_source_video(self->source);
	return err;
}

static gboolean read_wishes(const WeirSrc *self, const GstCaps *caps, struct weir_video *out)
{
	if (!weir_gst_video_of_caps(caps, out))
		return FALSE;
	if (!out->rate.num && self->run.pipeline)
		out->rate = self->video.rate;
	return TRUE;
}

/* Its colours are known when it was brought there, and are the choice where several will do. What
 * goes wrong does so again in set_caps(), which tells. */
static GstCaps *tell_colours(WeirSrc *self, GstCaps *caps)
{
	GstCaps *fixed = gst_caps_fixate(gst_caps_copy(caps));
	struct weir_video wanted;

	if (read_wishes(self, fixed, &wanted) && !bring_to(self, &wanted))
		caps = weir_gst_caps_complete(caps, &self->delivered);
	gst_caps_unref(fixed);
	return gst_caps_fixate(caps);
}

static gboolean contradict(const struct weir_video *a, const struct weir_video *b)
{
	return (a->range && b->range && a->range != b->range) ||
	       (a->matrix && b->matrix && a->matrix != b->matrix) ||
	       (a->primaries && b->primaries && a->primaries != b->primaries) ||
	       (a->transfer && b->transfer && a->transfer != b->transfer);
}

/* What has no rate keeps none, unless somebody wants one. */
static void fixate_rate(GstStructure *structure, struct weir_rate own)
{
	GstStructure *none = gst_structure_new(
		gst_structure_get_name(structure), "framerate", GST_TYPE_FRACTION, 0, 1, NULL);

	if (!own.num)
		own = (struct weir_rate){ gst_structure_can_intersect(structure, none) ? 0 : 30,
			1 };
	gst_structure_free(none);
	gst_structure_fixate_field_nearest_fraction(
		structure, "framerate", (int)own.num, (int)own.den);
}

/* What the source would deliver of itself, or what is nearest to that. */
GstCaps *weir_src_fixate(GstBaseSrc *base, GstCaps *caps)
{
	WeirSrc *self = WEIR_SRC(base);
	const struct weir_video *own =
		self->source ? weir_source_video(self->source) : &self->video;
	GstCaps *usual = weir_gst_caps_of_video(own, FALSE);
	GstStructure *structure;

	/* Its own format and size first, if they are among what is left. */
	if (usual)
		gst_structure_remove_field(gst_caps_get_structure(usual, 0), "framerate");
	if (usual && gst_caps_can_intersect(usual, caps)) {
		GstCaps *both = gst_caps_intersect(usual, caps);

		gst_caps_replace(&caps, both);
		gst_caps_unref(both);
	}
	if (usual)
		gst_caps_unref(usual);
	caps = weir_gst_caps_nearest(caps, own);
	structure = gst_caps_get_structure(caps, 0);
	gst_structure_fixate_field_nearest_int(structure, "width", (int)own->width);
	gst_structure_fixate_field_nearest_int(structure, "height", (int)own->height);
	fixate_rate(structure, own->rate);
	return tell_colours(self, caps);
}

static int begin(WeirSrc *self, guint stride)
{
	/* The thread of a stream may be another after a pause, and the one that ends it is. */
	struct weir_pipeline_settings settings = { .buffers = self->now.buffers,
		.memory = self->now.memory,
		.loop = "epoll",
		.require_zero_copy = self->now.policy == WEIR_GST_COPY_NEVER };
	struct weir_sink_settings keep = { .log = &self->run.log,
		.budget = self->now.buffers - WEIR_SRC_OWN_BUFFERS,
		.deadline_ms = 60000,
		.stride = stride };
	struct weir_sink *sink = NULL;
	int err = weir_sink_open_pull(&keep, &sink);

	if (err)
		return err;
	return weir_gst_run_open(&self->run, &settings, &self->source, &sink) ? 0
									      : self->run.result;
}

gboolean weir_src_follow(WeirSrc *self, const struct weir_video *video, const GstCaps *caps)
{
	gboolean raw = !(video->format->flags & WEIR_FORMAT_COMPRESSED);

	GST_OBJECT_LOCK(self);
	self->video = *video;
	GST_OBJECT_UNLOCK(self);
	self->dmabufs = weir_gst_caps_have_dmabufs(caps);
	gst_video_info_init(&self->info);
	return !raw || weir_gst_info_of_caps(caps, video, &self->info);
}

static gboolean is_of_no_use(WeirSrc *self, const GstCaps *caps)
{
	GST_ELEMENT_ERROR(self, CORE, NEGOTIATION, ("the caps that were agreed upon make no sense"),
		("%" GST_PTR_FORMAT, caps));
	return FALSE;
}

gboolean weir_src_set_caps(GstBaseSrc *base, GstCaps *caps)
{
	WeirSrc *self = WEIR_SRC(base);
	struct weir_video wanted;
	int err;

	if (!read_wishes(self, caps, &wanted))
		return is_of_no_use(self, caps);
	err = bring_to(self, &wanted);
	if (!err && contradict(&wanted, &self->delivered)) {
		GST_ELEMENT_ERROR(self, STREAM, FORMAT,
			("the source does not come in the colours of %s: put a videoconvert behind "
			 "it",
				gst_structure_get_string(
					gst_caps_get_structure(caps, 0), "colorimetry")),
			(NULL));
		return FALSE;
	}
	if (!weir_src_follow(self, &wanted, caps))
		return is_of_no_use(self, caps);
	if (err)
		weir_gst_run_complain(&self->run, err);
	else if (!self->run.pipeline) /* it depends on the rate */
		gst_element_post_message(
			GST_ELEMENT(self), gst_message_new_latency(GST_OBJECT(self)));
	return !err;
}

/* Frames lie in memory of our own; what matters is whether their strides are understood, and which
 * ones spare work. A run that goes on keeps those that it has. */
gboolean weir_src_decide_allocation(GstBaseSrc *base, GstQuery *query)
{
	WeirSrc *self = WEIR_SRC(base);
	guint stride;
	int err = 0;

	self->strides = weir_gst_wish_read(query, &stride);
	while (gst_query_get_n_allocation_pools(query))
		gst_query_remove_nth_allocation_pool(query, 0);
	if (!self->run.pipeline)
		err = begin(self, stride);
	if (err)
		weir_gst_run_complain(&self->run, err);
	return !err;
}
