/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Fails every ioctl of a camera's whole life (open, negotiate, plan, run, unplug, close) in turn,
 * with each of several errors. The life goes on without an error line, since there is another way
 * or it does not matter, or ends with one line that names the call; nothing is left behind and
 * nothing hangs. That it is every ioctl there is, is counted. */

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include "core/clock.h"
#include "tests/fake/v4l2_scene.h"

#define MS     1000000ull
#define FRAMES 8

/* In the middle of a life. */
#define HALF 4

static const int errors[] = { EINTR, EIO, EINVAL, EBUSY, ENOMEM, ENODEV, EAGAIN, ENOTTY };

static uint64_t all_made, all_failed; /* bits as fake.made */

struct life {
	const char *name;
	const char *uri;
	const char *memory;
	void (*prepare)(struct scene *scene);
	void (*on_frame)(struct scene *scene, struct weir_frame *frame);
	bool described; /* in place of a run */
};

static struct weir_v4l2 *camera(struct scene *scene)
{
	return (struct weir_v4l2 *)scene->source;
}

/* ---- what they are like ---- */

static void keep_to_itself(struct scene *scene)
{
	(void)scene;
	fake.exports = fake.imports = false;
}

static void lay_apart(struct scene *scene)
{
	(void)scene;
	fake.format = weir_format_by_name("NV12");
	fake.type = V4L2_BUF_TYPE_VIDEO_CAPTURE_MPLANE;
	fake.pieces = 2;
	fake.stride = 64;
	fake.piece_bytes[0] = 64 * 48;
	fake.piece_bytes[1] = 64 * 24;
}

static const struct camera_format formats[] = { { V4L2_PIX_FMT_YUYV, { { 64, 48, { 30, 1000 } } } },
	{ .code = 0 } };
static struct camera_control controls[] = { { .query = { .id = V4L2_CID_BRIGHTNESS,
						      .type = V4L2_CTRL_TYPE_INTEGER,
						      .name = "Brightness",
						      .maximum = 255,
						      .step = 1 } },
	{ .query = { .id = V4L2_CID_POWER_LINE_FREQUENCY,
		  .type = V4L2_CTRL_TYPE_MENU,
		  .name = "Power Line",
		  .maximum = 1 },
		.items = { "50 Hz", "60 Hz" } },
	{ .value = 0 } };
static struct camera answers;

static void answer(struct scene *scene)
{
	static const char *const wishes[] = { "brightness=7", "power_line=60 Hz", NULL };

	camera_init(&answers, formats);
	answers.controls = controls;
	answers.inputs[0] = "Composite";
	answers.inputs[1] = "HDMI";
	fake.answers = &answers;
	scene->controls = wishes;
}

static void send_timings(struct scene *scene)
{
	answer(scene);
	answers.pixelclock = 500000000;
}

/* ---- what happens to them ---- */

static void plug_in(struct weir_timer *timer)
{
	(void)timer;
	fake_replug();
}

static struct weir_timer plug_timer = { .fired = plug_in };

static void unplug(struct scene *scene, struct weir_frame *frame)
{
	(void)frame;
	if (scene->seen != HALF)
		return;
	fake_unplug();
	weir_loop_arm(camera(scene)->host.loop, &plug_timer, weir_now_ns() + MS);
}

static void change_signal(struct scene *scene, struct weir_frame *frame)
{
	struct weir_watch *watch = &camera(scene)->watch;

	(void)frame;
	if (scene->seen != HALF)
		return;
	fake.changed = true;
	watch->ready(watch, POLLPRI);
}

static void go_on(struct weir_timer *timer)
{
	(void)timer;
	fake_go_on();
}

static struct weir_timer silence_timer = { .fired = go_on };

