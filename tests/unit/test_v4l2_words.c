/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Colours from V4L2's names to ours, its defaults resolved; nodes that are no cameras. */

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "capture/v4l2/colour.h"
#include "capture/v4l2/device.h"
#include "capture/v4l2/identity.h"
#include "tests/unit/cmocka_all.h"

struct colour_case {
	const char *format;
	uint32_t height, space, encoding, quantization, transfer;
	enum weir_range range;
	enum weir_matrix matrix;
	enum weir_primaries primaries;
	enum weir_transfer becomes;
};

static const struct colour_case cases[] = {
	/* what most webcams say, and what they mean: full range only when they say JPEG */
	{ "YUYV", 480, V4L2_COLORSPACE_SRGB, 0, 0, 0, WEIR_RANGE_LIMITED, WEIR_MATRIX_601,
		WEIR_PRIMARIES_709, WEIR_TRANSFER_SRGB },
	{ "MJPEG", 480, V4L2_COLORSPACE_JPEG, 0, 0, 0, WEIR_RANGE_FULL, WEIR_MATRIX_601,
		WEIR_PRIMARIES_709, WEIR_TRANSFER_SRGB },
	{ "YUYV", 480, V4L2_COLORSPACE_SMPTE170M, 0, 0, 0, WEIR_RANGE_LIMITED, WEIR_MATRIX_601,
		WEIR_PRIMARIES_601, WEIR_TRANSFER_709 },
	{ "NV12", 1080, V4L2_COLORSPACE_REC709, 0, 0, 0, WEIR_RANGE_LIMITED, WEIR_MATRIX_709,
		WEIR_PRIMARIES_709, WEIR_TRANSFER_709 },
	{ "P010", 2160, V4L2_COLORSPACE_BT2020, 0, 0, V4L2_XFER_FUNC_SMPTE2084, WEIR_RANGE_LIMITED,
		WEIR_MATRIX_2020, WEIR_PRIMARIES_2020, WEIR_TRANSFER_PQ },
	{ "XR24", 720, V4L2_COLORSPACE_SRGB, 0, 0, 0, WEIR_RANGE_FULL, WEIR_MATRIX_RGB,
		WEIR_PRIMARIES_709, WEIR_TRANSFER_SRGB },
	{ "XR24", 720, V4L2_COLORSPACE_SRGB, 0, V4L2_QUANTIZATION_LIM_RANGE, 0, WEIR_RANGE_LIMITED,
		WEIR_MATRIX_RGB, WEIR_PRIMARIES_709, WEIR_TRANSFER_SRGB },
	/* nothing said: by size */
	{ "YUYV", 480, 0, 0, 0, 0, WEIR_RANGE_LIMITED, WEIR_MATRIX_601, WEIR_PRIMARIES_601,
		WEIR_TRANSFER_709 },
	{ "YUYV", 720, 0, 0, 0, 0, WEIR_RANGE_LIMITED, WEIR_MATRIX_709, WEIR_PRIMARIES_709,
		WEIR_TRANSFER_709 },
	{ "XR24", 480, 0, 0, 0, 0, WEIR_RANGE_FULL, WEIR_MATRIX_RGB, WEIR_PRIMARIES_709,
		WEIR_TRANSFER_SRGB },
	{ "MJPEG", 720, 0, 0, 0, 0, WEIR_RANGE_FULL, WEIR_MATRIX_601, WEIR_PRIMARIES_709,
		WEIR_TRANSFER_SRGB },
	/* said out loud against the default */
	{ "YUYV", 480, V4L2_COLORSPACE_SRGB, V4L2_YCBCR_ENC_709, V4L2_QUANTIZATION_FULL_RANGE,
		V4L2_XFER_FUNC_709, WEIR_RANGE_FULL, WEIR_MATRIX_709, WEIR_PRIMARIES_709,
		WEIR_TRANSFER_709 },
	/* without a name here */
	{ "YUYV", 480, V4L2_COLORSPACE_DCI_P3, 0, 0, 0, WEIR_RANGE_LIMITED, WEIR_MATRIX_709,
		WEIR_PRIMARIES_UNKNOWN, WEIR_TRANSFER_UNKNOWN },
};

static void check(const struct colour_case *c, const struct v4l2_format *raw)
{
	struct weir_video video = {
		.format = weir_format_by_name(c->format), .width = 640, .height = c->height
	};

	weir_v4l2_read_colour(raw, &video);
	assert_int_equal(video.range, c->range);
	assert_int_equal(video.primaries, c->primaries);
	assert_int_equal(video.transfer, c->becomes);
	assert_int_equal(video.matrix, c->matrix);
}

