/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Elements that several threads use at once, for tests/gst/tsan to look at. */

#include "tests/gst/element.h"

#define PATTERN "pattern:bars?size=320x240&fps=200"
#define RAW     "video/x-raw,format=NV12,width=320,height=240,framerate=200/1"

/* ---- whoever asks ---- */

struct reader {
	GstElement *pipeline;
	GThread *thread;
	gint quits; /* atomic */
	guint answers;
};

static void read_one(const GValue *item, gpointer data)
{
	GstElement *element = g_value_get_object(item);
	struct reader *reader = data;
	GstStructure *stats = NULL;
	char *plan = NULL;

	if (!g_object_class_find_property(G_OBJECT_GET_CLASS(element), "plan"))
		return;
	g_object_get(element, "stats", &stats, "plan", &plan, NULL);
	reader->answers += stats != NULL;
	gst_clear_structure(&stats);
	g_free(plan);
}

static void ask_caps(GstElement *element, const char *name)
{
	GstPad *pad = element ? gst_element_get_static_pad(element, name) : NULL;

	if (pad) {
		gst_caps_unref(gst_pad_query_caps(pad, NULL));
		gst_object_unref(pad);
	}
	if (element)
		gst_object_unref(element);
}

static gpointer read_all(gpointer data)
{
	struct reader *reader = data;

	while (!g_atomic_int_get(&reader->quits)) {
		GstIterator *elements = gst_bin_iterate_elements(GST_BIN(reader->pipeline));
		GstQuery *latency = gst_query_new_latency();

		while (gst_iterator_foreach(elements, read_one, reader) == GST_ITERATOR_RESYNC)
			gst_iterator_resync(elements);
		gst_iterator_free(elements);
		gst_element_query(reader->pipeline, latency);
		gst_query_unref(latency);
		ask_caps(gst_bin_get_by_name(GST_BIN(reader->pipeline), "from"), "src");
		ask_caps(gst_bin_get_by_name(GST_BIN(reader->pipeline), "to"), "sink");
		g_usleep(500);
	}
	return NULL;
}

static void reader_open(struct reader *reader, GstElement *pipeline)
{
	*reader = (struct reader){ .pipeline = pipeline };
	reader->thread = g_thread_new("reader", read_all, reader);
}

static void reader_close(struct reader *reader)
{
	g_atomic_int_set(&reader->quits, TRUE);
	g_thread_join(reader->thread);
	assert_true(reader->answers > 0);
}

static void torture_while_read(const char *words)
{
	GstElement *pipeline = gst_parse_launch(words, NULL);
	struct reader reader;

	reader_open(&reader, pipeline);
	torture_pipeline(pipeline);
	reader_close(&reader);
	gst_object_unref(pipeline);
}

static void test_questions_at_any_time(void **state)
{
	(void)state;
	torture_while_read("weirsrc name=from uri=" PATTERN " ! fakesink");
	torture_while_read("videotestsrc ! " RAW " ! weirsink name=to sync=false");
}

/* ---- a queue between ---- */

/* Who draws is another thread than who shows, and buffers come back on either. */
static void test_states_around_a_queue(void **state)
{
	(void)state;
	torture_while_read("weirsrc name=from uri=" PATTERN " ! queue ! weirsink name=to");
	torture("videotestsrc ! " RAW " ! queue ! weirsink sync=false");
	torture("weirsrc uri=" PATTERN " ! tee name=t t. ! queue ! fakesink t. ! queue ! fakesink");
}

static GstElement *playing(const char *words)
{
	GstElement *pipeline = gst_parse_launch(words, NULL);

	gst_element_set_state(pipeline, GST_STATE_PLAYING);
	assert_int_equal(gst_element_get_state(pipeline, NULL, NULL, 30 * GST_SECOND),
		GST_STATE_CHANGE_SUCCESS);
	return pipeline;
}

static void assert_goes_on(GstElement *element)
{
	guint64 before = figure(element, "captured");

	for (int i = 0; i < 1000 && figure(element, "captured") < before + 10; i++)
		g_usleep(10000);
	assert_true(figure(element, "captured") >= before + 10);
}

