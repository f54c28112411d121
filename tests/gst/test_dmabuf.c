/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* dma-bufs by name: caps with memory:DMABuf, whose formats have DRM's names from GStreamer 1.24 on.
 * On an older one those names are refused like any other that nobody knows.
 *
 *	gst_dmabuf [CAMERA]
 *
 * Without a camera they are of the pattern source, where there is /dev/udmabuf. tests/chroot/dmabuf
 * runs it with a camera. */

#include "tests/gst/element.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <gst/allocators/gstdmabuf.h>
#include <linux/videodev2.h>

#define WIDTH   320
#define HEIGHT  180
#define PADDED  1344 /* what the pattern has, of any format */
#define SIZE    "width=320,height=180"
#define PATTERN "pattern:bars?size=320x180&fps=100&stride=1344"

static const char *camera;

static const struct format {
	const char *name, *drm;
} formats[] = {
	{ "UYVY", "UYVY" },
	{ "YUY2", "YUYV" },
	{ "NV12", "NV12" },
	{ "BGRx", "XR24" },
	{ "GRAY8", "R8  " },
};

static gboolean has_drm_names(void)
{
	guint major, minor, micro, nano;

	gst_version(&major, &minor, &micro, &nano);
	return major > 1 || minor >= 24;
}

/* The caller's. */
static char *named(const struct format *format)
{
	return has_drm_names()
		       ? g_strdup_printf(
				 "video/x-raw(memory:DMABuf),format=DMA_DRM,drm-format=\"%s\"",
				 format->drm)
		       : g_strdup_printf("video/x-raw(memory:DMABuf),format=%s", format->name);
}

static char *source(void)
{
	return g_strdup_printf(
		"weirsrc name=in copy-policy=never uri=\"%s\"", camera ? camera : PATTERN);
}

/* A peer that asks for these caps and understands strides. */
static GstHarness *play(const char *caps)
{
	char *words = source();
	GstHarness *harness = gst_harness_new_parse(words);

	gst_harness_set_sink_caps_str(harness, caps);
	gst_harness_add_propose_allocation_meta(harness, GST_VIDEO_META_API_TYPE, NULL);
	gst_harness_use_systemclock(harness);
	gst_harness_play(harness);
	g_free(words);
	return harness;
}

/* ---- what buffers are ---- */

/* Where a camera has its lines, by its driver's own word. */
static gint stride_wanted(void)
{
	struct v4l2_format video = { .type = V4L2_BUF_TYPE_VIDEO_CAPTURE };
	gint stride;
	int fd;

	if (!camera)
		return PADDED;
	fd = open(camera, O_RDWR);
	assert_true(fd >= 0);
	if (!ioctl(fd, VIDIOC_G_FMT, &video)) {
		stride = (gint)video.fmt.pix.bytesperline;
	} else {
		video.type = V4L2_BUF_TYPE_VIDEO_CAPTURE_MPLANE;
		assert_return_code(ioctl(fd, VIDIOC_G_FMT, &video), 0);
		stride = (gint)video.fmt.pix_mp.plane_fmt[0].bytesperline;
	}
	close(fd);
	return stride;
}

/* By the kernel's own word. */
static void assert_dmabuf(GstMemory *memory)
{
	gchar *path, *said = NULL;

	assert_true(gst_is_dmabuf_memory(memory));
	path = g_strdup_printf("/proc/self/fdinfo/%d", gst_dmabuf_memory_get_fd(memory));
	assert_true(g_file_get_contents(path, &said, NULL, NULL));
	assert_non_null(strstr(said, "exp_name:"));
	g_free(said);
	g_free(path);
}

static void assert_picture(GstBuffer *buffer, const struct format *format)
{
	GstVideoMeta *meta = gst_buffer_get_video_meta(buffer);
	GstVideoInfo info;

	for (guint i = 0; i < gst_buffer_n_memory(buffer); i++)
		assert_dmabuf(gst_buffer_peek_memory(buffer, i));
	gst_video_info_set_format(&info, gst_video_format_from_string(format->name), WIDTH, HEIGHT);
	assert_non_null(meta);
	assert_int_equal(meta->format, GST_VIDEO_INFO_FORMAT(&info));
	assert_int_equal(meta->width, WIDTH);
	assert_int_equal(meta->height, HEIGHT);
	assert_int_equal(meta->n_planes, GST_VIDEO_INFO_N_PLANES(&info));
	assert_int_equal(meta->stride[0], stride_wanted());
	for (guint i = 0; i < meta->n_planes; i++) {
		gint lines = GST_VIDEO_INFO_COMP_HEIGHT(&info, i);

		assert_true(meta->stride[i] >= GST_VIDEO_INFO_PLANE_STRIDE(&info, i));
		assert_true(meta->offset[i] + (gsize)(meta->stride[i] * lines) <=
			    gst_buffer_get_size(buffer));
	}
}

