/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* The stage m2m as a decoder whose stream tells what it is, at its beginning and in its middle. */
#include "tests/fake/m2m_scene.h"

#define LAST V4L2_BUF_FLAG_LAST

static void tell_change(uint32_t width, uint32_t height)
{
	codec.out.width = codec.visible_width = width;
	codec.out.height = codec.visible_height = height;
	codec.out.stride = width * 2;
	codec.out.bytes = width * height * 2;
	codec.event = true;
}

static void work(struct scene *scene, uint32_t flags)
{
	codec_give(codec_return(0), codec.out.bytes, flags);
	scene_poke(scene);
}

/* Up to the first picture, of the size that was expected. */
static void open_decoder(struct scene *scene)
{
	scene_open(scene, "H264", "YUYV");
	assert_true(scene_take(scene));
	codec.event = true;
	scene_poke(scene);
	work(scene, 0);
	assert_int_equal(scene->n_delivered, 1);
	assert_int_equal(scene->changed, 0);
}

/* What the pipeline does when it was told to plan again. */
static void plan_again(struct scene *scene, uint32_t width, uint32_t height)
{
	struct weir_video video;

	scene->stage->engine->drain(scene->stage);
	assert_int_equal(scene->in_work, 0);
	scene_let_go(scene);
	scene_stop(scene);
	assert_true(codec.in.streaming);
	assert_int_equal(scene_configure(scene, "H264", &video), 0);
	assert_int_equal(video.width, width);
	assert_int_equal(video.height, height);
	assert_int_equal(weir_slab_out(scene->out), 0);
	weir_slab_unref(&scene->out);
	scene->out = scene_slab(scene->stage->impl->output_bytes(scene->m2m), SCENE_SLOTS);
	assert_int_equal(scene_start(scene), 0);
}

/* ---- the beginning ---- */

static void pictures_wait_for_the_stream_to_tell(void **state)
{
	struct scene scene;

	(void)state;
	scene_open(&scene, "H264", "YUYV");
	assert_true(codec.in.streaming);
	assert_false(codec.out.streaming);
	assert_true(scene_take(&scene));
	assert_int_equal(codec.out.n_buffers, 0);
	codec.event = true;
	scene_poke(&scene);
	assert_true(codec.out.streaming);
	work(&scene, 0);
	assert_int_equal(scene.n_delivered, 1);
	assert_int_equal(scene.changed, 0);
	scene_close(&scene);
}

static void a_driver_that_tells_nothing(void **state)
{
	struct weir_video video;
	struct scene scene;

	(void)state;
	scene_prepare(&scene, "H264", "YUYV", false);
	codec.no_events = true;
	assert_int_equal(scene_configure(&scene, "H264", &video), 0);
	assert_int_equal(scene_start(&scene), 0);
	assert_true(codec.out.streaming);
	assert_true(scene_take(&scene));
	work(&scene, 0);
	assert_int_equal(scene.n_delivered, 1);
	scene_close(&scene);
}

static void the_stream_is_of_another_size_than_planned(void **state)
{
	struct scene scene;

	(void)state;
	scene_open(&scene, "H264", "YUYV");
	assert_true(scene_take(&scene) && scene_take(&scene));
	tell_change(128, 96);
	scene_poke(&scene);
	assert_int_equal(scene.changed, 1);
	assert_int_equal(scene.kept, 2);
	plan_again(&scene, 128, 96);
	assert_int_equal(scene.kept, 0);
	assert_int_equal(scene.in_work, 2);
	work(&scene, 0);
	work(&scene, 0);
	assert_int_equal(scene.n_delivered, 2);
	assert_int_equal(weir_frame_info(scene.delivered[0])->sequence, 0);
	assert_int_equal(weir_frame_info(scene.delivered[1])->sequence, 1);
	assert_int_equal(scene.in_work, 0);
	assert_int_equal(scene.skipped, 0);
	scene_close(&scene);
}

/* Coded in whole blocks: the planes lie where the driver says, and the picture is what can be seen.
 */
static void more_is_coded_than_can_be_seen(void **state)
{
	const struct weir_frame_info *info;
	struct weir_video video;
	struct scene scene;

	(void)state;
	scene_prepare(&scene, "H264", "NV12", false);
	codec.out.height = 64;
	codec.out.bytes = 64 * 64 * 3 / 2;
	assert_int_equal(scene_configure(&scene, "H264", &video), 0);
	assert_int_equal(video.height, 48);
	weir_slab_unref(&scene.out);
	scene.out = scene_slab(scene.stage->impl->output_bytes(scene.m2m), SCENE_SLOTS);
	assert_int_equal(scene_start(&scene), 0);
	assert_true(scene_take(&scene));
	codec.event = true;
	scene_poke(&scene);
	assert_int_equal(scene.changed, 0);
	work(&scene, 0);
	info = weir_frame_info(scene.delivered[0]);
	assert_int_equal(info->plane[0].length, 64 * 48);
	assert_int_equal(info->plane[1].offset, 64 * 64);
	assert_int_equal(info->plane[1].length, 64 * 24);
	scene_close(&scene);
}

/* ---- the middle ---- */

static void pictures_of_the_old_size_come_first(void **state)
{
	struct scene scene;
	uint64_t stamp;

	(void)state;
	open_decoder(&scene);
	assert_true(scene_take(&scene) && scene_take(&scene));
	stamp = codec_return(0);
	codec_give(stamp, codec.out.bytes, LAST);
	tell_change(128, 96);
	scene_poke(&scene);
	assert_int_equal(scene.n_delivered, 2);
	assert_int_equal(scene.changed, 1);
	assert_int_equal(scene.kept, 1);
	plan_again(&scene, 128, 96);
	work(&scene, 0);
	assert_int_equal(scene.n_delivered, 3);
	assert_int_equal(weir_frame_info(scene.delivered[2])->sequence, 2);
	assert_int_equal(scene.skipped, 0);
	scene_close(&scene);
}

