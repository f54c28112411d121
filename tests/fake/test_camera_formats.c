/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Negotiation: what becomes of a wish, with drivers that are honest and with those that are not. */

#include "tests/fake/camera.h"

#include <errno.h>

#include "capture/v4l2/describe.h"
#include "capture/v4l2/input.h"
#include "capture/v4l2/negotiate.h"

#define SIZES                                                                                      \
	{                                                                                          \
		{ 640, 480, { 5, 15, 30, 120 } }, { 1280, 720, { 5, 10, 60 } },                    \
		{                                                                                  \
			320, 240,                                                                  \
			{                                                                          \
				30                                                                 \
			}                                                                          \
		}                                                                                  \
	}

static const struct camera_format webcam[] = {
	{ V4L2_PIX_FMT_YUYV, SIZES },
	{ V4L2_PIX_FMT_MJPEG, SIZES },
	{ V4L2_PIX_FMT_NV12, SIZES },
	{ V4L2_PIX_FMT_BGR32, SIZES }, /* the legacy code of XR24 */
	{ 0 },
};

static const struct camera_format sensor[] = {
	{ V4L2_PIX_FMT_NV12M, SIZES },
	{ V4L2_PIX_FMT_NV12, SIZES },
	{ 0 },
};

static const struct camera_format exotic[] = {
	{ V4L2_PIX_FMT_SBGGR10, SIZES },
	{ V4L2_PIX_FMT_JPEG, SIZES },
	{ V4L2_PIX_FMT_GREY, SIZES },
	{ 0 },
};

static const struct camera_format unknown[] = { { V4L2_PIX_FMT_SBGGR10, SIZES }, { 0 } };

static struct weir_video wish(const char *format, uint32_t width, uint32_t height)
{
	return (struct weir_video){
		.format = format ? weir_format_by_name(format) : NULL,
		.width = width,
		.height = height,
	};
}

static struct weir_v4l2_format expect_video(struct camera *camera, struct weir_video wanted,
	const char *format, uint32_t width, uint32_t height, uint32_t stride)
{
	struct weir_v4l2_format got;

	assert_int_equal(weir_v4l2_negotiate(&camera->device, &wanted, false, &got), 0);
	assert_string_equal(got.video.format->name, format);
	assert_int_equal(got.video.width, width);
	assert_int_equal(got.video.height, height);
	assert_int_equal(got.video.stride, stride);
	return got;
}

static void expect_refusal(
	struct camera *camera, struct weir_video wanted, int error, const char *words)
{
	struct weir_v4l2_format got = { .frame_bytes = 77 };
	struct v4l2_format before = camera->now;

	assert_int_equal(weir_v4l2_negotiate(&camera->device, &wanted, false, &got), error);
	assert_int_equal(got.frame_bytes, 77);
	assert_int_equal(camera->log.lines, 1);
	camera_said(camera, words);
	assert_int_equal(camera->now.fmt.pix.width, before.fmt.pix.width);
	assert_int_equal(camera->now.fmt.pix.height, before.fmt.pix.height);
	assert_int_equal(camera->now.fmt.pix.pixelformat, before.fmt.pix.pixelformat);
}

static void test_as_wished(void **state)
{
	struct weir_v4l2_format got;
	struct camera camera;

	(void)state;
	camera_init(&camera, webcam);
	got = expect_video(&camera, wish("NV12", 1280, 720), "NV12", 1280, 720, 1280);
	assert_int_equal(got.n_buffers_planes, 1);
	assert_int_equal(got.frame_bytes, 1280 * 720 * 3 / 2);
	assert_int_equal(got.layout.n_planes, 2);
	assert_int_equal(got.layout.plane[1].offset, 1280 * 720);
	assert_int_equal(got.video.range, WEIR_RANGE_LIMITED);
	assert_false(got.has_input);
	camera_said_nothing(&camera);
}

static void test_without_wishes(void **state)
{
	struct camera camera;

	(void)state;
	camera_init(&camera, webcam);
	expect_video(&camera, wish(NULL, 0, 0), "YUYV", 640, 480, 1280);
	camera_init(&camera, exotic);
	camera.now.fmt.pix.pixelformat = V4L2_PIX_FMT_SBGGR10;
	expect_video(&camera, wish(NULL, 0, 0), "GREY", 640, 480, 640);
	camera_said_nothing(&camera);
	camera_init(&camera, unknown);
	camera.now.fmt.pix.pixelformat = V4L2_PIX_FMT_SBGGR10;
	expect_refusal(&camera, wish(NULL, 0, 0), -ENOTSUP, "no format that weir knows: BG10");
}

