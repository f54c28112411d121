/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "plugins/gst/sink.h"

#include "plugins/gst/caps.h"
#include "plugins/gst/pool.h"
#include "plugins/gst/properties.h"
#include "plugins/gst/wish.h"

GST_DEBUG_CATEGORY_STATIC(weir_gst_sink_debug);
#define GST_CAT_DEFAULT weir_gst_sink_debug

#define DEFAULT_BUFFERS 8

enum { PROP_0, PROP_URI, PROP_BUFFERS, PROP_POLICY, PROP_STATS, PROP_PLAN };

G_DEFINE_TYPE_WITH_CODE(WeirSink, weir_gst_sink, GST_TYPE_VIDEO_SINK,
	GST_DEBUG_CATEGORY_INIT(weir_gst_sink_debug, "weirsink", 0, "weir sink"))

/* ---- what comes ---- */

static gboolean set_caps(GstBaseSink *base, GstCaps *caps)
{
	WeirSink *self = WEIR_SINK(base);
	struct weir_video video;

	if (!weir_gst_video_of_caps(caps, &video))
		return FALSE;
	if (weir_gst_sink_drain(self) != GST_FLOW_OK)
		return FALSE;
	weir_gst_sink_close(self);
	self->video = video;
	self->raw = !(video.format->flags & WEIR_FORMAT_COMPRESSED);
	gst_video_info_init(&self->info);
	return !self->raw || weir_gst_info_of_caps(caps, &video, &self->info);
}

/* Whoever asked before and got one goes on with that until it sets this one. */
static void offer_pool(WeirSink *self, GstQuery *query, GstCaps *caps)
{
	const struct weir_pool_owner owner = { weir_gst_sink_lend, weir_gst_sink_is_idle,
		weir_gst_sink_is_flushing, self };
	guint size = (guint)GST_VIDEO_INFO_SIZE(&self->info);
	GstStructure *config;

	if (self->pool) {
		weir_pool_close(self->pool);
		gst_clear_object(&self->pool);
	}
	self->pool = weir_pool_new(&owner, &self->info);
	config = gst_buffer_pool_get_config(self->pool);
	gst_buffer_pool_config_set_params(config, caps, size, 0, 0);
	gst_buffer_pool_config_add_option(config, GST_BUFFER_POOL_OPTION_VIDEO_META);
	gst_buffer_pool_set_config(self->pool, config);
	gst_query_add_allocation_pool(query, self->pool, size, 0, 0);
}

/* Whoever asks with other caps than the stream has may mean what comes next: memory for that would
 * be of another size. */
static gboolean is_of_the_stream(WeirSink *self, const GstCaps *caps)
{
	struct weir_video video;

	return caps && weir_gst_video_of_caps(caps, &video) && video.format == self->video.format &&
	       video.width == self->video.width && video.height == self->video.height;
}

static gboolean propose_allocation(GstBaseSink *base, GstQuery *query)
{
	WeirSink *self = WEIR_SINK(base);
	gboolean wants_pool, ours;
	GstCaps *caps;

	gst_query_parse_allocation(query, &caps, &wants_pool);
	ours = is_of_the_stream(self, caps);
	weir_gst_wish_tell(query, ours ? weir_gst_sink_stride(self) : 0);
	/* Who shows dma-bufs goes on with them. */
	if (wants_pool && self->raw && ours && weir_gst_sink_input(self) != WEIR_GST_INPUT_DMABUFS)
		offer_pool(self, query, caps);
	return TRUE;
}

/* A frame goes out once, when its time has come, and show-preroll-frame changes nothing: what is
 * sent or stored does not go twice. */
static GstFlowReturn preroll(GstBaseSink *base, GstBuffer *buffer)
{
	(void)base;
	(void)buffer;
	return GST_FLOW_OK;
}

static GstFlowReturn show_frame(GstVideoSink *base, GstBuffer *buffer)
{
	WeirSink *self = WEIR_SINK(base);

	if (!self->video.format)
		return GST_FLOW_NOT_NEGOTIATED;
	return weir_gst_sink_show(self, buffer);
}

/* ---- its life ---- */

static gboolean stop(GstBaseSink *base)
{
	WeirSink *self = WEIR_SINK(base);

	/* A query may come still, and offer memory. */
	GST_PAD_STREAM_LOCK(GST_BASE_SINK_PAD(base));
	weir_gst_sink_close(self);
	weir_sink_close(&self->sink);
	self->video.format = NULL;
	self->warned = FALSE;
	GST_PAD_STREAM_UNLOCK(GST_BASE_SINK_PAD(base));
	return TRUE;
}

static gboolean unlock(GstBaseSink *base)
{
	WeirSink *self = WEIR_SINK(base);

	g_atomic_int_set(&self->unlocked, TRUE);
	weir_gst_run_wake(&self->run);
	return TRUE;
}

static gboolean unlock_stop(GstBaseSink *base)
{
	g_atomic_int_set(&WEIR_SINK(base)->unlocked, FALSE);
	return TRUE;
}

static gboolean take_event(GstBaseSink *base, GstEvent *event)
{
	if (GST_EVENT_TYPE(event) == GST_EVENT_FLUSH_STOP)
		weir_gst_sink_flush(WEIR_SINK(base));
	return GST_BASE_SINK_CLASS(weir_gst_sink_parent_class)->event(base, event);
}

