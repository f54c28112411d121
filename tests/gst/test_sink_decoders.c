/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Decoders, and those that behave like them, draw into weirsink's memory. */

#include "tests/gst/element.h"

#define I420(width, height)                                                                        \
	"video/x-raw,format=I420,width=" #width ",height=" #height ",framerate=30/1"

static GstHarness *harness_with(const char *caps)
{
	GstHarness *harness =
		gst_harness_new_parse("weirsink name=sink sync=false copy-policy=never");

	gst_harness_set_src_caps_str(harness, caps);
	return harness;
}

static void leave(GstBufferPool *pool)
{
	gst_buffer_pool_set_active(pool, FALSE);
	gst_object_unref(pool);
}

/* ---- as decoders do ---- */

/* libav compares the strides with those of its own frames, and does without the pool where they
 * are others. */
static void assert_strides(const char *caps_words, guint mask)
{
	GstVideoAlignment align = { 0, 3, 0, 0, { mask, mask, mask, mask } }, wish = align;
	GstHarness *harness = harness_with(caps_words);
	GstBufferPool *pool = ask_for_pool(harness, &align);
	GstCaps *caps = gst_pad_get_current_caps(harness->srcpad);
	GstBuffer *buffer = NULL;
	GstVideoMeta *meta;
	GstVideoInfo info;

	assert_true(gst_video_info_from_caps(&info, caps));
	assert_true(gst_video_info_align(&info, &wish));
	assert_int_equal(gst_buffer_pool_acquire_buffer(pool, &buffer, NULL), GST_FLOW_OK);
	meta = gst_buffer_get_video_meta(buffer);
	for (guint i = 0; i < GST_VIDEO_INFO_N_PLANES(&info); i++)
		assert_int_equal(meta->stride[i], GST_VIDEO_INFO_PLANE_STRIDE(&info, i));
	assert_int_equal(gst_harness_push(harness, buffer), GST_FLOW_OK);
	assert_true(gst_harness_push_event(harness, gst_event_new_eos()));
	assert_int_equal(sink_figure(harness, "user-copied-bytes"), 0);
	gst_caps_unref(caps);
	leave(pool);
	gst_harness_teardown(harness);
}

static void test_strides(void **state)
{
	(void)state;
	assert_strides(I420(640, 480), 63);
	assert_strides(I420(320, 240), 63);
	assert_strides(I420(1280, 720), 31);
	assert_strides(I420(1918, 1080), 15);
	assert_strides("video/x-raw,format=NV12,width=640,height=480,framerate=30/1", 63);
	assert_strides("video/x-raw,format=UYVY,width=640,height=480,framerate=30/1", 63);
	assert_strides("video/x-raw,format=Y42B,width=640,height=480,framerate=30/1", 63);
}

/* They leave a frame mapped to write as long as they look back at it, and send a copy of its buffer
 * on, which is to have timestamps of its own. */
static void test_mapped_while_shown(void **state)
{
	GstHarness *harness = harness_with(I420(64, 48));
	GstBufferPool *pool = ask_for_pool(harness, NULL);

	(void)state;
	for (int i = 0; i < 10; i++) {
		GstBuffer *buffer = NULL, *sent;
		GstMapInfo map;

		assert_int_equal(gst_buffer_pool_acquire_buffer(pool, &buffer, NULL), GST_FLOW_OK);
		assert_true(gst_buffer_map(buffer, &map, GST_MAP_READWRITE));
		sent = gst_buffer_make_writable(gst_buffer_ref(buffer));
		assert_ptr_not_equal(sent, buffer);
		assert_non_null(gst_buffer_get_video_meta(sent));
		assert_int_equal(gst_buffer_get_size(sent), map.size);
		sent = gst_buffer_make_writable(sent);
		GST_BUFFER_PTS(sent) = (GstClockTime)i * 33 * GST_MSECOND;
		assert_int_equal(gst_harness_push(harness, sent), GST_FLOW_OK);
		gst_buffer_unmap(buffer, &map);
		gst_buffer_unref(buffer);
	}
	assert_true(gst_harness_push_event(harness, gst_event_new_eos()));
	assert_int_equal(sink_figure(harness, "captured"), 10);
	assert_int_equal(sink_figure(harness, "user-copied-bytes"), 0);
	leave(pool);
	gst_harness_teardown(harness);
}

