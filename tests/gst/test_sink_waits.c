/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* weirsink where it has to wait, where something goes wrong on the way, and what it tells. */

#include "tests/gst/receiver.h"

#define WISHED 12

/* Five of these are more than sockets keep. */
#define LARGE       "video/x-raw,format=GRAY8,width=2048,height=2048,framerate=30/1"
#define LARGE_BYTES (2048 * 2048)

#define SMALL "video/x-raw,format=GRAY8,width=64,height=48,framerate=30/1"

struct scene {
	GstHarness *harness;
	GstElement *sink;
	GstBus *bus;
};

static struct scene scene_of(const char *uri, const char *caps)
{
	struct scene scene = { .harness = harness_to(uri, caps), .bus = gst_bus_new() };

	scene.sink = gst_harness_find_element(scene.harness, "weirsink");
	gst_element_set_bus(scene.harness->element, scene.bus);
	return scene;
}

static void close_scene(struct scene *scene)
{
	gst_bus_set_flushing(scene->bus, TRUE);
	gst_harness_teardown(scene->harness);
	gst_object_unref(scene->sink);
	gst_object_unref(scene->bus);
}

static gboolean is_told(struct scene *scene, GstMessageType type)
{
	GstMessage *message = gst_bus_pop_filtered(scene->bus, type);

	if (message)
		gst_message_unref(message);
	return message != NULL;
}

static void flush_and_go_on(struct scene *scene)
{
	GstSegment segment;

	gst_segment_init(&segment, GST_FORMAT_TIME);
	assert_true(gst_harness_push_event(scene->harness, gst_event_new_flush_stop(TRUE)));
	assert_true(gst_harness_push_event(scene->harness, gst_event_new_segment(&segment)));
}

/* ---- the end ---- */

static gpointer push_end(gpointer data)
{
	struct scene *scene = data;

	gst_harness_push_event(scene->harness, gst_event_new_eos());
	return NULL;
}

static guint64 reasons(GstElement *sink)
{
	GstStructure *stats = NULL;
	guint64 sum = 0;

	g_object_get(sink, "stats", &stats, NULL);
	for (gint i = 0; i < gst_structure_n_fields(stats); i++) {
		const char *name = gst_structure_nth_field_name(stats, (guint)i);
		guint64 n = 0;

		if (g_str_has_prefix(name, "dropped-") && gst_structure_get_uint64(stats, name, &n))
			sum += n;
	}
	gst_structure_free(stats);
	return sum;
}

/* Nobody reads: the end waits, and a flush ends that. */
static void test_flush_while_the_end_waits(void **state)
{
	struct receiver receiver;
	struct scene scene;
	GThread *thread;

	(void)state;
	receiver_open(&receiver, FALSE);
	scene = scene_of(receiver.uri, LARGE);
	for (int i = 0; i < 5; i++)
		assert_int_equal(
			gst_harness_push(scene.harness, bytes(LARGE_BYTES, 0)), GST_FLOW_OK);
	thread = g_thread_new("end", push_end, &scene);
	g_usleep(200000);
	assert_false(is_told(&scene, GST_MESSAGE_EOS));
	assert_true(gst_harness_push_event(scene.harness, gst_event_new_flush_start()));
	g_thread_join(thread);
	assert_false(is_told(&scene, GST_MESSAGE_EOS));
	gst_element_set_state(scene.sink, GST_STATE_NULL);
	assert_true(figure(scene.sink, "dropped") > 0);
	assert_int_equal(figure(scene.sink, "dropped"), reasons(scene.sink));
	receiver_close(&receiver);
	close_scene(&scene);
}

/* A pause is no flush: it goes on waiting when that is over. */
static void test_pause_while_the_end_waits(void **state)
{
	struct receiver receiver;
	struct scene scene;
	GThread *thread;

	(void)state;
	receiver_open(&receiver, TRUE);
	receiver.rest_us = 5000;
	scene = scene_of(receiver.uri, GRAY);
	for (int i = 0; i < 40; i++)
		assert_int_equal(gst_harness_push(scene.harness, gray(0)), GST_FLOW_OK);
	thread = g_thread_new("end", push_end, &scene);
	g_usleep(50000);
	gst_element_set_state(scene.sink, GST_STATE_PAUSED);
	g_usleep(50000);
	gst_element_set_state(scene.sink, GST_STATE_PLAYING);
	g_thread_join(thread);
	assert_int_equal(figure(scene.sink, "delivered"), 40);
	receiver_close(&receiver);
	assert_int_equal(receiver.bytes, 40 * GRAY_BYTES);
	close_scene(&scene);
}

