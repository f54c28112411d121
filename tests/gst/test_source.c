/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* weirsrc on the pattern source. */

#include "tests/gst/element.h"

#include <stdio.h>
#include <unistd.h>

#define PATTERN "pattern:bars?size=320x240&fps=200"
#define CAMERA  "/dev/video0" /* in the rig */

static void test_buffers_tell_what_they_are(void **state)
{
	GstHarness *harness = gst_harness_new_parse("weirsrc uri=\"" PATTERN "&format=UYVY\"");
	guint64 next = 0;

	(void)state;
	gst_harness_use_systemclock(harness);
	gst_harness_play(harness);
	for (int i = 0; i < 20; i++) {
		GstBuffer *buffer = gst_harness_pull(harness);
		GstReferenceTimestampMeta *reference;
		GstVideoMeta *meta;

		assert_non_null(buffer);
		meta = gst_buffer_get_video_meta(buffer);
		assert_non_null(meta);
		assert_int_equal(meta->width, 320);
		assert_int_equal(meta->height, 240);
		assert_int_equal(meta->format, GST_VIDEO_FORMAT_UYVY);
		assert_int_equal(meta->stride[0], 640);
		assert_true(gst_buffer_get_size(buffer) >= 640 * 240);
		assert_true(GST_BUFFER_PTS_IS_VALID(buffer));
		assert_true(GST_BUFFER_OFFSET(buffer) >= next);
		next = GST_BUFFER_OFFSET(buffer) + 1;
		reference = gst_buffer_get_reference_timestamp_meta(buffer, NULL);
		assert_non_null(reference);
		assert_true(reference->timestamp > 0);
		gst_buffer_unref(buffer);
	}
	gst_harness_teardown(harness);
}

/* They go on living where they are held. */
static void test_buffers_outlive_the_element(void **state)
{
	GstHarness *harness = gst_harness_new_parse("weirsrc uri=" PATTERN);
	GstBuffer *held[4];
	GstMapInfo map;

	(void)state;
	gst_harness_use_systemclock(harness);
	gst_harness_play(harness);
	for (int i = 0; i < 4; i++)
		assert_non_null(held[i] = gst_harness_pull(harness));
	gst_harness_teardown(harness);
	for (int i = 0; i < 4; i++) {
		assert_true(gst_buffer_map(held[i], &map, GST_MAP_READ));
		assert_true(map.size > 0);
		assert_int_equal(map.data[map.size - 1], map.data[map.size - 1]);
		gst_buffer_unmap(held[i], &map);
		gst_buffer_unref(held[i]);
	}
}

static guint count_metas(GstBuffer *buffer)
{
	gpointer state = NULL;
	guint n = 0;

	while (gst_buffer_iterate_meta(buffer, &state))
		n++;
	return n;
}

/* Buffers are used again, but not with what others did to them. */
static void test_buffers_are_as_new(void **state)
{
	GstHarness *harness = gst_harness_new_parse("weirsrc buffers=5 uri=" PATTERN);
	GstBuffer *empty, *shrunk;
	GstMemory *memory;
	gsize size;

	(void)state;
	gst_harness_use_systemclock(harness);
	gst_harness_play(harness);
	empty = gst_harness_pull(harness);
	size = gst_buffer_get_size(empty);
	memory = gst_buffer_get_memory(empty, 0);
	gst_buffer_remove_all_memory(empty);
	shrunk = gst_harness_pull(harness);
	gst_buffer_resize(shrunk, 16, 64);
	gst_buffer_add_video_crop_meta(shrunk);
	gst_buffer_get_video_meta(shrunk)->width = 1;
	GST_BUFFER_FLAG_SET(shrunk, GST_BUFFER_FLAG_GAP);
	gst_buffer_unref(shrunk);
	for (int i = 0; i < 20; i++) {
		GstBuffer *buffer = gst_harness_pull(harness);

		assert_int_equal(gst_buffer_get_size(buffer), size);
		assert_int_equal(gst_buffer_n_memory(buffer), 1);
		assert_ptr_not_equal(gst_buffer_peek_memory(buffer, 0), memory);
		assert_int_equal(count_metas(buffer), 2);
		assert_int_equal(gst_buffer_get_video_meta(buffer)->width, 320);
		assert_false(GST_BUFFER_FLAG_IS_SET(buffer, GST_BUFFER_FLAG_GAP));
		gst_buffer_unref(buffer);
	}
	gst_memory_unref(memory);
	for (int i = 0; i < 5; i++)
		gst_buffer_unref(gst_harness_pull(harness));
	gst_harness_teardown(harness);
	gst_buffer_unref(empty);
}

