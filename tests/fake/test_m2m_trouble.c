/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* The stage m2m when calls fail, memory lies, or the device goes: what is said, and that nothing is
 * left of it. */
#include "tests/fake/m2m_scene.h"

/* ---- beginning ---- */

static void every_step_of_the_beginning_may_fail(void **state)
{
	static const struct {
		const char *call;
		bool in;
		int error, expected;
		const char *words;
	} steps[] = {
		{ "VIDIOC_REQBUFS", true, -ENOMEM, -ENOMEM,
			"VIDIOC_REQBUFS on /dev/video7 (frames to it): Cannot allocate" },
		{ "VIDIOC_STREAMON", true, -EIO, -EIO,
			"VIDIOC_STREAMON on /dev/video7 (frames to it): Input/output" },
		{ "VIDIOC_REQBUFS", false, -EBUSY, -EBUSY,
			"VIDIOC_REQBUFS on /dev/video7 (frames from it): Device or resource busy" },
		{ "VIDIOC_QBUF", false, -ENODEV, -ENODEV,
			"VIDIOC_QBUF on /dev/video7 (frames from it): No such device" },
		{ "VIDIOC_STREAMON", false, -EINVAL, -EIO,
			"VIDIOC_STREAMON on /dev/video7 (frames from it): Invalid" },
		{ "VIDIOC_STREAMON", false, -EPERM, -EIO, "Operation not permitted" },
		{ "VIDIOC_STREAMON", false, -ESTALE, -EIO, "Stale" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		struct scene scene;

		scene_prepare(&scene, "YUYV", "H264", false);
		codec.fail_call = steps[i].call;
		codec.fail_in = steps[i].in;
		codec.fail_error = steps[i].error;
		assert_int_equal(scene_start(&scene), steps[i].expected);
		scene_said(&scene, steps[i].words);
		assert_int_equal(codec.in.n_buffers + codec.out.n_buffers, 0);
		assert_null(scene.stage->running);
		codec.fail_call = NULL;
		assert_int_equal(scene_start(&scene), 0); /* nothing stands in the way */
		scene_close(&scene);
	}
}

static void formats_that_are_refused(void **state)
{
	struct weir_video video;
	struct scene scene;

	(void)state;
	scene_prepare(&scene, "YUYV", "H264", false);
	assert_int_equal(scene_configure(&scene, "NV12", &video), -ENOTSUP);
	scene_said(&scene,
		"NV12 is none of the formats of /dev/video7 (frames to it), which are YUYV");
	codec.in.stride = 192;
	codec.in.bytes = 192 * 48;
	assert_int_equal(scene_configure(&scene, "YUYV", &video), -ENOTSUP);
	scene_said(&scene, "ask the source for stride=192");
	codec.in.bytes = 10;
	assert_int_equal(scene_configure(&scene, "YUYV", &video), -ENOTSUP);
	scene_said(&scene, "its buffers are smaller than its pictures");
	codec.fail_call = "VIDIOC_S_FMT";
	codec.fail_error = -EBUSY;
	assert_int_equal(scene_configure(&scene, "YUYV", &video), -EBUSY);
	scene_said(&scene, "VIDIOC_S_FMT on /dev/video7 (frames from it): Device or resource busy");
	codec.fail_call = NULL;
	scene_close(&scene);
}

static void a_size_that_is_near(void **state)
{
	struct weir_video video = {
		.format = weir_format_by_name("YUYV"), .width = 80, .height = 60
	};
	struct scene scene;

	(void)state;
	scene_prepare(&scene, "YUYV", "UYVY", false);
	assert_int_equal(scene.stage->impl->configure(scene.m2m, &video, &scene.log.log), -ENOTSUP);
	scene_said(&scene, "has no 80x60 YUYV; nearest is 64x48");
	scene_close(&scene);
}

static void too_few_buffers(void **state)
{
	struct scene scene;

	(void)state;
	scene_prepare(&scene, "YUYV", "H264", false);
	codec.out.grants = 2;
	assert_int_equal(scene_start(&scene), -ENOMEM);
	scene_said(&scene, "grants 2 buffers");
	scene_close(&scene);
}

static void words_that_are_wrong(void **state)
{
	static const char *const wrong[] = { "m2m", "m2m=", "m2m=/dev/video7", "m2m=7,H264",
		"m2m=/dev/video7,", "m2m=/dev/video7,H265x", "m2m=/dev/video7,H264,",
		"m2m=/dev/video7,H264,64", "m2m=/dev/video7,H264,64x48,1" };
	struct captured log;

	(void)state;
	captured_init(&log);
	codec_init("YUYV", "H264", 64, 48);
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		struct weir_stage *stage = NULL;

		assert_int_equal(weir_stage_open(wrong[i], &log.log, &stage), -EINVAL);
		assert_int_equal(log.lines, 1);
		log.lines = 0;
	}
}

/* ---- while frames flow ---- */

