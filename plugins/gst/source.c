/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "plugins/gst/source.h"

#include "plugins/gst/caps.h"
#include "plugins/gst/clock.h"
#include "plugins/gst/properties.h"

GST_DEBUG_CATEGORY_STATIC(weir_src_debug);
#define GST_CAT_DEFAULT weir_src_debug

G_DEFINE_TYPE_WITH_CODE(WeirSrc, weir_src, GST_TYPE_PUSH_SRC,
	GST_DEBUG_CATEGORY_INIT(weir_src_debug, "weirsrc", 0, "weir source"))

/* ---- from weir ---- */

static void on_event(void *data, const struct weir_event *event)
{
	WeirSrc *self = data;

	if (event->type != WEIR_EVENT_STARTED)
		return;
	self->epoch++;
	if (self->memory)
		weir_gst_memory_forget(self->memory);
}

/* ---- opening ---- */

/* "NAME=VALUE" texts of the structure's fields. */
static gboolean add_control(GQuark field, const GValue *value, gpointer data)
{
	char *text = G_VALUE_HOLDS_STRING(value) ? g_value_dup_string(value)
						 : gst_value_serialize(value);

	g_ptr_array_add(data, g_strdup_printf("%s=%s", g_quark_to_string(field), text));
	g_free(text);
	return TRUE;
}

static int open_source(WeirSrc *self, const struct weir_video *wanted)
{
	struct weir_source_settings settings = { .log = &self->run.log };
	GPtrArray *controls = g_ptr_array_new_with_free_func(g_free);
	int err;

	settings.no_reconnect = !self->now.reconnect;
	if (self->now.controls)
		gst_structure_foreach(self->now.controls, add_control, controls);
	g_ptr_array_add(controls, NULL);
	settings.controls = (const char *const *)controls->pdata;
	if (wanted)
		settings.wanted = *wanted;
	err = weir_source_open(self->now.uri, &settings, &self->source);
	g_ptr_array_unref(controls);
	return err;
}

static gboolean start(GstBaseSrc *base)
{
	WeirSrc *self = WEIR_SRC(base);
	const struct weir_source_info *info;
	GstCaps *caps;
	int err;

	GST_OBJECT_LOCK(self);
	weir_src_settings_copy(&self->settings, &self->now);
	GST_OBJECT_UNLOCK(self);
	weir_gst_run_forget_error(&self->run);
	err = open_source(self, NULL);
	if (!err)
		err = weir_source_describe(self->source, &info);
	if (err) {
		weir_gst_run_complain(&self->run, err);
		weir_source_close(&self->source);
		return FALSE;
	}
	caps = weir_gst_caps_of_source(info);
	GST_OBJECT_LOCK(self);
	self->caps = caps;
	GST_OBJECT_UNLOCK(self);
	/* A pattern draws what is not there from the last time. */
	self->memory = weir_gst_memory_new(g_str_has_prefix(info->uri, "pattern:"));
	self->next_sequence = G_MAXUINT64;
	self->warned = self->stalled = FALSE;
	return TRUE;
}

static gboolean stop(GstBaseSrc *base)
{
	WeirSrc *self = WEIR_SRC(base);
	GstCaps *caps;

	weir_gst_run_stop(&self->run);
	weir_source_close(&self->source);
	weir_gst_memory_free(self->memory);
	self->memory = NULL;
	weir_gst_clock_forget(&self->clock);
	GST_OBJECT_LOCK(self);
	caps = g_steal_pointer(&self->caps);
	GST_OBJECT_UNLOCK(self);
	gst_clear_caps(&caps);
	return TRUE;
}

/* ---- negotiation ---- */

static GstCaps *get_caps(GstBaseSrc *base, GstCaps *filter)
{
	WeirSrc *self = WEIR_SRC(base);
	GstCaps *caps, *filtered;

	GST_OBJECT_LOCK(self);
	caps = self->caps ? gst_caps_ref(self->caps) : NULL;
	GST_OBJECT_UNLOCK(self);
	if (!caps)
		caps = gst_pad_get_pad_template_caps(GST_BASE_SRC_PAD(base));
	if (!filter)
		return caps;
	filtered = gst_caps_intersect_full(filter, caps, GST_CAPS_INTERSECT_FIRST);
	gst_caps_unref(caps);
	return filtered;
}