/* Everything held: the source goes on with what comes back. */
static void test_holding_all(void **state)
{
	GstHarness *harness = gst_harness_new_parse("weirsrc buffers=4 uri=" PATTERN);
	GstBuffer *a, *b, *c;

	(void)state;
	gst_harness_use_systemclock(harness);
	gst_harness_play(harness);
	a = gst_harness_pull(harness);
	b = gst_harness_pull(harness);
	g_usleep(50000);
	gst_buffer_unref(a);
	gst_buffer_unref(b);
	c = gst_harness_pull(harness);
	assert_non_null(c);
	gst_buffer_unref(c);
	gst_harness_teardown(harness);
}

static void test_what_downstream_wants(void **state)
{
	(void)state;
	assert_runs("weirsrc uri=" PATTERN
		    " num-buffers=5 ! video/x-raw,format=NV12,width=160,height=120 ! fakesink");
	assert_runs("weirsrc uri=" PATTERN " memory=host num-buffers=5 ! fakesink");
	assert_runs("weirsrc uri=" PATTERN
		    " num-buffers=5 ! video/x-raw,framerate=50/1 ! videoconvert ! fakesink");
	assert_runs(
		"weirsrc uri=\"" PATTERN "&stride=704\" num-buffers=5 ! videoconvert ! fakesink");
	assert_refused("weirsrc uri=" PATTERN " ! audio/x-raw ! fakesink",
		"can't handle caps audio/x-raw");
}

static void test_copies_by_policy(void **state)
{
	const char *padded = "weirsrc uri=\"" PATTERN "&stride=704\" num-buffers=5 copy-policy=";
	char *words;

	(void)state;
	words = g_strconcat(padded, "never ! identity drop-allocation=true ! fakesink", NULL);
	assert_refused(words, "copied");
	g_free(words);
	words = g_strconcat(padded, "allow ! identity drop-allocation=true ! fakesink", NULL);
	assert_runs(words);
	g_free(words);
	assert_runs("weirsrc uri=" PATTERN " num-buffers=5 copy-policy=never ! fakesink");
}

/* Into a file goes the picture, without the rest of its pages. */
static void test_bytes_of_a_file(void **state)
{
	char *name = g_strdup_printf("%s/weir-gst-bytes-%d", g_get_tmp_dir(), (int)getpid());
	char *words = g_strdup_printf("weirsrc num-buffers=3 "
				      "uri=\"pattern:bars?size=322x242&fps=200&format=UYVY\" ! "
				      "filesink location=%s",
		name);
	gchar *content = NULL;
	gsize length = 0;

	(void)state;
	assert_runs(words);
	assert_true(g_file_get_contents(name, &content, &length, NULL));
	assert_int_equal(length, 3 * 322 * 242 * 2);
	g_free(content);
	remove(name);
	g_free(words);
	g_free(name);
}

/* The element's own copies are in the books as well. */
static void test_copies_are_counted(void **state)
{
	GstElement *pipeline = gst_parse_launch("weirsrc name=w copy-policy=allow num-buffers=5 "
						"uri=\"" PATTERN "&format=UYVY&stride=704\" ! "
						"identity drop-allocation=true ! fakesink",
		NULL);
	GstElement *element = gst_bin_get_by_name(GST_BIN(pipeline), "w");
	GstBus *bus = gst_element_get_bus(pipeline);

	(void)state;
	gst_element_set_state(pipeline, GST_STATE_PLAYING);
	gst_message_unref(gst_bus_timed_pop_filtered(bus, 30 * GST_SECOND, GST_MESSAGE_EOS));
	assert_int_equal(figure(element, "user-copied-bytes"), 5 * 320 * 240 * 2);
	gst_element_set_state(pipeline, GST_STATE_NULL);
	gst_object_unref(bus);
	gst_object_unref(element);
	gst_object_unref(pipeline);
}