static void expect_failure(struct scene *scene, int error, const char *words)
{
	assert_int_equal(scene->failed, 1);
	assert_int_equal(scene->error, error);
	assert_int_equal(scene->in_work, 0);
	assert_int_equal(scene->log.lines, 1);
	scene_said(scene, words);
	/* What comes yet comes to nothing at once, and it is not said again. */
	assert_true(scene_take(scene));
	scene_poke(scene);
	assert_int_equal(scene->in_work, 0);
	assert_int_equal(scene->log.lines, 0);
	assert_int_equal(scene->failed, 1);
	scene_close(scene);
}

static void a_frame_is_refused(void **state)
{
	struct scene scene;

	(void)state;
	scene_open(&scene, "YUYV", "H264");
	codec.fail_call = "VIDIOC_QBUF";
	codec.fail_in = true;
	codec.fail_error = -EINVAL;
	assert_true(scene_take(&scene));
	expect_failure(&scene, -EIO, "VIDIOC_QBUF on /dev/video7 (frames to it): Invalid argument");
}

static void each_side_s_dqbuf_fails(void **state)
{
	struct scene scene;

	(void)state;
	for (unsigned side = 0; side < 2; side++) {
		scene_open(&scene, "YUYV", "H264");
		assert_true(scene_take(&scene));
		codec_fail_dqbuf(side ? &codec.in : &codec.out, -EIO);
		scene_poke(&scene);
		expect_failure(&scene, -EIO,
			side ? "VIDIOC_DQBUF on /dev/video7 (frames to it): Input/output error"
			     : "VIDIOC_DQBUF on /dev/video7 (frames from it): Input/output error");
	}
}

static void a_slot_is_refused_later(void **state)
{
	struct scene scene;

	(void)state;
	scene_open(&scene, "YUYV", "H264");
	assert_true(scene_take(&scene));
	codec_give(codec_return(0), 100, 0);
	scene_poke(&scene);
	codec.fail_call = "VIDIOC_QBUF";
	codec.fail_error = -EIO;
	scene_let_go(&scene);
	scene.stage->engine->resume(scene.stage);
	expect_failure(&scene, -EIO, "VIDIOC_QBUF on /dev/video7 (frames from it)");
}

static void the_end_cannot_be_told(void **state)
{
	struct scene scene;

	(void)state;
	scene_open(&scene, "YUYV", "H264");
	assert_true(scene_take(&scene));
	codec.fail_call = "VIDIOC_ENCODER_CMD";
	codec.fail_error = -EBUSY;
	scene.stage->engine->drain(scene.stage);
	expect_failure(&scene, -EBUSY, "VIDIOC_ENCODER_CMD on /dev/video7");
}

static void the_new_picture_cannot_be_read(void **state)
{
	static const char *const calls[] = { "VIDIOC_G_FMT", "VIDIOC_S_FMT", "VIDIOC_G_SELECTION",
		"VIDIOC_REQBUFS", "VIDIOC_STREAMON" };
	struct scene scene;

	(void)state;
	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
		scene_open(&scene, "H264", "YUYV");
		assert_true(scene_take(&scene));
		codec.event = true;
		codec.fail_call = calls[i];
		codec.fail_error = -EIO;
		scene_poke(&scene);
		expect_failure(&scene, -EIO, calls[i]);
	}
}

static void it_is_unplugged(void **state)
{
	struct weir_video video;
	struct scene scene;

	(void)state;
	scene_open(&scene, "YUYV", "H264");
	assert_true(scene_take(&scene));
	codec.gone = true;
	scene_poke(&scene);
	assert_int_equal(scene.error, -ENODEV);
	assert_int_equal(scene.in_work, 0);
	scene_said(&scene, "it was unplugged");
	scene_stop(&scene);
	assert_int_equal(weir_slab_out(scene.from), 0);
	assert_int_equal(scene.m2m->device.fd, -1);
	assert_int_equal(scene_configure(&scene, "YUYV", &video), -ENODEV);

	/* Plugged in again, it is opened again. */
	codec_init("YUYV", "H264", 64, 48);
	assert_int_equal(scene_configure(&scene, "YUYV", &video), 0);
	assert_int_equal(scene_start(&scene), 0);
	assert_true(scene_take(&scene));
	codec_give(codec_return(0), 100, 0);
	scene_poke(&scene);
	assert_int_equal(scene.n_delivered, 1);
	scene_close(&scene);
}

static void frames_that_it_cannot_take(void **state)
{
	struct scene scene;

	(void)state;
	scene_open(&scene, "YUYV", "H264");
	scene.from->slots[0].frame.info.plane[0].offset = 64;
	assert_true(scene_take(&scene));
	expect_failure(&scene, -ENOTSUP, "begin 64 bytes later");

	scene_open(&scene, "YUYV", "H264");
	scene.from->slots[0].frame.info.plane[0].fd = -1;
	assert_true(scene_take(&scene));
	expect_failure(&scene, -ENOTSUP, "takes dma-bufs only");
}

