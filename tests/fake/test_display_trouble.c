/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Displays that go, drivers that are busy or silent, and calls that fail: the run goes on, no frame
 * is lost for good, and the display comes back. */

#include "tests/fake/display_scene.h"

/* More than the sink takes to look after the display. */
#define A_LOOK (700 * STAND_MS)

static void look(struct scene *scene, uint64_t ns)
{
	stand_run(scene->loop, ns);
}

static void begin(struct scene *scene, const char *uri)
{
	scene->heard.log.level = WEIR_LOG_WARN;
	scene_open(scene, uri);
	scene_start(scene);
}

/* ---- busy, and silent ---- */

static void busy_commits_are_tried_again(void **state)
{
	struct scene *scene = *state;
	unsigned first, second;

	begin(scene, "display");
	fake.commit_error = EBUSY;
	fake.commit_errors = 3;
	first = scene_show(scene);
	assert_int_equal(fake.commits, 0);
	look(scene, 100 * STAND_MS);
	assert_int_equal(fake.commits, 1);
	scene_refresh(scene);
	fake.commit_errors = 2;
	second = scene_show(scene);
	look(scene, 100 * STAND_MS);
	scene_refresh(scene);
	assert_false(scene->held[first]);
	assert_true(scene->held[second]);
	assert_int_equal(scene->heard.lines, 0);
}

/* While the driver is busy, newer frames take the place of the one that waits. */
static void busy_for_long(void **state)
{
	struct scene *scene = *state;

	begin(scene, "display");
	fake.commit_error = EBUSY;
	fake.commit_errors = 1000;
	scene_show(scene);
	for (unsigned i = 0; i < 5; i++)
		scene_show(scene);
	assert_int_equal(scene->released, 5);
	fake.commit_errors = 0;
	look(scene, 50 * STAND_MS);
	assert_int_equal(fake.commits, 1);
}

static void events_that_never_come(void **state)
{
	struct scene *scene = *state;
	char text[256];

	begin(scene, "display");
	scene_show(scene);
	scene_refresh(scene);
	fake.lose_events = true;
	scene_show(scene);
	scene_refresh(scene);
	assert_int_equal(scene->released, 0); /* who knows */
	fake.lose_events = false;
	look(scene, 1700 * STAND_MS);
	scene_refresh(scene);
	scene_show(scene);
	scene_refresh(scene);
	assert_int_equal(scene->released, 2);
	scene_stop(scene);
	assert_int_equal(scene->sink->impl->result(scene->sink, text, sizeof(text)), 0);
	assert_non_null(strstr(text, "1 flip events never came"));
	scene_expect_old_screen();
}

/* It says nothing about the commits that were made since. */
static void an_event_that_comes_after_all(void **state)
{
	struct scene *scene = *state;
	unsigned frame[3];
	uint64_t late;

	begin(scene, "display?budget=3");
	frame[0] = scene_show(scene);
	scene_refresh(scene);
	fake.lose_events = true;
	frame[1] = scene_show(scene);
	late = fake.user_data;
	frame[2] = scene_show(scene);
	scene_refresh(scene);
	fake.lose_events = false;
	look(scene, 1700 * STAND_MS);
	assert_false(scene->held[frame[0]]);
	assert_int_equal(fake.commits, 3);
	fake_send_event(late);
	scene_turn(scene);
	assert_true(scene->held[frame[1]]); /* on the screen, until the next refresh */
	scene_refresh(scene);
	assert_false(scene->held[frame[1]]);
	assert_true(scene->held[frame[2]]);
}

/* No refresh ever: the display is left, and asked again. */
static void a_driver_that_does_not_answer(void **state)
{
	struct scene *scene = *state;

	begin(scene, "display");
	scene_show(scene);
	scene_refresh(scene);
	scene_show(scene);
	look(scene, 3700 * STAND_MS);
	assert_int_equal(scene->released, 2);
	scene_expect_word(scene, "HDMI-A-1 ");
	scene_show(scene);
	scene_refresh(scene);
	scene_show(scene);
	scene_refresh(scene);
	assert_true(scene->released >= 3);
}

/* ---- unplugged ---- */

static void unplug(struct scene *scene)
{
	fake_set_status("disconnected\n");
	look(scene, A_LOOK);
	scene_expect_word(scene, "HDMI-A-1 is unplugged: the run goes on without it");
	assert_int_equal(weir_slab_out(scene->slab), 0);
	assert_int_equal(fake_fbs(), 0);
}

static void expect_dropped(struct scene *scene)
{
	unsigned frame = scene_show(scene);

	assert_false(scene->held[frame]);
	assert_int_equal(scene->verdict[frame], WEIR_DROP_FAILED);
}

static void replug(struct scene *scene)
{
	fake_set_status("connected\n");
	look(scene, A_LOOK);
	scene_expect_word(scene, "HDMI-A-1 is back: 640x480");
	scene_show(scene);
	scene_refresh(scene);
	assert_int_equal(weir_slab_out(scene->slab), 1);
	assert_int_equal(fake.mode_width, 640);
	scene_stop(scene);
	scene_expect_old_screen();
}

static void unplugged_before_a_frame(void **state)
{
	begin(*state, "display");
	unplug(*state);
	expect_dropped(*state);
	replug(*state);
}

static void unplugged_with_a_frame_coming(void **state)
{
	begin(*state, "display");
	scene_show(*state);
	unplug(*state);
	expect_dropped(*state);
	replug(*state);
}

static void unplugged_with_a_frame_on_screen(void **state)
{
	begin(*state, "display");
	scene_show(*state);
	scene_refresh(*state);
	unplug(*state);
	expect_dropped(*state);
	replug(*state);
}

