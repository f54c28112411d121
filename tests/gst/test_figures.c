/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* The books that both elements tell. */

#include "tests/gst/element.h"

#define FRAMES 5
#define BYTES  (320 * 240 * 2)

/* Of the element "w", once all is over. The caller's. */
static GstStructure *books_of(const char *words)
{
	GstElement *pipeline = gst_parse_launch(words, NULL);
	GstElement *element = gst_bin_get_by_name(GST_BIN(pipeline), "w");
	GstStructure *stats = NULL;

	assert_ends(pipeline, 30 * GST_SECOND);
	gst_element_set_state(pipeline, GST_STATE_NULL);
	g_object_get(element, "stats", &stats, NULL);
	gst_object_unref(element);
	gst_object_unref(pipeline);
	return stats;
}

/* RTP has no YUY2: the CPU makes UYVY of it, which is no copy, and not nothing. */
static void test_conversions(void **state)
{
	static const char *const formats[] = { "YUY2", "UYVY" };

	(void)state;
	for (int i = 0; i < 2; i++) {
		char *words = g_strdup_printf(
			"videotestsrc num-buffers=5 ! "
			"video/x-raw,format=%s,width=320,height=240,framerate=30/1 ! "
			"weirsink name=w sync=false copy-policy=allow uri=rtp://127.0.0.1:15994",
			formats[i]);
		GstStructure *stats = books_of(words);
		guint64 converted = figure_in(stats, "converted-bytes");

		assert_int_equal(figure_in(stats, "captured"), FRAMES);
		assert_true(figure_in(stats, "delivered") > 0);
		assert_true(i || converted >= figure_in(stats, "delivered") * BYTES);
		assert_true(!i || converted == 0);
		gst_structure_free(stats);
		g_free(words);
	}
}

static void test_frames_that_are_out(void **state)
{
	GstHarness *harness =
		gst_harness_new_parse("weirsrc buffers=6 uri=pattern:bars?size=320x240&fps=100");
	GstElement *source = gst_harness_find_element(harness, "weirsrc");
	GstBuffer *held[3];

	(void)state;
	gst_harness_use_systemclock(harness);
	gst_harness_play(harness);
	for (int i = 0; i < 3; i++)
		held[i] = gst_harness_pull(harness);
	assert_true(figure(source, "pending") >= 3);
	assert_true(figure(source, "held-max") >= 3);
	for (int i = 0; i < 3; i++)
		gst_buffer_unref(held[i]);
	gst_element_set_state(source, GST_STATE_NULL);
	while (gst_harness_buffers_in_queue(harness))
		gst_buffer_unref(gst_harness_pull(harness));
	assert_true(figure(source, "held-max") <= 4);
	assert_int_equal(figure(source, "private-bytes"), 0);
	assert_int_equal(figure(source, "source-copied-bytes"), 0);
	gst_object_unref(source);
	gst_harness_teardown(harness);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_conversions),
		cmocka_unit_test(test_frames_that_are_out),
	};
	int failed;

	gst_init(&argc, &argv);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	gst_deinit();
	return failed;
}
