/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Unplugs, failures, silence, and frames that are held through all of that. */

#include <errno.h>
#include <poll.h>
#include <unistd.h>

#include "core/clock.h"
#include "tests/fake/v4l2_scene.h"

#define MS 1000000ull

static struct weir_v4l2 *camera(struct scene *scene)
{
	return (struct weir_v4l2 *)scene->source;
}

/* ---- unplugged ---- */

static struct weir_frame *kept[4];
static unsigned n_kept;

static void release_kept(void)
{
	while (n_kept)
		weir_frame_unref(&kept[--n_kept]);
}

/* Keeps the frames numbers 9 and 10, and pulls the plug; it is back when 20 ms have passed, which
 * the first look of recovery is too early for. */
static void pull_plug(struct scene *scene, struct weir_frame *frame)
{
	(void)scene;
	if (scene->seen == 9 || scene->seen == 10)
		kept[n_kept++] = weir_frame_ref(frame);
	if (scene->seen == 10)
		fake_unplug();
}

static void plug_in(struct weir_timer *timer)
{
	(void)timer;
	fake_replug();
}

static struct weir_timer plug_timer = { .fired = plug_in };

static void pull_and_plug(struct scene *scene, struct weir_frame *frame)
{
	pull_plug(scene, frame);
	if (scene->seen == 10)
		weir_loop_arm(camera(scene)->host.loop, &plug_timer, weir_now_ns() + 50 * MS);
	if (scene->seen == 30)
		release_kept();
}

static void unplug_on(const char *kind, bool exports, bool imports)
{
	struct scene scene;

	scene_prepare(&scene, "YUYV", 64, 48);
	fake.exports = exports;
	fake.imports = imports;
	scene_begin(&scene);
	scene.settings.memory = kind;
	scene.budget = 4; /* two to keep */
	scene.on_frame = pull_and_plug;
	assert_int_equal(scene_run(&scene, 40), 0);
	assert_int_equal(scene.seen, 40);
	assert_int_equal(scene.ledger.lost_by_device, 0);
	assert_int_equal(scene.out_of_order, 0);
	assert_int_equal(scene.last.sequence, 39);
	assert_int_equal(scene.discontinuities, 1);
	assert_int_equal(scene.wrong_pixels, 0);
	assert_int_equal(fake.opens, 2);
	assert_int_equal(scene_lines_with(&scene, "was unplugged: waiting"), 1);
	assert_int_equal(scene_lines_with(&scene, "is back after"), 1);
	assert_int_equal(scene.n_errors, 0);
	scene_close(&scene);
}

static void test_unplugged_and_back(void **state)
{
	(void)state;
	unplug_on("slab", true, true);
	unplug_on("mmap", true, true);
}

/* The device's memory cannot be imported again: its slots get new memory, when the last frame is
 * back. */
static void drop_soon(struct scene *scene, struct weir_frame *frame)
{
	pull_and_plug(scene, frame);
	if (scene->seen == 10)
		release_kept();
}

static void test_unplugged_without_import(void **state)
{
	(void)state;
	for (int exports = 0; exports < 2; exports++) {
		struct scene scene;

		scene_prepare(&scene, "YUYV", 64, 48);
		fake.exports = exports;
		fake.imports = false;
		scene_begin(&scene);
		scene.on_frame = drop_soon;
		assert_int_equal(scene_run(&scene, 40), 0);
		assert_int_equal(scene.seen, 40);
		assert_int_equal(scene.last.sequence, 39);
		assert_int_equal(scene.wrong_pixels, 0);
		assert_int_equal(fake.opens, 2);
		scene_close(&scene);
	}
}

static void test_unplugged_for_good(void **state)
{
	struct scene scene;

	(void)state;
	scene_open(&scene, "YUYV", 64, 48);
	camera(&scene)->wishes.reconnect = false;
	scene.on_frame = pull_plug;
	assert_int_equal(scene_run(&scene, 40), -ENODEV);
	assert_int_equal(scene.seen, 10);
	assert_int_equal(scene_lines_with(&scene, "was unplugged"), 1);
	release_kept();

	/* Nor is there another run. */
	scene.n_lines = scene.n_errors = 0;
	assert_int_equal(weir_pipeline_run(scene.pipeline), -ENODEV);
	assert_int_equal(scene_lines_with(&scene, "was unplugged: open it anew"), 1);
	assert_int_equal(scene.n_errors, 1);
	scene_close(&scene);
}

static void test_stopped_while_unplugged(void **state)
{
	struct scene scene;

	(void)state;
	scene_open(&scene, "YUYV", 64, 48);
	scene.on_frame = pull_plug;
	scene.settings.max_ns = 100 * MS;
	assert_int_equal(scene_run(&scene, 0), 0);
	assert_int_equal(scene.seen, 10);
	release_kept();
	scene_close(&scene);
}

