/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* A driver without atomic modesetting: the calls that came before show the same, by the same rules,
 * and leave the same behind. */

#include "tests/fake/display_scene.h"

#include "sinks/kms/sink.h"

static int set_up(void **state)
{
	int err = scene_set_up(state);

	fake.no_atomic = true;
	return err;
}

static void start(struct scene *scene, const char *uri)
{
	scene_open(scene, uri);
	scene_start(scene);
	assert_int_equal(scene->heard.lines, 0);
}

static int dmabuf(const struct scene *scene, unsigned slot)
{
	return scene->slab->slots[slot].parts[0].dmabuf;
}

static void frames_go_when_another_is_shown(void **state)
{
	struct scene *scene = *state;
	unsigned first, second;

	start(scene, "display");
	first = scene_show(scene);
	assert_int_equal(fake.modesets, 1);
	assert_int_equal(fake.mode_width, 640);
	scene_refresh(scene);
	assert_true(fake_reads(dmabuf(scene, first)));
	second = scene_show(scene);
	scene_turn(scene);
	assert_true(scene->held[first]);
	scene_refresh(scene);
	assert_false(scene->held[first]);
	assert_int_equal(scene->verdict[first], WEIR_DROP_NONE);
	assert_true(scene->held[second]);
	assert_int_equal(fake.modesets, 1);
	assert_int_equal(fake.page_flips, 2);
	scene_stop(scene);
	assert_int_equal(fake.commits, 0);
	scene_expect_old_screen();
}

static void the_newest_waits(void **state)
{
	struct scene *scene = *state;
	unsigned frame[4];

	start(scene, "display?budget=4");
	for (unsigned i = 0; i < 4; i++)
		frame[i] = scene_show(scene);
	assert_int_equal(scene->verdict[frame[1]], WEIR_DROP_REPLACED);
	scene_refresh(scene);
	assert_int_equal(fake.page_flips, 2);
	scene_refresh(scene);
	assert_false(scene->held[frame[0]]);
	assert_true(scene->held[frame[3]]);
}

/* Of a format that the primary plane lacks: black behind it, whose flips tell the time. */
static void on_an_overlay(void **state)
{
	struct scene *scene = *state;
	unsigned first, second;

	fake.primary.formats[1] = 0;
	fake.overlay.value[FAKE_COLOR_ENCODING] = 1;
	scene->video.format = weir_format_by_name("YUYV");
	scene->video.stride = 1280;
	start(scene, "display?mode=preferred");
	first = scene_show(scene);
	scene_refresh(scene);
	assert_true(fake_reads(dmabuf(scene, first)));
	assert_int_equal(fake.on_screen[1], fake.overlay.value[FAKE_FB_ID]);
	assert_int_equal(fake.mode_width, 1024);
	second = scene_show(scene);
	assert_true(scene->held[first]);
	scene_refresh(scene);
	assert_false(scene->held[first]);
	assert_true(scene->held[second]);
	assert_int_equal(fake.page_flips, 2);
	assert_int_equal(fake.overlay.value[FAKE_COLOR_ENCODING], 0); /* BT.601, of 480 lines */
	scene_stop(scene);
	scene_expect_old_screen();
}

static void expect_refusal(struct scene *scene)
{
	char why[256];

	assert_int_equal(scene_offer(scene, why, sizeof(why)), -ENOTSUP);
	assert_int_equal(fake_fbs(), 0);
	assert_int_equal(fake.modesets, 0);
}

/* What cannot be tested is not tried: nothing is scaled. */
static void pixel_for_pixel_alone(void **state)
{
	struct scene *scene = *state;
	const struct weir_kms_placement *place;
	char why[256];

	fake.primary.scales = fake.overlay.scales = true;
	scene_open(scene, "display?mode=preferred");
	assert_int_equal(scene_offer(scene, why, sizeof(why)), 0);
	place = &((struct weir_kms_sink *)scene->sink)->output.placement;
	assert_int_equal(place->plane->object.id, FAKE_OVERLAY);
	assert_int_equal(place->behind->object.id, FAKE_PRIMARY);
	assert_int_equal(place->width, 640);
	assert_int_equal(place->x, 192);
	scene->video.width = 1920;
	scene->video.height = 1080;
	scene->video.stride = 7680;
	expect_refusal(scene);
}

static void at_once(void **state)
{
	struct scene *scene = *state;

	fake.async = true;
	start(scene, "display?vsync=0");
	scene_show(scene);
	scene_refresh(scene);
	scene_show(scene);
	assert_int_equal(fake.async_commits, 1);
	scene_refresh(scene);
	assert_int_equal(scene->released, 1);
}

static void busy_flips_are_tried_again(void **state)
{
	struct scene *scene = *state;

	start(scene, "display");
	fake.commit_error = EBUSY;
	fake.commit_errors = 3;
	scene_show(scene);
	assert_int_equal(fake.page_flips, 0);
	stand_run(scene->loop, 100 * STAND_MS);
	assert_int_equal(fake.page_flips, 1);
	scene_refresh(scene);
	assert_int_equal(weir_slab_out(scene->slab), 1);
}

/* Nothing was shown before: nothing is afterwards. */
static void a_dark_screen_stays_dark(void **state)
{
	struct scene *scene = *state;

	fake.active = 0;
	fake.on_screen[0] = 0;
	start(scene, "display");
	scene_show(scene);
	scene_refresh(scene);
	assert_int_equal(fake.mode_width, 640);
	scene_stop(scene);
	assert_int_equal(fake.active, 0);
	assert_int_equal(fake.on_screen[0], 0);
}

static void unplugged_and_back(void **state)
{
	struct scene *scene = *state;

	scene->heard.log.level = WEIR_LOG_WARN;
	start(scene, "display");
	scene_show(scene);
	scene_refresh(scene);
	fake_set_status("disconnected\n");
	stand_run(scene->loop, 700 * STAND_MS);
	scene_expect_word(scene, "is unplugged");
	assert_int_equal(weir_slab_out(scene->slab), 0);
	fake_set_status("connected\n");
	stand_run(scene->loop, 700 * STAND_MS);
	scene_expect_word(scene, "is back: 640x480");
	scene_show(scene);
	scene_refresh(scene);
	assert_int_equal(weir_slab_out(scene->slab), 1);
	scene_stop(scene);
	scene_expect_old_screen();
}

#define LEGACY(test) cmocka_unit_test_setup_teardown(test, set_up, scene_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		LEGACY(frames_go_when_another_is_shown),
		LEGACY(the_newest_waits),
		LEGACY(on_an_overlay),
		LEGACY(pixel_for_pixel_alone),
		LEGACY(at_once),
		LEGACY(busy_flips_are_tried_again),
		LEGACY(a_dark_screen_stays_dark),
		LEGACY(unplugged_and_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