/* The last frames are on their way when the other end goes away. */
static void test_error_at_the_end(void **state)
{
	struct receiver receiver;
	struct scene scene;
	GThread *thread;

	(void)state;
	receiver_open(&receiver, FALSE);
	scene = scene_of(receiver.uri, LARGE);
	for (int i = 0; i < 5; i++)
		assert_int_equal(
			gst_harness_push(scene.harness, bytes(LARGE_BYTES, 0)), GST_FLOW_OK);
	thread = g_thread_new("end", push_end, &scene);
	g_usleep(200000);
	receiver_close(&receiver);
	g_thread_join(thread);
	assert_true(is_told(&scene, GST_MESSAGE_ERROR));
	assert_false(is_told(&scene, GST_MESSAGE_EOS));
	close_scene(&scene);
}

/* What was shown in the old caps is out before the new ones are taken. */
static void test_new_caps_wait(void **state)
{
	struct receiver receiver;
	struct scene scene;

	(void)state;
	receiver_open(&receiver, TRUE);
	receiver.rest_us = 2000;
	scene = scene_of(receiver.uri, GRAY);
	for (int i = 0; i < 10; i++)
		assert_int_equal(gst_harness_push(scene.harness, gray(0)), GST_FLOW_OK);
	gst_harness_set_src_caps_str(scene.harness, SMALL);
	receiver_close(&receiver);
	assert_int_equal(receiver.bytes, 10 * GRAY_BYTES);
	close_scene(&scene);
}

/* ---- room ---- */

static GstBuffer *plain(void)
{
	return bytes(64 * 48, 0);
}

static gpointer push_one(gpointer data)
{
	struct scene *scene = data;

	return GINT_TO_POINTER(gst_harness_push(scene->harness, plain()));
}

/* All memory is with whoever draws: a buffer of others' waits for room, which comes or is not to
 * be waited for any more. */
static void test_flush_while_a_frame_waits(void **state)
{
	struct scene scene = scene_of("null", SMALL);
	GstBuffer *held[8] = { NULL };
	GstBufferPool *pool;
	GThread *thread;

	(void)state;
	pool = ask_for_pool(scene.harness, NULL);
	for (int i = 0; i < 8; i++)
		assert_int_equal(gst_buffer_pool_acquire_buffer(pool, &held[i], NULL), GST_FLOW_OK);
	thread = g_thread_new("push", push_one, &scene);
	g_usleep(150000);
	assert_true(gst_harness_push_event(scene.harness, gst_event_new_flush_start()));
	assert_int_equal(GPOINTER_TO_INT(g_thread_join(thread)), GST_FLOW_FLUSHING);
	flush_and_go_on(&scene);
	thread = g_thread_new("push", push_one, &scene);
	g_usleep(150000);
	gst_buffer_unref(held[0]);
	assert_int_equal(GPOINTER_TO_INT(g_thread_join(thread)), GST_FLOW_OK);
	for (int i = 1; i < 8; i++)
		gst_buffer_unref(held[i]);
	gst_buffer_pool_set_active(pool, FALSE);
	gst_object_unref(pool);
	close_scene(&scene);
}

static gpointer acquire_one(gpointer pool)
{
	GstBuffer *buffer = NULL;

	assert_int_equal(gst_buffer_pool_acquire_buffer(pool, &buffer, NULL), GST_FLOW_OK);
	return buffer;
}