static void plug_at_once(struct scene *scene, struct weir_frame *frame)
{
	(void)frame;
	if (scene->seen % 3 == 0) {
		fake_unplug();
		weir_loop_arm(camera(scene)->host.loop, &plug_timer, weir_now_ns() + 2 * MS);
	}
}

static void test_many_replugs(void **state)
{
	struct scene scene;

	(void)state;
	scene_open(&scene, "YUYV", 64, 48);
	scene.on_frame = plug_at_once;
	assert_int_equal(scene_run(&scene, 150), 0);
	assert_int_equal(scene.seen, 150);
	assert_int_equal(fake.opens, 50);
	scene_close(&scene);
}

/* ---- another signal ---- */

static void change_signal(struct scene *scene, struct weir_frame *frame)
{
	struct weir_watch *watch = &camera(scene)->watch;

	(void)frame;
	if (scene->seen != 10)
		return;
	fake.changed = true;
	watch->ready(watch, POLLPRI);
}

static void test_source_change_with_the_same_format(void **state)
{
	struct scene scene;

	(void)state;
	scene_open(&scene, "YUYV", 64, 48);
	scene.on_frame = change_signal;
	assert_int_equal(scene_run(&scene, 20), 0);
	assert_int_equal(scene.seen, 20);
	assert_int_equal(scene.discontinuities, 1);
	assert_int_equal(scene.out_of_order, 0);
	scene_close(&scene);
}

static void change_stride(struct scene *scene, struct weir_frame *frame)
{
	if (scene->seen == 10) {
		fake.stride = 256;
		fake.piece_bytes[0] = 256 * 48;
	}
	change_signal(scene, frame);
}

static void test_source_change_to_another_stride(void **state)
{
	struct scene scene;

	(void)state;
	scene_open(&scene, "YUYV", 64, 48);
	scene.on_frame = change_stride;
	assert_int_equal(scene_run(&scene, 20), 0);
	assert_int_equal(scene.seen, 20);
	assert_int_equal(scene.discontinuities, 1);
	assert_int_equal(scene.last.plane[0].stride, 256);
	scene_close(&scene);
}

/* ---- errors ---- */

static void test_dequeue_errors_in_any_order(void **state)
{
	static const int errors[] = { EIO, EAGAIN, EINVAL, EPIPE, EIO, EAGAIN };

	(void)state;
	for (unsigned first = 0; first < 6; first++) {
		struct scene scene;

		scene_prepare(&scene, "YUYV", 64, 48);
		for (unsigned i = 0; i < 6; i++)
			fake.script[2 + i * 3].error = errors[(first + i) % 6];
		fake.n_shots = 20;
		scene_begin(&scene);
		assert_int_equal(scene_run(&scene, 60), 0);
		assert_int_equal(scene.seen, 60);
		assert_int_equal(scene.out_of_order, 0);
		assert_int_equal(scene.last.sequence, 59);
		scene_close(&scene);
	}
}

static void test_a_device_that_fails_for_good(void **state)
{
	struct scene scene;

	(void)state;
	scene_prepare(&scene, "YUYV", 64, 48);
	for (unsigned i = 3; i < FAKE_SHOTS; i++)
		fake.script[i].error = EIO;
	fake.n_shots = FAKE_SHOTS;
	scene_begin(&scene);
	assert_int_equal(scene_run(&scene, 60), -EIO);
	assert_int_equal(scene.seen, 3);
	assert_int_equal(scene.n_errors, 1);
	assert_int_equal(scene_lines_with(&scene, "does not stream any more"), 1);
	scene_close(&scene);
}

static void test_a_buffer_that_is_not_queued(void **state)
{
	struct scene scene;

	(void)state;
	scene_prepare(&scene, "YUYV", 64, 48);
	fake.script[5].index_plus = 77;
	fake.n_shots = 6;
	scene_begin(&scene);
	assert_int_equal(scene_run(&scene, 20), 0);
	assert_int_equal(scene.seen, 20);
	assert_int_equal(scene.discontinuities, 1);
	scene_close(&scene);
}

/* The pads before the node are set to something else. */
static void test_a_media_pipeline_that_does_not_fit(void **state)
{
	struct scene scene;

	(void)state;
	scene_prepare(&scene, "YUYV", 64, 48);
	fake.caps = V4L2_CAP_IO_MC;
	fake.fail_call = "VIDIOC_STREAMON";
	fake.fail_error = EPIPE;
	scene_begin(&scene);
	assert_int_equal(scene_run(&scene, 10), -ENOTSUP);
	assert_int_equal(scene.n_errors, 1);
	assert_int_equal(
		scene_lines_with(&scene,
			"VIDIOC_STREAMON on /dev/video0: Broken pipe (EPIPE): the camera's media "
			"pipeline does not deliver 64x48 YUYV; media-ctl"),
		1);
	scene_close(&scene);
}

