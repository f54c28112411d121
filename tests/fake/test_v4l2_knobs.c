/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Controls that are changed while frames flow stay so after a replug, and the run tells of them. */

#include <errno.h>
#include <stdlib.h>

#include "core/clock.h"
#include "pipeline/pipeline.h"
#include "tests/fake/camera.h"
#include "tests/fake/v4l2_scene.h"

#define MS 1000000ull

static const struct camera_format formats[] = { { V4L2_PIX_FMT_YUYV, { { 64, 48, { 30, 1000 } } } },
	{ .code = 0 } };
static struct camera_control controls[] = { { .query = { .id = V4L2_CID_BRIGHTNESS,
						      .type = V4L2_CTRL_TYPE_INTEGER,
						      .name = "Brightness",
						      .maximum = 255,
						      .step = 1 } },
	{ .query = { .id = V4L2_CID_GAIN,
		  .type = V4L2_CTRL_TYPE_INTEGER,
		  .name = "Gain",
		  .maximum = 255,
		  .step = 1 } },
	{ .value = 0 } };
static struct camera answers;
static int64_t told; /* the brightness, by the run */

static void prepare(struct scene *scene)
{
	static const char *const wishes[] = { "brightness=7", NULL };

	scene_prepare(scene, "YUYV", 64, 48);
	controls[0].value = controls[1].value = 0;
	camera_init(&answers, formats);
	answers.controls = controls;
	fake.answers = &answers;
	scene->controls = wishes;
	scene_begin(scene);
}

static void note_brightness(void *to, const struct weir_source_control *control)
{
	if (!strcmp(control->name, "brightness"))
		*(int64_t *)to = strtoll(control->value, NULL, 10);
}

static int set(struct scene *scene, const char *text)
{
	return weir_pipeline_run_calls.set_control(scene->pipeline, text);
}

static int tell(struct scene *scene)
{
	return weir_pipeline_run_calls.controls(scene->pipeline, note_brightness, &told);
}

static void plug_in(struct weir_timer *timer)
{
	(void)timer;
	controls[0].value = controls[1].value = 0; /* as a camera comes up */
	fake_replug();
}

static struct weir_timer plug_timer = { .fired = plug_in };

static void turn_and_pull(struct scene *scene, struct weir_frame *frame)
{
	struct weir_v4l2 *v4l2 = (struct weir_v4l2 *)scene->source;

	(void)frame;
	if (scene->seen != 5)
		return;
	assert_int_equal(controls[0].value, 7);
	assert_int_equal(set(scene, "brightness=8"), 0);
	assert_int_equal(set(scene, "gain=20"), 0);
	assert_int_equal(set(scene, "gain=21"), 0);
	assert_int_equal(set(scene, "gain=256"), -EINVAL);
	assert_int_equal(set(scene, "glow=1"), -EINVAL);
	assert_int_equal(set(scene, "gain"), -EINVAL);
	assert_int_equal(tell(scene), 0);
	assert_int_equal(told, 8);
	fake_unplug();
	weir_loop_arm(v4l2->host.loop, &plug_timer, weir_now_ns() + 50 * MS);
}

static void test_they_stay(void **state)
{
	struct scene scene;

	(void)state;
	prepare(&scene);
	scene.on_frame = turn_and_pull;
	assert_int_equal(scene_run(&scene, 20), 0);
	assert_int_equal(fake.opens, 2);
	assert_int_equal(controls[0].value, 8);
	assert_int_equal(controls[1].value, 21);
	scene_close(&scene);
}

static void ask_unplugged(struct weir_timer *timer)
{
	struct scene *scene = timer->data;

	told = -1;
	assert_int_equal(set(scene, "brightness=9"), -ENODEV);
	assert_int_equal(tell(scene), -ENODEV);
	assert_int_equal(told, -1);
	fake_replug();
}

static struct weir_timer ask_timer = { .fired = ask_unplugged };

static void pull(struct scene *scene, struct weir_frame *frame)
{
	struct weir_v4l2 *v4l2 = (struct weir_v4l2 *)scene->source;

	(void)frame;
	if (scene->seen != 5)
		return;
	fake_unplug();
	ask_timer.data = scene;
	weir_loop_arm(v4l2->host.loop, &ask_timer, weir_now_ns() + 30 * MS);
}

static void test_none_while_it_is_away(void **state)
{
	struct scene scene;

	(void)state;
	prepare(&scene);
	scene.on_frame = pull;
	assert_int_equal(scene_run(&scene, 20), 0);
	assert_int_equal(controls[0].value, 7);
	scene_close(&scene);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_they_stay),
		cmocka_unit_test(test_none_while_it_is_away),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
