/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* weirsrc among the clocks, events, queries and caps of a pipeline. */

#include "tests/gst/element.h"

#define PATTERN  "pattern:bars?size=320x240&fps=200"
#define SLOW     "pattern:bars?size=64x48&fps=0.05"
#define INTERVAL (GST_SECOND / 200)

struct scene {
	GstHarness *harness;
	GstElement *source;
	GstBus *bus;
};

/* Nothing flows yet. The words may name an element behind the source. */
static struct scene scene_of(const char *words)
{
	struct scene scene = { .harness = gst_harness_new_parse(words), .bus = gst_bus_new() };

	scene.source = gst_harness_find_element(scene.harness, "weirsrc");
	gst_element_set_bus(scene.harness->element, scene.bus);
	gst_harness_use_systemclock(scene.harness);
	return scene;
}

static void close_scene(struct scene *scene)
{
	gst_bus_set_flushing(scene->bus, TRUE);
	gst_harness_teardown(scene->harness);
	gst_object_unref(scene->source);
	gst_object_unref(scene->bus);
}

/* How many there were until now. */
static guint messages(struct scene *scene, GstMessageType type)
{
	GstMessage *message;
	guint n = 0;

	while ((message = gst_bus_pop_filtered(scene->bus, type))) {
		n++;
		gst_message_unref(message);
	}
	return n;
}

static void pull(struct scene *scene, int n)
{
	while (n--)
		gst_buffer_unref(gst_harness_pull(scene->harness));
}

/* What comes after this was captured after it. */
static void drain(struct scene *scene)
{
	while (gst_harness_buffers_in_queue(scene->harness))
		pull(scene, 1);
	pull(scene, 2); /* on their way meanwhile */
}

static gulong ms_since(gint64 begin)
{
	return (gulong)(g_get_monotonic_time() - begin) / 1000;
}

/* ---- time ---- */

/* The time of capture, in the pipeline's time and in the system's. */
static void test_time(void **state)
{
	struct scene scene = scene_of("weirsrc uri=" PATTERN);
	GstClockTime last = (GstClockTime)g_get_monotonic_time() * 1000;

	(void)state;
	gst_harness_play(scene.harness);
	gst_element_set_base_time(scene.source, GST_SECOND);
	drain(&scene);
	for (int i = 0; i < 20; i++) {
		GstBuffer *buffer = gst_harness_pull(scene.harness);
		GstClockTime captured =
			gst_buffer_get_reference_timestamp_meta(buffer, NULL)->timestamp;
		GstClockTime now = (GstClockTime)g_get_monotonic_time() * 1000;

		assert_true(captured > last && captured <= now + GST_MSECOND);
		assert_int_equal(GST_BUFFER_DURATION(buffer), INTERVAL);
		assert_int_equal(GST_BUFFER_PTS(buffer), captured - GST_SECOND);
		last = captured;
		gst_buffer_unref(buffer);
	}
	close_scene(&scene);
}

/* From here on it is the element's; frames have its time, less their age. Takes the clock. */
static void follow_clock(struct scene *scene, GstClock *clock)
{
	GstClockTime base = gst_clock_get_time(clock) - GST_SECOND;

	gst_element_set_base_time(scene->source, base);
	gst_element_set_clock(scene->source, clock);
	drain(scene);
	for (int i = 0; i < 3; i++) {
		GstBuffer *buffer = gst_harness_pull(scene->harness);
		GstClockTimeDiff age =
			GST_CLOCK_DIFF(GST_BUFFER_PTS(buffer), gst_clock_get_time(clock) - base);

		assert_true(age >= 0 && age < (GstClockTimeDiff)GST_SECOND * 3 / 4);
		gst_buffer_unref(buffer);
	}
	gst_object_unref(clock);
}

static GstClock *system_clock(GstClockType type)
{
	return gst_object_ref_sink(
		g_object_new(GST_TYPE_SYSTEM_CLOCK, "name", "other", "clock-type", type, NULL));
}

static void test_clocks(void **state)
{
	struct scene scene = scene_of("weirsrc uri=" PATTERN);
	GstClock *slaved = system_clock(GST_CLOCK_TYPE_MONOTONIC);

	(void)state;
	gst_clock_set_calibration(slaved, 0, 3600 * GST_SECOND, 1, 1);
	gst_harness_play(scene.harness);
	pull(&scene, 1);
	follow_clock(&scene, system_clock(GST_CLOCK_TYPE_REALTIME));
	follow_clock(&scene, slaved);
	follow_clock(&scene, system_clock(GST_CLOCK_TYPE_MONOTONIC));
	close_scene(&scene);
}

