/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* weirsrc on what weirsink sends. */

#include "tests/gst/element.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

/* One that nobody has, for a moment. */
static guint free_port(void)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t length = sizeof(address);
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	assert_true(fd >= 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, length), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &length), 0);
	close(fd);
	return ntohs(address.sin_port);
}

static GstHarness *receiver(guint port, const char *format)
{
	char *words = g_strdup_printf(
		"weirsrc uri=\"rtp://127.0.0.1:%u?size=320x240&fps=30&format=%s\"", port, format);
	GstHarness *harness = gst_harness_new_parse(words);

	gst_harness_use_systemclock(harness);
	gst_harness_play(harness);
	g_free(words);
	return harness;
}

static void assert_caps(GstHarness *harness, const char *expected)
{
	GstCaps *caps = gst_pad_get_current_caps(harness->sinkpad);
	GstCaps *wide = gst_caps_from_string(expected);

	if (!gst_caps_is_subset(caps, wide))
		fail_msg("%s", gst_caps_to_string(caps));
	gst_caps_unref(wide);
	gst_caps_unref(caps);
}

static void test_raw(void **state)
{
	guint port = free_port();
	GstHarness *harness = receiver(port, "UYVY");
	char *words =
		g_strdup_printf("videotestsrc is-live=true pattern=blue ! "
				"video/x-raw,format=UYVY,width=320,height=240,framerate=30/1 ! "
				"weirsink copy-policy=allow uri=rtp://127.0.0.1:%u",
			port);
	GstElement *sender = gst_parse_launch(words, NULL);
	GstClockTime last = 0;

	(void)state;
	gst_element_set_state(sender, GST_STATE_PLAYING);
	for (int i = 0; i < 10; i++) {
		GstBuffer *buffer = gst_harness_pull(harness);
		GstMapInfo map;

		assert_non_null(buffer);
		assert_true(!i || GST_BUFFER_PTS(buffer) > last);
		last = GST_BUFFER_PTS(buffer);
		assert_true(gst_buffer_map(buffer, &map, GST_MAP_READ));
		assert_true(map.size >= 320 * 240 * 2);
		assert_memory_equal(map.data, map.data + 320 * 2 * 239, 320 * 2);
		assert_int_not_equal(map.data[0], map.data[1]);
		gst_buffer_unmap(buffer, &map);
		gst_buffer_unref(buffer);
	}
	assert_caps(harness, "video/x-raw,format=UYVY,width=320,height=240,framerate=30/1");
	gst_element_set_state(sender, GST_STATE_NULL);
	gst_object_unref(sender);
	gst_harness_teardown(harness);
	g_free(words);
}

/* Parameters and a whole picture, of no meaning. */
static GstBuffer *access_unit(int i)
{
	static const guint8 bytes[] = { 0, 0, 0, 1, 0x67, 66, 0, 10, 1, 0, 0, 0, 1, 0x68, 2, 0, 0,
		0, 1, 0x65, 0x88, 3, 4, 5, 6, 7 };
	GstBuffer *buffer = gst_buffer_new_memdup(bytes, sizeof(bytes));

	GST_BUFFER_PTS(buffer) = (GstClockTime)i * 33 * GST_MSECOND;
	return buffer;
}

static void test_h264(void **state)
{
	guint port = free_port();
	GstHarness *harness = receiver(port, "H264");
	char *words = g_strdup_printf(
		"weirsink sync=false copy-policy=allow uri=rtp://127.0.0.1:%u", port);
	GstHarness *sender = gst_harness_new_parse(words);
	static const guint8 picture[] = { 0, 0, 0, 1, 0x65, 0x88, 3, 4, 5, 6, 7 };

	(void)state;
	gst_harness_set_src_caps_str(sender, "video/x-h264,stream-format=byte-stream,alignment=au,"
					     "width=320,height=240,framerate=30/1");
	for (int i = 0; i < 12; i++) {
		assert_int_equal(gst_harness_push(sender, access_unit(i)), GST_FLOW_OK);
		g_usleep(20000);
	}
	for (int i = 0; i < 5; i++) {
		GstBuffer *buffer = gst_harness_pull(harness);
		gsize size = gst_buffer_get_size(buffer);
		GstMapInfo map;

		assert_true(size >= sizeof(picture));
		assert_true(gst_buffer_map(buffer, &map, GST_MAP_READ));
		assert_memory_equal(map.data + size - sizeof(picture), picture, sizeof(picture));
		gst_buffer_unmap(buffer, &map);
		gst_buffer_unref(buffer);
	}
	assert_caps(harness, "video/x-h264,stream-format=byte-stream,alignment=au");
	gst_harness_teardown(sender);
	gst_harness_teardown(harness);
	g_free(words);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_raw),
		cmocka_unit_test(test_h264),
	};
	int failed;

	gst_init(&argc, &argv);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	gst_deinit();
	return failed;
}
