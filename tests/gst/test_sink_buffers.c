/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* What upstream may do with buffers: weirsink's own, and those of others. */

#include "tests/gst/element.h"

#define GRAY "video/x-raw,format=GRAY8,width=64,height=48,framerate=30/1"
#define SIZE ((gsize)64 * 48)

static GstHarness *harness_with(const char *settings, const char *caps)
{
	char *words = g_strdup_printf("weirsink name=sink sync=false %s", settings);
	GstHarness *harness = gst_harness_new_parse(words);

	gst_harness_set_src_caps_str(harness, caps);
	g_free(words);
	return harness;
}

static GstBuffer *bytes(gsize size)
{
	GstBuffer *buffer = gst_buffer_new_allocate(NULL, size, NULL);

	gst_buffer_memset(buffer, 0, 1, size);
	return buffer;
}

/* ---- what a video meta may say ---- */

/* It may tell of a picture that is larger than the caps have it, and no more is copied than those
 * have. */
static void test_larger_than_the_caps(void **state)
{
	GstHarness *harness = harness_with(
		"copy-policy=allow", "video/x-raw,format=I420,width=640,height=480,framerate=30/1");

	(void)state;
	for (guint lines = 480; lines <= 48000; lines *= 10) {
		GstBuffer *buffer = bytes((gsize)704 * lines * 3 / 2);

		gst_buffer_add_video_meta(
			buffer, GST_VIDEO_FRAME_FLAG_NONE, GST_VIDEO_FORMAT_I420, 704, lines);
		assert_int_equal(gst_harness_push(harness, buffer), GST_FLOW_OK);
	}
	assert_true(gst_harness_push_event(harness, gst_event_new_eos()));
	assert_int_equal(sink_figure(harness, "captured"), 3);
	assert_int_equal(sink_figure(harness, "user-copied-bytes"), 3 * 640 * 480 * 3 / 2);
	gst_harness_teardown(harness);
}

/* Lines that the buffer does not have are not read. */
static void test_longer_than_the_buffer(void **state)
{
	GstHarness *harness = harness_with("copy-policy=allow", GRAY);
	GstBuffer *buffer = bytes(SIZE / 2);

	(void)state;
	gst_buffer_add_video_meta(
		buffer, GST_VIDEO_FRAME_FLAG_NONE, GST_VIDEO_FORMAT_GRAY8, 64, 48);
	assert_int_equal(gst_harness_push(harness, buffer), GST_FLOW_ERROR);
	gst_harness_teardown(harness);
}

/* The last line ends with its last pixel, however far apart lines are. */
static void test_tight_end(void **state)
{
	GstHarness *harness = harness_with(
		"copy-policy=allow", "video/x-raw,format=GRAY8,width=36,height=48,framerate=30/1");
	gsize offsets[GST_VIDEO_MAX_PLANES] = { 0 };
	gint strides[GST_VIDEO_MAX_PLANES] = { 128 };
	GstBuffer *buffer = bytes(47 * 128 + 36);

	(void)state;
	gst_buffer_add_video_meta_full(buffer, GST_VIDEO_FRAME_FLAG_NONE, GST_VIDEO_FORMAT_GRAY8,
		36, 48, 1, offsets, strides);
	assert_int_equal(gst_harness_push(harness, buffer), GST_FLOW_OK);
	gst_harness_teardown(harness);
}

/* ---- more of them than there are ---- */

static GstBuffer *acquire(GstBufferPool *pool)
{
	GstBuffer *buffer = NULL;

	assert_int_equal(gst_buffer_pool_acquire_buffer(pool, &buffer, NULL), GST_FLOW_OK);
	gst_buffer_memset(buffer, 0, 0, SIZE);
	return buffer;
}

static void leave(GstBufferPool *pool)
{
	gst_buffer_pool_set_active(pool, FALSE);
	gst_object_unref(pool);
}