static void test_single_and_multi_planar(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct colour_case *c = &cases[i];
		struct v4l2_format raw = { .type = V4L2_BUF_TYPE_VIDEO_CAPTURE };

		raw.fmt.pix.colorspace = c->space;
		raw.fmt.pix.ycbcr_enc = c->encoding;
		raw.fmt.pix.quantization = c->quantization;
		raw.fmt.pix.xfer_func = c->transfer;
		check(c, &raw);
		memset(&raw, 0, sizeof(raw));
		raw.type = V4L2_BUF_TYPE_VIDEO_CAPTURE_MPLANE;
		raw.fmt.pix_mp.colorspace = c->space;
		raw.fmt.pix_mp.ycbcr_enc = (uint8_t)c->encoding;
		raw.fmt.pix_mp.quantization = (uint8_t)c->quantization;
		raw.fmt.pix_mp.xfer_func = (uint8_t)c->transfer;
		check(c, &raw);
	}
}

static void test_what_is_no_camera(void **state)
{
	static const uint32_t cameras[] = {
		V4L2_CAP_VIDEO_CAPTURE | V4L2_CAP_STREAMING,
		V4L2_CAP_VIDEO_CAPTURE_MPLANE | V4L2_CAP_STREAMING | V4L2_CAP_IO_MC,
		V4L2_CAP_VIDEO_CAPTURE | V4L2_CAP_STREAMING | V4L2_CAP_TUNER | V4L2_CAP_AUDIO,
	};
	static const struct {
		uint32_t caps;
		const char *word;
	} others[] = {
		{ V4L2_CAP_VIDEO_M2M_MPLANE | V4L2_CAP_STREAMING, "codec" },
		{ V4L2_CAP_VIDEO_CAPTURE | V4L2_CAP_VIDEO_OUTPUT | V4L2_CAP_STREAMING, "codec" },
		{ V4L2_CAP_VIDEO_OUTPUT | V4L2_CAP_STREAMING, "output" },
		{ V4L2_CAP_META_CAPTURE | V4L2_CAP_STREAMING, "metadata" },
		{ V4L2_CAP_VIDEO_CAPTURE | V4L2_CAP_TOUCH | V4L2_CAP_STREAMING, "touch" },
		{ V4L2_CAP_VBI_CAPTURE | V4L2_CAP_STREAMING, "VBI" },
		{ V4L2_CAP_RADIO | V4L2_CAP_TUNER, "radio" },
		{ V4L2_CAP_VIDEO_CAPTURE | V4L2_CAP_READWRITE, "read()" },
		{ 0, "captures no video" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cameras) / sizeof(cameras[0]); i++)
		assert_null(weir_v4l2_not_a_camera(cameras[i]));
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		const char *what = weir_v4l2_not_a_camera(others[i].caps);

		assert_non_null(what);
		if (!strstr(what, others[i].word))
			fail_msg("\"%s\" does not say \"%s\"", what, others[i].word);
	}
}

static void test_claims(void **state)
{
	static const char *const ours[] = { "0", "17", "/dev/video0", "/dev/v4l/by-id/usb-x",
		"by-id/usb-x", "by-path/pci-x" };
	static const char *const others[] = { "", "a.y4m", "12345", "1x", "./0", "video0",
		"pattern", "by-label/x" };
	char path[64] = "untouched";

	(void)state;
	for (size_t i = 0; i < sizeof(ours) / sizeof(ours[0]); i++)
		assert_true(weir_v4l2_claims(ours[i]));
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		assert_false(weir_v4l2_claims(others[i]));
		assert_int_equal(weir_v4l2_resolve(others[i], path, sizeof(path)), -EINVAL);
	}
	assert_int_equal(weir_v4l2_resolve("by-id/no-such-camera", path, sizeof(path)), -ENODEV);
	assert_string_equal(path, "untouched");
	assert_int_equal(weir_v4l2_node_number("video12"), 12);
	assert_int_equal(weir_v4l2_node_number("video"), -1);
	assert_int_equal(weir_v4l2_node_number("video1a"), -1);
	assert_int_equal(weir_v4l2_node_number("v4l-subdev0"), -1);
	assert_int_equal(weir_v4l2_node_number("video99999999999"), -1);
}

static void test_who_may_open(void **state)
{
	char path[] = "/tmp/weir-node-XXXXXX", text[160];
	int fd = mkstemp(path);

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(fchmod(fd, 0600), 0);
	weir_v4l2_access_remedy(path, text, sizeof(text));
	assert_non_null(strstr(text, "only root may open it"));
	if (fchown(fd, (uid_t)-1, 424242) == 0 && fchmod(fd, 0660) == 0) { /* as root */
		weir_v4l2_access_remedy(path, text, sizeof(text));
		assert_non_null(strstr(text, "the group with number 424242"));
	}
	close(fd);
	unlink(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_single_and_multi_planar),
		cmocka_unit_test(test_what_is_no_camera),
		cmocka_unit_test(test_claims),
		cmocka_unit_test(test_who_may_open),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