static GstCaps *caps_of(GstHarness *harness)
{
	return gst_pad_get_current_caps(harness->sinkpad);
}

/* In the words of this version, by its own reading of them. */
static void assert_named(GstHarness *harness, const struct format *format)
{
	GstCaps *caps = caps_of(harness);

	assert_true(gst_caps_features_contains(gst_caps_get_features(caps, 0), "memory:DMABuf"));
#if GST_CHECK_VERSION(1, 24, 0)
	GstVideoInfoDmaDrm drm;

	assert_true(gst_video_info_dma_drm_from_caps(&drm, caps));
	assert_memory_equal(&drm.drm_fourcc, format->drm, 4);
	assert_int_equal(drm.drm_modifier, 0);
	assert_int_equal(drm.vinfo.width, WIDTH);
	assert_int_equal(drm.vinfo.height, HEIGHT);
#else
	GstVideoInfo info;

	assert_true(gst_video_info_from_caps(&info, caps));
	assert_string_equal(gst_video_format_to_string(info.finfo->format), format->name);
#endif
	gst_caps_unref(caps);
}

/* ---- from us ---- */

static void assert_source(GstHarness *harness, guint64 frames)
{
	GstElement *element = gst_harness_find_element(harness, "weirsrc");

	assert_true(figure(element, "captured") >= frames);
	assert_int_equal(figure(element, "user-copied-bytes"), 0);
	gst_object_unref(element);
}

static void test_a_peer_names_them(void **state)
{
	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(formats); i++) {
		char *words = named(&formats[i]);
		char *caps = g_strconcat(words, ",", SIZE, NULL);
		GstHarness *harness = play(caps);

		for (int n = 0; n < 10; n++) {
			GstBuffer *buffer = gst_harness_pull(harness);

			assert_non_null(buffer);
			assert_named(harness, &formats[i]);
			assert_picture(buffer, &formats[i]);
			gst_buffer_unref(buffer);
		}
		assert_source(harness, 10);
		gst_harness_teardown(harness);
		g_free(caps);
		g_free(words);
	}
}

/* Caps without the name, from the same memory. */
static void assert_plain(const char *caps, const struct format *format)
{
	GstHarness *harness = play(caps);
	GstBuffer *buffer = gst_harness_pull(harness);
	GstCaps *current = caps_of(harness);

	assert_non_null(buffer);
	assert_true(gst_caps_features_is_equal(
		gst_caps_get_features(current, 0), GST_CAPS_FEATURES_MEMORY_SYSTEM_MEMORY));
	assert_string_equal(gst_structure_get_string(gst_caps_get_structure(current, 0), "format"),
		format->name);
	assert_picture(buffer, format);
	gst_caps_unref(current);
	gst_buffer_unref(buffer);
	gst_harness_teardown(harness);
}

/* Who would take either gets those that every version understands. The camera had another format
 * before, so that it has no wish of its own. */
static void test_nobody_insists_on_them(void **state)
{
	char *drm = named(&formats[3]);
	char *either = g_strconcat(drm, ",", SIZE, ";video/x-raw,format=BGRx," SIZE, NULL);

	(void)state;
	assert_plain("video/x-raw,format=UYVY," SIZE, &formats[0]);
	assert_plain("video/x-raw,format=NV12," SIZE, &formats[2]);
	assert_plain(either, &formats[3]);
	g_free(either);
	g_free(drm);
}

/* ---- to us ---- */

