/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* A display's whole life (open, plan, start, show, drain, stop, close), in which every ioctl in
 * turn is the first that finds the card gone, and every step is the one at which the monitor is
 * unplugged. Nothing is left behind, every frame comes back, and a monitor that is plugged in again
 * shows frames again. That it is every ioctl there is, is counted. */

#include "sinks/kms/sink.h"
#include "tests/fake/display_scene.h"

static bool made[256], failed[256];

static void note_calls(void)
{
	for (unsigned i = 0; i < WEIR_COUNT(made); i++) {
		made[i] |= fake.made[i];
		failed[i] |= fake.failed[i];
	}
}

static unsigned count(const bool *bits)
{
	unsigned n = 0;

	for (unsigned i = 0; i < WEIR_COUNT(made); i++)
		n += bits[i];
	return n;
}

/* What it does by itself twice a second. */
static void look_now(struct scene *scene)
{
	struct weir_timer *tick = &((struct weir_kms_sink *)scene->sink)->tick;

	tick->fired(tick);
}

static void show(struct scene *scene)
{
	if (weir_slab_out(scene->slab) == SCENE_SLOTS)
		return;
	scene_show(scene);
	scene_refresh(scene);
}

static char why[256]; /* it was refused */

/* 0, or what opening, planning or starting said. */
static int live(struct scene *scene)
{
	int err = scene_open_as(scene, "display?budget=3");

	if (err)
		return err;
	err = scene_offer(scene, why, sizeof(why));
	if (!err)
		err = scene_try_start(scene);
	if (err)
		return err;
	for (unsigned i = 0; i < 3; i++)
		show(scene);
	look_now(scene);
	show(scene);
	return 0;
}

static void die(struct scene *scene)
{
	if (scene->started)
		scene->sink->impl->drain(scene->sink);
	scene_refresh(scene);
	scene_stop(scene);
	assert_int_equal(weir_slab_out(scene->slab), 0);
	weir_sink_close(&scene->sink);
}

static void begin_again(struct scene *scene)
{
	note_calls();
	fake_finish();
	fake_init();
	scene->heard.lines = 0;
	why[0] = '\0';
	scene->changed = 0;
}

/* The calls of a life in which all goes well, one in each the first that fails, and all after it.
 */
static void the_card_goes_at_every_step(void **state)
{
	struct scene *scene = *state;
	unsigned calls, ended = 0;

	scene->may_be_read = true; /* the card is gone, whatever the fake says */
	assert_int_equal(live(scene), 0);
	die(scene);
	calls = fake.ioctls;
	assert_true(calls > 60);
	for (unsigned nth = 1; nth <= calls; nth++) {
		int err;

		begin_again(scene);
		fake.fail_nth = nth;
		fake.fail_error = ENODEV;
		fake.fail_on = true;
		err = live(scene);
		die(scene);
		assert_true(err <= 0 && fake.ioctls >= nth);
		if (err)
			assert_true(scene->heard.lines > 0 || why[0]); /* with the reason */
		ended += err != 0;
	}
	assert_true(ended > 10 && ended < calls);
	begin_again(scene); /* what is left on a card that is gone goes with it */
}

static void pull_the_plug(void)
{
	fake_set_status("disconnected\n");
}

static void expect_to_be_shown(struct scene *scene)
{
	unsigned before = scene->handed;

	fake_set_status("connected\n");
	look_now(scene);
	show(scene);
	assert_true(scene->handed > before);
	assert_int_equal(fake.mode_width, 640);
}

static void the_monitor_goes_at_every_step(void **state)
{
	struct scene *scene = *state;
	unsigned calls;

	assert_int_equal(live(scene), 0);
	calls = fake.ioctls;
	die(scene);
	for (unsigned nth = 1; nth <= calls; nth++) {
		int err;

		begin_again(scene);
		fake.fail_nth = nth;
		fake.at_nth = pull_the_plug;
		err = live(scene);
		if (!err) {
			look_now(scene);
			assert_int_equal(weir_slab_out(scene->slab), 0);
			expect_to_be_shown(scene);
		}
		die(scene);
		assert_true(err == 0 || err == -ENODEV || err == -ENOTSUP);
		if (!err)
			scene_expect_old_screen();
	}
	begin_again(scene);
}

static void it_was_every_ioctl(void **state)
{
	(void)state;
	for (unsigned i = 0; i < WEIR_COUNT(made); i++)
		if (made[i] && !failed[i])
			print_message("ioctl 0x%02x never failed\n", i);
	print_message("%u ioctls\n", count(made));
	assert_true(count(made) > 15);
	assert_int_equal(count(made), count(failed));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCENE(the_card_goes_at_every_step),
		SCENE(the_monitor_goes_at_every_step),
		cmocka_unit_test(it_was_every_ioctl),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
