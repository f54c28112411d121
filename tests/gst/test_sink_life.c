/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* weirsink among the clocks, events and caps of a pipeline. */

#include "tests/gst/receiver.h"

static void wait_for(GstElement *pipeline, GstMessageType type)
{
	GstBus *bus = gst_element_get_bus(pipeline);
	GstMessage *message =
		gst_bus_timed_pop_filtered(bus, 30 * GST_SECOND, type | GST_MESSAGE_ERROR);

	assert_non_null(message);
	assert_int_equal(GST_MESSAGE_TYPE(message), type);
	gst_message_unref(message);
	gst_object_unref(bus);
}

static void close_pipeline(GstElement *pipeline)
{
	gst_element_set_state(pipeline, GST_STATE_NULL);
	gst_object_unref(pipeline);
}

/* ---- clocks ---- */

/* The picture that waits goes out once, when the pipeline plays. */
static void test_preroll(void **state)
{
	GstElement *pipeline = gst_parse_launch(
		"videotestsrc num-buffers=20 ! " GRAY " ! weirsink name=sink sync=false", NULL);
	GstElement *sink = gst_bin_get_by_name(GST_BIN(pipeline), "sink");

	(void)state;
	gst_element_set_state(pipeline, GST_STATE_PAUSED);
	wait_for(pipeline, GST_MESSAGE_ASYNC_DONE);
	g_usleep(50000);
	assert_int_equal(figure(sink, "captured"), 0);
	gst_element_set_state(pipeline, GST_STATE_PLAYING);
	wait_for(pipeline, GST_MESSAGE_EOS);
	assert_int_equal(figure(sink, "captured"), 20);
	gst_object_unref(sink);
	close_pipeline(pipeline);
}

/* Each frame goes out when its time has come. */
static void test_sync(void **state)
{
	gint64 begin = g_get_monotonic_time();

	(void)state;
	assert_runs("videotestsrc num-buffers=10 ! video/x-raw,width=64,height=48,framerate=20/1 ! "
		    "weirsink sync=true");
	assert_true(g_get_monotonic_time() - begin >= 9 * 50000);
	assert_runs("videotestsrc num-buffers=10 ! video/x-raw,width=64,height=48,framerate=1/60 ! "
		    "weirsink sync=false");
}

static GstPadProbeReturn note_lateness(GstPad *pad, GstPadProbeInfo *info, gpointer late)
{
	GstClockTimeDiff jitter = 0;

	(void)pad;
	if (GST_EVENT_TYPE(info->data) == GST_EVENT_QOS)
		gst_event_parse_qos(info->data, NULL, NULL, &jitter, NULL);
	if (jitter > 0)
		g_atomic_int_set((gint *)late, TRUE);
	return GST_PAD_PROBE_OK;
}

/* What is too late is left out, and upstream is told. */
static void test_qos(void **state)
{
	GstElement *pipeline = gst_parse_launch(
		"videotestsrc num-buffers=30 ! video/x-raw,width=64,height=48,framerate=100/1 ! "
		"identity sleep-time=30000 ! weirsink name=sink",
		NULL);
	GstElement *sink = gst_bin_get_by_name(GST_BIN(pipeline), "sink");
	GstPad *pad = gst_element_get_static_pad(sink, "sink");
	gint late = FALSE;

	(void)state;
	gst_pad_add_probe(pad, GST_PAD_PROBE_TYPE_EVENT_UPSTREAM, note_lateness, &late, NULL);
	gst_element_set_state(pipeline, GST_STATE_PLAYING);
	wait_for(pipeline, GST_MESSAGE_EOS);
	assert_true(figure(sink, "captured") < 30);
	assert_true(g_atomic_int_get(&late));
	gst_object_unref(pad);
	gst_object_unref(sink);
	close_pipeline(pipeline);
}

/* ---- events ---- */

