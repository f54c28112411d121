/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* A display whose card a seat manager gives and takes away. */

#include "tests/fake/display_scene.h"

#include <stdlib.h>

#include "tests/fake/seat.h"

static int set_up(void **state)
{
	int err = scene_set_up(state);

	fake_seat_init();
	setenv("LIBSEAT_BACKEND", "seatd", 1);
	((struct scene *)*state)->heard.log.level = WEIR_LOG_WARN;
	return err;
}

static int tear_down(void **state)
{
	int err = scene_tear_down(state);

	fake_seat_finish();
	return err;
}

static void begin(struct scene *scene)
{
	scene_open(scene, "display?budget=3");
	assert_int_equal(fake.opened, 0);
	assert_int_equal(fake_seat.devices, 1);
	scene_start(scene);
	scene_show(scene);
	scene_refresh(scene);
	assert_int_equal(weir_slab_out(scene->slab), 1);
	assert_int_equal(scene->heard.lines, 0);
}

static void nobody_holds_a_frame(void *data)
{
	struct scene *scene = data;

	assert_int_equal(weir_slab_out(scene->slab), 0);
	assert_int_equal(fake_fbs(), 0);
	scene_expect_old_screen();
}

static void gone_and_back(void **state)
{
	struct scene *scene = *state;
	unsigned frame;

	begin(scene);
	scene_show(scene);
	scene_show(scene);
	fake_seat.on_acknowledged = nobody_holds_a_frame;
	fake_seat.data = scene;
	fake_seat_disable();
	scene_turn(scene);
	assert_int_equal(fake_seat.acknowledged, 1);
	scene_expect_word(scene, "another console is on the screen now (HDMI-A-1)");
	frame = scene_show(scene);
	assert_int_equal(scene->verdict[frame], WEIR_DROP_FAILED);
	stand_run(scene->loop, 1200 * STAND_MS);
	assert_int_equal(scene->heard.lines, 1);
	fake_seat_enable();
	scene_turn(scene); /* at once, and not when it is looked at next */
	scene_expect_word(scene, "HDMI-A-1 is back: 640x480");
	scene_show(scene);
	scene_refresh(scene);
	assert_int_equal(weir_slab_out(scene->slab), 1);
	scene_stop(scene);
	scene_expect_old_screen();
}

static void ended_while_it_is_gone(void **state)
{
	struct scene *scene = *state;

	begin(scene);
	fake_seat_disable();
	scene_turn(scene);
	scene_stop(scene);
	assert_int_equal(weir_slab_out(scene->slab), 0);
}

/* What came before there was a loop is not forgotten. */
static void gone_between_open_and_start(void **state)
{
	struct scene *scene = *state;

	scene_open(scene, "display");
	fake_seat_disable();
	scene_start(scene);
	assert_int_equal(fake_seat.acknowledged, 1);
	scene_expect_word(scene, "another console is on the screen now");
	fake_seat_enable();
	scene_turn(scene);
	scene_expect_word(scene, "is back");
}

/* It took nothing away, so the run goes on. */
static void the_manager_is_gone(void **state)
{
	struct scene *scene = *state;

	begin(scene);
	fake_seat.gone = true;
	fake_seat_disable();
	scene_turn(scene);
	scene_expect_word(scene, "the seat manager is gone");
	stand_run(scene->loop, 100 * STAND_MS);
	assert_int_equal(scene->heard.lines, 1);
	scene_show(scene);
	scene_refresh(scene);
	assert_int_equal(scene->released, 1);
	assert_int_equal(weir_slab_out(scene->slab), 1);
}

/* ---- and without one ---- */

static void expect_the_node(struct scene *scene)
{
	scene_open(scene, "display");
	assert_int_equal(fake.opened, 1);
	assert_int_equal(fake_seat.seats, 0);
	assert_int_equal(scene->heard.lines, 0);
}

static void is_not_asked_unless_told_to(void **state)
{
	unsetenv("LIBSEAT_BACKEND");
	unsetenv("SEATD_SOCK");
	unsetenv("XDG_VTNR");
	expect_the_node(*state);
	assert_int_equal(fake_seat.asked, 0);
}

static void a_manager_that_refuses(void **state)
{
	fake_seat.refuses = true;
	expect_the_node(*state);
	assert_int_equal(fake_seat.asked, 1);
}

static void a_manager_that_lets_nobody_on(void **state)
{
	fake_seat.never_ready = true;
	expect_the_node(*state);
}

static void a_manager_without_the_card(void **state)
{
	fake_seat.no_device = true;
	expect_the_node(*state);
}

#define SEAT(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		SEAT(gone_and_back),
		SEAT(ended_while_it_is_gone),
		SEAT(gone_between_open_and_start),
		SEAT(the_manager_is_gone),
		SEAT(is_not_asked_unless_told_to),
		SEAT(a_manager_that_refuses),
		SEAT(a_manager_that_lets_nobody_on),
		SEAT(a_manager_without_the_card),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