/* Who draws into what it got has a copy of its own: the pattern goes on undamaged. */
static void test_writing_into_a_pattern(void **state)
{
	GstHarness *harness =
		gst_harness_new_parse("weirsrc buffers=3 uri=\"" PATTERN "&format=GREY\"");

	(void)state;
	gst_harness_use_systemclock(harness);
	gst_harness_play(harness);
	for (int i = 0; i < 12; i++) {
		GstBuffer *buffer = gst_buffer_make_writable(gst_harness_pull(harness));
		GstMapInfo map;

		assert_true(gst_buffer_map(buffer, &map, GST_MAP_READWRITE));
		assert_int_not_equal(map.data[320 * 200], 77);
		memset(map.data, 77, map.size);
		gst_buffer_unmap(buffer, &map);
		gst_buffer_unref(buffer);
	}
	gst_harness_teardown(harness);
}

static gboolean is_at_least_1_24(void)
{
	guint major, minor, micro, nano;

	gst_version(&major, &minor, &micro, &nano);
	return major > 1 || minor >= 24;
}

/* The pipeline counts a time of its own: frames have that, less their age. */
static void test_another_clock(void **state)
{
	GstHarness *harness = gst_harness_new_parse("weirsrc uri=" PATTERN);

	(void)state;
	gst_harness_use_testclock(harness);
	gst_harness_set_time(harness, 3600 * GST_SECOND);
	gst_harness_play(harness);
	for (int i = 0; i < 5; i++) {
		GstBuffer *buffer = gst_harness_pull(harness);
		GstClockTimeDiff age = GST_CLOCK_DIFF(GST_BUFFER_PTS(buffer), 3600 * GST_SECOND);

		assert_true(age >= 0 && age < 30 * GST_SECOND);
		gst_buffer_unref(buffer);
	}
	gst_harness_teardown(harness);
}

static void pause_and_play(const char *words)
{
	GstHarness *harness = gst_harness_new_parse(words);
	GstElement *element = gst_harness_find_element(harness, "weirsrc");
	guint64 resumed, last;

	gst_harness_use_systemclock(harness);
	gst_harness_play(harness);
	gst_buffer_unref(gst_harness_pull(harness));
	gst_element_set_state(element, GST_STATE_PAUSED);
	while (gst_harness_buffers_in_queue(harness))
		gst_buffer_unref(gst_harness_pull(harness));
	last = figure(element, "captured");
	g_usleep(200000);
	assert_true(figure(element, "captured") <= last + 1); /* nobody runs it */
	resumed = (guint64)g_get_monotonic_time() * 1000;
	gst_element_set_state(element, GST_STATE_PLAYING);
	/* The first may have been on its way when the pause began. */
	for (int i = 0; i < 2; i++) {
		GstBuffer *buffer = gst_harness_pull(harness);
		GstReferenceTimestampMeta *meta =
			gst_buffer_get_reference_timestamp_meta(buffer, NULL);

		assert_true(i == 0 || meta->timestamp >= resumed);
		gst_buffer_unref(buffer);
	}
	gst_object_unref(element);
	gst_harness_teardown(harness);
}

/* Nobody looks: what was captured before somebody does again is of no use. A camera fills its
 * buffers meanwhile. */
static void test_pausing(void **state)
{
	(void)state;
	pause_and_play("weirsrc uri=" PATTERN);
	if (!access(CAMERA, F_OK))
		pause_and_play("weirsrc device=" CAMERA);
}