/* The end is told when the last byte is out, not when the last frame came in. */
static void test_end_waits_for_sends(void **state)
{
	struct receiver receiver;
	GstHarness *harness;
	GstElement *sink;

	(void)state;
	receiver_open(&receiver, TRUE);
	receiver.rest_us = 5000;
	harness = harness_to(receiver.uri, GRAY);
	sink = gst_harness_find_element(harness, "weirsink");
	for (int i = 0; i < 40; i++)
		assert_int_equal(gst_harness_push(harness, gray((GstClockTime)i * GST_MSECOND)),
			GST_FLOW_OK);
	assert_true(gst_harness_push_event(harness, gst_event_new_eos()));
	assert_int_equal(figure(sink, "delivered"), 40);
	assert_int_equal(figure(sink, "dropped"), 0);
	gst_object_unref(sink);
	gst_harness_teardown(harness);
	receiver_close(&receiver);
	assert_int_equal(receiver.bytes, 40 * GRAY_BYTES);
}

/* Who never reads holds nobody up that wants to leave. */
static void test_leaving_while_it_waits(void **state)
{
	struct receiver receiver;
	GstElement *pipeline;
	char *words;

	(void)state;
	receiver_open(&receiver, FALSE);
	words = g_strdup_printf("videotestsrc num-buffers=30 ! " GRAY
				" ! weirsink sync=false uri=\"%s\"",
		receiver.uri);
	pipeline = gst_parse_launch(words, NULL);
	gst_element_set_state(pipeline, GST_STATE_PLAYING);
	g_usleep(300000);
	assert_int_not_equal(
		gst_element_set_state(pipeline, GST_STATE_NULL), GST_STATE_CHANGE_FAILURE);
	gst_object_unref(pipeline);
	receiver_close(&receiver);
	g_free(words);
}

/* Seeks flush while frames flow, and while somebody waits for room. */
static void test_flush_storm(void **state)
{
	GstElement *pipeline = gst_parse_launch(
		"videotestsrc ! " GRAY " ! weirsink name=sink sync=false buffers=2", NULL);
	GstElement *sink = gst_bin_get_by_name(GST_BIN(pipeline), "sink");
	guint64 before;

	(void)state;
	gst_element_set_state(pipeline, GST_STATE_PLAYING);
	wait_for(pipeline, GST_MESSAGE_ASYNC_DONE);
	for (int i = 0; i < 200; i++) {
		assert_true(gst_element_seek_simple(
			pipeline, GST_FORMAT_TIME, GST_SEEK_FLAG_FLUSH, i * GST_MSECOND));
		g_usleep((gulong)g_random_int_range(0, 2000));
	}
	before = figure(sink, "captured");
	for (int i = 0; i < 1000 && figure(sink, "captured") < before + 10; i++)
		g_usleep(10000);
	assert_true(figure(sink, "captured") >= before + 10);
	gst_object_unref(sink);
	close_pipeline(pipeline);
}

/* ---- caps ---- */

static void test_new_caps_on_the_way(void **state)
{
	GstElement *pipeline = gst_parse_launch("videotestsrc name=from ! capsfilter ! "
						"weirsink name=to sync=false copy-policy=never",
		NULL);
	GstElement *from = gst_bin_get_by_name(GST_BIN(pipeline), "from");
	GstElement *to = gst_bin_get_by_name(GST_BIN(pipeline), "to");
	GstCaps *next = NULL; /* atomic */

	(void)state;
	gst_pad_add_probe(from->srcpads->data, GST_PAD_PROBE_TYPE_BUFFER, change_caps, &next, NULL);
	gst_element_set_state(pipeline, GST_STATE_PLAYING);
	for (int i = 0; i < 10; i++) {
		GstCaps *caps = gst_caps_new_simple("video/x-raw", "format", G_TYPE_STRING,
			i % 2 ? "NV12" : "UYVY", "width", G_TYPE_INT, 64 * (1 + i % 4), "height",
			G_TYPE_INT, 48, NULL);

		g_atomic_pointer_set(&next, caps);
		wait_for_caps(to->sinkpads->data, caps);
		gst_caps_unref(caps);
	}
	for (int t = 0; t < 1000 && figure(to, "delivered") < 10; t++)
		g_usleep(5000);
	assert_true(figure(to, "delivered") >= 10);
	assert_int_equal(figure(to, "user-copied-bytes"), 0);
	gst_object_unref(from);
	gst_object_unref(to);
	close_pipeline(pipeline);
}