static void unplugged_with_all_there_can_be(void **state)
{
	begin(*state, "display?budget=3");
	scene_show(*state);
	scene_refresh(*state);
	scene_show(*state);
	scene_show(*state);
	unplug(*state);
	expect_dropped(*state);
	replug(*state);
}

static void unplugged_while_draining(void **state)
{
	struct scene *scene = *state;

	begin(scene, "display");
	scene_show(scene);
	scene->sink->impl->drain(scene->sink);
	unplug(scene);
	scene_stop(scene);
	scene_expect_old_screen();
}

static void unplugged_between_open_and_start(void **state)
{
	struct scene *scene = *state;

	scene->heard.log.level = WEIR_LOG_WARN;
	scene_open(scene, "display");
	fake_set_status("disconnected\n");
	scene_start(scene);
	scene_expect_word(scene, "nothing is connected to HDMI-A-1 just now");
	expect_dropped(scene);
	replug(scene);
}

/* What comes back may be another monitor. */
static void another_monitor(void **state)
{
	struct scene *scene = *state;

	begin(scene, "display");
	scene_show(scene);
	scene_refresh(scene);
	unplug(scene);
	fake.modes[0] = (struct fake_mode){ 320, 200, 60, true };
	fake.modes[1] = (struct fake_mode){ 0 };
	fake_set_status("connected\n");
	look(scene, A_LOOK);
	assert_true(scene->changed > 0); /* the plan is to be made anew */
	expect_dropped(scene);
}

/* ---- refused ---- */

static void mastership_taken(void **state)
{
	struct scene *scene = *state;

	begin(scene, "display");
	scene_show(scene);
	scene_refresh(scene);
	fake.not_master = true;
	scene_show(scene);
	scene_expect_word(scene, "somebody else shows on the card now (HDMI-A-1)");
	assert_int_equal(scene->released, 2);
	expect_dropped(scene);
	look(scene, A_LOOK);
	expect_dropped(scene);
	fake.not_master = false;
	look(scene, A_LOOK);
	scene_expect_word(scene, "is back");
	scene_show(scene);
	scene_refresh(scene);
	assert_int_equal(weir_slab_out(scene->slab), 1);
}

static void memory_that_cannot_be_imported(void **state)
{
	struct scene *scene = *state;
	const struct weir_offer offer = { scene->video, "host", { .dmabuf = true } };
	char why[256];

	begin(scene, "display");
	fake.import_error = EINVAL;
	expect_dropped(scene);
	assert_int_equal(scene->changed, 1);
	scene_expect_word(scene, "no framebuffer of a frame in host memory");
	expect_dropped(scene);
	assert_int_equal(scene->changed, 1);
	scene_stop(scene);
	assert_int_equal(
		scene->sink->impl->accepts(scene->sink, &offer, why, sizeof(why)), -ENOTSUP);
	assert_non_null(strstr(why, "does not import host memory"));
}

static void a_start_that_the_driver_refuses(void **state)
{
	struct scene *scene = *state;

	scene_open(scene, "display");
	fake.test_error = EINVAL;
	assert_int_equal(scene_try_start(scene), -ENOTSUP);
	assert_int_equal(scene->heard.lines, 1);
	scene_expect_old_screen();
}

/* ---- every call ---- */

/* 0, or what opening or starting said. */
static int live_once(struct scene *scene, unsigned nth, int error)
{
	char why[256];
	int err;

	fake.ioctls = 0;
	fake.fail_nth = nth;
	fake.fail_error = error;
	scene->may_be_read = true; /* a refused RMFB cannot be helped */
	err = scene_open_as(scene, "display?budget=3");
	if (err)
		return err;
	err = scene_offer(scene, why, sizeof(why));
	if (!err)
		err = scene_try_start(scene);
	for (unsigned i = 0; i < 3 && !err; i++) {
		scene_show(scene);
		scene_refresh(scene);
	}
	scene_stop(scene);
	return err;
}

static void lives_with_every_failing_call(void **state)
{
	static const int errors[] = { EINVAL, ENODEV, ENOMEM, EBUSY, EACCES };
	struct scene *scene = *state;
	unsigned last = 0, lives = 0;

	for (unsigned nth = 1; nth == 1 || last >= nth - 1; nth++) {
		for (unsigned e = 0; e < WEIR_COUNT(errors); e++) {
			int err = live_once(scene, nth, errors[e]);

			assert_true(err <= 0);
			last = fake.ioctls;
			lives++;
			assert_int_equal(weir_slab_out(scene->slab), 0);
			weir_sink_close(&scene->sink);
			assert_in_range(fake_fbs(), 0, 1); /* the one whose removal failed */
			fake_finish();
			fake_init();
		}
	}
	assert_true(lives > 500);
	fake.fail_nth = 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCENE(busy_commits_are_tried_again),
		SCENE(busy_for_long),
		SCENE(events_that_never_come),
		SCENE(an_event_that_comes_after_all),
		SCENE(a_driver_that_does_not_answer),
		SCENE(unplugged_before_a_frame),
		SCENE(unplugged_with_a_frame_coming),
		SCENE(unplugged_with_a_frame_on_screen),
		SCENE(unplugged_with_all_there_can_be),
		SCENE(unplugged_while_draining),
		SCENE(unplugged_between_open_and_start),
		SCENE(another_monitor),
		SCENE(mastership_taken),
		SCENE(memory_that_cannot_be_imported),
		SCENE(a_start_that_the_driver_refuses),
		SCENE(lives_with_every_failing_call),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