/* Who wants the pixels as they are now gets a copy that stays so. */
static void test_deep_copies(void **state)
{
	GstHarness *harness = harness_with(I420(64, 48));
	GstBufferPool *pool = ask_for_pool(harness, NULL);
	GstBuffer *buffer = NULL, *deep, *shared;
	GstMapInfo map;

	(void)state;
	assert_int_equal(gst_buffer_pool_acquire_buffer(pool, &buffer, NULL), GST_FLOW_OK);
	gst_buffer_memset(buffer, 0, 1, 64);
	assert_true(gst_buffer_map(buffer, &map, GST_MAP_READWRITE));
	deep = gst_buffer_copy_deep(buffer);
	shared = gst_buffer_copy(buffer);
	memset(map.data, 2, 64);
	gst_buffer_unmap(buffer, &map);
	gst_buffer_unref(buffer);
	assert_int_equal(gst_buffer_memcmp(deep, 0, "\1\1\1\1", 4), 0);
	assert_int_equal(gst_buffer_memcmp(shared, 0, "\2\2\2\2", 4), 0);
	/* Nor does anybody write into what another reads. */
	shared = gst_buffer_make_writable(shared);
	assert_true(gst_buffer_map(shared, &map, GST_MAP_WRITE));
	gst_buffer_unmap(shared, &map);
	gst_buffer_unref(shared);
	gst_buffer_unref(deep);
	leave(pool);
	gst_harness_teardown(harness);
}

/* ---- decoders ---- */

static gboolean have(const char *name)
{
	GstElementFactory *factory = gst_element_factory_find(name);

	if (factory)
		gst_object_unref(factory);
	return factory != NULL;
}

static void decode(const char *words, guint frames, guint copied, gsize frame)
{
	GstElement *pipeline = gst_parse_launch(words, NULL);
	GstElement *sink = gst_bin_get_by_name(GST_BIN(pipeline), "sink");

	assert_ends(pipeline, 60 * GST_SECOND);
	assert_int_equal(figure(sink, "captured"), frames);
	if (figure(sink, "user-copied-bytes") > copied * frame)
		fail_msg("%s: %u of %u frames were copied", words,
			(guint)(figure(sink, "user-copied-bytes") / frame), frames);
	gst_object_unref(sink);
	gst_element_set_state(pipeline, GST_STATE_NULL);
	gst_object_unref(pipeline);
}

#define CODED(size, coder) "videotestsrc num-buffers=40 pattern=ball ! " size " ! " coder " ! "

/* libav's first frames are drawn before it has seen the pool: as many as it has threads. */
static void test_h264(void **state)
{
	(void)state;
	if (!have("x264enc") || !have("avdec_h264"))
		skip();
	decode(CODED(I420(640, 480),
		       "x264enc speed-preset=ultrafast bframes=3 b-adapt=false") "avdec_h264 ! "
										 "weirsink "
										 "name=sink "
										 "buffers=20 "
										 "sync=false "
										 "copy-policy="
										 "allow",
		40, 4, 640 * 480 * 3 / 2);
	decode(CODED(I420(1280, 720),
		       "x264enc speed-preset=ultrafast bframes=3 b-adapt=false") "avdec_h264 ! "
										 "weirsink "
										 "name=sink "
										 "buffers=4 "
										 "sync=false "
										 "copy-policy="
										 "allow",
		40, 40, 1280 * 720 * 3 / 2);
}

static void test_vp8(void **state)
{
	(void)state;
	if (!have("vp8enc") || !have("vp8dec") || !have("avdec_vp8"))
		skip();
	decode(CODED(I420(640, 480), "vp8enc deadline=1") "vp8dec ! weirsink name=sink sync=false "
							  "copy-policy=never",
		40, 0, 1);
	decode(CODED(I420(640, 480), "vp8enc deadline=1") "avdec_vp8 ! weirsink name=sink "
							  "buffers=20 sync=false copy-policy=allow",
		40, 4, 640 * 480 * 3 / 2);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_strides),
		cmocka_unit_test(test_mapped_while_shown),
		cmocka_unit_test(test_deep_copies),
		cmocka_unit_test(test_h264),
		cmocka_unit_test(test_vp8),
	};
	int failed;

	gst_init(&argc, &argv);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	gst_deinit();
	return failed;
}