static void test_latency(void **state)
{
	struct scene scene = scene_of("weirsrc buffers=4 uri=" PATTERN);
	GstQuery *query = gst_query_new_latency();
	GstClockTime least, most;
	gboolean live;

	(void)state;
	gst_harness_play(scene.harness);
	pull(&scene, 1);
	assert_int_equal(messages(&scene, GST_MESSAGE_LATENCY), 1);
	assert_true(gst_pad_peer_query(scene.harness->sinkpad, query));
	gst_query_parse_latency(query, &live, &least, &most);
	assert_true(live);
	assert_int_equal(least, INTERVAL);
	assert_int_equal(most, 4 * INTERVAL);
	gst_query_unref(query);
	close_scene(&scene);
}

/* ---- what is lost ---- */

static void assert_tells_of(GstMessage *message, guint64 shown, guint64 lost)
{
	guint64 processed, dropped;
	GstFormat format;
	gboolean live;

	assert_non_null(message);
	gst_message_parse_qos(message, &live, NULL, NULL, NULL, NULL);
	gst_message_parse_qos_stats(message, &format, &processed, &dropped);
	assert_true(live);
	assert_int_equal(format, GST_FORMAT_BUFFERS);
	assert_int_equal(processed, shown);
	assert_int_equal(dropped, lost);
	gst_message_unref(message);
}

/* Its memory is all in the queue for a while: frames are lost, which both the buffer after the gap
 * and a message tell, and nothing is told where none are. */
static void test_lost_frames(void **state)
{
	struct scene scene = scene_of("weirsrc buffers=4 uri=" PATTERN);
	guint64 next = 0, all = 0;

	(void)state;
	gst_harness_play(scene.harness);
	g_usleep(100000);
	for (int i = 0; i < 40; i++) {
		GstBuffer *buffer = gst_harness_pull(scene.harness);
		guint64 lost = i ? GST_BUFFER_OFFSET(buffer) - next : 0;

		assert_int_equal(GST_BUFFER_IS_DISCONT(buffer), !i || lost);
		all += lost;
		if (lost) /* totals */
			assert_tells_of(
				gst_bus_pop_filtered(scene.bus, GST_MESSAGE_QOS), (guint)i, all);
		next = GST_BUFFER_OFFSET(buffer) + 1;
		assert_int_equal(GST_BUFFER_OFFSET_END(buffer), next);
		gst_buffer_unref(buffer);
	}
	assert_true(all > 0);
	gst_element_set_state(scene.source, GST_STATE_NULL);
	assert_true(messages(&scene, GST_MESSAGE_QOS) <= 4); /* of frames still in the queue */
	close_scene(&scene);
}

/* ---- events ---- */

/* The next frame is far away: nobody waits for it who wants to leave. */
static void test_leaving_while_it_waits(void **state)
{
	struct scene scene = scene_of("weirsrc uri=" SLOW);
	gint64 begin;

	(void)state;
	gst_harness_play(scene.harness);
	pull(&scene, 1);
	g_usleep(50000);
	begin = g_get_monotonic_time();
	gst_element_set_state(scene.source, GST_STATE_NULL);
	assert_true(ms_since(begin) < 5000);
	close_scene(&scene);
}

/* A flush ends the wait for a frame, and what comes after it flows. */
static void test_flushes(void **state)
{
	struct scene slow = scene_of("weirsrc uri=" SLOW), scene = scene_of("weirsrc uri=" PATTERN);
	gint64 begin;

	(void)state;
	gst_harness_play(slow.harness);
	pull(&slow, 1);
	begin = g_get_monotonic_time();
	assert_true(gst_element_send_event(slow.source, gst_event_new_flush_start()));
	assert_true(gst_element_send_event(slow.source, gst_event_new_flush_stop(TRUE)));
	assert_true(ms_since(begin) < 5000);
	close_scene(&slow);
	gst_harness_play(scene.harness);
	for (int i = 0; i < 20; i++) {
		assert_true(gst_element_send_event(scene.source, gst_event_new_flush_start()));
		assert_true(gst_element_send_event(scene.source, gst_event_new_flush_stop(TRUE)));
		pull(&scene, 1);
	}
	close_scene(&scene);
}

/* ---- caps ---- */

static void assert_picture(struct scene *scene, int width, int height, int rate)
{
	GstCaps *caps = gst_pad_get_current_caps(scene->harness->sinkpad);
	GstVideoInfo info;

	assert_true(gst_video_info_from_caps(&info, caps));
	assert_int_equal(GST_VIDEO_INFO_WIDTH(&info), width);
	assert_int_equal(GST_VIDEO_INFO_HEIGHT(&info), height);
	assert_int_equal(GST_VIDEO_INFO_FPS_N(&info), rate);
	gst_caps_unref(caps);
}

