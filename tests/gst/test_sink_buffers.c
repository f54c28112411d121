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

static guint64 figure_of(GstHarness *harness, const char *name)
{
	GstElement *sink = gst_harness_find_element(harness, "weirsink");
	guint64 value = figure(sink, name);

	gst_object_unref(sink);
	return value;
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
	assert_int_equal(figure_of(harness, "captured"), 3);
	assert_int_equal(figure_of(harness, "user-copied-bytes"), 3 * 640 * 480 * 3 / 2);
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

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_larger_than_the_caps),
		cmocka_unit_test(test_longer_than_the_buffer),
		cmocka_unit_test(test_tight_end),
	};
	int failed;

	gst_init(&argc, &argv);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	gst_deinit();
	return failed;
}