/* Every frame arrives, and no byte of any is copied. */
static void assert_flows(const char *words)
{
	GstElement *pipeline = gst_parse_launch(words, NULL);
	GstElement *out = gst_bin_get_by_name(GST_BIN(pipeline), "out");
	GstMessage *message;

	message = play_to_end(pipeline, 60 * GST_SECOND);
	if (GST_MESSAGE_TYPE(message) != GST_MESSAGE_EOS)
		fail_msg("%s: an error", words);
	gst_message_unref(message);
	if (out) {
		assert_int_equal(figure(out, "delivered"), 10);
		assert_int_equal(figure(out, "user-copied-bytes"), 0);
		assert_int_equal(figure(out, "kernel-copied-bytes"), 0);
		gst_object_unref(out);
	}
	gst_element_set_state(pipeline, GST_STATE_NULL);
	gst_object_unref(pipeline);
}

#define SINK "weirsink name=out uri=null sync=false copy-policy=never"

static void test_ours_take_them(void **state)
{
	char *from = source();

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(formats); i++) {
		char *caps = named(&formats[i]);
		char *words = g_strdup_printf(
			"%s num-buffers=10 ! %s," SIZE " ! queue ! " SINK, from, caps);

		assert_flows(words);
		g_free(words);
		g_free(caps);
	}
	g_free(from);
}

/* Theirs to us, and ours to theirs. */
static void test_others(void **state)
{
	char *words, *from = source(), *caps = named(&formats[3]);

	(void)state;
	if (!camera || !has_drm_names())
		skip();
	words = g_strdup_printf("v4l2src device=%s io-mode=dmabuf num-buffers=10 ! %s," SIZE
				" ! " SINK,
		camera, caps);
	assert_flows(words);
	g_free(words);
	words = g_strdup_printf("%s num-buffers=10 ! %s,width=640,height=480 ! "
				"kmssink driver-name=vkms force-modesetting=true",
		from, caps);
	assert_flows(words);
	g_free(words);
	g_free(caps);
	g_free(from);
}

/* ---- what is refused ---- */

static gboolean sink_takes(const char *text)
{
	GstHarness *harness = gst_harness_new("weirsink");
	GstCaps *caps = gst_caps_from_string(text);
	gboolean takes;

	gst_harness_play(harness);
	takes = gst_pad_peer_query_accept_caps(harness->srcpad, caps);
	gst_caps_unref(caps);
	gst_harness_teardown(harness);
	return takes;
}

/* Elements cannot be linked at all, in place of a wait or of pictures of another format. */
static void assert_unknown(const char *caps)
{
	char *fixed = g_strconcat(caps, "," SIZE ",framerate=30/1", NULL);
	char *from = source(), *words = g_strdup_printf("%s ! %s ! fakesink", from, fixed);
	GError *error = NULL;

	assert_null(gst_parse_launch_full(words, NULL, GST_PARSE_FLAG_FATAL_ERRORS, &error));
	assert_true(g_error_matches(error, GST_PARSE_ERROR, GST_PARSE_ERROR_LINK));
	assert_false(sink_takes(fixed));
	g_error_free(error);
	g_free(words);
	g_free(from);
	g_free(fixed);
}

#define DMABUF "video/x-raw(memory:DMABuf),format="

static void test_names_that_nobody_knows(void **state)
{
	(void)state;
	assert_unknown(DMABUF "DMA_DRM,drm-format=XR24:0x0100000000000002"); /* in tiles */
	assert_unknown(DMABUF "DMA_DRM,drm-format=XXXX");
	if (has_drm_names()) {
		assert_unknown(DMABUF "BGRx");
		assert_true(sink_takes(DMABUF "DMA_DRM,drm-format=XR24," SIZE ",framerate=30/1"));
	} else {
		assert_unknown(DMABUF "DMA_DRM,drm-format=XR24");
		assert_true(sink_takes(DMABUF "BGRx," SIZE ",framerate=30/1"));
	}
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_peer_names_them),
		cmocka_unit_test(test_nobody_insists_on_them),
		cmocka_unit_test(test_ours_take_them),
		cmocka_unit_test(test_others),
		cmocka_unit_test(test_names_that_nobody_knows),
	};
	int failed;

	gst_init(&argc, &argv);
	camera = argc > 1 ? argv[1] : NULL;
	if (!camera && access("/dev/udmabuf", R_OK | W_OK)) {
		printf("skipped: no camera, and no /dev/udmabuf for the pattern's frames\n");
		return 77;
	}
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	gst_deinit();
	return failed;
}