/* ---- silence ---- */

static void go_on(struct weir_timer *timer)
{
	(void)timer;
	fake_go_on();
}

static struct weir_timer patience = { .fired = go_on };

static void wait_for_the_watchdog(struct scene *scene, struct weir_frame *frame)
{
	(void)frame;
	if (scene->seen == 5)
		weir_loop_arm(camera(scene)->host.loop, &patience, weir_now_ns() + 1300 * MS);
}

static void silence(bool no_signal, const char *words)
{
	struct scene scene;

	scene_prepare(&scene, "YUYV", 64, 48);
	fake.script[5].nothing = true;
	fake.n_shots = 6;
	fake.no_signal = no_signal;
	scene_begin(&scene);
	scene.on_frame = wait_for_the_watchdog;
	assert_int_equal(scene_run(&scene, 10), 0);
	assert_int_equal(scene.seen, 10);
	assert_int_equal(scene_lines_with(&scene, words), 1);
	assert_int_equal(scene_lines_with(&scene, "are back after"), 1);
	scene_close(&scene);
}

static void test_the_driver_gives_nothing(void **state)
{
	(void)state;
	silence(false, "has 5 empty buffers and fills none");
}

static void test_no_signal(void **state)
{
	(void)state;
	silence(true, "no signal at the input of /dev/video0");
}

static void release_all(struct weir_timer *timer)
{
	(void)timer;
	release_kept();
}

static struct weir_timer releaser = { .fired = release_all };

static void hold_all(struct scene *scene, struct weir_frame *frame)
{
	if (scene->seen > 3)
		return;
	kept[n_kept++] = weir_frame_ref(frame);
	if (scene->seen == 3)
		weir_loop_arm(camera(scene)->host.loop, &releaser, weir_now_ns() + 1300 * MS);
}

static void test_every_buffer_is_held(void **state)
{
	struct scene scene;

	(void)state;
	scene_prepare(&scene, "YUYV", 64, 48);
	fake.grants = 3;
	scene_begin(&scene);
	scene.source->min_slots = 0; /* a driver that says so; budgets then allow for holding all */
	scene.settings.buffers = 3;
	scene.budget = 3;
	scene.on_frame = hold_all;
	assert_int_equal(scene_run(&scene, 10), 0);
	assert_int_equal(
		scene_lines_with(&scene, "all 3 buffers of /dev/video0 are held downstream (3 "
					 "by "),
		1);
	assert_int_equal(scene_lines_with(&scene, "are back after"), 1);
	scene_close(&scene);
}

/* ---- frames outlive the stream, the pipeline and the camera ---- */

static void keep_two(struct scene *scene, struct weir_frame *frame)
{
	if (scene->seen == 9 || scene->seen == 10)
		kept[n_kept++] = weir_frame_ref(frame);
}

static void test_held_frames_stay_valid(void **state)
{
	static const char *const kinds[] = { "slab", "mmap" };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct scene scene;

		scene_open(&scene, "YUYV", 64, 48);
		scene.settings.memory = kinds[i];
		scene.on_frame = keep_two;
		assert_int_equal(scene_run(&scene, 10), 0);
		weir_pipeline_destroy(&scene.pipeline);
		assert_int_equal(n_kept, 2);
		for (unsigned k = 0; k < n_kept; k++) {
			struct weir_pixels pixels;

			assert_int_equal(
				weir_frame_begin_cpu(kept[k], WEIR_CPU_READ, &pixels), 0);
			assert_int_equal(pixels.data[0][0], fake_paint(8 + k));
			assert_int_equal(pixels.data[0][64 * 48 * 2 - 1], fake_paint(8 + k));
			weir_frame_end_cpu(kept[k]);
		}
		release_kept();
		scene_close(&scene);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_unplugged_and_back),
		cmocka_unit_test(test_unplugged_without_import),
		cmocka_unit_test(test_unplugged_for_good),
		cmocka_unit_test(test_stopped_while_unplugged),
		cmocka_unit_test(test_many_replugs),
		cmocka_unit_test(test_source_change_with_the_same_format),
		cmocka_unit_test(test_source_change_to_another_stride),
		cmocka_unit_test(test_dequeue_errors_in_any_order),
		cmocka_unit_test(test_a_device_that_fails_for_good),
		cmocka_unit_test(test_a_buffer_that_is_not_queued),
		cmocka_unit_test(test_a_media_pipeline_that_does_not_fit),
		cmocka_unit_test(test_the_driver_gives_nothing),
		cmocka_unit_test(test_no_signal),
		cmocka_unit_test(test_every_buffer_is_held),
		cmocka_unit_test(test_held_frames_stay_valid),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