/* Who keeps all that it got, as decoders do, gets others, and may bring memory of its own. */
static void test_all_are_kept(void **state)
{
	GstHarness *harness = harness_with("buffers=4 copy-policy=allow", GRAY);
	GstBufferPool *pool = ask_for_pool(harness, NULL);
	gint64 begin = g_get_monotonic_time();
	GstBuffer *kept[6];

	(void)state;
	for (int i = 0; i < 6; i++)
		kept[i] = acquire(pool);
	assert_int_equal(gst_harness_push(harness, bytes(SIZE)), GST_FLOW_OK);
	for (int i = 0; i < 6; i++)
		assert_int_equal(gst_harness_push(harness, gst_buffer_ref(kept[i])), GST_FLOW_OK);
	for (int i = 0; i < 100; i++)
		assert_int_equal(gst_harness_push(harness, acquire(pool)), GST_FLOW_OK);
	assert_true(g_get_monotonic_time() - begin < 10 * G_USEC_PER_SEC);
	assert_true(gst_harness_push_event(harness, gst_event_new_eos()));
	assert_int_equal(sink_figure(harness, "captured"), 107);
	assert_int_equal(sink_figure(harness, "user-copied-bytes"), (1 + 2 + 100) * SIZE);
	for (int i = 0; i < 6; i++)
		gst_buffer_unref(kept[i]);
	leave(pool);
	gst_harness_teardown(harness);
}

static void test_no_end_to_buffers(void **state)
{
	GstHarness *harness = harness_with("", GRAY);
	GstCaps *caps = gst_pad_get_current_caps(harness->srcpad);
	GstQuery *query = gst_query_new_allocation(caps, TRUE);
	guint least, most;

	(void)state;
	assert_true(gst_pad_peer_query(harness->srcpad, query));
	gst_query_parse_nth_allocation_pool(query, 0, NULL, NULL, &least, &most);
	assert_int_equal(least, 0);
	assert_int_equal(most, 0);
	gst_query_unref(query);
	gst_caps_unref(caps);
	gst_harness_teardown(harness);
}

static guint pools_for(GstHarness *harness, const char *words)
{
	GstCaps *caps = gst_caps_from_string(words);
	GstQuery *query = gst_query_new_allocation(caps, TRUE);
	guint pools;

	assert_true(gst_pad_peer_query(harness->srcpad, query));
	pools = gst_query_get_n_allocation_pools(query);
	gst_query_unref(query);
	gst_caps_unref(caps);
	return pools;
}

/* Memory is of the stream's size, and nothing is offered for another one. */
static void test_other_caps(void **state)
{
	GstHarness *harness = harness_with("copy-policy=never", GRAY);
	GstBufferPool *pool = ask_for_pool(harness, NULL);

	(void)state;
	assert_int_equal(pools_for(harness, "video/x-raw,format=GRAY8,width=640,height=480"), 0);
	assert_int_equal(pools_for(harness, "video/x-raw,format=NV12,width=64,height=48"), 0);
	assert_int_equal(gst_harness_push(harness, acquire(pool)), GST_FLOW_OK);
	assert_int_equal(pools_for(harness, GRAY), 1);
	leave(pool);
	gst_harness_teardown(harness);
}

/* While a frame waits in the sink those behind it are waited for: whoever asks for a buffer has it
 * once one of them is through, without a copy. */
struct asker {
	GstBufferPool *pool;
	GstBuffer *buffer;
	GstFlowReturn flow;
	gint back; /* atomic */
};

static gpointer ask(gpointer data)
{
	struct asker *asker = data;

	asker->flow = gst_buffer_pool_acquire_buffer(asker->pool, &asker->buffer, NULL);
	g_atomic_int_set(&asker->back, TRUE);
	return NULL;
}

struct busy {
	GstHarness *harness;
	GstPad *pad;
	struct asker asker;
	GstBuffer *held[2];
	GThread *thread;
};

static void begin_busy(struct busy *busy)
{
	GstElement *sink;

	*busy = (struct busy){ .harness = harness_with("buffers=2 copy-policy=never", GRAY) };
	sink = gst_harness_find_element(busy->harness, "weirsink");
	busy->pad = gst_element_get_static_pad(sink, "sink");
	gst_object_unref(sink);
	busy->asker.pool = ask_for_pool(busy->harness, NULL);
	for (int i = 0; i < 2; i++)
		busy->held[i] = acquire(busy->asker.pool);
	GST_PAD_STREAM_LOCK(busy->pad); /* as whoever shows a frame */
	busy->thread = g_thread_new("asker", ask, &busy->asker);
	g_usleep(600000);
	assert_false(g_atomic_int_get(&busy->asker.back));
}

