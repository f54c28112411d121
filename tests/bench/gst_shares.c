/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* What a frame costs its source and what it costs the rest, on the stream's own thread:
 * gst_shares WORDS… is the pipeline "WORDS…" of gst-launch-1.0. The first pad that pushes is the
 * source's; CPU time between two of its pushes is the source's share, that inside them the rest's.
 * Prints both in microseconds a frame, the first frames left out; fails where the sink did not
 * render every frame that was pushed. */

#include <stdio.h>
#include <string.h>
#include <time.h>

#include <gst/gst.h>
#include <gst/gsttracer.h>

#define WARM 40

struct shares {
	GstPad *pad; /* the source's */
	guint64 frames;
	guint64 before_push, after_push; /* CPU time of the thread */
	guint64 source, rest;
};

static guint64 cpu_now(void)
{
	struct timespec used;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
	return GST_TIMESPEC_TO_TIME(used);
}

static void push_begins(GObject *tracer, GstClockTime time, GstPad *pad, GstBuffer *buffer)
{
	struct shares *shares = g_object_get_data(tracer, "shares");

	(void)time;
	(void)buffer;
	if (!shares->pad && GST_OBJECT_FLAG_IS_SET(GST_OBJECT_PARENT(pad), GST_ELEMENT_FLAG_SOURCE))
		shares->pad = pad;
	if (pad != shares->pad)
		return;
	shares->before_push = cpu_now();
	if (shares->frames++ > WARM)
		shares->source += shares->before_push - shares->after_push;
}

static void push_ends(GObject *tracer, GstClockTime time, GstPad *pad, GstFlowReturn flow)
{
	struct shares *shares = g_object_get_data(tracer, "shares");

	(void)time;
	(void)flow;
	if (pad != shares->pad)
		return;
	shares->after_push = cpu_now();
	if (shares->frames > WARM)
		shares->rest += shares->after_push - shares->before_push;
}

typedef struct {
	GstTracer parent;
} Shares;

typedef struct {
	GstTracerClass parent;
} SharesClass;

G_DEFINE_TYPE(Shares, shares, GST_TYPE_TRACER)

static void shares_init(Shares *self)
{
	(void)self;
}

static void shares_class_init(SharesClass *class)
{
	(void)class;
}

/* Whether the pipeline's sink says that it left none out. */
static gboolean rendered_all(GstElement *pipeline, guint64 frames)
{
	GstIterator *sinks = gst_bin_iterate_sinks(GST_BIN(pipeline));
	GValue sink = G_VALUE_INIT;
	GstStructure *stats = NULL;
	guint64 rendered = 0;

	if (gst_iterator_next(sinks, &sink) == GST_ITERATOR_OK)
		g_object_get(g_value_get_object(&sink), "stats", &stats, NULL);
	if (stats) {
		if (!gst_structure_get_uint64(stats, "rendered", &rendered))
			gst_structure_get_uint64(stats, "delivered", &rendered); /* weirsink's */
		gst_structure_free(stats);
	}
	g_value_unset(&sink);
	gst_iterator_free(sinks);
	if (rendered < frames)
		fprintf(stderr,
			"gst_shares: %" G_GUINT64_FORMAT " of %" G_GUINT64_FORMAT
			" frames were rendered\n",
			rendered, frames);
	return rendered >= frames;
}

static int run(const char *words, const struct shares *shares)
{
	GError *error = NULL;
	GstElement *pipeline = gst_parse_launch(words, &error);
	gboolean ended = FALSE;
	GstMessage *message;
	GstBus *bus;

	if (!pipeline) {
		fprintf(stderr, "gst_shares: %s\n", error->message);
		return 1;
	}
	bus = gst_element_get_bus(pipeline);
	gst_element_set_state(pipeline, GST_STATE_PLAYING);
	message = gst_bus_timed_pop_filtered(
		bus, GST_CLOCK_TIME_NONE, GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
	ended = GST_MESSAGE_TYPE(message) == GST_MESSAGE_EOS;
	gst_message_unref(message);
	ended = ended && rendered_all(pipeline, shares->frames);
	gst_element_set_state(pipeline, GST_STATE_NULL);
	gst_object_unref(bus);
	gst_object_unref(pipeline);
	return ended ? 0 : 1;
}

int main(int argc, char **argv)
{
	struct shares shares = { 0 };
	GObject *tracer;
	char *words;
	int failed;

	gst_init(NULL, NULL);
	words = g_strjoinv(" ", argv + 1);
	tracer = g_object_new(shares_get_type(), NULL);
	g_object_set_data(tracer, "shares", &shares);
	gst_tracing_register_hook(GST_TRACER(tracer), "pad-push-pre", G_CALLBACK(push_begins));
	gst_tracing_register_hook(GST_TRACER(tracer), "pad-push-post", G_CALLBACK(push_ends));
	failed = argc > 1 ? run(words, &shares) : 1;
	if (!failed && shares.frames > WARM + 1)
		printf("%.2f %.2f\n",
			(double)shares.source / 1e3 / (double)(shares.frames - WARM - 1),
			(double)shares.rest / 1e3 / (double)(shares.frames - WARM));
	g_free(words);
	return failed;
}