/* Caps that insist on dma-bufs, in the words of this version. */
static void test_dmabuf_caps(void **state)
{
	const char *words = is_at_least_1_24() ? "DMA_DRM,drm-format=UYVY" : "UYVY";
	char *line = g_strdup_printf("weirsrc num-buffers=5 uri=\"" PATTERN "&format=UYVY\" ! "
				     "video/x-raw(memory:DMABuf),format=%s ! weirsink sync=false",
		words);
	char *error = run_words(line);

	(void)state;
	if (access("/dev/udmabuf", R_OK | W_OK))
		assert_non_null(strstr(error, "no dma-bufs"));
	else
		assert_null(error);
	g_free(error);
	g_free(line);
}

static void test_words_of_errors(void **state)
{
	(void)state;
	assert_refused("weirsrc uri=patern:bars ! fakesink", "did you mean");
	assert_refused("weirsrc uri=" PATTERN " memory=mmap ! fakesink", "mmap");
	assert_refused("weirsrc device=/dev/video77 ! fakesink", "there is no camera");
	assert_refused("weirsrc uri=pattern:bars extra-controls=\"c,brightness=1\" ! fakesink",
		"has no control");
}

/* Programs go by the code, people by the words. */
static void test_error_codes(void **state)
{
	GstElement *source = gst_element_factory_make("weirsrc", NULL);
	GstBus *bus = gst_bus_new();
	GstMessage *message;
	GError *error = NULL;

	(void)state;
	gst_element_set_bus(source, bus);
	g_object_set(source, "device", "/dev/video77", NULL);
	assert_int_equal(gst_element_set_state(source, GST_STATE_PAUSED), GST_STATE_CHANGE_FAILURE);
	message = gst_bus_pop_filtered(bus, GST_MESSAGE_ERROR);
	assert_non_null(message);
	gst_message_parse_error(message, &error, NULL);
	assert_true(g_error_matches(error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NOT_FOUND));
	g_error_free(error);
	gst_message_unref(message);
	gst_element_set_state(source, GST_STATE_NULL);
	gst_element_set_bus(source, NULL);
	gst_object_unref(bus);
	gst_object_unref(gst_object_ref_sink(source));
}

static void test_the_books(void **state)
{
	GstHarness *harness = gst_harness_new_parse("weirsrc name=w uri=" PATTERN);
	GstElement *element = gst_harness_find_element(harness, "weirsrc");
	char *plan = NULL;

	(void)state;
	gst_harness_use_systemclock(harness);
	gst_harness_play(harness);
	for (int i = 0; i < 10; i++)
		gst_buffer_unref(gst_harness_pull(harness));
	assert_true(figure(element, "captured") >= 10);
	assert_int_equal(figure(element, "user-copied-bytes"), 0);
	g_object_get(element, "plan", &plan, NULL);
	assert_non_null(strstr(plan, "source pattern:bars"));
	g_free(plan);
	gst_object_unref(element);
	gst_harness_teardown(harness);
}

static void test_state_changes(void **state)
{
	(void)state;
	torture("weirsrc uri=" PATTERN " ! fakesink");
}

/* ---- caps ---- */

static char *format_in_ready(GstElement *element)
{
	GstPad *pad = gst_element_get_static_pad(element, "src");
	GstCaps *caps = gst_pad_query_caps(pad, NULL);
	GstCaps *any = gst_pad_get_pad_template_caps(pad);
	char *name = gst_caps_is_equal(caps, any)
			     ? NULL
			     : g_strdup(gst_structure_get_name(gst_caps_get_structure(caps, 0)));

	gst_caps_unref(any);
	gst_caps_unref(caps);
	gst_object_unref(pad);
	return name;
}