/* Words that make no sense are told of while the state changes: on the stream they come beside its
 * own error, which not every program takes two of. */
static GstStateChangeReturn change_state(GstElement *element, GstStateChange change)
{
	WeirSink *self = WEIR_SINK(element);
	GstStateChangeReturn result;

	if (change == GST_STATE_CHANGE_READY_TO_PAUSED && !weir_gst_sink_open(self))
		return GST_STATE_CHANGE_FAILURE;
	result = GST_ELEMENT_CLASS(weir_gst_sink_parent_class)->change_state(element, change);
	if (change == GST_STATE_CHANGE_PAUSED_TO_READY)
		weir_gst_sink_close(self);
	return result;
}

/* The end is told when everything was sent, shown or written. */
static GstFlowReturn wait_event(GstBaseSink *base, GstEvent *event)
{
	WeirSink *self = WEIR_SINK(base);
	GstFlowReturn flow =
		GST_BASE_SINK_CLASS(weir_gst_sink_parent_class)->wait_event(base, event);

	if (flow != GST_FLOW_OK || GST_EVENT_TYPE(event) != GST_EVENT_EOS ||
		weir_gst_sink_input(self) == WEIR_GST_INPUT_NONE)
		return flow;
	flow = weir_gst_sink_drain(self);
	if (flow == GST_FLOW_OK)
		weir_gst_sink_close(self);
	return flow;
}

/* ---- properties ---- */

static void set_property(GObject *object, guint id, const GValue *value, GParamSpec *spec)
{
	WeirSink *self = WEIR_SINK(object);

	GST_OBJECT_LOCK(self);
	switch (id) {
	case PROP_URI:
		g_free(self->uri);
		self->uri = g_value_dup_string(value);
		break;
	case PROP_BUFFERS:
		self->buffers = g_value_get_uint(value);
		break;
	case PROP_POLICY:
		self->policy = (enum weir_gst_policy)g_value_get_enum(value);
		break;
	default:
		G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, spec);
	}
	GST_OBJECT_UNLOCK(self);
}

static void get_property(GObject *object, guint id, GValue *value, GParamSpec *spec)
{
	WeirSink *self = WEIR_SINK(object);

	if (id == PROP_STATS || id == PROP_PLAN) {
		weir_gst_properties_read(&self->run, value);
		return;
	}
	GST_OBJECT_LOCK(self);
	switch (id) {
	case PROP_URI:
		g_value_set_string(value, self->uri);
		break;
	case PROP_BUFFERS:
		g_value_set_uint(value, self->buffers);
		break;
	case PROP_POLICY:
		g_value_set_enum(value, (gint)self->policy);
		break;
	default:
		G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, spec);
	}
	GST_OBJECT_UNLOCK(self);
}

static void finalize(GObject *object)
{
	WeirSink *self = WEIR_SINK(object);

	weir_gst_run_clear(&self->run);
	g_mutex_clear(&self->life);
	g_free(self->uri);
	G_OBJECT_CLASS(weir_gst_sink_parent_class)->finalize(object);
}

static void weir_gst_sink_init(WeirSink *self)
{
	weir_gst_run_init(&self->run, GST_ELEMENT(self), GST_CAT_DEFAULT);
	self->run.on_over = weir_gst_sink_run_is_over;
	self->run.event_data = self;
	g_mutex_init(&self->life);
	self->buffers = DEFAULT_BUFFERS;
	self->policy = WEIR_GST_COPY_WARN;
}

#define READY (G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_READY)

static void install_properties(GObjectClass *class)
{
	g_object_class_install_property(class, PROP_URI,
		g_param_spec_string("uri", "URI",
			"Any sink of weir's: rtp://HOST:PORT, http://ADDR:PORT, display, …; "
			"without "
			"one frames are counted and let go",
			NULL, READY));
	g_object_class_install_property(class, PROP_BUFFERS,
		g_param_spec_uint("buffers", "Buffers",
			"Frames of our memory that upstream may hold at a time; what it brings "
			"beyond is copied",
			2, WEIR_MAX_BUFFERS, DEFAULT_BUFFERS, READY));
	weir_gst_policy_install(class, PROP_POLICY);
	weir_gst_properties_install_readings(class, PROP_STATS, PROP_PLAN);
}

static void weir_gst_sink_class_init(WeirSinkClass *class)
{
	GstElementClass *element = GST_ELEMENT_CLASS(class);
	GstBaseSinkClass *base = GST_BASE_SINK_CLASS(class);
	GObjectClass *object = G_OBJECT_CLASS(class);
	GstCaps *caps = weir_gst_caps_any();

	object->set_property = set_property;
	object->get_property = get_property;
	object->finalize = finalize;
	install_properties(object);
	element->change_state = change_state;
	gst_element_class_add_pad_template(
		element, gst_pad_template_new("sink", GST_PAD_SINK, GST_PAD_ALWAYS, caps));
	gst_caps_unref(caps);
	gst_element_class_set_static_metadata(element, "Output without hidden copies", "Sink/Video",
		"Frames to weir's sinks, from the memory they lie in", "The weir authors");
	base->set_caps = set_caps;
	base->propose_allocation = propose_allocation;
	base->preroll = preroll;
	base->stop = stop;
	base->unlock = unlock;
	base->unlock_stop = unlock_stop;
	base->event = take_event;
	base->wait_event = wait_event;
	GST_VIDEO_SINK_CLASS(class)->show_frame = show_frame;
}
