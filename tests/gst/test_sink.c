/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* weirsink into null. */

#include "tests/gst/element.h"

#define TEST "videotestsrc num-buffers=20 ! video/x-raw,format=NV12,width=320,height=240 ! "

static void test_ways_in(void **state)
{
	(void)state;
	assert_runs(TEST "weirsink sync=false copy-policy=never");
	assert_runs(TEST "identity drop-allocation=true ! weirsink sync=false copy-policy=allow");
	assert_refused(TEST "identity drop-allocation=true ! weirsink sync=false copy-policy=never",
		"copied");
	assert_runs("weirsrc uri=pattern:mjpeg?size=320x240&fps=100 num-buffers=5 ! "
		    "weirsink sync=false copy-policy=allow");
	assert_runs(TEST "videoconvert ! video/x-raw,format=UYVY ! videoflip method=clockwise ! "
			 "weirsink sync=false");
}

static GstElement *playing(const char *words)
{
	GstElement *pipeline = gst_parse_launch(words, NULL);

	assert_ends(pipeline, 30 * GST_SECOND);
	return pipeline;
}

static void count(const char *words, guint64 copied)
{
	GstElement *pipeline = playing(words);
	GstElement *sink = gst_bin_get_by_name(GST_BIN(pipeline), "sink");

	assert_int_equal(figure(sink, "captured"), 20);
	assert_int_equal(figure(sink, "delivered"), 20);
	assert_int_equal(figure(sink, "user-copied-bytes"), copied);
	gst_object_unref(sink);
	gst_element_set_state(pipeline, GST_STATE_NULL);
	gst_object_unref(pipeline);
}

static void test_the_books(void **state)
{
	(void)state;
	count(TEST "weirsink name=sink sync=false", 0);
	count(TEST "identity drop-allocation=true ! weirsink name=sink sync=false",
		20 * 320 * 240 * 3 / 2);
}

static void test_words_of_errors(void **state)
{
	(void)state;
	assert_refused(TEST "weirsink sync=false uri=nul", "did you mean");
	assert_refused(TEST "weirsink sync=false uri=null?budge=1", "budge");
}

/* Before anything flows; another word may be tried in the same element. */
static void test_wrong_words_fail_early(void **state)
{
	GstElement *sink = gst_element_factory_make("weirsink", NULL);

	(void)state;
	g_object_set(sink, "uri", "nul", NULL);
	assert_int_equal(gst_element_set_state(sink, GST_STATE_PAUSED), GST_STATE_CHANGE_FAILURE);
	g_object_set(sink, "uri", "null", NULL);
	assert_int_equal(gst_element_set_state(sink, GST_STATE_PAUSED), GST_STATE_CHANGE_ASYNC);
	gst_element_set_state(sink, GST_STATE_READY);
	assert_int_equal(gst_element_set_state(sink, GST_STATE_PAUSED), GST_STATE_CHANGE_ASYNC);
	gst_element_set_state(sink, GST_STATE_NULL);
	gst_object_unref(gst_object_ref_sink(sink));
}

/* What comes is another picture: it is shown as that. */
static void test_new_caps(void **state)
{
	GstHarness *harness = gst_harness_new_parse("weirsink name=sink sync=false");
	GstElement *sink = gst_harness_find_element(harness, "weirsink");

	(void)state;
	for (int i = 1; i <= 20; i++) {
		char *caps = g_strdup_printf("video/x-raw,format=GRAY8,width=%d,height=%d,"
					     "framerate=30/1",
			64 * (1 + i % 3), 48);

		gst_harness_set_src_caps_str(harness, caps);
		for (int f = 0; f < 3; f++) {
			GstBuffer *buffer =
				gst_buffer_new_allocate(NULL, (gsize)64 * (1 + i % 3) * 48, NULL);

			gst_buffer_memset(buffer, 0, 0, gst_buffer_get_size(buffer));
			assert_int_equal(gst_harness_push(harness, buffer), GST_FLOW_OK);
		}
		g_free(caps);
	}
	assert_true(figure(sink, "captured") <= 3);
	gst_object_unref(sink);
	gst_harness_teardown(harness);
}

static GstBuffer *gray(void)
{
	GstBuffer *buffer = gst_buffer_new_allocate(NULL, 64 * 48, NULL);

	gst_buffer_memset(buffer, 0, 0, 64 * 48);
	return buffer;
}