static void test_other_names_of_the_same(void **state)
{
	struct weir_v4l2_format got;
	struct camera camera;

	(void)state;
	camera_init(&camera, webcam);
	expect_video(&camera, wish("XR24", 640, 480), "BGR4", 640, 480, 2560);
	camera_init(&camera, exotic);
	got = expect_video(&camera, wish("MJPEG", 640, 480), "JPEG", 640, 480, 0);
	assert_int_equal(got.frame_bytes, 640 * 480);
	assert_int_equal(got.layout.n_planes, 1);
	assert_int_equal(got.layout.plane[0].size, 640 * 480);
}

static void test_refusals(void **state)
{
	struct camera camera;

	(void)state;
	camera_init(&camera, webcam);
	expect_refusal(&camera, wish("UYVY", 0, 0), -ENOTSUP,
		"UYVY is not offered by /dev/video9, which has YUYV, MJPEG, NV12, BGR4");
	expect_refusal(&camera, wish("YUYV", 640, 360), -ENOTSUP,
		"640x360 YUYV is not offered by /dev/video9; nearest is 640x480");
	assert_int_equal(camera.n_set, 0);
	camera.fails_set = -EBUSY;
	expect_refusal(&camera, wish(NULL, 0, 0), -EBUSY, "VIDIOC_S_FMT on /dev/video9");
}

static void test_a_driver_without_try(void **state)
{
	struct camera camera;

	(void)state;
	camera_init(&camera, webcam);
	camera.lacks_try = true;
	expect_video(&camera, wish("YUYV", 1280, 720), "YUYV", 1280, 720, 2560);
	camera_init(&camera, webcam);
	camera.lacks_try = true;
	expect_refusal(&camera, wish("YUYV", 1000, 700), -ENOTSUP, "nearest is 1280x720");
	assert_int_equal(camera.n_set, 2); /* there and back */
}

static void test_a_driver_that_changes_its_mind(void **state)
{
	struct camera camera;

	(void)state;
	camera_init(&camera, webcam);
	camera.lies_in_try = true;
	expect_refusal(&camera, wish("YUYV", 1280, 720), -ENOTSUP, "nearest is 320x240");
}

static void test_strides(void **state)
{
	struct weir_video wanted = wish("YUYV", 640, 480);
	struct camera camera;

	(void)state;
	wanted.stride = 1344;
	camera_init(&camera, webcam);
	expect_video(&camera, wanted, "YUYV", 640, 480, 1344);
	camera_said_nothing(&camera);
	camera.stride_step = 256;
	expect_video(&camera, wanted, "YUYV", 640, 480, 1536);
	camera_said(&camera, "does not put lines 1344 bytes apart: it takes 1536");
	camera_init(&camera, webcam);
	camera.no_stride = true;
	expect_video(&camera, wish("YUYV", 640, 480), "YUYV", 640, 480, 1280);
}

static void test_numbers_that_cannot_be(void **state)
{
	struct camera camera;

	(void)state;
	camera_init(&camera, webcam);
	camera.shrinks_image = true;
	expect_refusal(&camera, wish("YUYV", 640, 480), -ENOTSUP, "smaller than its pictures");
	camera_init(&camera, webcam);
	camera.no_image = true;
	expect_refusal(&camera, wish("MJPEG", 640, 480), -ENOTSUP, "buffers are empty");
	camera_init(&camera, sensor);
	camera_make_mplane(&camera);
	camera.now.fmt.pix_mp.pixelformat = V4L2_PIX_FMT_NV12M;
	camera.merges = 3;
	expect_refusal(&camera, wish("NV12", 640, 480), -ENOTSUP, "not those of the format");
}

static void test_a_driver_that_enumerates_for_ever(void **state)
{
	struct camera camera;

	(void)state;
	camera_init(&camera, webcam);
	camera.runs_on = true;
	expect_refusal(&camera, wish("UYVY", 0, 0), -ENOTSUP, "UYVY is not offered");
}

static void test_planes_joined_and_apart(void **state)
{
	struct weir_video wanted = wish("NV12", 1280, 720);
	struct weir_v4l2_format got;
	struct camera camera;

	(void)state;
	camera_init(&camera, sensor);
	camera_make_mplane(&camera);
	got = expect_video(&camera, wanted, "NV12", 1280, 720, 1280);
	assert_int_equal(got.n_buffers_planes, 1);
	assert_int_equal(got.raw.fmt.pix_mp.pixelformat, V4L2_PIX_FMT_NV12);

	wanted.stride = 1300;
	assert_int_equal(weir_v4l2_negotiate(&camera.device, &wanted, true, &got), 0);
	assert_int_equal(got.raw.fmt.pix_mp.pixelformat, V4L2_PIX_FMT_NV12M);
	assert_int_equal(got.n_buffers_planes, 2);
	assert_int_equal(got.layout.plane[0].stride, 1300);
	assert_int_equal(got.layout.plane[1].stride, 1300);
	assert_int_equal(got.layout.plane[1].offset, 0);
	assert_int_equal(got.layout.plane[1].size, 1300 * 360);
	assert_int_equal(got.piece[0].size, 1300 * 720);
	assert_int_equal(got.frame_bytes % 4096, 0);
	assert_true(got.frame_bytes >= got.piece[0].size + got.piece[1].size);

	camera.shrinks_image = true;
	assert_int_equal(weir_v4l2_negotiate(&camera.device, &wanted, true, &got), -ENOTSUP);
	camera_said(&camera, "a plane is smaller than its picture");
}

