/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* The stage m2m when all goes well: the round of frames and pictures, order, the end of a stream.
 */
#include "tests/fake/m2m_scene.h"

#define LAST V4L2_BUF_FLAG_LAST
#define BAD  V4L2_BUF_FLAG_ERROR

/* One picture for the oldest frame, at once. */
static void work(struct scene *scene)
{
	codec_give(codec_return(0), 100, 0);
	scene_poke(scene);
}

/* ---- frames and pictures ---- */

static void a_picture_has_the_frame_s_number_and_time(void **state)
{
	struct scene scene;
	const struct weir_frame_info *info;

	(void)state;
	scene_open(&scene, "YUYV", "H264");
	assert_true(scene_take(&scene));
	work(&scene);
	assert_true(scene_take(&scene));
	work(&scene);
	assert_int_equal(scene.n_delivered, 2);
	info = weir_frame_info(scene.delivered[1]);
	assert_int_equal(info->sequence, 1);
	assert_int_equal(info->timestamp_ns, 1000000500);
	assert_int_equal(info->bytes_used, 100);
	assert_true(scene.ready > 0);
	assert_int_equal(scene.in_work, 0);
	assert_int_equal(scene.log.lines, 0);
	scene_close(&scene);
}

static void a_frame_is_held_until_its_buffer_is_back(void **state)
{
	struct scene scene;
	uint64_t stamp;

	(void)state;
	scene_open(&scene, "YUYV", "H264");
	assert_true(scene_take(&scene));
	assert_int_equal(weir_slab_out(scene.from), 1);
	/* The picture first: the device may read the frame for later ones yet. */
	stamp = codec.in.stamp_us[0];
	codec_give(stamp, 100, 0);
	scene_poke(&scene);
	assert_int_equal(scene.n_delivered, 1);
	assert_int_equal(weir_slab_out(scene.from), 1);
	codec_return(0);
	scene_poke(&scene);
	assert_int_equal(weir_slab_out(scene.from), 0);
	scene_close(&scene);
}

static void it_takes_as_many_as_it_says(void **state)
{
	struct weir_stage_needs needs;
	struct scene scene;

	(void)state;
	scene_open(&scene, "YUYV", "H264");
	scene.stage->engine->needs(scene.stage, &needs);
	assert_int_equal(needs.takes, 2);
	assert_true(scene_take(&scene) && scene_take(&scene));
	assert_false(scene_take(&scene));
	codec_return(0);
	scene_poke(&scene);
	assert_true(scene_take(&scene));
	scene_close(&scene);
	assert_int_equal(scene.skipped, 0); /* stop() says nothing: what was taken is lost */
}

static void drivers_may_need_more(void **state)
{
	struct weir_stage_needs needs;
	struct weir_video video;
	struct scene scene;

	(void)state;
	scene_prepare(&scene, "YUYV", "H264", false);
	codec.least_in = 4;
	codec.least_out = 5;
	assert_int_equal(scene_configure(&scene, "YUYV", &video), 0);
	scene.stage->engine->needs(scene.stage, &needs);
	assert_int_equal(needs.takes, 4);
	assert_int_equal(needs.own, 5);
	scene_close(&scene);
}

static void pictures_come_in_their_own_order(void **state)
{
	uint64_t stamp[2];
	struct scene scene;

	(void)state;
	scene_open(&scene, "YUYV", "H264");
	assert_true(scene_take(&scene) && scene_take(&scene));
	stamp[0] = codec_return(0);
	stamp[1] = codec_return(0);
	assert_true(stamp[0] != stamp[1]); /* though both frames bear the same time */
	codec_give(stamp[1], 100, 0);
	codec_give(stamp[0], 100, 0);
	scene_poke(&scene);
	assert_int_equal(weir_frame_info(scene.delivered[0])->sequence, 1);
	assert_int_equal(weir_frame_info(scene.delivered[1])->sequence, 0);
	scene_close(&scene);
}

/* The driver maps a dma-buf once, and knows it again. */
static void a_slot_keeps_its_buffer(void **state)
{
	struct scene scene;

	(void)state;
	scene_open(&scene, "YUYV", "H264");
	for (unsigned i = 0; i < 5 * SCENE_SLOTS; i++) {
		assert_true(scene_take(&scene));
		work(&scene);
		scene_let_go(&scene);
		scene.stage->engine->resume(scene.stage);
	}
	assert_int_equal(scene.n_delivered, 5 * SCENE_SLOTS);
	assert_int_equal(codec.in.remapped, 0);
	assert_int_equal(codec.out.remapped, 0);
	scene_close(&scene);
}