static void end_busy(struct busy *busy)
{
	gst_object_unref(busy->pad);
	leave(busy->asker.pool);
	gst_harness_teardown(busy->harness);
}

static void test_waiting_for_a_slot(void **state)
{
	struct busy busy;

	(void)state;
	begin_busy(&busy);
	GST_PAD_STREAM_UNLOCK(busy.pad);
	for (int i = 0; i < 2; i++)
		assert_int_equal(gst_harness_push(busy.harness, busy.held[i]), GST_FLOW_OK);
	g_thread_join(busy.thread);
	assert_int_equal(busy.asker.flow, GST_FLOW_OK);
	assert_int_equal(gst_harness_push(busy.harness, busy.asker.buffer), GST_FLOW_OK);
	assert_true(gst_harness_push_event(busy.harness, gst_event_new_eos()));
	assert_int_equal(sink_figure(busy.harness, "captured"), 3);
	assert_int_equal(sink_figure(busy.harness, "user-copied-bytes"), 0);
	end_busy(&busy);
}

static void test_a_flush_ends_the_waiting(void **state)
{
	struct busy busy;

	(void)state;
	begin_busy(&busy);
	gst_buffer_pool_set_flushing(busy.asker.pool, TRUE);
	g_thread_join(busy.thread);
	assert_int_equal(busy.asker.flow, GST_FLOW_FLUSHING);
	GST_PAD_STREAM_UNLOCK(busy.pad);
	for (int i = 0; i < 2; i++)
		gst_buffer_unref(busy.held[i]);
	end_busy(&busy);
}

/* A queue before the sink may take all the slots there are. */
static void test_behind_a_queue(void **state)
{
	(void)state;
	assert_runs("videotestsrc num-buffers=60 ! " GRAY " ! queue ! "
		    "weirsink buffers=3 copy-policy=never ts-offset=-1000000000");
	assert_runs("videotestsrc num-buffers=60 ! " GRAY " ! queue ! identity sleep-time=10000 ! "
		    "weirsink buffers=2 copy-policy=never sync=false");
}

static void count_plan(GObject *sink, GParamSpec *spec, gpointer plans)
{
	(void)sink;
	(void)spec;
	g_atomic_int_inc((gint *)plans);
}

/* Upstream's own memory may be in more pieces than the sink began with: it begins anew once. */
static void test_a_larger_pool_upstream(void **state)
{
	GstElement *pipeline = gst_parse_launch(
		"weirsrc buffers=24 num-buffers=200 uri=\"pattern:bars?size=64x48&fps=500\" ! "
		"queue ! weirsink name=sink buffers=4 sync=false copy-policy=never",
		NULL);
	GstElement *sink = gst_bin_get_by_name(GST_BIN(pipeline), "sink");
	gint plans = 0;

	(void)state;
	g_signal_connect(sink, "notify::plan", G_CALLBACK(count_plan), &plans);
	assert_ends(pipeline, 30 * GST_SECOND);
	assert_in_range(g_atomic_int_get(&plans), 1, 2);
	gst_element_set_state(pipeline, GST_STATE_NULL);
	gst_object_unref(sink);
	gst_object_unref(pipeline);
}

/* ---- whose they are ---- */