static void test_restore(void **state)
{
	struct weir_v4l2_format got;
	struct weir_video wanted = wish("YUYV", 1280, 720);
	struct camera camera;

	(void)state;
	wanted.rate = (struct weir_rate){ 10, 1 };
	camera_init(&camera, webcam);
	camera.inputs[0] = "first";
	camera.inputs[1] = "second";
	camera.input = 1;
	got = expect_video(&camera, wanted, "YUYV", 1280, 720, 2560);
	assert_true(got.has_input);

	camera_init(&camera, webcam);
	camera.inputs[0] = "first";
	camera.inputs[1] = "second";
	assert_int_equal(weir_v4l2_restore(&camera.device, &got), 0);
	assert_int_equal(camera.now.fmt.pix.width, 1280);
	assert_int_equal(camera.rate, 10);
	assert_int_equal(camera.input, 1);
	camera_said_nothing(&camera);

	camera.stride_step = 4096;
	assert_int_equal(weir_v4l2_restore(&camera.device, &got), -ENOTSUP);
	camera_said(&camera, "does not take 1280x720 YUYV any more");
	camera_init(&camera, exotic);
	assert_int_equal(weir_v4l2_restore(&camera.device, &got), -ENOTSUP);
}

static void test_fields_are_told(void **state)
{
	struct camera camera;

	(void)state;
	camera_init(&camera, webcam);
	camera.field = V4L2_FIELD_ALTERNATE;
	expect_video(&camera, wish(NULL, 0, 0), "YUYV", 640, 480, 1280);
	camera_said(&camera, "gives fields");
}

static void expect_rate(struct camera *camera, uint32_t wanted, uint32_t got)
{
	struct weir_video video = wish("YUYV", 1280, 720);
	struct weir_v4l2_format format;

	video.rate = (struct weir_rate){ wanted, wanted ? 1 : 0 };
	assert_int_equal(weir_v4l2_negotiate(&camera->device, &video, false, &format), 0);
	assert_int_equal(format.video.rate.num, got);
	assert_int_equal(format.video.rate.den, got ? 1 : 0);
}

static void test_rates(void **state)
{
	struct camera camera;

	(void)state;
	camera_init(&camera, webcam);
	expect_rate(&camera, 10, 10);
	camera_said_nothing(&camera);
	expect_rate(&camera, 12, 10);
	camera_said(&camera, "does not do 12 frames a second at 1280x720 in YUYV: nearest is 10");
	expect_rate(&camera, 1000, 60);
	camera_said(&camera, "nearest is 60");
	camera.slowest = 2;
	camera.fastest = 90;
	expect_rate(&camera, 77, 77);
	expect_rate(&camera, 1, 2);
	camera_said(&camera, "nearest is 2");

	/* One that does not tell its rate may still have one to set; and another has not. */
	camera_init(&camera, webcam);
	camera.rate = 0;
	expect_rate(&camera, 10, 10);
	camera_said_nothing(&camera);
	camera.rate = 0;
	camera.keeps_rate = true;
	expect_rate(&camera, 10, 0);
	camera_said(&camera, "does not tell what it makes of 10 frames a second");
}

static void test_rates_without_a_wish(void **state)
{
	struct camera camera;

	(void)state;
	camera_init(&camera, webcam);
	camera.rate = 25;
	expect_rate(&camera, 0, 25);
	assert_int_equal(camera.n_rate_set, 0);
	camera.rate = 5; /* what many begin with */
	expect_rate(&camera, 0, 60);
	camera.slowest = 1;
	camera.fastest = 240;
	camera.rate = 5;
	expect_rate(&camera, 0, 60);
	camera_said_nothing(&camera);
}

static void expect_described(
	struct camera *camera, const struct weir_rate *rates, size_t n, uint32_t fastest)
{
	struct weir_v4l2_format format = { .video = wish(NULL, 640, 480) };
	const struct weir_source_size *size;
	struct weir_source_info info;