/* ---- room around the picture ---- */

#define INSIDE  7
#define OUTSIDE 99

static void push_padded(GstHarness *harness, GstBufferPool *pool, const GstVideoAlignment *align)
{
	GstBuffer *buffer = NULL;
	GstVideoFrame frame;
	GstVideoInfo info;
	GstCaps *caps = gst_pad_get_current_caps(harness->srcpad);

	assert_true(gst_video_info_from_caps(&info, caps));
	gst_caps_unref(caps);
	assert_int_equal(gst_buffer_pool_acquire_buffer(pool, &buffer, NULL), GST_FLOW_OK);
	gst_buffer_memset(buffer, 0, OUTSIDE, gst_buffer_get_size(buffer));
	assert_true(gst_video_frame_map(&frame, &info, buffer, GST_MAP_WRITE));
	for (guint i = 0; i < GST_VIDEO_FRAME_N_PLANES(&frame); i++) {
		gint stride = GST_VIDEO_FRAME_PLANE_STRIDE(&frame, i);

		assert_int_equal((guint)stride & align->stride_align[i], 0);
		for (gint y = 0; y < GST_VIDEO_FRAME_COMP_HEIGHT(&frame, i); y++)
			memset((guint8 *)GST_VIDEO_FRAME_PLANE_DATA(&frame, i) + y * stride, INSIDE,
				(size_t)GST_VIDEO_FRAME_COMP_WIDTH(&frame, i));
	}
	gst_video_frame_unmap(&frame);
	assert_int_equal(gst_harness_push(harness, buffer), GST_FLOW_OK);
}

static void show_padded(GstVideoAlignment align, guint64 copied)
{
	struct receiver receiver;
	GstBufferPool *pool;
	GstHarness *harness;
	GstElement *sink;

	receiver_open(&receiver, TRUE);
	harness = harness_to(
		receiver.uri, "video/x-raw,format=I420,width=320,height=240,framerate=30/1");
	sink = gst_harness_find_element(harness, "weirsink");
	pool = ask_for_pool(harness, &align);
	for (int i = 0; i < 3; i++)
		push_padded(harness, pool, &align);
	assert_true(gst_harness_push_event(harness, gst_event_new_eos()));
	assert_int_equal(figure(sink, "delivered"), 3);
	assert_int_equal(figure(sink, "user-copied-bytes"), copied);
	gst_buffer_pool_set_active(pool, FALSE);
	gst_object_unref(pool);
	gst_object_unref(sink);
	gst_harness_teardown(harness);
	receiver_close(&receiver);
	assert_int_equal(receiver.bytes, 3 * 320 * 240 * 3 / 2);
	assert_int_equal(receiver.sum, receiver.bytes * INSIDE);
}

/* Decoders want it. Where it cannot be had, they draw elsewhere, and that is copied. */
static void test_room_around_the_picture(void **state)
{
	const GstVideoAlignment wide = { 8, 16, 16, 14, { 31, 31, 31 } };
	const GstVideoAlignment strides = { 0, 0, 0, 0, { 127, 127, 127 } };
	const GstVideoAlignment odd = { 1, 0, 1, 0, { 0 } };

	(void)state;
	show_padded(wide, 0);
	show_padded(strides, 0);
	show_padded(odd, 3 * 320 * 240 * 3 / 2);
}

/* ---- compressed frames ---- */

#define H264 "video/x-h264,stream-format=byte-stream,alignment=au,width=64,height=48,framerate=30/1"

static GstBuffer *access_unit(int i)
{
	static const guint8 unit[] = { 0, 0, 0, 1, 0x67, 0x42, 0, 0x1e, 0xab, 0, 0, 0, 1, 0x68,
		0xce, 0x3c, 0x80, 0, 0, 0, 1, 0x65, 0x88, 0x84, 0x21, 0xa0 };
	GstBuffer *buffer = gst_buffer_new_memdup(unit, sizeof(unit));

	GST_BUFFER_PTS(buffer) = (GstClockTime)i * 33 * GST_MSECOND;
	return buffer;
}

