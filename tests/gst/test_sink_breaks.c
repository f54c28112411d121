/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* A weirsink that is left, or whose sink dies, while frames wait; and frames that others hold. */

#include "tests/gst/receiver.h"

#define RGB "video/x-raw,format=RGB,width=640,height=480,framerate=30/1"

/* The pipeline before a weirsink that sends to the receiver. */
static char *words_to(const struct receiver *receiver, const char *words, unsigned timeout_s)
{
	int length = (int)strcspn(receiver->uri, "?");

	return g_strdup_printf("%s ! weirsink sync=false uri=%.*s?timeout=%u", words, length,
		receiver->uri, timeout_s);
}

/* What waits for room is told of the sink's end, and that no room comes any more. */
static void test_a_sink_that_dies(void **state)
{
	static const char *const before[] = {
		"videotestsrc ! " GRAY,
		"videotestsrc ! " GRAY " ! identity drop-allocation=true",
		"weirsrc uri=pattern:bars?size=640x480&format=GREY&fps=0",
	};

	(void)state;
	for (guint i = 0; i < G_N_ELEMENTS(before); i++) {
		struct receiver receiver;
		char *words, *error;

		receiver_open(&receiver, FALSE);
		words = words_to(&receiver, before[i], 1);
		error = run_words(words);
		assert_non_null(error);
		if (!strstr(error, "tcp://"))
			fail_msg("%s: %s", before[i], error);
		g_free(error);
		g_free(words);
		receiver_close(&receiver);
	}
}

/* An element that waits for a slot has its stream's lock, which the change of state wants. */
static void leave(gboolean seeks)
{
	struct receiver receiver;
	GstElement *pipeline;
	gint64 begin;
	char *words;

	receiver_open(&receiver, FALSE);
	words = words_to(&receiver, "videotestsrc ! " RGB " ! videoconvert ! " GRAY, 60);
	pipeline = gst_parse_launch(words, NULL);
	gst_element_set_state(pipeline, GST_STATE_PLAYING);
	gst_element_get_state(pipeline, NULL, NULL, 10 * GST_SECOND);
	g_usleep(500000);
	begin = g_get_monotonic_time();
	if (seeks)
		assert_true(
			gst_element_seek_simple(pipeline, GST_FORMAT_TIME, GST_SEEK_FLAG_FLUSH, 0));
	gst_element_set_state(pipeline, GST_STATE_NULL);
	assert_true(g_get_monotonic_time() - begin < 20 * G_USEC_PER_SEC);
	gst_object_unref(pipeline);
	g_free(words);
	receiver_close(&receiver);
}

static void test_leaving_while_a_transform_waits(void **state)
{
	(void)state;
	leave(FALSE);
	leave(TRUE);
}

static gpointer push_end(gpointer harness)
{
	gst_harness_push_event(harness, gst_event_new_eos());
	return NULL;
}

/* The end was cut off, and the stream goes on. */
static void test_frames_after_a_flush_of_the_end(void **state)
{
	struct receiver receiver;
	GstHarness *harness;
	GstSegment segment;
	GThread *thread;

	(void)state;
	receiver_open(&receiver, FALSE);
	harness = harness_to(
		receiver.uri, "video/x-raw,format=GRAY8,width=1280,height=1024,framerate=30/1");
	for (int i = 0; i < 5; i++)
		assert_int_equal(gst_harness_push(harness, bytes(1280 * 1024, 0)), GST_FLOW_OK);
	thread = g_thread_new("end", push_end, harness);
	g_usleep(300000);
	gst_harness_push_event(harness, gst_event_new_flush_start());
	g_thread_join(thread);
	gst_harness_push_event(harness, gst_event_new_flush_stop(TRUE));
	gst_segment_init(&segment, GST_FORMAT_TIME);
	gst_harness_push_event(harness, gst_event_new_segment(&segment));
	for (int i = 0; i < 2; i++)
		assert_int_equal(gst_harness_push(harness, bytes(1280 * 1024, 0)), GST_FLOW_OK);
	gst_harness_teardown(harness);
	receiver_close(&receiver);
}

/* ---- masks ---- */

static void test_what_is_drawn_is_masked(void **state)
{
	GstHarness *harness = harness_to("null?mask=64x64+0+0", GRAY);
	GstBufferPool *pool = ask_for_pool(harness, NULL);
	GstBuffer *held = NULL;
	GstElement *sink = gst_harness_find_element(harness, "weirsink");

	(void)state;
	for (int i = 0; i < 3; i++) {
		GstBuffer *drawn = NULL;

		assert_int_equal(gst_buffer_pool_acquire_buffer(pool, &drawn, NULL), GST_FLOW_OK);
		gst_buffer_replace(&held, drawn); /* as whoever looks back at it */
		assert_int_equal(gst_harness_push(harness, drawn), GST_FLOW_OK);
	}
	gst_harness_push_event(harness, gst_event_new_eos());
	assert_int_equal(figure(sink, "delivered"), 3);
	gst_buffer_unref(held);
	gst_buffer_pool_set_active(pool, FALSE);
	gst_object_unref(pool);
	gst_object_unref(sink);
	gst_harness_teardown(harness);
}

/* Who sees black is one sink alone. */
static void test_others_see_no_mask(void **state)
{
	(void)state;
	assert_runs("weirsrc uri=pattern:counter?size=320x240&fps=0 num-buffers=15 ! tee name=t "
		    "t. ! queue ! weirsink uri=null?mask=320x240+0+0 sync=false copy-policy=allow "
		    "t. ! queue ! weirsink uri=verify sync=false copy-policy=allow");
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_sink_that_dies),
		cmocka_unit_test(test_leaving_while_a_transform_waits),
		cmocka_unit_test(test_frames_after_a_flush_of_the_end),
		cmocka_unit_test(test_what_is_drawn_is_masked),
		cmocka_unit_test(test_others_see_no_mask),
	};
	int failed;

	gst_init(&argc, &argv);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	gst_deinit();
	return failed;
}
