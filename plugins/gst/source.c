/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "plugins/gst/source.h"

#include "plugins/gst/caps.h"
#include "plugins/gst/clock.h"
#include "plugins/gst/properties.h"

GST_DEBUG_CATEGORY_STATIC(weir_src_debug);
#define GST_CAT_DEFAULT weir_src_debug

/* Of its buffers the camera keeps two; the rest is for downstream to hold. */
#define DEFAULT_BUFFERS 8
#define OWN_BUFFERS     2

enum {
	PROP_0,
	PROP_DEVICE,
	PROP_URI,
	PROP_BUFFERS,
	PROP_MEMORY,
	PROP_RECONNECT,
	PROP_POLICY,
	PROP_CONTROLS,
	PROP_STATS,
	PROP_PLAN
};

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
	char *uri;
	int err;

	GST_OBJECT_LOCK(self);
	uri = g_strdup(self->uri);
	settings.no_reconnect = !self->reconnect;
	if (self->controls)
		gst_structure_foreach(self->controls, add_control, controls);
	GST_OBJECT_UNLOCK(self);
	g_ptr_array_add(controls, NULL);
	settings.controls = (const char *const *)controls->pdata;
	if (wanted)
		settings.wanted = *wanted;
	err = weir_source_open(uri, &settings, &self->source);
	g_ptr_array_unref(controls);
	g_free(uri);
	return err;
}

static gboolean start(GstBaseSrc *base)
{
	WeirSrc *self = WEIR_SRC(base);
	const struct weir_source_info *info;
	GstCaps *caps;
	int err;

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
	self->warned = FALSE;
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
	struct weir_pipeline_settings settings = { .buffers = self->buffers,
		.memory = self->kind,
		.loop = "epoll",
		.require_zero_copy = self->policy == WEIR_GST_COPY_NEVER };
	struct weir_sink_settings keep = {
		.log = &self->run.log, .budget = self->buffers - OWN_BUFFERS, .deadline_ms = 60000
	};
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

	if (GST_QUERY_TYPE(asked) != GST_QUERY_LATENCY)
		return GST_BASE_SRC_CLASS(weir_src_parent_class)->query(base, asked);
	GST_OBJECT_LOCK(self);
	known = self->video.format != NULL;
	interval = weir_rate_interval_ns(self->video.rate);
	GST_OBJECT_UNLOCK(self);
	if (!known)
		return FALSE;
	/* A frame is there when it is whole; more than all buffers never wait. */
	gst_query_set_latency(
		asked, TRUE, interval, interval ? interval * self->buffers : GST_CLOCK_TIME_NONE);
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

	GST_OBJECT_LOCK(self);
	switch (id) {
	case PROP_DEVICE:
	case PROP_URI:
		g_free(self->uri);
		self->uri = g_value_dup_string(value);
		break;
	case PROP_BUFFERS:
		self->buffers = g_value_get_uint(value);
		break;
	case PROP_MEMORY:
		g_free(self->kind);
		self->kind = g_value_dup_string(value);
		break;
	case PROP_RECONNECT:
		self->reconnect = g_value_get_boolean(value);
		break;
	case PROP_POLICY:
		self->policy = (enum weir_gst_policy)g_value_get_enum(value);
		break;
	case PROP_CONTROLS:
		if (self->controls)
			gst_structure_free(self->controls);
		self->controls = g_value_dup_boxed(value);
		break;
	default:
		G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, spec);
	}
	GST_OBJECT_UNLOCK(self);
}

static void get_property(GObject *object, guint id, GValue *value, GParamSpec *spec)
{
	WeirSrc *self = WEIR_SRC(object);

	if (id == PROP_STATS || id == PROP_PLAN) {
		weir_gst_properties_read(&self->run, value);
		return;
	}
	GST_OBJECT_LOCK(self);
	switch (id) {
	case PROP_DEVICE:
	case PROP_URI:
		g_value_set_string(value, self->uri);
		break;
	case PROP_BUFFERS:
		g_value_set_uint(value, self->buffers);
		break;
	case PROP_MEMORY:
		g_value_set_string(value, self->kind ? self->kind : "auto");
		break;
	case PROP_RECONNECT:
		g_value_set_boolean(value, self->reconnect);
		break;
	case PROP_POLICY:
		g_value_set_enum(value, (gint)self->policy);
		break;
	case PROP_CONTROLS:
		g_value_set_boxed(value, self->controls);
		break;
	default:
		G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, spec);
	}
	GST_OBJECT_UNLOCK(self);
}

static void finalize(GObject *object)
{
	WeirSrc *self = WEIR_SRC(object);

	weir_gst_run_clear(&self->run);
	g_free(self->uri);
	g_free(self->kind);
	if (self->controls)
		gst_structure_free(self->controls);
	gst_caps_unref(self->clock_caps);
	G_OBJECT_CLASS(weir_src_parent_class)->finalize(object);
}

static void weir_src_init(WeirSrc *self)
{
	weir_gst_run_init(&self->run, GST_ELEMENT(self), GST_CAT_DEFAULT);
	self->run.on_event = on_event;
	self->run.event_data = self;
	self->buffers = DEFAULT_BUFFERS;
	self->reconnect = FALSE;
	self->policy = WEIR_GST_COPY_WARN;
	self->clock_caps = gst_caps_new_empty_simple("timestamp/x-system-monotonic");
	gst_base_src_set_live(GST_BASE_SRC(self), TRUE);
	gst_base_src_set_format(GST_BASE_SRC(self), GST_FORMAT_TIME);
}

#define READY (G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_READY)

static void install_properties(GObjectClass *class)
{
	g_object_class_install_property(class, PROP_DEVICE,
		g_param_spec_string("device", "Device",
			"The camera: /dev/video0, a number, v4l2:by-id/…; the same as uri", NULL,
			READY));
	g_object_class_install_property(class, PROP_URI,
		g_param_spec_string("uri", "URI",
			"Any source of weir's: a camera, pattern:bars?size=1280x720&fps=30, …; "
			"without one the first camera, else pattern:bars",
			NULL, READY));
	g_object_class_install_property(class, PROP_BUFFERS,
		g_param_spec_uint("buffers", "Buffers",
			"Frames that there is memory for; all but two may be held downstream",
			OWN_BUFFERS + 1, WEIR_MAX_BUFFERS, DEFAULT_BUFFERS, READY));
	g_object_class_install_property(class, PROP_MEMORY,
		g_param_spec_string("memory", "Memory",
			"The kind of memory that frames lie in: auto, slab, mmap, heap, host",
			"auto", READY));
	g_object_class_install_property(class, PROP_RECONNECT,
		g_param_spec_boolean("reconnect", "Reconnect",
			"Whether to wait for a camera that was unplugged, in place of an error",
			FALSE, READY));
	weir_gst_policy_install(class, PROP_POLICY);
	g_object_class_install_property(class, PROP_CONTROLS,
		g_param_spec_boxed("extra-controls", "Extra controls",
			"Controls of the camera, by their names: c,brightness=100,gain_automatic=0",
			GST_TYPE_STRUCTURE, READY));
	weir_gst_properties_install_readings(class, PROP_STATS, PROP_PLAN);
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
	install_properties(object);
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
