/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_TESTS_GST_ELEMENT_H
#define WEIR_TESTS_GST_ELEMENT_H

/* What the tests of the plugin share. The plugin is found by GST_PLUGIN_PATH, which ctest sets. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <gst/check/gstharness.h>
#include <gst/gst.h>
#include <gst/video/video.h>

/* Has it play to its end or its first error, whose message it returns; the caller's. */
static inline GstMessage *play_to_end(GstElement *pipeline, GstClockTime patience)
{
	GstBus *bus = gst_element_get_bus(pipeline);
	GstMessage *message;

	gst_element_set_state(pipeline, GST_STATE_PLAYING);
	message = gst_bus_timed_pop_filtered(bus, patience, GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
	assert_non_null(message);
	gst_object_unref(bus);
	return message;
}

static inline void assert_ends(GstElement *pipeline, GstClockTime patience)
{
	GstMessage *message = play_to_end(pipeline, patience);

	assert_int_equal(GST_MESSAGE_TYPE(message), GST_MESSAGE_EOS);
	gst_message_unref(message);
}

/* Runs a pipeline of gst-launch's words to its end. The first error's words, or NULL; the caller's.
 */
static inline char *run_words(const char *words)
{
	GError *error = NULL;
	GstElement *pipeline = gst_parse_launch(words, &error);
	GstMessage *message;
	char *text = NULL;

	if (error) { /* what cannot be linked */
		text = g_strdup(error->message);
		g_clear_error(&error);
		gst_object_unref(pipeline);
		return text;
	}
	message = play_to_end(pipeline, 30 * GST_SECOND);
	if (GST_MESSAGE_TYPE(message) == GST_MESSAGE_ERROR) {
		gst_message_parse_error(message, &error, NULL);
		text = g_strdup(error->message);
		g_error_free(error);
	}
	gst_message_unref(message);
	gst_element_set_state(pipeline, GST_STATE_NULL);
	gst_object_unref(pipeline);
	return text;
}

static inline void assert_runs(const char *words)
{
	char *error = run_words(words);

	if (error)
		fail_msg("%s: %s", words, error);
}

static inline void assert_refused(const char *words, const char *part)
{
	char *error = run_words(words);

	if (!error || !strstr(error, part))
		fail_msg("%s: %s, and not %s", words, error ? error : "no error", part);
	g_free(error);
}

static inline guint64 figure_in(const GstStructure *stats, const char *name)
{
	guint64 value = 0;

	assert_non_null(stats);
	if (!gst_structure_get_uint64(stats, name, &value))
		fail_msg("the stats have no %s", name);
	return value;
}

static inline guint64 figure(GstElement *element, const char *name)
{
	GstStructure *stats = NULL;
	guint64 value;

	g_object_get(element, "stats", &stats, NULL);
	value = figure_in(stats, name);
	gst_structure_free(stats);
	return value;
}

/* Of the harness's weirsink. */
static inline guint64 sink_figure(GstHarness *harness, const char *name)
{
	GstElement *sink = gst_harness_find_element(harness, "weirsink");
	guint64 value = figure(sink, name);

	gst_object_unref(sink);
	return value;
}

/* A sink's memory, as a source asks for it. `align` may be NULL. */
static inline GstBufferPool *ask_for_pool(GstHarness *harness, GstVideoAlignment *align)
{
	GstCaps *caps = gst_pad_get_current_caps(harness->srcpad);
	GstQuery *query = gst_query_new_allocation(caps, TRUE);
	GstBufferPool *pool = NULL;
	GstStructure *config;

	assert_true(gst_pad_peer_query(harness->srcpad, query));
	assert_int_equal(gst_query_get_n_allocation_pools(query), 1);
	assert_true(gst_query_find_allocation_meta(query, GST_VIDEO_META_API_TYPE, NULL));
	gst_query_parse_nth_allocation_pool(query, 0, &pool, NULL, NULL, NULL);
	config = gst_buffer_pool_get_config(pool);
	gst_buffer_pool_config_add_option(config, GST_BUFFER_POOL_OPTION_VIDEO_META);
	if (align) {
		gst_buffer_pool_config_add_option(config, GST_BUFFER_POOL_OPTION_VIDEO_ALIGNMENT);
		gst_buffer_pool_config_set_video_alignment(config, align);
	}
	assert_true(gst_buffer_pool_set_config(pool, config));
	assert_true(gst_buffer_pool_set_active(pool, TRUE));
	gst_query_unref(query);
	gst_caps_unref(caps);
	return pool;
}

/* On the pad before a filter, which gets the caps at *next between two frames: with one on its way,
 * it may end the stream. */
static inline GstPadProbeReturn change_caps(GstPad *pad, GstPadProbeInfo *info, gpointer next)
{
	GstElement *filter = gst_pad_get_parent_element(GST_PAD_PEER(pad));
	GstCaps *caps = g_atomic_pointer_get((GstCaps **)next);

	(void)info;
	if (caps)
		g_object_set(filter, "caps", caps, NULL);
	g_atomic_pointer_compare_and_exchange((GstCaps **)next, caps, NULL);
	gst_object_unref(filter);
	return GST_PAD_PROBE_OK;
}

static inline void wait_for_caps(GstPad *pad, const GstCaps *caps)
{
	GstCaps *now = NULL;

	for (int t = 0; t < 3000 && !(now && gst_caps_is_subset(now, caps)); t++) {
		gst_clear_caps(&now);
		g_usleep(2000);
		now = gst_pad_get_current_caps(pad);
	}
	assert_true(now && gst_caps_is_subset(now, caps));
	gst_caps_unref(now);
}

/* NULL to PLAYING and back, at any moment, again and again. */
static inline void torture_pipeline(GstElement *pipeline)
{
	const int rounds = g_getenv("WEIR_TORTURE") ? 1000 : 100;

	for (int i = 0; i < rounds; i++) {
		gst_element_set_state(pipeline, GST_STATE_PLAYING);
		g_usleep((gulong)g_random_int_range(0, 8000));
		if (i % 5 == 0) {
			gst_element_set_state(pipeline, GST_STATE_PAUSED);
			g_usleep(500);
			gst_element_set_state(pipeline, GST_STATE_PLAYING);
		}
		assert_int_not_equal(
			gst_element_set_state(pipeline, GST_STATE_NULL), GST_STATE_CHANGE_FAILURE);
	}
}

static inline void torture(const char *words)
{
	GstElement *pipeline = gst_parse_launch(words, NULL);

	torture_pipeline(pipeline);
	gst_object_unref(pipeline);
}

#endif