/* Upstream waits for a slot when the pool comes to its end: it gets other memory. */
static void test_new_caps_while_upstream_waits(void **state)
{
	struct scene scene = scene_of("null", SMALL);
	GstBuffer *held[8] = { NULL };
	GstBufferPool *pool;
	GThread *thread;

	(void)state;
	pool = ask_for_pool(scene.harness, NULL);
	for (int i = 0; i < 8; i++)
		held[i] = acquire_one(pool);
	thread = g_thread_new("acquire", acquire_one, pool);
	g_usleep(100000);
	gst_harness_set_src_caps_str(scene.harness, GRAY);
	gst_buffer_unref(g_thread_join(thread));
	for (int i = 0; i < 8; i++)
		gst_buffer_unref(held[i]);
	gst_buffer_pool_set_active(pool, FALSE);
	gst_object_unref(pool);
	close_scene(&scene);
}

/* No image of that size can be as large. */
static void test_too_large_an_image(void **state)
{
	struct scene scene = scene_of("null", "image/jpeg,width=64,height=48,framerate=30/1");

	(void)state;
	assert_int_equal(gst_harness_push(scene.harness, bytes(1000, 0)), GST_FLOW_OK);
	assert_int_equal(gst_harness_push(scene.harness, bytes(LARGE_BYTES, 0)), GST_FLOW_ERROR);
	assert_true(is_told(&scene, GST_MESSAGE_ERROR));
	close_scene(&scene);
}

/* Who need not wait is told that there is none, and who needs more than usual gets more. */
static void test_many_buffers(void **state)
{
	GstBufferPoolAcquireParams params = { .flags = GST_BUFFER_POOL_ACQUIRE_FLAG_DONTWAIT };
	struct scene scene = scene_of("null", SMALL);
	GstBufferPool *pool = ask_for_pool(scene.harness, NULL);
	GstBuffer *held[WISHED + 3] = { NULL };
	GstCaps *caps = gst_pad_get_current_caps(scene.harness->srcpad);
	GstStructure *config;
	guint n = 1;

	(void)state;
	gst_buffer_pool_set_active(pool, FALSE);
	config = gst_buffer_pool_get_config(pool);
	gst_buffer_pool_config_set_params(config, caps, 64 * 48, WISHED, WISHED + 8);
	assert_true(gst_buffer_pool_set_config(pool, config));
	assert_true(gst_buffer_pool_set_active(pool, TRUE));
	held[0] = acquire_one(pool); /* which begins the run */
	while (n < WISHED + 3 &&
		gst_buffer_pool_acquire_buffer(pool, &held[n], &params) == GST_FLOW_OK)
		n++;
	assert_int_equal(n, WISHED + 2);
	while (n)
		gst_buffer_unref(held[--n]);
	gst_caps_unref(caps);
	gst_buffer_pool_set_active(pool, FALSE);
	gst_object_unref(pool);
	close_scene(&scene);
}

/* ---- upstream ---- */

static gboolean is_asked_anew(struct scene *scene)
{
	GstEvent *event;
	gboolean is = FALSE;

	while ((event = gst_harness_try_pull_upstream_event(scene->harness))) {
		is |= GST_EVENT_TYPE(event) == GST_EVENT_RECONFIGURE;
		gst_event_unref(event);
	}
	return is;
}

/* Whoever draws into memory of ours has to ask again when that is gone, and nobody else. */
static void test_asking_anew(void **state)
{
	struct scene scene = scene_of("null", SMALL);
	GstBufferPool *pool;
	GstBuffer *buffer = NULL;

	(void)state;
	is_asked_anew(&scene);
	assert_int_equal(gst_harness_push(scene.harness, plain()), GST_FLOW_OK);
	assert_true(gst_harness_push_event(scene.harness, gst_event_new_eos()));
	assert_false(is_asked_anew(&scene));
	assert_true(gst_harness_push_event(scene.harness, gst_event_new_flush_start()));
	flush_and_go_on(&scene);
	pool = ask_for_pool(scene.harness, NULL);
	assert_int_equal(gst_buffer_pool_acquire_buffer(pool, &buffer, NULL), GST_FLOW_OK);
	gst_buffer_memset(buffer, 0, 0, 64 * 48);
	assert_int_equal(gst_harness_push(scene.harness, buffer), GST_FLOW_OK);
	assert_true(gst_harness_push_event(scene.harness, gst_event_new_eos()));
	assert_true(is_asked_anew(&scene));
	gst_buffer_pool_set_active(pool, FALSE);
	gst_object_unref(pool);
	close_scene(&scene);
}