static void test_flushes(void **state)
{
	GstHarness *harness = gst_harness_new_parse("weirsink name=sink sync=false");

	(void)state;
	gst_harness_set_src_caps_str(
		harness, "video/x-raw,format=GRAY8,width=64,height=48,framerate=30/1");
	for (int i = 0; i < 50; i++) {
		GstSegment segment;

		assert_int_equal(gst_harness_push(harness, gray()), GST_FLOW_OK);
		assert_true(gst_harness_push_event(harness, gst_event_new_flush_start()));
		assert_true(gst_harness_push_event(harness, gst_event_new_flush_stop(TRUE)));
		gst_segment_init(&segment, GST_FORMAT_TIME);
		assert_true(gst_harness_push_event(harness, gst_event_new_segment(&segment)));
	}
	gst_harness_teardown(harness);
}

static void push_drawn(GstHarness *harness, GstBufferPool *pool)
{
	GstBuffer *buffer = NULL;

	assert_int_equal(gst_buffer_pool_acquire_buffer(pool, &buffer, NULL), GST_FLOW_OK);
	gst_buffer_memset(buffer, 0, 0, 64 * 48);
	assert_int_equal(gst_harness_push(harness, buffer), GST_FLOW_OK);
}

static void leave(GstBufferPool *pool)
{
	gst_buffer_pool_set_active(pool, FALSE);
	gst_object_unref(pool);
}

/* Upstream may ask again at any time, and go on with what it had. */
static void test_pools(void **state)
{
	GstHarness *harness =
		gst_harness_new_parse("weirsink name=sink sync=false copy-policy=never");
	GstElement *sink = gst_harness_find_element(harness, "weirsink");
	GstBufferPool *a, *b, *c;
	GstBuffer *buffer = NULL;

	(void)state;
	gst_harness_set_src_caps_str(
		harness, "video/x-raw,format=GRAY8,width=64,height=48,framerate=30/1");
	a = ask_for_pool(harness, NULL);
	b = ask_for_pool(harness, NULL);
	leave(a);
	push_drawn(harness, b);
	push_drawn(harness, b);
	c = ask_for_pool(harness, NULL);
	leave(b);
	push_drawn(harness, c);
	push_drawn(harness, c);
	assert_true(gst_harness_push_event(harness, gst_event_new_eos()));
	assert_int_equal(figure(sink, "captured"), 4);
	assert_int_equal(figure(sink, "user-copied-bytes"), 0);
	gst_object_unref(sink);
	gst_harness_teardown(harness);
	/* The sink is gone: memory, all the same. */
	assert_int_equal(gst_buffer_pool_acquire_buffer(c, &buffer, NULL), GST_FLOW_OK);
	gst_buffer_unref(buffer);
	leave(c);
}

/* Nothing came: nothing is waited for. */
static void test_end_of_nothing(void **state)
{
	GstHarness *harness = gst_harness_new_parse("weirsink sync=false");
	GstBufferPool *pool;
	GstBuffer *buffer = NULL;

	(void)state;
	gst_harness_set_src_caps_str(
		harness, "video/x-raw,format=GRAY8,width=64,height=48,framerate=30/1");
	pool = ask_for_pool(harness, NULL);
	assert_int_equal(gst_buffer_pool_acquire_buffer(pool, &buffer, NULL), GST_FLOW_OK);
	gst_buffer_unref(buffer);
	assert_true(gst_harness_push_event(harness, gst_event_new_eos()));
	leave(pool);
	gst_harness_teardown(harness);
}

static void test_state_changes(void **state)
{
	(void)state;
	torture("videotestsrc ! video/x-raw,width=320,height=240,framerate=200/1 ! weirsink");
}

static void assert_documented(const char *name)
{
	GstElement *element = gst_element_factory_make(name, NULL);
	GParamSpec **specs;
	guint n;

	specs = g_object_class_list_properties(G_OBJECT_GET_CLASS(element), &n);
	for (guint i = 0; i < n; i++) {
		const char *words = g_param_spec_get_blurb(specs[i]);

		if (specs[i]->owner_type == G_OBJECT_TYPE(element) &&
			(!words || strlen(words) < 20 || strstr(words, "  ")))
			fail_msg("%s: %s: %s", name, specs[i]->name, words ? words : "no words");
	}
	g_free(specs);
	gst_object_unref(gst_object_ref_sink(element));
}

static void test_properties_are_documented(void **state)
{
	(void)state;
	assert_documented("weirsrc");
	assert_documented("weirsink");
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ways_in),
		cmocka_unit_test(test_the_books),
		cmocka_unit_test(test_words_of_errors),
		cmocka_unit_test(test_wrong_words_fail_early),
		cmocka_unit_test(test_new_caps),
		cmocka_unit_test(test_flushes),
		cmocka_unit_test(test_pools),
		cmocka_unit_test(test_end_of_nothing),
		cmocka_unit_test(test_state_changes),
		cmocka_unit_test(test_properties_are_documented),
	};
	int failed;

	gst_init(&argc, &argv);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	gst_deinit();
	return failed;
}