static void fewer_buffers_than_slots(void **state)
{
	struct scene scene;

	(void)state;
	scene_prepare(&scene, "YUYV", "H264", false);
	codec.in.grants = 2;
	codec.out.grants = 4;
	assert_int_equal(scene_start(&scene), 0);
	assert_int_equal(scene.out->n_slots, 4);
	for (unsigned i = 0; i < 20; i++) {
		assert_true(scene_take(&scene));
		work(&scene);
		scene_let_go(&scene);
		scene.stage->engine->resume(scene.stage);
	}
	assert_int_equal(scene.n_delivered, 20);
	scene_close(&scene);
}

/* What stage or sink comes next is busy: the picture stays in the device, and is not lost. */
static void a_picture_that_is_not_wanted_yet_waits(void **state)
{
	struct scene scene;

	(void)state;
	scene_open(&scene, "YUYV", "H264");
	assert_true(scene_take(&scene));
	scene.unwanted = true;
	work(&scene);
	assert_int_equal(scene.n_delivered, 0);
	scene.unwanted = false;
	scene.stage->engine->resume(scene.stage);
	assert_int_equal(scene.n_delivered, 1);
	scene_close(&scene);
}

static void the_multi_planar_interface(void **state)
{
	struct scene scene;

	(void)state;
	scene_prepare(&scene, "YUYV", "NV12", true);
	assert_int_equal(scene_start(&scene), 0);
	assert_true(scene_take(&scene));
	codec_give(codec_return(0), 64 * 48 * 3 / 2, 0);
	scene_poke(&scene);
	assert_int_equal(scene.n_delivered, 1);
	assert_int_equal(weir_frame_info(scene.delivered[0])->plane[1].offset, 64 * 48);
	scene_close(&scene);
}

/* ---- that which gives nothing ---- */

static void nothing_comes_of_a_frame(void **state)
{
	struct scene scene;

	(void)state;
	scene_open(&scene, "YUYV", "H264");
	assert_true(scene_take(&scene) && scene_take(&scene));
	codec_give(codec_return(BAD), 0, BAD);
	codec_give(codec_return(0), 100, BAD); /* damaged */
	scene_poke(&scene);
	assert_int_equal(scene.n_delivered, 0);
	assert_int_equal(scene.skipped, 2);
	assert_int_equal(scene.failed, 0);
	assert_int_equal(weir_slab_out(scene.from), 0);
	scene_close(&scene);
}

static void poked_in_vain(void **state)
{
	struct scene scene;

	(void)state;
	scene_open(&scene, "YUYV", "H264");
	assert_true(scene_take(&scene));
	for (unsigned i = 0; i < 3; i++)
		scene_poke(&scene);
	assert_int_equal(scene.failed, 0);
	assert_int_equal(scene.n_delivered, 0);
	scene_close(&scene);
}

static void a_second_picture_of_one_frame(void **state)
{
	struct scene scene;
	uint64_t stamp;

	(void)state;
	scene_open(&scene, "YUYV", "H264");
	assert_true(scene_take(&scene));
	stamp = codec_return(0);
	codec_give(stamp, 100, 0);
	codec_give(stamp, 100, 0);
	scene_poke(&scene);
	assert_int_equal(scene.n_delivered, 1);
	assert_int_equal(scene.in_work, 0);
	scene_close(&scene);
}

/* ---- the end ---- */

static void drain(struct scene *scene)
{
	scene->stage->engine->drain(scene->stage);
	scene->stage->engine->drain(scene->stage); /* may be said again */
}

static void the_last_picture_says_so(void **state)
{
	struct scene scene;
	uint64_t stamp[2];

	(void)state;
	scene_open(&scene, "YUYV", "H264");
	assert_true(scene_take(&scene) && scene_take(&scene));
	drain(&scene);
	assert_int_equal(codec.stops, 1);
	stamp[0] = codec_return(0);
	stamp[1] = codec_return(0);
	codec_give(stamp[0], 100, 0);
	scene_poke(&scene);
	assert_int_equal(scene.in_work, 1);
	codec_give(stamp[1], 100, LAST);
	scene_poke(&scene);
	assert_int_equal(scene.n_delivered, 2);
	assert_int_equal(scene.in_work, 0);
	assert_int_equal(scene.failed, 0);
	scene_close(&scene);
}