/* ---- what is told of a frame ---- */

/* When it was taken is what its time says, by the clock of the pipeline. */
static void test_age(void **state)
{
	struct scene scene = scene_of("null", SMALL);
	GstClock *clock = gst_system_clock_obtain();
	GstBuffer *buffer = plain();

	(void)state;
	gst_element_set_clock(scene.sink, clock);
	gst_element_set_base_time(scene.sink, gst_clock_get_time(clock) - 2 * GST_SECOND);
	GST_BUFFER_PTS(buffer) = GST_SECOND;
	assert_int_equal(gst_harness_push(scene.harness, buffer), GST_FLOW_OK);
	assert_true(gst_harness_push_event(scene.harness, gst_event_new_eos()));
	assert_true(figure(scene.sink, "latency-max") >= GST_SECOND / 2);
	assert_true(figure(scene.sink, "latency-max") < 30 * GST_SECOND);
	gst_object_unref(clock);
	close_scene(&scene);
}

static void test_corrupt_frames(void **state)
{
	struct scene scene = scene_of("null", SMALL);

	(void)state;
	for (int i = 0; i < 3; i++) {
		GstBuffer *buffer = plain();

		if (i == 1)
			GST_BUFFER_FLAG_SET(buffer, GST_BUFFER_FLAG_CORRUPTED);
		assert_int_equal(gst_harness_push(scene.harness, buffer), GST_FLOW_OK);
	}
	assert_true(gst_harness_push_event(scene.harness, gst_event_new_eos()));
	assert_int_equal(figure(scene.sink, "captured"), 3);
	assert_int_equal(figure(scene.sink, "corrupt"), 1);
	close_scene(&scene);
}

/* ---- policies ---- */

static guint warnings_of(struct scene *scene)
{
	guint n = 0;

	for (int i = 0; i < 3; i++)
		assert_int_equal(gst_harness_push(scene->harness, plain()), GST_FLOW_OK);
	while (is_told(scene, GST_MESSAGE_WARNING))
		n++;
	return n;
}

/* Once a run. */
static void test_warnings(void **state)
{
	struct scene scene = scene_of("null", SMALL);

	(void)state;
	assert_int_equal(warnings_of(&scene), 0);
	gst_util_set_object_arg(G_OBJECT(scene.sink), "copy-policy", "warn");
	for (int i = 0; i < 2; i++) {
		gst_element_set_state(scene.sink, GST_STATE_NULL);
		gst_element_set_state(scene.sink, GST_STATE_PLAYING);
		gst_harness_set_src_caps_str(scene.harness, SMALL);
		assert_int_equal(warnings_of(&scene), 1);
	}
	close_scene(&scene);
}

/* What the plan would copy is no less refused than what the element would. */
static void test_plans_that_copy(void **state)
{
	(void)state;
	assert_refused("videotestsrc num-buffers=3 ! " SMALL
		       " ! weirsink copy-policy=never uri=rtp://127.0.0.1:9?send=copy",
		"cop");
	assert_runs("videotestsrc num-buffers=3 ! " SMALL
		    " ! weirsink copy-policy=allow sync=false uri=rtp://127.0.0.1:9?send=copy");
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_flush_while_the_end_waits),
		cmocka_unit_test(test_pause_while_the_end_waits),
		cmocka_unit_test(test_error_at_the_end),
		cmocka_unit_test(test_new_caps_wait),
		cmocka_unit_test(test_flush_while_a_frame_waits),
		cmocka_unit_test(test_new_caps_while_upstream_waits),
		cmocka_unit_test(test_too_large_an_image),
		cmocka_unit_test(test_many_buffers),
		cmocka_unit_test(test_asking_anew),
		cmocka_unit_test(test_age),
		cmocka_unit_test(test_corrupt_frames),
		cmocka_unit_test(test_warnings),
		cmocka_unit_test(test_plans_that_copy),
	};
	int failed;

	gst_init(&argc, &argv);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	gst_deinit();
	return failed;
}
