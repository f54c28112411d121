/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Frames on the screen, one refresh after the other: who is shown, who gives way, when each goes
 * back, and what stays behind. scene_released() checks that no frame goes while it is read. */

#include "tests/fake/display_scene.h"

#include <fcntl.h>
#include <sys/eventfd.h>

static void frames_go_when_another_is_shown(void **state)
{
	struct scene *scene = *state;
	unsigned first, second;

	scene_open(scene, "display");
	scene_start(scene);
	first = scene_show(scene);
	scene_refresh(scene);
	assert_true(fake_reads(scene->slab->slots[first].parts[0].dmabuf));
	assert_int_equal(fake.mode_width, 640);
	second = scene_show(scene);
	scene_turn(scene);
	assert_true(scene->held[first]); /* committed is not shown */
	scene_refresh(scene);
	assert_false(scene->held[first]);
	assert_int_equal(scene->verdict[first], WEIR_DROP_NONE);
	assert_true(scene->held[second]);
	assert_int_equal(fake.modesets, 1);
	assert_int_equal(fake.commits, 2);
}

static void the_newest_waits(void **state)
{
	struct scene *scene = *state;
	unsigned frame[5];

	scene_open(scene, "display?budget=4");
	scene_start(scene);
	for (unsigned i = 0; i < 5; i++)
		frame[i] = scene_show(scene);
	for (unsigned i = 1; i < 4; i++) {
		assert_false(scene->held[frame[i]]);
		assert_int_equal(scene->verdict[frame[i]], WEIR_DROP_REPLACED);
	}
	assert_true(scene->held[frame[0]] && scene->held[frame[4]]);
	scene_refresh(scene);
	assert_int_equal(fake.commits, 2); /* the one that waited is on its way */
	scene_refresh(scene);
	assert_false(scene->held[frame[0]]);
	assert_true(scene->held[frame[4]]);
}

static void each_slot_is_imported_once(void **state)
{
	struct scene *scene = *state;
	unsigned made;

	scene_open(scene, "display");
	scene_start(scene);
	made = fake.fbs_made;
	for (unsigned i = 0; i < 40; i++) {
		scene_show(scene);
		scene_refresh(scene);
	}
	assert_int_equal(fake.imports, SCENE_SLOTS);
	assert_int_equal(fake.fbs_made - made, SCENE_SLOTS);
	assert_int_equal(scene->released, 39);
	scene_stop(scene);
	scene_expect_old_screen();
}

static void drained_is_delivered(void **state)
{
	struct scene *scene = *state;
	unsigned first, last;
	char text[256];

	scene_open(scene, "display");
	scene_start(scene);
	first = scene_show(scene);
	scene_refresh(scene);
	last = scene_show(scene);
	scene->sink->impl->drain(scene->sink);
	assert_true(scene->held[first] && scene->held[last]);
	scene_refresh(scene);
	assert_int_equal(scene->released, 2);
	assert_int_equal(scene->verdict[last], WEIR_DROP_NONE);
	scene_expect_old_screen();
	scene_stop(scene);
	assert_int_equal(scene->sink->impl->result(scene->sink, text, sizeof(text)), 0);
	assert_non_null(strstr(text, "HDMI-A-1 showed 2 frames, 0 of them late"));
	assert_int_equal(scene->heard.lines, 0);
}

struct follower {
	struct weir_task task;
	struct scene *scene;
	bool was_shown;
};

static void follow(struct weir_task *task)
{
	struct follower *follower = task->data;

	if (!follower->was_shown && follower->scene->released)
		scene_show(follower->scene);
	else if (!follower->was_shown)
		weir_loop_queue(follower->scene->loop, task);
	follower->was_shown = follower->scene->released > 0;
}

/* A frame that waited for room comes when the sink releases one, after the drain. */
static void one_more_after_draining(void **state)
{
	struct scene *scene = *state;
	struct follower follower = { .scene = scene };

	follower.task = (struct weir_task){ .run = follow, .data = &follower };
	scene_open(scene, "display");
	scene_start(scene);
	scene_show(scene);
	scene_refresh(scene);
	scene_show(scene);
	weir_loop_queue(scene->loop, &follower.task);
	scene->sink->impl->drain(scene->sink);
	scene_refresh(scene);
	assert_true(follower.was_shown);
	scene_refresh(scene);
	assert_int_equal(scene->released, 3);
	for (unsigned i = 0; i < 3; i++)
		assert_int_equal(scene->verdict[i], WEIR_DROP_NONE);
	assert_int_equal(fake.modesets, 2); /* ours, and what was before */
	scene_expect_old_screen();
}

static void draining_without_a_frame(void **state)
{
	struct scene *scene = *state;
	char text[256];

	scene_open(scene, "display");
	scene_start(scene);
	scene->sink->impl->drain(scene->sink);
	scene_stop(scene);
	scene_expect_old_screen();
	assert_int_equal(scene->sink->impl->result(scene->sink, text, sizeof(text)), 0);
	assert_non_null(strstr(text, "showed no frame"));
}