static void finish(GstElement *pipeline, GstElement *element)
{
	assert_goes_on(element);
	gst_object_unref(element);
	gst_element_set_state(pipeline, GST_STATE_NULL);
	gst_object_unref(pipeline);
}

static void test_seeks_around_a_queue(void **state)
{
	GstElement *pipeline = playing("videotestsrc ! " RAW " ! queue max-size-buffers=2 ! "
				       "weirsink name=to sync=false buffers=4");

	(void)state;
	for (int i = 0; i < 100; i++) {
		assert_true(gst_element_seek_simple(
			pipeline, GST_FORMAT_TIME, GST_SEEK_FLAG_FLUSH, i * GST_MSECOND));
		g_usleep((gulong)g_random_int_range(0, 4000));
	}
	finish(pipeline, gst_bin_get_by_name(GST_BIN(pipeline), "to"));
}

/* GStreamer's own locks do not bear a sink that loses its state by such a flush. */
static void test_flushes_of_weirsrc(void **state)
{
	GstElement *pipeline =
		playing("weirsrc name=from uri=" PATTERN " ! queue ! fakesink async=false");
	GstElement *from = gst_bin_get_by_name(GST_BIN(pipeline), "from");

	(void)state;
	for (int i = 0; i < 100; i++) {
		assert_true(gst_element_send_event(from, gst_event_new_flush_start()));
		g_usleep((gulong)g_random_int_range(0, 2000));
		assert_true(gst_element_send_event(from, gst_event_new_flush_stop(TRUE)));
		g_usleep((gulong)g_random_int_range(0, 4000));
	}
	finish(pipeline, from);
}

static void push_drawn_elsewhere(GstHarness *harness, gsize size)
{
	GstBuffer *buffer = gst_buffer_new_allocate(NULL, size, NULL);

	gst_buffer_memset(buffer, 0, 0, size);
	assert_int_equal(gst_harness_push(harness, buffer), GST_FLOW_OK);
}

static void push_drawn(GstHarness *harness, GstBufferPool *pool)
{
	GstBuffer *buffer = NULL;

	assert_int_equal(gst_buffer_pool_acquire_buffer(pool, &buffer, NULL), GST_FLOW_OK);
	gst_buffer_memset(buffer, 0, 0, gst_buffer_get_size(buffer));
	assert_int_equal(gst_harness_push(harness, buffer), GST_FLOW_OK);
}

/* Both ask for a run at once: who draws, and who shows what was drawn elsewhere before. */
static void test_drawing_while_shown(void **state)
{
	GstHarness *harness = gst_harness_new_parse(
		"queue max-size-buffers=3 ! weirsink sync=false copy-policy=allow");
	GstElement *sink = gst_harness_find_element(harness, "weirsink");
	struct reader reader;

	(void)state;
	reader_open(&reader, harness->element);
	for (int i = 0; i < 50; i++) {
		int width = 64 * (1 + i % 3);
		char *caps = g_strdup_printf(
			"video/x-raw,format=GRAY8,width=%d,height=48,framerate=30/1", width);
		GstBufferPool *pool;

		gst_harness_set_src_caps_str(harness, caps);
		pool = ask_for_pool(harness, NULL);
		push_drawn_elsewhere(harness, (gsize)width * 48);
		for (int f = 0; f < 4; f++)
			push_drawn(harness, pool);
		gst_buffer_pool_set_active(pool, FALSE);
		gst_object_unref(pool);
		g_free(caps);
	}
	reader_close(&reader);
	assert_true(gst_harness_push_event(harness, gst_event_new_eos()));
	for (int t = 0; t < 3000 && figure(sink, "delivered") != 5; t++)
		g_usleep(10000);
	assert_int_equal(figure(sink, "delivered"), 5);
	gst_object_unref(sink);
	gst_harness_teardown(harness);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_questions_at_any_time),
		cmocka_unit_test(test_states_around_a_queue),
		cmocka_unit_test(test_seeks_around_a_queue),
		cmocka_unit_test(test_flushes_of_weirsrc),
		cmocka_unit_test(test_drawing_while_shown),
	};
	int failed;

	gst_init(&argc, &argv);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	gst_deinit();
	return failed;
}
