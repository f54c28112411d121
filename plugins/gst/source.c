/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "plugins/gst/source.h"

#include "plugins/gst/caps.h"
#include "plugins/gst/clock.h"
#include "plugins/gst/properties.h"

GST_DEBUG_CATEGORY_STATIC(weir_src_debug);
#define GST_CAT_DEFAULT weir_src_debug

#define DEFAULT_BUFFERS 8

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

int weir_src_open(WeirSrc *self, const struct weir_video *wanted)
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

static void keep_caps(WeirSrc *self, GstCaps *caps)
{
	GstCaps *before;

	GST_OBJECT_LOCK(self);
	before = self->caps;
	self->caps = caps;
	GST_OBJECT_UNLOCK(self);
	gst_clear_caps(&before);
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
	g_atomic_int_set(&self->stale, FALSE);
	err = weir_src_open(self, NULL);
	if (!err)
		err = weir_source_describe(self->source, &info);
	if (err) {
		weir_gst_run_complain(&self->run, err);
		weir_source_close(&self->source);
		return FALSE;
	}
	keep_caps(self, weir_gst_caps_of_source(info));
	return TRUE;
}

static gboolean start(GstBaseSrc *base)
{
	WeirSrc *self = WEIR_SRC(base);

	if ((!self->source || g_atomic_int_get(&self->stale)) && !open_and_ask(self))
		return FALSE;
	/* A pattern draws what is not there from the last time. */
	self->memory =
		weir_gst_memory_new(g_str_has_prefix(weir_source_uri(self->source), "pattern:"));
	self->next_sequence = G_MAXUINT64;
	self->warned = FALSE;
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
	g_atomic_int_set(&self->stale, TRUE); /* a source that is open already */
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
			WEIR_SRC_OWN_BUFFERS + 1, WEIR_MAX_BUFFERS, DEFAULT_BUFFERS, READY));
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
	base->get_caps = weir_src_get_caps;
	base->fixate = weir_src_fixate;
	base->set_caps = weir_src_set_caps;
	base->decide_allocation = weir_src_decide_allocation;
	base->unlock = unlock;
	base->unlock_stop = unlock_stop;
	base->query = query;
	GST_PUSH_SRC_CLASS(class)->create = weir_src_create;
}