	assert_int_equal(weir_v4l2_describe(&camera->device, &format, false, &info), 0);
	size = &info.formats[0].sizes[0];
	assert_int_equal(size->n_rates, n);
	for (size_t i = 0; i < n; i++) {
		assert_int_equal(size->rates[i].num, rates[i].num);
		assert_int_equal(size->rates[i].den, rates[i].den);
	}
	assert_int_equal(size->fastest.num, fastest);
	weir_v4l2_free_description(&info);
}

/* Each of them once and in order, whatever the driver's; or a range without any. */
static void test_rates_one_by_one(void **state)
{
	static const struct camera_format disorderly[] = {
		{ V4L2_PIX_FMT_YUYV, { { 640, 480, { 30, 5, 120, 30 } } } },
		{ V4L2_PIX_FMT_NV12, { { 640, 480, { 0 } } } },
		{ 0 },
	};
	static const struct weir_rate rates[] = { { 5, 1 }, { 30, 1 }, { 120, 1 } };
	struct camera camera;

	(void)state;
	camera_init(&camera, disorderly);
	expect_described(&camera, rates, 3, 120);
	camera.slowest = 2;
	camera.fastest = 90;
	expect_described(&camera, NULL, 0, 90);
	camera_init(&camera, disorderly + 1); /* of which the driver tells none */
	expect_described(&camera, NULL, 0, 0);
}

static void test_rates_of_those_that_cannot_be_asked(void **state)
{
	struct camera camera;

	(void)state;
	camera_init(&camera, webcam);
	camera.lacks_parm = true;
	expect_rate(&camera, 0, 0);
	camera_said_nothing(&camera);
	expect_rate(&camera, 30, 0);
	camera_said(&camera, "sets its own pace: 30 frames a second cannot be asked of it");
	camera.inputs[0] = "HDMI";
	camera.pixelclock = 1000 * 500 * 50;
	camera.n_timings_set = 1;
	expect_rate(&camera, 0, 50);
}

static void test_inputs(void **state)
{
	struct camera camera;

	(void)state;
	camera_init(&camera, webcam);
	camera.inputs[0] = "Camera";
	camera.inputs[1] = "S-Video";
	assert_int_equal(weir_v4l2_set_input(&camera.device, "s-video"), 0);
	assert_int_equal(camera.input, 1);
	assert_int_equal(weir_v4l2_set_input(&camera.device, "0"), 0);
	assert_int_equal(camera.input, 0);
	camera_said_nothing(&camera);
	assert_int_equal(weir_v4l2_set_input(&camera.device, "svideo"), -EINVAL);
	camera_said(&camera, "did you mean \"S-Video\"?");
	assert_int_equal(weir_v4l2_set_input(&camera.device, "2"), -EINVAL);
	assert_int_equal(camera.input, 0);
}

static void test_timings(void **state)
{
	struct camera camera;

	(void)state;
	camera_init(&camera, webcam);
	assert_int_equal(weir_v4l2_lock_timings(&camera.device), 0);
	camera.inputs[0] = "HDMI";
	camera.pixelclock = 25000000;
	assert_int_equal(weir_v4l2_lock_timings(&camera.device), 0);
	assert_int_equal(camera.n_timings_set, 1);
	assert_int_equal(weir_v4l2_lock_timings(&camera.device), 0);
	assert_int_equal(camera.n_timings_set, 1); /* set as it is */
	camera.signal_error = -ENOLINK;
	assert_int_equal(weir_v4l2_lock_timings(&camera.device), -ENOLINK);
	camera.signal_error = -ENOLCK;
	assert_int_equal(weir_v4l2_lock_timings(&camera.device), -ENOLINK);
	camera_said_nothing(&camera);
	camera.signal_error = -EIO;
	assert_int_equal(weir_v4l2_lock_timings(&camera.device), -EIO);
	camera_said(&camera, "VIDIOC_QUERY_DV_TIMINGS");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_as_wished),
		cmocka_unit_test(test_without_wishes),
		cmocka_unit_test(test_other_names_of_the_same),
		cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_a_driver_without_try),
		cmocka_unit_test(test_a_driver_that_changes_its_mind),
		cmocka_unit_test(test_strides),
		cmocka_unit_test(test_numbers_that_cannot_be),
		cmocka_unit_test(test_a_driver_that_enumerates_for_ever),
		cmocka_unit_test(test_planes_joined_and_apart),
		cmocka_unit_test(test_restore),
		cmocka_unit_test(test_fields_are_told),
		cmocka_unit_test(test_rates),
		cmocka_unit_test(test_rates_without_a_wish),
		cmocka_unit_test(test_rates_one_by_one),
		cmocka_unit_test(test_rates_of_those_that_cannot_be_asked),
		cmocka_unit_test(test_inputs),
		cmocka_unit_test(test_timings),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