/* It bears the stamp of a frame, and is none. */
static void the_last_buffer_is_empty(void **state)
{
	struct scene scene;
	uint64_t stamp[2];

	(void)state;
	scene_open(&scene, "YUYV", "H264");
	assert_true(scene_take(&scene) && scene_take(&scene));
	drain(&scene);
	stamp[0] = codec_return(0);
	stamp[1] = codec_return(0);
	codec_give(stamp[1], 100, 0);
	codec_give(stamp[1], 0, LAST);
	scene_poke(&scene);
	assert_int_equal(scene.n_delivered, 1);
	assert_int_equal(scene.skipped, 1); /* of frame 0 nothing came */
	assert_int_equal(scene.in_work, 0);
	(void)stamp;
	scene_close(&scene);
}

static void after_the_last_comes_epipe(void **state)
{
	struct scene scene;

	(void)state;
	scene_open(&scene, "YUYV", "H264");
	assert_true(scene_take(&scene));
	drain(&scene);
	codec.ended = true;
	scene_poke(&scene);
	assert_int_equal(scene.skipped, 1);
	assert_int_equal(scene.in_work, 0);
	assert_int_equal(scene.failed, 0);
	scene_close(&scene);
}

/* Before there was the flag. */
static void an_empty_buffer_ends_the_stream(void **state)
{
	struct scene scene;

	(void)state;
	scene_open(&scene, "YUYV", "H264");
	assert_true(scene_take(&scene));
	drain(&scene);
	codec_give(codec_return(0), 100, 0);
	codec_give(0, 0, 0);
	scene_poke(&scene);
	assert_int_equal(scene.n_delivered, 1);
	assert_true(scene.m2m->over);
	scene_close(&scene);
}

/* A converter: each frame gives a picture, and that is all there is to it. */
static void without_a_command_for_the_end(void **state)
{
	struct scene scene;

	(void)state;
	scene_prepare(&scene, "YUYV", "UYVY", false);
	codec.no_stop = true;
	assert_int_equal(scene_start(&scene), 0);
	assert_true(scene_take(&scene));
	drain(&scene);
	assert_int_equal(codec.stops, 0);
	codec_give(codec_return(0), codec.out.bytes, 0);
	scene_poke(&scene);
	assert_int_equal(scene.in_work, 0);
	scene_close(&scene);
}

static void it_starts_again(void **state)
{
	struct weir_video video;
	struct scene scene;

	(void)state;
	scene_open(&scene, "YUYV", "H264");
	for (unsigned i = 0; i < 3; i++) {
		assert_true(scene_take(&scene));
		drain(&scene);
		codec_give(codec_return(0), 100, LAST);
		scene_poke(&scene);
		assert_int_equal(scene.n_delivered, i + 1);
		scene_let_go(&scene);
		scene_stop(&scene);
		assert_int_equal(codec.in.n_buffers + codec.out.n_buffers, 0);
		assert_int_equal(scene_configure(&scene, "YUYV", &video), 0);
		assert_int_equal(scene_start(&scene), 0);
	}
	scene_close(&scene);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_picture_has_the_frame_s_number_and_time),
		cmocka_unit_test(a_frame_is_held_until_its_buffer_is_back),
		cmocka_unit_test(it_takes_as_many_as_it_says),
		cmocka_unit_test(drivers_may_need_more),
		cmocka_unit_test(pictures_come_in_their_own_order),
		cmocka_unit_test(a_slot_keeps_its_buffer),
		cmocka_unit_test(fewer_buffers_than_slots),
		cmocka_unit_test(a_picture_that_is_not_wanted_yet_waits),
		cmocka_unit_test(the_multi_planar_interface),
		cmocka_unit_test(nothing_comes_of_a_frame),
		cmocka_unit_test(poked_in_vain),
		cmocka_unit_test(a_second_picture_of_one_frame),
		cmocka_unit_test(the_last_picture_says_so),
		cmocka_unit_test(the_last_buffer_is_empty),
		cmocka_unit_test(after_the_last_comes_epipe),
		cmocka_unit_test(an_empty_buffer_ends_the_stream),
		cmocka_unit_test(without_a_command_for_the_end),
		cmocka_unit_test(it_starts_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