/* The watchdog loses patience within the silence. */
static void fall_silent(struct scene *scene, struct weir_frame *frame)
{
	struct weir_v4l2_watchdog *watchdog = &camera(scene)->watchdog;
	uint64_t now = weir_now_ns();

	(void)frame;
	if (scene->seen != HALF)
		return;
	fake.script[fake.shot].nothing = true;
	fake.n_shots = fake.shot + 1;
	watchdog->patience_ns = MS;
	weir_loop_arm(camera(scene)->host.loop, &watchdog->timer, now + MS);
	weir_loop_arm(camera(scene)->host.loop, &silence_timer, now + 3 * MS);
}

static const struct life lives[] = {
	{ .name = "its own memory", .memory = "mmap" },
	{ .name = "its own memory, not exported", .prepare = keep_to_itself },
	{ .name = "slab", .memory = "slab" },
	{ .name = "the best memory" },
	{ .name = "planes apart, its own memory", .memory = "mmap", .prepare = lay_apart },
	{ .name = "planes apart, slab", .memory = "slab", .prepare = lay_apart },
	{ .name = "wishes",
		.uri = "v4l2:" FAKE_PATH "?size=64x48&format=YUYV&input=HDMI&stride=128&fps=30",
		.prepare = answer },
	{ .name = "timings", .prepare = send_timings },
	{ .name = "unplugged, its own memory", .memory = "mmap", .on_frame = unplug },
	{ .name = "unplugged, not exported", .prepare = keep_to_itself, .on_frame = unplug },
	{ .name = "unplugged, slab", .memory = "slab", .on_frame = unplug },
	{ .name = "unplugged, wishes", .prepare = send_timings, .on_frame = unplug },
	{ .name = "another signal", .prepare = send_timings, .on_frame = change_signal },
	{ .name = "silence", .prepare = send_timings, .on_frame = fall_silent },
	{ .name = "described", .prepare = send_timings, .described = true },
};

/* ---- one life ---- */

static int live(const struct life *life, struct scene *scene)
{
	const struct weir_source_info *info;
	int err = scene_try_to_begin(scene);

	if (err)
		return err;
	fake.hurried = &camera(scene)->recovery.timer;
	if (!life->described)
		return scene_run(scene, FRAMES);
	err = weir_source_describe(scene->source, &info);
	weir_source_close(&scene->source);
	return err;
}

static unsigned complaints;

static void complain(const struct life *life, const struct scene *scene, int err, const char *what)
{
	complaints++;
	print_message("%s: call %u %s (%s) -> %d: %s\n", life->name, fake.fail_nth, fake.failed,
		strerrorname_np(fake.fail_error), err, what);
	for (unsigned i = 0; i < scene->n_lines; i++)
		print_message("log: %s\n", scene->lines[i]);
}

/* Errors by which drivers end a list, and what a user is told who wished for what is not in it; and
 * what is said of nodes that are no video nodes, and of cameras that are gone, whatever the call.
 */
static bool explains(const char *line)
{
	static const char *const ends[] = { "has no control", "has no input",
		"is no value it takes", "is not offered by", "is no video node" };
	bool ended = fake.fail_error == EINVAL || fake.fail_error == ENOTTY;

	for (size_t i = 0; ended && i < sizeof(ends) / sizeof(ends[0]); i++)
		if (strstr(line, ends[i]))
			return true;
	return strstr(line, fake.failed) ||
	       (fake.fail_error == ENODEV && strstr(line, "the camera is gone"));
}

/* The program's own function, our sink, gets the error and gives it back. */
static bool is_the_programs(const struct scene *scene)
{
	return !strcmp(fake.failed, "DMA_BUF_IOCTL_SYNC") && scene->n_errors == 1 &&
	       strstr(scene->last_error, "the program's function refused a frame");
}

/* Where no memory serves, each kind has a line. */
static bool is_list_of_kinds(const struct scene *scene)
{
	return scene->n_errors > 1 && scene->n_errors == scene->n_kind_lines &&
	       scene_lines_with(scene, fake.failed) > 0;
}