/* Until then it may come to be any source. */
static void test_caps_from_ready_on(void **state)
{
	GstElement *element = gst_element_factory_make("weirsrc", NULL);
	char *format;

	(void)state;
	gst_object_ref_sink(element);
	g_object_set(element, "uri", PATTERN, NULL);
	assert_null(format_in_ready(element));
	for (int round = 0; round < 2; round++) {
		gst_element_set_state(element, GST_STATE_READY);
		format = format_in_ready(element);
		assert_string_equal(format, "video/x-raw");
		g_free(format);
		gst_element_set_state(element, GST_STATE_PAUSED);
	}
	gst_element_set_state(element, GST_STATE_NULL);
	assert_null(format_in_ready(element));
	g_object_set(element, "uri", "pattern:nosuch", NULL);
	assert_int_equal(gst_element_set_state(element, GST_STATE_READY), GST_STATE_CHANGE_FAILURE);
	gst_element_set_state(element, GST_STATE_NULL);
	gst_object_unref(element);
}

/* What it is told in READY counts, and not what it was before. */
static void test_another_uri_in_ready(void **state)
{
	GstHarness *harness = gst_harness_new_parse("weirsrc name=source uri=" PATTERN);
	GstElement *source = gst_bin_get_by_name(GST_BIN(harness->element), "source");
	GstCaps *caps;
	int width;

	(void)state;
	gst_harness_use_systemclock(harness);
	gst_element_set_state(harness->element, GST_STATE_READY);
	g_object_set(source, "uri", "pattern:bars?size=640x480&fps=200", NULL);
	gst_harness_play(harness);
	gst_buffer_unref(gst_harness_pull(harness));
	caps = gst_pad_get_current_caps(harness->sinkpad);
	assert_true(gst_structure_get_int(gst_caps_get_structure(caps, 0), "width", &width));
	assert_int_equal(width, 640);
	gst_caps_unref(caps);
	gst_object_unref(source);
	gst_harness_teardown(harness);
}

/* Those of the picture that was agreed upon, and none that it does not have. */
static void test_colours(void **state)
{
	static const char *const pictures[] = { "format=NV12,width=320,height=240",
		"format=NV12,width=640,height=480", "format=BGRx,width=320,height=240" };

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(pictures); i++) {
		char *words = g_strdup_printf(
			"weirsrc uri=" PATTERN " ! video/x-raw,%s ! identity", pictures[i]);
		GstHarness *harness = gst_harness_new_parse(words);
		const char *colours;
		GstCaps *caps;

		gst_harness_use_systemclock(harness);
		gst_harness_play(harness);
		gst_buffer_unref(gst_harness_pull(harness));
		caps = gst_pad_get_current_caps(harness->sinkpad);
		colours = gst_structure_get_string(gst_caps_get_structure(caps, 0), "colorimetry");
		assert_string_equal(colours, i < 2 ? "bt601" : "sRGB");
		gst_caps_unref(caps);
		gst_harness_teardown(harness);
		g_free(words);
	}
	assert_runs("weirsrc num-buffers=2 uri=" PATTERN
		    " ! video/x-raw,format=NV12,colorimetry=2:4:16:4 ! fakesink");
	assert_refused("weirsrc uri=" PATTERN
		       " ! video/x-raw,format=NV12,colorimetry=bt2020 ! fakesink",
		"does not come in the colours of bt2020");
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_buffers_tell_what_they_are),
		cmocka_unit_test(test_buffers_outlive_the_element),
		cmocka_unit_test(test_buffers_are_as_new),
		cmocka_unit_test(test_holding_all),
		cmocka_unit_test(test_what_downstream_wants),
		cmocka_unit_test(test_copies_by_policy),
		cmocka_unit_test(test_bytes_of_a_file),
		cmocka_unit_test(test_copies_are_counted),
		cmocka_unit_test(test_writing_into_a_pattern),
		cmocka_unit_test(test_another_clock),
		cmocka_unit_test(test_pausing),
		cmocka_unit_test(test_dmabuf_caps),
		cmocka_unit_test(test_caps_from_ready_on),
		cmocka_unit_test(test_another_uri_in_ready),
		cmocka_unit_test(test_colours),
		cmocka_unit_test(test_words_of_errors),
		cmocka_unit_test(test_error_codes),
		cmocka_unit_test(test_the_books),
		cmocka_unit_test(test_state_changes),
	};
	int failed;

	gst_init(&argc, &argv);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	gst_deinit();
	return failed;
}