/* What was drawn in one sink's memory is that one's to take, and another's to copy. */
static void test_two_sinks(void **state)
{
	GstHarness *owner = harness_with("copy-policy=never", GRAY);
	GstHarness *other = harness_with("copy-policy=allow", GRAY);
	GstBufferPool *pool = ask_for_pool(owner, NULL), *others = ask_for_pool(other, NULL);

	(void)state;
	assert_int_equal(gst_harness_push(other, acquire(others)), GST_FLOW_OK);
	for (int i = 0; i < 10; i++) {
		GstBuffer *buffer = acquire(pool);

		assert_int_equal(gst_harness_push(other, gst_buffer_ref(buffer)), GST_FLOW_OK);
		assert_int_equal(gst_harness_push(owner, buffer), GST_FLOW_OK);
	}
	assert_true(gst_harness_push_event(owner, gst_event_new_eos()));
	assert_true(gst_harness_push_event(other, gst_event_new_eos()));
	assert_int_equal(sink_figure(owner, "captured"), 10);
	assert_int_equal(sink_figure(owner, "user-copied-bytes"), 0);
	assert_int_equal(sink_figure(other, "captured"), 11);
	assert_int_equal(sink_figure(other, "user-copied-bytes"), 10 * SIZE);
	leave(pool);
	leave(others);
	gst_harness_teardown(owner);
	gst_harness_teardown(other);
}

static void test_tees(void **state)
{
	(void)state;
	assert_refused("videotestsrc num-buffers=10 ! " GRAY " ! tee name=t "
		       "t. ! queue ! weirsink name=a sync=false copy-policy=never "
		       "t. ! queue ! weirsink name=b sync=false copy-policy=never",
		"copied");
	assert_runs("videotestsrc num-buffers=10 ! " GRAY " ! tee name=t "
		    "t. ! queue ! weirsink name=a sync=false copy-policy=allow "
		    "t. ! queue ! weirsink name=b sync=false copy-policy=allow");
}

static void assert_complains(GstHarness *harness, GstBuffer *buffer, const char *part)
{
	GstBus *bus = gst_bus_new();
	GError *error = NULL;
	GstMessage *message;

	gst_element_set_bus(harness->element, bus);
	assert_int_equal(gst_harness_push(harness, buffer), GST_FLOW_ERROR);
	message = gst_bus_pop_filtered(bus, GST_MESSAGE_ERROR);
	assert_non_null(message);
	gst_message_parse_error(message, &error, NULL);
	if (!strstr(error->message, part))
		fail_msg("%s, and not %s", error->message, part);
	g_error_free(error);
	gst_message_unref(message);
	gst_element_set_bus(harness->element, NULL);
	gst_object_unref(bus);
}

/* A frame that comes a second time is told as that. */
static void show_twice(const char *policy)
{
	GstHarness *harness = harness_with(policy, GRAY);
	GstBufferPool *pool = ask_for_pool(harness, NULL);
	GstBuffer *buffer = acquire(pool);

	assert_int_equal(gst_harness_push(harness, gst_buffer_ref(buffer)), GST_FLOW_OK);
	if (strstr(policy, "never"))
		assert_complains(harness, gst_buffer_ref(buffer), "a second time");
	else
		for (int i = 0; i < 12; i++)
			assert_int_equal(
				gst_harness_push(harness, gst_buffer_ref(buffer)), GST_FLOW_OK);
	gst_buffer_unref(buffer);
	assert_true(gst_harness_push_event(harness, gst_event_new_eos()));
	assert_int_equal(
		sink_figure(harness, "user-copied-bytes"), strstr(policy, "never") ? 0 : 12 * SIZE);
	leave(pool);
	gst_harness_teardown(harness);
}

static void test_the_same_again(void **state)
{
	(void)state;
	show_twice("copy-policy=never");
	show_twice("copy-policy=allow");
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_larger_than_the_caps),
		cmocka_unit_test(test_longer_than_the_buffer),
		cmocka_unit_test(test_tight_end),
		cmocka_unit_test(test_all_are_kept),
		cmocka_unit_test(test_no_end_to_buffers),
		cmocka_unit_test(test_other_caps),
		cmocka_unit_test(test_waiting_for_a_slot),
		cmocka_unit_test(test_a_flush_ends_the_waiting),
		cmocka_unit_test(test_behind_a_queue),
		cmocka_unit_test(test_a_larger_pool_upstream),
		cmocka_unit_test(test_two_sinks),
		cmocka_unit_test(test_tees),
		cmocka_unit_test(test_the_same_again),
	};
	int failed;

	gst_init(&argc, &argv);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	gst_deinit();
	return failed;
}
