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

/* Runs a pipeline of gst-launch's words to its end. The first error's words, or NULL; the caller's.
 */
static inline char *run_words(const char *words)
{
	GstElement *pipeline = gst_parse_launch(words, NULL);
	GstBus *bus = gst_element_get_bus(pipeline);
	GError *error = NULL;
	GstMessage *message;
	char *text = NULL;

	gst_element_set_state(pipeline, GST_STATE_PLAYING);
	message = gst_bus_timed_pop_filtered(
		bus, 30 * GST_SECOND, GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
	assert_non_null(message);
	if (GST_MESSAGE_TYPE(message) == GST_MESSAGE_ERROR) {
		gst_message_parse_error(message, &error, NULL);
		text = g_strdup(error->message);
		g_error_free(error);
	}
	gst_message_unref(message);
	gst_element_set_state(pipeline, GST_STATE_NULL);
	gst_object_unref(bus);
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

static inline guint64 figure(GstElement *element, const char *name)
{
	GstStructure *stats = NULL;
	guint64 value = 0;

	g_object_get(element, "stats", &stats, NULL);
	assert_non_null(stats);
	if (!gst_structure_get_uint64(stats, name, &value))
		fail_msg("the stats have no %s", name);
	gst_structure_free(stats);
	return value;
}

#endif