static void stopped_in_the_middle(void **state)
{
	struct scene *scene = *state;

	scene_open(scene, "display?budget=3");
	for (unsigned run = 0; run < 3; run++) {
		unsigned shown, coming, next;

		scene->released = 0;
		scene_start(scene);
		shown = scene_show(scene);
		scene_refresh(scene);
		coming = scene_show(scene);
		next = scene_show(scene);
		scene_stop(scene);
		assert_int_equal(scene->released, 3);
		assert_int_equal(scene->verdict[shown], WEIR_DROP_NONE);
		assert_int_equal(scene->verdict[coming], WEIR_DROP_STOPPED);
		assert_int_equal(scene->verdict[next], WEIR_DROP_STOPPED);
		scene_expect_old_screen();
		scene_turn(scene);
	}
}

/* The console's framebuffer went meanwhile: nothing is shown, and nothing of ours stays. */
static void what_was_shown_before_is_gone(void **state)
{
	struct scene *scene = *state;

	scene_open(scene, "display");
	scene_start(scene);
	scene_show(scene);
	scene_refresh(scene);
	fake.fbs[FAKE_OLD_FB].used = false;
	scene_stop(scene);
	assert_int_equal(fake.active, 0);
	assert_int_equal(fake.on_screen[0], 0);
	assert_int_equal(scene->released, 1);
}

static void overlays_leave_the_primary_dark(void **state)
{
	struct scene *scene = *state;

	fake.primary.must_cover = true;
	scene_open(scene, "display?mode=preferred");
	scene_start(scene);
	scene_show(scene);
	scene_refresh(scene);
	assert_int_equal(fake.on_screen[0], 0);
	assert_int_not_equal(fake.on_screen[1], 0);
	assert_int_equal(fake.overlay.value[FAKE_CRTC_X], 192);
	scene_stop(scene);
	scene_expect_old_screen();
}

/* ---- colours, fences, vsync ---- */

static void show_one(
	struct scene *scene, const char *format, enum weir_matrix matrix, enum weir_range range)
{
	scene->video.format = weir_format_by_name(format);
	scene->video.stride = (uint32_t)weir_format_line_bytes(scene->video.format, 0, 640);
	scene->video.matrix = matrix;
	scene->video.range = range;
	scene_start(scene);
	scene_show(scene);
	scene_refresh(scene);
	scene_stop(scene);
}

/* What the primary plane has while the frame is shown, of what was set back since. */
static void colours_are_the_frames(void **state)
{
	struct scene *scene = *state;

	scene_open(scene, "display");
	scene->video.format = weir_format_by_name("YUYV");
	scene->video.stride = 1280;
	scene->video.matrix = WEIR_MATRIX_709;
	scene->video.range = WEIR_RANGE_FULL;
	scene_start(scene);
	scene_show(scene);
	assert_int_equal(fake.primary.value[FAKE_COLOR_ENCODING], 1);
	assert_int_equal(fake.primary.value[FAKE_COLOR_RANGE], 1);
	scene_refresh(scene);
	scene_stop(scene);
	assert_int_equal(fake.primary.value[FAKE_COLOR_ENCODING], 0);
	assert_int_equal(fake.primary.value[FAKE_COLOR_RANGE], 0);
	show_one(scene, "YUYV", WEIR_MATRIX_2020, WEIR_RANGE_LIMITED); /* which it lacks */
	show_one(scene, "XR24", WEIR_MATRIX_RGB, WEIR_RANGE_FULL);
	fake.primary.exact = true;
	show_one(scene, "YUYV", WEIR_MATRIX_601, WEIR_RANGE_UNKNOWN);
	scene_expect_old_screen();
}

/* Something that is not readable stands for memory that is still being written. */
static void fences_go_with_the_commit(void **state)
{
	struct scene *scene = *state;
	struct weir_slot_part *part = &scene->slab->slots[1].parts[0];
	int memfd = part->dmabuf;

	part->dmabuf = eventfd(0, EFD_CLOEXEC);
	scene_open(scene, "display");
	scene_start(scene);
	for (unsigned i = 0; i < 4; i++) {
		scene_show(scene);
		scene_refresh(scene);
	}
	assert_int_equal(fake.fences, 1);
	scene_stop(scene);
	close(part->dmabuf);
	part->dmabuf = memfd;
}

static void at_once_where_the_card_can(void **state)
{
	struct scene *scene = *state;

	fake.async = true;
	scene_open(scene, "display?vsync=0");
	scene_start(scene);
	for (unsigned i = 0; i < 4; i++) {
		scene_show(scene);
		scene_refresh(scene);
	}
	assert_int_equal(fake.async_commits, 3); /* the first one sets the mode */
}

static void at_once_refused_here(void **state)
{
	struct scene *scene = *state;

	fake.async = fake.async_refused = true;
	scene_open(scene, "display?vsync=0");
	scene_start(scene);
	for (unsigned i = 0; i < 4; i++) {
		scene_show(scene);
		scene_refresh(scene);
	}
	assert_int_equal(fake.async_commits, 0);
	assert_int_equal(scene->released, 3);
}