/* Told first, and the last picture of the old size is an empty buffer. */
static void an_empty_buffer_ends_the_old_size(void **state)
{
	struct scene scene;

	(void)state;
	open_decoder(&scene);
	assert_true(scene_take(&scene));
	tell_change(128, 96);
	scene_poke(&scene);
	assert_int_equal(scene.changed, 0);
	codec_give(codec.in.stamp_us[1], 0, LAST);
	scene_poke(&scene);
	assert_int_equal(scene.changed, 1);
	assert_int_equal(scene.kept, 1);
	assert_int_equal(scene.skipped, 0);
	plan_again(&scene, 128, 96);
	work(&scene, 0);
	assert_int_equal(scene.n_delivered, 2);
	scene_close(&scene);
}

static void the_same_size_again_changes_nothing(void **state)
{
	struct scene scene;

	(void)state;
	open_decoder(&scene);
	assert_true(scene_take(&scene));
	codec.event = true;
	codec_give(0, 0, LAST);
	scene_poke(&scene);
	assert_int_equal(scene.changed, 0);
	assert_true(codec.out.streaming);
	assert_false(codec.ended);
	work(&scene, 0);
	assert_int_equal(scene.n_delivered, 2);
	scene_close(&scene);
}

/* Frames that waited before the stage come while the pipeline winds up, in other slots than the
 * next ones will. */
static void frames_that_come_meanwhile_are_kept(void **state)
{
	struct scene scene;

	(void)state;
	open_decoder(&scene);
	assert_true(scene_take(&scene) && scene_take(&scene));
	tell_change(128, 96);
	codec_give(0, 0, LAST);
	scene_poke(&scene);
	assert_int_equal(scene.kept, 2);
	assert_true(scene_take(&scene) && scene_take(&scene));
	assert_int_equal(scene.kept, 4);
	plan_again(&scene, 128, 96);
	assert_false(scene_take(&scene)); /* more than it takes otherwise */
	for (unsigned i = 0; i < 4; i++)
		work(&scene, 0);
	assert_true(scene_take(&scene));
	assert_int_equal(scene.n_delivered, 5);
	for (unsigned i = 1; i < 5; i++)
		assert_int_equal(weir_frame_info(scene.delivered[i])->sequence, i);
	scene_close(&scene);
}

static void the_run_ends_with_the_change(void **state)
{
	struct scene scene;

	(void)state;
	open_decoder(&scene);
	assert_true(scene_take(&scene));
	tell_change(128, 96);
	codec_give(0, 0, LAST);
	scene_poke(&scene);
	scene_let_go(&scene);
	scene_stop(&scene);
	assert_int_equal(weir_slab_out(scene.from), 1);
	scene.stage->engine->forget(scene.stage);
	assert_int_equal(weir_slab_out(scene.from), 0);
	scene_close(&scene);
}

static void a_change_while_draining(void **state)
{
	struct scene scene;

	(void)state;
	open_decoder(&scene);
	assert_true(scene_take(&scene));
	scene.stage->engine->drain(scene.stage);
	tell_change(128, 96);
	codec_give(0, 0, LAST);
	scene_poke(&scene);
	assert_int_equal(scene.changed, 0);
	assert_int_equal(scene.skipped, 1);
	assert_int_equal(scene.in_work, 0);
	scene_said(&scene, "what came of it is lost");
	scene_close(&scene);
}

/* ---- the end ---- */

static void a_stream_without_any_picture(void **state)
{
	struct scene scene;

	(void)state;
	scene_open(&scene, "H264", "YUYV");
	assert_true(scene_take(&scene));
	codec_return(V4L2_BUF_FLAG_ERROR);
	scene_poke(&scene);
	assert_int_equal(scene.in_work, 1);
	scene.stage->engine->drain(scene.stage);
	assert_int_equal(scene.skipped, 1);
	assert_int_equal(scene.in_work, 0);
	scene_close(&scene);
}

/* Nobody asked for it, and nothing has changed. */
static void a_decoder_that_ends_by_itself(void **state)
{
	struct scene scene;

	(void)state;
	open_decoder(&scene);
	assert_true(scene_take(&scene));
	codec_give(0, 0, LAST);
	scene_poke(&scene);
	assert_int_equal(scene.failed, 1);
	assert_int_equal(scene.error, -EPIPE);
	assert_int_equal(scene.in_work, 0);
	scene_close(&scene);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pictures_wait_for_the_stream_to_tell),
		cmocka_unit_test(a_driver_that_tells_nothing),
		cmocka_unit_test(the_stream_is_of_another_size_than_planned),
		cmocka_unit_test(more_is_coded_than_can_be_seen),
		cmocka_unit_test(pictures_of_the_old_size_come_first),
		cmocka_unit_test(an_empty_buffer_ends_the_old_size),
		cmocka_unit_test(the_same_size_again_changes_nothing),
		cmocka_unit_test(frames_that_come_meanwhile_are_kept),
		cmocka_unit_test(the_run_ends_with_the_change),
		cmocka_unit_test(a_change_while_draining),
		cmocka_unit_test(a_stream_without_any_picture),
		cmocka_unit_test(a_decoder_that_ends_by_itself),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
