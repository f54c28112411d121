/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* weirsrc when nothing flows. */

#include "tests/gst/element.h"

struct line {
	GstElement *pipeline;
	GstBus *bus;
};

static struct line play(const char *words)
{
	struct line line = { .pipeline = gst_parse_launch(words, NULL) };

	line.bus = gst_element_get_bus(line.pipeline);
	gst_element_set_state(line.pipeline, GST_STATE_PLAYING);
	return line;
}

/* Its words, or NULL; the caller's. */
static char *wait_for_warning(struct line line, GstClockTime patience)
{
	GstMessage *message = gst_bus_timed_pop_filtered(
		line.bus, patience, GST_MESSAGE_WARNING | GST_MESSAGE_ERROR | GST_MESSAGE_EOS);
	GError *error = NULL;
	char *text;

	if (!message)
		return NULL;
	assert_int_equal(GST_MESSAGE_TYPE(message), GST_MESSAGE_WARNING);
	gst_message_parse_warning(message, &error, NULL);
	text = g_strdup(error->message);
	g_error_free(error);
	gst_message_unref(message);
	return text;
}

static void stop(struct line line)
{
	gst_element_set_state(line.pipeline, GST_STATE_NULL);
	gst_object_unref(line.bus);
	gst_object_unref(line.pipeline);
}

/* A queue that waits for more than there are. */
static void test_all_held_downstream(void **state)
{
	struct line line = play("weirsrc buffers=5 uri=pattern:bars?size=320x240&fps=100 ! "
				"queue min-threshold-buffers=10 ! fakesink");
	char *words = wait_for_warning(line, 10 * GST_SECOND);

	(void)state;
	assert_non_null(words);
	assert_non_null(strstr(words, "all 3 buffers are held downstream"));
	assert_non_null(strstr(words, "raise buffers (now 5)"));
	g_free(words);
	assert_null(wait_for_warning(line, 5 * GST_SECOND / 2));
	stop(line);
}

/* Nobody sends, or seldom, or nobody looks: that is no stall. */
static void test_nothing_to_come(void **state)
{
	static const char *const lines[] = {
		"weirsrc uri=\"rtp://127.0.0.1:15987?size=320x240&format=UYVY\" ! fakesink",
		"weirsrc buffers=4 uri=pattern:bars?size=320x240&fps=0.2 ! fakesink",
	};
	struct line line[G_N_ELEMENTS(lines)], paused;

	(void)state;
	for (guint i = 0; i < G_N_ELEMENTS(lines); i++)
		line[i] = play(lines[i]);
	paused = play("weirsrc buffers=5 uri=pattern:bars?size=320x240&fps=100 ! fakesink");
	g_usleep(200000);
	gst_element_set_state(paused.pipeline, GST_STATE_PAUSED);
	assert_null(wait_for_warning(paused, 3 * GST_SECOND));
	stop(paused);
	for (guint i = 0; i < G_N_ELEMENTS(lines); i++) {
		assert_null(wait_for_warning(line[i], 0));
		stop(line[i]);
	}
}

/* What nobody wanted to see is not lost. */
static void test_pauses_lose_nothing(void **state)
{
	GstHarness *harness =
		gst_harness_new_parse("weirsrc buffers=32 uri=pattern:bars?size=320x240&fps=50");
	GstElement *source = gst_harness_find_element(harness, "weirsrc");
	GstBus *bus = gst_bus_new();

	(void)state;
	gst_element_set_bus(harness->element, bus);
	gst_harness_use_systemclock(harness);
	gst_harness_play(harness);
	for (int round = 0; round < 2; round++) {
		GstClockTime last = 0;
		guint64 next = 0;

		for (int i = 0; i < 4; i++) {
			GstBuffer *buffer = gst_harness_pull(harness);

			/* The first one may have been on its way already. */
			if (round && i && GST_BUFFER_PTS(buffer) - last > 200 * GST_MSECOND)
				assert_true(GST_BUFFER_IS_DISCONT(buffer));
			last = GST_BUFFER_PTS(buffer);
			next = GST_BUFFER_OFFSET_END(buffer);
			gst_buffer_unref(buffer);
		}
		assert_true(next > (round ? 14 : 3));
		gst_element_set_state(source, GST_STATE_PAUSED);
		g_usleep(400000);
		gst_element_set_state(source, GST_STATE_PLAYING);
	}
	assert_null(gst_bus_pop_filtered(bus, GST_MESSAGE_QOS));
	gst_element_set_bus(harness->element, NULL);
	gst_object_unref(bus);
	gst_object_unref(source);
	gst_harness_teardown(harness);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all_held_downstream),
		cmocka_unit_test(test_nothing_to_come),
		cmocka_unit_test(test_pauses_lose_nothing),
	};
	int failed;

	gst_init(&argc, &argv);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	gst_deinit();
	return failed;
}