static void a_driver_that_names_a_buffer_it_does_not_have(void **state)
{
	struct scene scene;

	(void)state;
	scene_open(&scene, "YUYV", "H264");
	assert_true(scene_take(&scene));
	codec_give(codec_return(0), 100, 0);
	codec.out.done[0].index = 31;
	scene_poke(&scene);
	expect_failure(&scene, -EPROTO, "VIDIOC_DQBUF on /dev/video7 (frames from it)");
}

/* It says so of more bytes than there are. */
static void a_picture_that_cannot_be(void **state)
{
	struct scene scene;

	(void)state;
	scene_open(&scene, "YUYV", "H264");
	assert_true(scene_take(&scene));
	codec_give(codec_return(0), codec.out.bytes + 1, 0);
	scene_poke(&scene);
	assert_int_equal(scene.skipped, 1);
	assert_int_equal(scene.n_delivered, 0);
	scene_close(&scene);
}

/* ---- memory ---- */

static void it_writes_elsewhere(void **state)
{
	struct scene scene;

	(void)state;
	scene_open(&scene, "YUYV", "H264");
	assert_true(scene_take(&scene));
	codec.writes_elsewhere = true;
	codec_give(codec_return(0), 100, 0);
	scene_poke(&scene);
	assert_int_equal(scene.n_delivered, 0);
	assert_int_equal(scene.changed, 1);
	assert_int_equal(scene.in_work, 0);
	assert_int_equal(scene.failed, 0);
	scene_said(&scene, "cannot be trusted with memory of kind fake");
	scene_close(&scene);
}

static void pages_are_refused_after_all(void **state)
{
	struct scene scene;

	(void)state;
	scene_prepare(&scene, "YUYV", "H264", false);
	codec.fail_call = "VIDIOC_QBUF";
	codec.fail_error = -EFAULT;
	assert_int_equal(scene_start(&scene), -ESTALE); /* plan again */
	scene_said(&scene, "it refuses the pages: Bad address");
	scene_close(&scene);
}

static void kinds_of_memory(void **state)
{
	const struct weir_slab_settings slot = { .frame_bytes = 64 * 48 * 2 };
	const struct weir_slab_settings apart = { .frame_bytes = 64 * 48 * 2, .n_parts = 2 };
	const struct weir_stage_engine *engine;
	struct scene scene;
	char why[160] = "";

	(void)state;
	scene_prepare(&scene, "YUYV", "H264", false);
	engine = scene.stage->engine;
	assert_int_equal(engine->accepts(scene.stage, &scene_kind, &slot, why, sizeof(why)), 0);
	assert_int_equal(engine->fills(scene.stage, &scene_kind, why, sizeof(why)), 0);
	assert_int_equal(codec.in.n_buffers + codec.out.n_buffers, 0);
	assert_int_equal(engine->fills(scene.stage, &weir_memory_mmap, why, sizeof(why)), 0);
	assert_int_equal(
		engine->accepts(scene.stage, &weir_memory_mmap, &slot, why, sizeof(why)), 0);

	assert_int_equal(
		engine->accepts(scene.stage, &scene_kind, &apart, why, sizeof(why)), -ENOTSUP);
	assert_non_null(strstr(why, "in one piece"));
	assert_int_equal(
		engine->accepts(scene.stage, &weir_memory_host, &slot, why, sizeof(why)), -ENOTSUP);
	assert_non_null(strstr(why, "it has no dma-bufs"));
	codec.in.no_import = codec.out.no_import = true;
	assert_int_equal(
		engine->accepts(scene.stage, &scene_kind, &slot, why, sizeof(why)), -EINVAL);
	assert_non_null(strstr(why, "imports no dma-bufs (VIDIOC_REQBUFS)"));
	assert_int_equal(engine->fills(scene.stage, &scene_kind, why, sizeof(why)), -EINVAL);
	assert_int_equal(engine->fills(scene.stage, &weir_memory_mmap, why, sizeof(why)), 0);
	scene_close(&scene);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_step_of_the_beginning_may_fail),
		cmocka_unit_test(formats_that_are_refused),
		cmocka_unit_test(a_size_that_is_near),
		cmocka_unit_test(too_few_buffers),
		cmocka_unit_test(words_that_are_wrong),
		cmocka_unit_test(a_frame_is_refused),
		cmocka_unit_test(each_side_s_dqbuf_fails),
		cmocka_unit_test(a_slot_is_refused_later),
		cmocka_unit_test(the_end_cannot_be_told),
		cmocka_unit_test(the_new_picture_cannot_be_read),
		cmocka_unit_test(it_is_unplugged),
		cmocka_unit_test(frames_that_it_cannot_take),
		cmocka_unit_test(a_driver_that_names_a_buffer_it_does_not_have),
		cmocka_unit_test(a_picture_that_cannot_be),
		cmocka_unit_test(it_writes_elsewhere),
		cmocka_unit_test(pages_are_refused_after_all),
		cmocka_unit_test(kinds_of_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