/* What the source would deliver of itself, or what is nearest to that. */
static GstCaps *fixate(GstBaseSrc *base, GstCaps *caps)
{
	WeirSrc *self = WEIR_SRC(base);
	const struct weir_video *own =
		self->source ? weir_source_video(self->source) : &self->video;
	struct weir_rate rate = own->rate.num ? own->rate : (struct weir_rate){ 30, 1 };
	GstCaps *usual = weir_gst_caps_of_video(own, FALSE);
	GstStructure *structure;

	/* Its own format and size first, if they are among what is left. */
	if (usual && own->rate.num && gst_caps_can_intersect(usual, caps)) {
		GstCaps *both = gst_caps_intersect(usual, caps);

		gst_caps_replace(&caps, both);
		gst_caps_unref(both);
	}
	if (usual)
		gst_caps_unref(usual);
	caps = gst_caps_truncate(gst_caps_make_writable(caps));
	structure = gst_caps_get_structure(caps, 0);
	gst_structure_fixate_field_nearest_int(structure, "width", (int)own->width);
	gst_structure_fixate_field_nearest_int(structure, "height", (int)own->height);
	gst_structure_fixate_field_nearest_fraction(
		structure, "framerate", (int)rate.num, (int)rate.den);
	return GST_BASE_SRC_CLASS(weir_src_parent_class)->fixate(base, caps);
}

static gboolean is_the_same(const struct weir_video *a, const struct weir_video *wanted)
{
	return a->format == wanted->format && a->width == wanted->width &&
	       a->height == wanted->height &&
	       (!wanted->rate.num ||
		       (a->rate.num == wanted->rate.num && a->rate.den == wanted->rate.den));
}

static int begin(WeirSrc *self)
{
	/* The thread of a stream may be another after a pause, and the one that ends it is. */
	struct weir_pipeline_settings settings = { .buffers = self->now.buffers,
		.memory = self->now.memory,
		.loop = "epoll",
		.require_zero_copy = self->now.policy == WEIR_GST_COPY_NEVER };
	struct weir_sink_settings keep = { .log = &self->run.log,
		.budget = self->now.buffers - WEIR_SRC_OWN_BUFFERS,
		.deadline_ms = 60000 };
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

/* The source is opened anew where something else than its own choice was agreed upon. */
static gboolean set_caps(GstBaseSrc *base, GstCaps *caps)
{
	WeirSrc *self = WEIR_SRC(base);
	struct weir_video wanted;
	int err = 0;

	if (!weir_gst_video_of_caps(caps, &wanted))
		return FALSE;
	if (!wanted.rate.num)
		wanted.rate = self->run.pipeline ? self->video.rate : wanted.rate;
	if (self->run.pipeline && is_the_same(&self->video, &wanted))
		return weir_src_follow(self, &wanted, caps);
	weir_gst_run_stop(&self->run);
	weir_gst_run_forget_error(&self->run);
	self->next_sequence = G_MAXUINT64;
	if (!self->source || !is_the_same(weir_source_video(self->source), &wanted)) {
		weir_source_close(&self->source);
		err = open_source(self, &wanted);
	}
	if (!weir_src_follow(self, &wanted, caps))
		return FALSE;
	if (!err)
		err = begin(self);
	if (err)
		weir_gst_run_complain(&self->run, err);
	else /* which depends on the rate */
		gst_element_post_message(
			GST_ELEMENT(self), gst_message_new_latency(GST_OBJECT(self)));
	return !err;
}

/* Frames lie in memory of our own; what matters is whether their strides are understood. */
static gboolean decide_allocation(GstBaseSrc *base, GstQuery *query)
{
	WeirSrc *self = WEIR_SRC(base);

	self->strides = gst_query_find_allocation_meta(query, GST_VIDEO_META_API_TYPE, NULL);
	while (gst_query_get_n_allocation_pools(query))
		gst_query_remove_nth_allocation_pool(query, 0);
	return TRUE;
}

static gboolean unlock(GstBaseSrc *base)
{
	WeirSrc *self = WEIR_SRC(base);

	g_atomic_int_set(&self->flushing, TRUE);
	weir_gst_run_interrupt(&self->run);
	return TRUE;
}

static gboolean unlock_stop(GstBaseSrc *base)
{
	g_atomic_int_set(&WEIR_SRC(base)->flushing, FALSE);
	return TRUE;
}

static gboolean query(GstBaseSrc *base, GstQuery *asked)
{
	WeirSrc *self = WEIR_SRC(base);
	GstClockTime interval;
	gboolean known;
	guint buffers;

	if (GST_QUERY_TYPE(asked) != GST_QUERY_LATENCY)
		return GST_BASE_SRC_CLASS(weir_src_parent_class)->query(base, asked);
	GST_OBJECT_LOCK(self);
	known = self->video.format != NULL;
	interval = weir_rate_interval_ns(self->video.rate);
	buffers = self->now.buffers;
	GST_OBJECT_UNLOCK(self);
	if (!known)
		return FALSE;
	/* A frame is there when it is whole; more than all buffers never wait. */
	gst_query_set_latency(
		asked, TRUE, interval, interval ? interval * buffers : GST_CLOCK_TIME_NONE);
	return TRUE;
}

/* What comes while nobody looks is of no use. */
static GstStateChangeReturn change_state(GstElement *element, GstStateChange change)
{
	if (change == GST_STATE_CHANGE_PAUSED_TO_PLAYING)
		atomic_store(&WEIR_SRC(element)->wanted_from, weir_gst_clock_now());
	return GST_ELEMENT_CLASS(weir_src_parent_class)->change_state(element, change);
}

/* ---- properties ---- */

static void set_property(GObject *object, guint id, const GValue *value, GParamSpec *spec)
{
	WeirSrc *self = WEIR_SRC(object);
	gboolean known;

	GST_OBJECT_LOCK(self);
	known = weir_src_settings_set(&self->settings, id, value);
	GST_OBJECT_UNLOCK(self);
	if (!known)
		G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, spec);
}

