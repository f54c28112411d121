/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "plugins/gst/source.h"

#include "plugins/gst/caps.h"
#include "plugins/gst/clock.h"
#include "plugins/gst/properties.h"
#include "plugins/gst/refusal.h"

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

int weir_src_open(WeirSrc *self, const struct weir_video *wanted)
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

static void keep_caps(WeirSrc *self, GstCaps *caps)
{
	GstCaps *before;

	GST_OBJECT_LOCK(self);
	before = self->caps;
	self->caps = caps;
	GST_OBJECT_UNLOCK(self);
	gst_clear_caps(&before);
}

void weir_src_learn_caps(WeirSrc *self, const struct weir_video *video)
{
	GstCaps *caps = weir_gst_caps_of_video(video, FALSE);
	GstCaps *dmabufs = weir_gst_caps_of_video(video, TRUE), *before;

	GST_OBJECT_LOCK(self);
	before = self->caps ? gst_caps_ref(self->caps) : NULL;
	GST_OBJECT_UNLOCK(self);
	if (dmabufs)
		caps = gst_caps_merge(caps, dmabufs);
	if (before)
		caps = gst_caps_merge(caps, before);
	keep_caps(self, caps);
}

static void close_source(WeirSrc *self)
{
	weir_source_close(&self->source);
	keep_caps(self, NULL);
}

/* What it comes in is known from READY on. */
static gboolean open_and_ask(WeirSrc *self)
{
	const struct weir_source_info *info;
	int err;

	weir_gst_run_forget_error(&self->run);
	close_source(self);
	GST_OBJECT_LOCK(self);
	weir_src_settings_copy(&self->settings, &self->now);
	self->stale = FALSE;
	GST_OBJECT_UNLOCK(self);
	err = weir_src_open(self, NULL);
	if (!err)
		err = weir_source_describe(self->source, &info);
	if (err) {
		weir_gst_run_complain(&self->run, err);
		weir_source_close(&self->source);
		return FALSE;
	}
	keep_caps(self, weir_gst_caps_of_source(info, weir_source_video(self->source)));
	return TRUE;
}

static gboolean start(GstBaseSrc *base)
{
	WeirSrc *self = WEIR_SRC(base);
	gboolean stale;

	GST_OBJECT_LOCK(self);
	stale = self->stale;
	GST_OBJECT_UNLOCK(self);
	if ((!self->source || stale) && !open_and_ask(self))
		return FALSE;
	/* A pattern draws what is not there from the last time. */
	self->memory =
		weir_gst_memory_new(g_str_has_prefix(weir_source_uri(self->source), "pattern:"));
	self->next_sequence = G_MAXUINT64;
	self->shown = self->lost = 0;
	self->warned = self->stalled = FALSE;
	return TRUE;
}

static gboolean stop(GstBaseSrc *base)
{
	WeirSrc *self = WEIR_SRC(base);

	weir_gst_run_stop(&self->run);
	weir_source_close(&self->source);
	weir_gst_memory_free(self->memory);
	self->memory = NULL;
	weir_gst_clock_forget(&self->clock);
	return TRUE;
}

/* What goes wrong with caps that both sides have is told where it does. */
static gboolean negotiate(GstBaseSrc *base)
{
	WeirSrc *self = WEIR_SRC(base);

	if (GST_BASE_SRC_CLASS(weir_src_parent_class)->negotiate(base))
		return TRUE;
	weir_gst_refusal_explain(GST_ELEMENT(self), self->now.uri ? self->now.uri : "the source",
		GST_BASE_SRC_PAD(base));
	return FALSE;
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
	WeirSrc *self = WEIR_SRC(element);
	GstStateChangeReturn result;

	if (change == GST_STATE_CHANGE_NULL_TO_READY && !open_and_ask(self))
		return GST_STATE_CHANGE_FAILURE;
	if (change == GST_STATE_CHANGE_PAUSED_TO_PLAYING)
		atomic_store(&self->wanted_from, weir_gst_clock_now());
	result = GST_ELEMENT_CLASS(weir_src_parent_class)->change_state(element, change);
	if (change == GST_STATE_CHANGE_READY_TO_NULL)
		close_source(self);
	return result;
}

/* ---- properties ---- */

static void set_property(GObject *object, guint id, const GValue *value, GParamSpec *spec)
{
	WeirSrc *self = WEIR_SRC(object);
	gboolean known;

	GST_OBJECT_LOCK(self);
	known = weir_src_settings_set(&self->settings, id, value);
	self->stale = TRUE; /* a source that is open already */
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
	base->get_caps = weir_src_get_caps;
	base->negotiate = negotiate;
	base->fixate = weir_src_fixate;
	base->set_caps = weir_src_set_caps;
	base->decide_allocation = weir_src_decide_allocation;
	base->unlock = unlock;
	base->unlock_stop = unlock_stop;
	base->query = query;
	GST_PUSH_SRC_CLASS(class)->create = weir_src_create;
}