/* Where downstream leaves a choice it is the source's own, or what is nearest to that. */
static void test_choices(void **state)
{
	static const char *const limits[] = { "video/x-raw", "video/x-raw,format=NV12",
		"video/x-raw,width=[64,640],framerate=[1/1,300/1]" };

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(limits); i++) {
		char *words = g_strdup_printf(
			"weirsrc uri=" PATTERN " ! capsfilter caps=\"%s\"", limits[i]);
		struct scene scene = scene_of(words);

		gst_harness_play(scene.harness);
		pull(&scene, 1);
		assert_picture(&scene, 320, 240, 200);
		close_scene(&scene);
		g_free(words);
	}
}

/* What it offers is what the source has. */
static void test_offer(void **state)
{
	GstElement *source = gst_element_factory_make("weirsrc", NULL);
	GstPad *pad = gst_element_get_static_pad(source, "src");
	GstCaps *caps, *h264 = gst_caps_new_empty_simple("video/x-h264");

	(void)state;
	g_object_set(source, "uri", "pattern:bars", NULL);
	caps = gst_pad_query_caps(pad, NULL);
	assert_true(gst_caps_can_intersect(caps, h264));
	gst_caps_unref(caps);
	assert_int_equal(
		gst_element_set_state(source, GST_STATE_PAUSED), GST_STATE_CHANGE_NO_PREROLL);
	caps = gst_pad_query_caps(pad, NULL);
	assert_false(gst_caps_is_empty(caps));
	assert_false(gst_caps_can_intersect(caps, h264));
	gst_element_set_state(source, GST_STATE_NULL);
	gst_caps_unref(caps);
	gst_caps_unref(h264);
	gst_object_unref(pad);
	gst_object_unref(gst_object_ref_sink(source));
}

static guint open_files(void)
{
	GDir *folder = g_dir_open("/proc/self/fd", 0, NULL);
	guint n = 0;

	while (g_dir_read_name(folder))
		n++;
	g_dir_close(folder);
	return n;
}

/* Until buffers are as wide. */
static void change_width(struct scene *scene, GstElement *filter, guint width)
{
	char *caps = g_strdup_printf("video/x-raw,width=%u,height=120", width);
	guint now = 0;

	gst_util_set_object_arg(G_OBJECT(filter), "caps", caps);
	for (int i = 0; i < 100 && now != width; i++) {
		GstBuffer *buffer = gst_harness_pull(scene->harness);

		now = gst_buffer_get_video_meta(buffer)->width;
		gst_buffer_unref(buffer);
	}
	assert_int_equal(now, width);
	g_free(caps);
}

/* The source is opened anew for another picture, and only for that. */
static void test_new_caps(void **state)
{
	struct scene scene = scene_of("weirsrc uri=" PATTERN " ! capsfilter name=filter");
	GstElement *filter = gst_harness_find_element(scene.harness, "capsfilter");
	guint files;

	(void)state;
	gst_harness_play(scene.harness);
	pull(&scene, 5);
	gst_harness_push_upstream_event(scene.harness, gst_event_new_reconfigure());
	pull(&scene, 30);
	assert_true(figure(scene.source, "captured") >= 35);
	assert_int_equal(messages(&scene, GST_MESSAGE_LATENCY), 1);
	change_width(&scene, filter, 160);
	assert_int_equal(messages(&scene, GST_MESSAGE_LATENCY), 1);
	assert_picture(&scene, 160, 120, 200);
	files = open_files();
	for (guint i = 0; i < 6; i++)
		change_width(&scene, filter, i % 2 ? 160 : 64);
	assert_true(open_files() < files + 3);
	gst_object_unref(filter);
	close_scene(&scene);
}

/* ---- copies ---- */

/* One warning a run, or none. */
static void count_warnings(const char *policy, guint warnings)
{
	char *words = g_strdup_printf("weirsrc uri=\"" PATTERN "&stride=704\" copy-policy=%s ! "
				      "identity drop-allocation=true",
		policy);
	struct scene scene = scene_of(words);

	gst_harness_play(scene.harness);
	pull(&scene, 5);
	assert_int_equal(messages(&scene, GST_MESSAGE_WARNING), warnings);
	gst_element_set_state(scene.source, GST_STATE_NULL);
	gst_element_set_state(scene.source, GST_STATE_PLAYING);
	pull(&scene, 10);
	assert_int_equal(messages(&scene, GST_MESSAGE_WARNING), warnings);
	gst_element_set_state(scene.source, GST_STATE_NULL);
	assert_true(figure(scene.source, "user-copied-bytes") <=
		    figure(scene.source, "delivered") * 320 * 240 * 2); /* of that run alone */
	close_scene(&scene);
	g_free(words);
}