static void judge(const struct life *life, const struct scene *scene, int err)
{
	bool wished = strstr(fake.failed, "_EXT_CTRL") ||
		      !strcmp(fake.failed, "VIDIOC_QUERYMENU") ||
		      !strcmp(fake.failed, "VIDIOC_ENUMINPUT");

	if (is_the_programs(scene) || is_list_of_kinds(scene))
		return;
	if (scene->n_errors != (err ? 1 : 0))
		complain(life, scene, err, "so many error lines");
	else if (err && !explains(scene->last_error))
		complain(life, scene, err, "a line that does not name it");
	if (err == -EINVAL && !(wished && (fake.fail_error == EINVAL || fake.fail_error == ENOTTY)))
		complain(life, scene, err, "a usage error");
	if (!err && !life->described && scene->seen != FRAMES)
		complain(life, scene, err, "frames are missing");
	if (scene->wrong_pixels)
		complain(life, scene, err, "wrong pixels");
}

static const struct life *now_living;

static void hang(int signal)
{
	(void)signal;
	complain(now_living, &(struct scene){ 0 }, 0, "hangs");
	fflush(stdout);
	_exit(1);
}

/* Whether it came to that call. */
static bool live_through(const struct life *life, unsigned nth, int error, unsigned *ended)
{
	struct scene scene;
	int err;

	now_living = life;
	signal(SIGALRM, hang);
	alarm(30);
	scene_prepare(&scene, "YUYV", 64, 48);
	if (life->prepare)
		life->prepare(&scene);
	scene.uri = life->uri;
	scene.settings.memory = life->memory;
	scene.on_frame = life->on_frame;
	fake.fail_nth = nth;
	fake.fail_error = error;
	err = live(life, &scene);
	if (fake.failed)
		judge(life, &scene, err);
	else
		assert_int_equal(err, 0);
	scene_close(&scene);
	all_made |= fake.made;
	for (size_t i = 0; fake.failed && fake_call_name(i); i++)
		if (!strcmp(fake_call_name(i), fake.failed))
			all_failed |= 1ull << i;
	*ended += err != 0;
	return fake.failed != NULL;
}

static void test_life(void **state)
{
	const struct life *life = *state;
	unsigned nth, calls, tried = 0, ended = 0;
	bool reached = true;

	complaints = 0;
	live_through(life, 0, 0, &ended);
	calls = fake.calls;
	/* Some are not reached: those made of a camera that is gone. Some failures take more calls.
	 */
	for (nth = 1; reached || nth <= calls; nth++) {
		reached = false;
		for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
			bool failed = live_through(life, nth, errors[i], &ended);

			reached |= failed;
			tried += failed;
		}
	}
	print_message("%s: %u ioctls, %u failures: %u ended it\n", life->name, calls, tried, ended);
	assert_true(calls > 20);
	assert_int_equal(complaints, 0);
}

static void test_that_it_was_every_ioctl(void **state)
{
	(void)state;
	for (size_t i = 0; fake_call_name(i); i++) {
		if (!(all_made & 1ull << i))
			print_message("%s was never made\n", fake_call_name(i));
		if (!(all_failed & 1ull << i))
			print_message("%s never failed\n", fake_call_name(i));
	}
	assert_int_equal(all_made, all_failed);
	assert_null(fake_call_name((size_t)__builtin_popcountll(all_failed)));
}

int main(void)
{
	struct CMUnitTest tests[sizeof(lives) / sizeof(lives[0]) + 1];
	size_t n = sizeof(lives) / sizeof(lives[0]);

	for (size_t i = 0; i < n; i++)
		tests[i] = (struct CMUnitTest){ .name = lives[i].name,
			.test_func = test_life,
			.initial_state = (void *)&lives[i] };
	tests[n] = (struct CMUnitTest)cmocka_unit_test(test_that_it_was_every_ioctl);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