/* A frame that was ready for a refresh and is shown two later. */
static void late_frames_are_counted(void **state)
{
	struct scene *scene = *state;
	char text[256];

	scene_open(scene, "display");
	scene_start(scene);
	scene_show(scene);
	scene_refresh(scene);
	scene_show(scene);
	stand_run(scene->loop, 50 * STAND_MS);
	scene_refresh(scene);
	scene_stop(scene);
	assert_int_equal(scene->sink->impl->result(scene->sink, text, sizeof(text)), 0);
	assert_non_null(strstr(text, "2 frames, 1 of them late"));
}

static void copy_released(struct weir_frame *view, void *data)
{
	(void)view;
	++*(unsigned *)data;
}

/* Copies of frames lie in other slots, of the same numbers: what is on the screen stays there. */
static void copies_have_framebuffers_of_their_own(void **state)
{
	struct scene *scene = *state;
	struct weir_slab *own = scene->slab, *copies;
	struct weir_frame *frame, view = { 0 }, *shown = &view;
	unsigned first, released = 0;

	scene_open(scene, "display");
	scene_start(scene);
	first = scene_show(scene);
	scene_refresh(scene);
	scene_make_slab(scene);
	copies = scene->slab;
	weir_slab_place(copies, SCENE_SLOTS);
	stand_describe_slots(copies, &scene->video);
	frame = weir_slot_issue(weir_slab_take(copies));
	assert_int_equal(frame->slot->index, first);
	weir_frame_init_view(&view, frame, copy_released, &released);
	assert_int_equal(scene->sink->impl->take(scene->sink, &view), 0);
	weir_frame_unref(&shown);
	assert_true(fake_reads(own->slots[first].parts[0].dmabuf));
	assert_true(scene->held[first]);
	scene_refresh(scene);
	assert_true(fake_reads(copies->slots[first].parts[0].dmabuf));
	assert_false(scene->held[first]);
	scene_stop(scene);
	assert_int_equal(released, 1);
	scene_destroy_slab(scene);
	scene->slab = own;
}

static double figure(const struct scene *scene, const char *name)
{
	struct weir_figure figures[WEIR_MAX_FIGURES];
	size_t n = scene->sink->impl->figures(scene->sink, figures);

	for (size_t i = 0; i < n; i++)
		if (!strcmp(figures[i].name, name))
			return figures[i].value;
	fail_msg("no figure %s", name);
	return 0;
}

/* Whoever kept it waiting: the refreshes count that it was ready for. */
static void waiting_for_a_busy_card_is_late(void **state)
{
	struct scene *scene = *state;

	scene_open(scene, "display");
	scene_start(scene);
	scene_show(scene);
	scene_refresh(scene);
	assert_true(figure(scene, "late") == 0);
	fake.commit_error = EBUSY;
	fake.commit_errors = 1000;
	scene_show(scene);
	stand_run(scene->loop, 60 * STAND_MS);
	fake.commit_errors = 0;
	stand_run(scene->loop, 20 * STAND_MS);
	scene_refresh(scene);
	assert_true(figure(scene, "shown") == 2);
	assert_true(figure(scene, "late") == 1);
	assert_true(figure(scene, "repeated") >= 3);
}

/* Also of the frame that waited for the one before it. */
static void each_commit_is_handed_over(void **state)
{
	struct scene *scene = *state;

	scene_open(scene, "display?budget=3");
	scene_start(scene);
	scene_show(scene);
	scene_refresh(scene);
	for (unsigned i = 0; i < 2; i++)
		scene_show(scene);
	scene_refresh(scene);
	scene_refresh(scene);
	assert_true(figure(scene, "shown") == 3);
	assert_int_equal(scene->handed, 3);
}

/* Some drivers tell of a refresh long ago, once a mode was set. */
static void a_flip_before_its_commit_says_nothing(void **state)
{
	struct scene *scene = *state;

	scene_open(scene, "display");
	scene_start(scene);
	scene_show(scene);
	fake.flip_ns = 1;
	scene_refresh(scene);
	assert_true(figure(scene, "shown") == 1);
	assert_true(figure(scene, "to_screen_us_max") == 0);
	fake.flip_ns = 0;
	scene_show(scene);
	scene_refresh(scene);
	assert_true(figure(scene, "to_screen_us_max") > 0);
	assert_true(figure(scene, "to_screen_us_p50") == figure(scene, "to_screen_us_max"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCENE(copies_have_framebuffers_of_their_own),
		SCENE(frames_go_when_another_is_shown),
		SCENE(the_newest_waits),
		SCENE(each_slot_is_imported_once),
		SCENE(drained_is_delivered),
		SCENE(one_more_after_draining),
		SCENE(draining_without_a_frame),
		SCENE(stopped_in_the_middle),
		SCENE(what_was_shown_before_is_gone),
		SCENE(overlays_leave_the_primary_dark),
		SCENE(colours_are_the_frames),
		SCENE(fences_go_with_the_commit),
		SCENE(at_once_where_the_card_can),
		SCENE(at_once_refused_here),
		SCENE(late_frames_are_counted),
		SCENE(waiting_for_a_busy_card_is_late),
		SCENE(each_commit_is_handed_over),
		SCENE(a_flip_before_its_commit_says_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