static void get_property(GObject *object, guint id, GValue *value, GParamSpec *spec)
{
	WeirSrc *self = WEIR_SRC(object);
	gboolean known;

	if (id == WEIR_SRC_STATS || id == WEIR_SRC_PLAN) {
		weir_gst_properties_read(&self->run, value);
		return;
	}
	GST_OBJECT_LOCK(self);
	known = weir_src_settings_get(&self->settings, id, value);
	GST_OBJECT_UNLOCK(self);
	if (!known)
		G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, spec);
}

static void finalize(GObject *object)
{
	WeirSrc *self = WEIR_SRC(object);

	weir_gst_run_clear(&self->run);
	weir_src_settings_clear(&self->settings);
	weir_src_settings_clear(&self->now);
	gst_caps_unref(self->clock_caps);
	G_OBJECT_CLASS(weir_src_parent_class)->finalize(object);
}

static void weir_src_init(WeirSrc *self)
{
	weir_gst_run_init(&self->run, GST_ELEMENT(self), GST_CAT_DEFAULT);
	self->run.on_event = on_event;
	self->run.event_data = self;
	weir_src_settings_init(&self->settings);
	self->clock_caps = gst_caps_new_empty_simple("timestamp/x-system-monotonic");
	gst_base_src_set_live(GST_BASE_SRC(self), TRUE);
	gst_base_src_set_format(GST_BASE_SRC(self), GST_FORMAT_TIME);
}

static void weir_src_class_init(WeirSrcClass *class)
{
	GstElementClass *element = GST_ELEMENT_CLASS(class);
	GstBaseSrcClass *base = GST_BASE_SRC_CLASS(class);
	GObjectClass *object = G_OBJECT_CLASS(class);
	GstCaps *caps = weir_gst_caps_any();

	object->set_property = set_property;
	object->get_property = get_property;
	object->finalize = finalize;
	weir_src_settings_install(object);
	weir_gst_properties_install_readings(object, WEIR_SRC_STATS, WEIR_SRC_PLAN);
	element->change_state = change_state;
	gst_element_class_add_pad_template(
		element, gst_pad_template_new("src", GST_PAD_SRC, GST_PAD_ALWAYS, caps));
	gst_caps_unref(caps);
	gst_element_class_set_static_metadata(element, "Camera without hidden copies",
		"Source/Video/Hardware",
		"Frames of weir's sources in the memory they were written to", "The weir authors");
	gst_type_mark_as_plugin_api(WEIR_TYPE_GST_POLICY, 0);
	base->start = start;
	base->stop = stop;
	base->get_caps = get_caps;
	base->fixate = fixate;
	base->set_caps = set_caps;
	base->decide_allocation = decide_allocation;
	base->unlock = unlock;
	base->unlock_stop = unlock_stop;
	base->query = query;
	GST_PUSH_SRC_CLASS(class)->create = weir_src_create;
}