static void test_warnings(void **state)
{
	(void)state;
	count_warnings("warn", 1);
	count_warnings("allow", 0);
}

/* A line in the middle of the picture, for which the words stand. */
static void read_line(const char *words, gint stride, guint8 *line)
{
	struct scene scene = scene_of(words);
	GstBuffer *buffer;
	gsize offset;

	if (stride != 640)
		gst_harness_add_propose_allocation_meta(
			scene.harness, GST_VIDEO_META_API_TYPE, NULL);
	gst_harness_play(scene.harness);
	buffer = gst_harness_pull(scene.harness);
	offset = (gsize)stride * 120;
	assert_int_equal(gst_buffer_extract(buffer, offset, line, 640), 640);
	assert_true(stride == 640 || gst_buffer_get_video_meta(buffer)->stride[0] == stride);
	gst_buffer_unref(buffer);
	close_scene(&scene);
}

/* Who understands strides gets them as they are, and who does not a copy that looks the same. */
static void test_strides(void **state)
{
	guint8 plain[640], padded[640], copied[640];

	(void)state;
	read_line("weirsrc uri=\"" PATTERN "&format=UYVY\"", 640, plain);
	read_line("weirsrc uri=\"" PATTERN "&format=UYVY&stride=704\"", 704, padded);
	read_line("weirsrc uri=\"" PATTERN "&format=UYVY&stride=704\" copy-policy=allow ! "
		  "identity drop-allocation=true",
		640, copied);
	assert_memory_not_equal(plain, plain + 320, 320);
	assert_memory_equal(plain, padded, 640);
	assert_memory_equal(plain, copied, 640);
	assert_runs("weirsrc uri=\"" PATTERN "&stride=704\" num-buffers=5 copy-policy=never ! "
		    "weirsink sync=false copy-policy=never");
}

/* ---- what can be read ---- */

static void count_notify(GObject *object, GParamSpec *spec, gpointer count)
{
	(void)object;
	(void)spec;
	g_atomic_int_inc((gint *)count);
}

static void test_readings_are_told(void **state)
{
	struct scene scene = scene_of("weirsrc uri=" PATTERN);
	gint plans = 0, stats = 0;

	(void)state;
	g_signal_connect(scene.source, "notify::plan", G_CALLBACK(count_notify), &plans);
	g_signal_connect(scene.source, "notify::stats", G_CALLBACK(count_notify), &stats);
	gst_harness_play(scene.harness);
	pull(&scene, 1);
	assert_int_equal(g_atomic_int_get(&plans), 1);
	assert_int_equal(g_atomic_int_get(&stats), 0);
	gst_element_set_state(scene.source, GST_STATE_NULL);
	assert_int_equal(g_atomic_int_get(&stats), 1);
	close_scene(&scene);
}

static void test_buffers_wished_for(void **state)
{
	struct scene scene = scene_of("weirsrc buffers=5 uri=" PATTERN);
	GstStructure *stats = NULL;
	guint slots = 0;

	(void)state;
	gst_harness_play(scene.harness);
	pull(&scene, 1);
	g_object_get(scene.source, "stats", &stats, NULL);
	assert_true(gst_structure_get_uint(stats, "slots", &slots));
	assert_int_equal(slots, 5);
	gst_structure_free(stats);
	gst_element_set_state(scene.source, GST_STATE_NULL);
	assert_true(figure(scene.source, "captured") > 0); /* of the last run */
	close_scene(&scene);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_time),
		cmocka_unit_test(test_clocks),
		cmocka_unit_test(test_latency),
		cmocka_unit_test(test_lost_frames),
		cmocka_unit_test(test_leaving_while_it_waits),
		cmocka_unit_test(test_flushes),
		cmocka_unit_test(test_choices),
		cmocka_unit_test(test_offer),
		cmocka_unit_test(test_new_caps),
		cmocka_unit_test(test_warnings),
		cmocka_unit_test(test_strides),
		cmocka_unit_test(test_readings_are_told),
		cmocka_unit_test(test_buffers_wished_for),
	};
	int failed;

	gst_init(&argc, &argv);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	gst_deinit();
	return failed;
}