static void take_units(const char *uri)
{
	GstHarness *harness = harness_to(uri, H264);
	GstElement *sink = gst_harness_find_element(harness, "weirsink");

	for (int i = 0; i < 10; i++)
		assert_int_equal(gst_harness_push(harness, access_unit(i)), GST_FLOW_OK);
	assert_true(gst_harness_push_event(harness, gst_event_new_eos()));
	assert_int_equal(figure(sink, "delivered"), 10);
	assert_int_equal(figure(sink, "bytes") >= 10 * 26, 1);
	gst_object_unref(sink);
	gst_harness_teardown(harness);
}

static char *rtp_uri(int *fd)
{
	guint16 port;

	*fd = open_port(SOCK_DGRAM, &port);
	return g_strdup_printf("rtp://127.0.0.1:%u?pace=off", port);
}

static void test_h264(void **state)
{
	struct receiver receiver;
	int fd;
	char *uri = rtp_uri(&fd);

	(void)state;
	take_units(uri);
	close(fd);
	g_free(uri);
	receiver_open(&receiver, TRUE);
	take_units(receiver.uri);
	receiver_close(&receiver);
	assert_int_equal(receiver.bytes, 10 * 26);
	assert_refused("videotestsrc ! video/x-h264,stream-format=avc ! weirsink", "handle caps");
}

static void take_images(const char *uri)
{
	char *words = g_strdup_printf("videotestsrc num-buffers=10 ! video/x-raw,format=I420,"
				      "width=320,height=240,framerate=100/1 ! jpegenc ! "
				      "weirsink copy-policy=allow sync=false uri=\"%s\"",
		uri);

	assert_runs(words);
	g_free(words);
}

static void test_jpeg(void **state)
{
	struct receiver receiver;
	guint16 port;
	int fd;
	char *uri = rtp_uri(&fd);

	(void)state;
	take_images(uri);
	g_free(uri);
	close(fd);
	close(open_port(SOCK_STREAM, &port));
	uri = g_strdup_printf("http://127.0.0.1:%u", port);
	take_images(uri);
	g_free(uri);
	receiver_open(&receiver, TRUE);
	take_images(receiver.uri);
	receiver_close(&receiver);
	assert_true(receiver.bytes > 10 * 1000);
}

/* ---- frames of weirsrc ---- */

static void test_from_weirsrc(void **state)
{
	int fd;
	char *uri = rtp_uri(&fd);
	char *words =
		g_strdup_printf("weirsrc num-buffers=20 copy-policy=never "
				"uri=\"pattern:bars?size=320x240&fps=200&format=UYVY\" ! "
				"weirsink sync=false copy-policy=allow uri=\"%s&send=gather\"",
			uri);

	(void)state;
	assert_runs("weirsrc num-buffers=30 uri=\"pattern:bars?size=320x240&fps=200\" ! queue ! "
		    "weirsink sync=false copy-policy=never");
	assert_runs("weirsrc num-buffers=30 uri=\"pattern:mjpeg?size=320x240&fps=200\" ! "
		    "weirsink sync=false copy-policy=never");
	assert_runs(words);
	g_free(words);
	g_free(uri);
	close(fd);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_preroll),
		cmocka_unit_test(test_sync),
		cmocka_unit_test(test_qos),
		cmocka_unit_test(test_end_waits_for_sends),
		cmocka_unit_test(test_leaving_while_it_waits),
		cmocka_unit_test(test_flush_storm),
		cmocka_unit_test(test_new_caps_on_the_way),
		cmocka_unit_test(test_room_around_the_picture),
		cmocka_unit_test(test_h264),
		cmocka_unit_test(test_jpeg),
		cmocka_unit_test(test_from_weirsrc),
	};
	int failed;

	gst_init(&argc, &argv);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	gst_deinit();
	return failed;
}
