/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/contract/suites.h"

#include <errno.h>
#include <pthread.h>

#include "tests/contract/source_stand.h"

/* ---- before a run ---- */

static void assert_words(const char *text)
{
	assert_non_null(text);
	assert_true(text[0] != '\0');
}

static void check_formats(const struct source_stand *stand, const struct weir_source_info *info)
{
	bool found = false;

	assert_true(info->n_formats > 0);
	for (size_t i = 0; i < info->n_formats; i++) {
		const struct weir_source_format *format = &info->formats[i];

		assert_non_null(format->format);
		assert_true(format->n_sizes > 0);
		found |= format->format == stand->video.format;
		for (size_t s = 0; s < format->n_sizes; s++) {
			assert_in_range(format->sizes[s].min_width, 1, format->sizes[s].max_width);
			assert_in_range(
				format->sizes[s].min_height, 1, format->sizes[s].max_height);
		}
	}
	assert_true(found);
}

static void describes_itself(void **state)
{
	struct source_stand *stand = *state;
	const struct weir_source_info *info = NULL, *again = NULL;
	struct weir_source_info first;

	for (int round = 0; round < 2; round++) {
		assert_int_equal(weir_source_describe(stand->source, &info), 0);
		first = *info;
		assert_string_equal(info->uri, weir_source_uri(stand->source));
		assert_words(info->name);
		assert_words(info->driver);
		assert_int_equal(info->live, stand->source->live);
		check_formats(stand, info);
		for (size_t i = 0; i < info->n_controls; i++)
			assert_words(info->controls[i].name);
		for (size_t i = 0; i < info->n_abilities; i++) {
			assert_words(info->abilities[i].name);
			assert_words(info->abilities[i].detail);
		}
		assert_int_equal(weir_source_describe(stand->source, &again), 0);
		assert_string_equal(again->name, first.name);
		assert_int_equal(again->n_formats, first.n_formats);
		assert_int_equal(again->n_controls, first.n_controls);
		assert_int_equal(again->n_abilities, first.n_abilities);

		source_stand_start(stand); /* and so it does after a run */
		source_stand_run_until(stand, 1);
		source_stand_stop(stand);
	}
}

static void settles_everything(void **state)
{
	struct source_stand *stand = *state;
	const struct weir_video *video = weir_source_video(stand->source);

	assert_non_null(video->format);
	assert_in_range(video->width, WEIR_MIN_SIZE, WEIR_MAX_SIZE);
	assert_in_range(video->height, WEIR_MIN_SIZE, WEIR_MAX_SIZE);
	assert_true(video->stride >= weir_format_line_bytes(video->format, 0, video->width));
	assert_true(video->rate.den > 0);
	assert_true(video->range != WEIR_RANGE_UNKNOWN);
	assert_true(video->matrix != WEIR_MATRIX_UNKNOWN);
	assert_true(video->primaries != WEIR_PRIMARIES_UNKNOWN);
	assert_true(video->transfer != WEIR_TRANSFER_UNKNOWN);
	assert_in_range(stand->source->min_slots, 1, WEIR_SLAB_MAX_SLOTS);
}

static void assert_same_video(const struct weir_video *a, const struct weir_video *b)
{
	assert_ptr_equal(a->format, b->format);
	assert_int_equal(a->width, b->width);
	assert_int_equal(a->height, b->height);
	assert_int_equal(a->stride, b->stride);
	assert_int_equal((uint64_t)a->rate.num * b->rate.den, (uint64_t)b->rate.num * a->rate.den);
	assert_int_equal(a->range, b->range);
	assert_int_equal(a->matrix, b->matrix);
	assert_int_equal(a->primaries, b->primaries);
	assert_int_equal(a->transfer, b->transfer);
}

static void same_again_from_its_uri(void **state)
{
	struct source_stand *stand = *state;
	char *uri = strdup(weir_source_uri(stand->source));

	weir_source_close(&stand->source);
	assert_null(stand->source);
	assert_int_equal(source_stand_open(stand, uri, &stand->source), 0);
	assert_string_equal(weir_source_uri(stand->source), uri);
	assert_same_video(weir_source_video(stand->source), &stand->video);
	free(uri);
}

static void refuses_memory_in_words(void **state)
{
	static const struct weir_memory_kind foreign = { .name = "foreign" };
	struct source_stand *stand = *state;
	const struct weir_source_impl *impl = stand->source->impl;
	char why[160] = "";

	for (size_t i = 0; weir_memory_kinds[i]; i++) {
		why[0] = '\0';
		if (impl->accepts(stand->source, weir_memory_kinds[i], why, sizeof(why)))
			assert_words(why);
	}
	why[0] = '\0';
	assert_true(impl->accepts(stand->source, &foreign, why, sizeof(why)) < 0);
	assert_words(why);
}

static void asks_for_room_enough(void **state)
{
	struct source_stand *stand = *state;
	struct weir_layout layout = { .size = 1 };
	size_t bytes = 0;

	if (!(stand->video.format->flags & WEIR_FORMAT_COMPRESSED))
		assert_int_equal(weir_format_layout(&stand->video, &layout), 0);
	assert_int_equal(stand->source->impl->frame_bytes(stand->source, &bytes), 0);
	assert_true(bytes >= layout.size);
}

static void refuses_what_it_does_not_know(void **state)
{
	struct source_stand *stand = *state;
	const char *whole = weir_source_uri(stand->source);
	struct weir_source *source = NULL;
	char text[512];

	snprintf(text, sizeof(text), "%s%cnonsense=1", whole, strchr(whole, '?') ? '&' : '?');
	assert_int_equal(source_stand_open(stand, text, &source), -EINVAL);
	assert_null(source);
	assert_int_equal(stand->heard.lines, 1);
	assert_non_null(strstr(stand->heard.last, "nonsense"));
}

/* ---- a run ---- */

static void delivers_frames(void **state)
{
	struct source_stand *stand = *state;

	source_stand_start(stand);
	source_stand_run_until(stand, 20);
	source_stand_stop(stand);
}

/* A source with a clock of its own goes on whoever wants it; any other waits, without spinning. */
static void waits_until_wanted(void **state)
{
	struct source_stand *stand = *state;
	unsigned frames;

	source_stand_start(stand);
	source_stand_run_until(stand, 3);
	stand->sated = true;
	if (stand->source->live) {
		source_stand_run_until(stand, 2);
		goto stop;
	}
	stand_run(stand->loop, STAND_MS); /* what it has begun ends, and it is told no */
	frames = stand->frames;
	stand->asked = 0;
	source_stand_run_in_silence(stand);
	assert_int_equal(stand->frames, frames);
	assert_in_range(stand->asked, 0, 2);

	stand->sated = false;
	stand->source->impl->resume(stand->source);
	source_stand_run_until(stand, 20);
stop:
	source_stand_stop(stand);
}

static void *release_one(void *data)
{
	struct weir_frame *frame = data;

	weir_frame_unref(&frame);
	return NULL;
}

/* All frames are held; while they are, nothing comes and nothing spins. */
static void take_all(struct source_stand *stand)
{
	unsigned frames;

	stand->keep = SOURCE_STAND_SLOTS;
	while (stand->n_held < SOURCE_STAND_SLOTS)
		source_stand_run_until(stand, 1);
	stand_run(stand->loop, STAND_MS);
	frames = stand->frames;
	source_stand_run_in_silence(stand);
	assert_int_equal(stand->frames, frames);
	stand->keep = SOURCE_STAND_SLOTS - 1; /* what comes next is let go */
}

static void survives_that_all_slots_are_taken(void **state)
{
	struct source_stand *stand = *state;
	uint64_t lost = weir_counter_get(&stand->source->lost);
	pthread_t thread;

	source_stand_start(stand);
	take_all(stand);
	weir_frame_unref(&stand->held[--stand->n_held]);
	source_stand_run_until(stand, 5);

	take_all(stand);
	assert_int_equal(
		pthread_create(&thread, NULL, release_one, stand->held[--stand->n_held]), 0);
	source_stand_run_until(stand, 5);
	pthread_join(thread, NULL);
	source_stand_stop(stand);
	/* Its own clock went on meanwhile: it says what was lost. */
	assert_true(weir_counter_get(&stand->source->lost) > lost || !stand->source->live);
	source_stand_release(stand);
}

static void stops_at_once(void **state)
{
	struct source_stand *stand = *state;

	source_stand_start(stand);
	source_stand_stop(stand); /* before the first frame */
	stand_run(stand->loop, STAND_A_WHILE);
	source_stand_start(stand);
	source_stand_run_until(stand, 3);
	source_stand_stop(stand);
	stand_run(stand->loop, STAND_A_WHILE);
	stand_run(stand->loop, STAND_A_WHILE);
}

static void runs_again(void **state)
{
	struct source_stand *stand = *state;

	for (int run = 0; run < 3; run++) {
		source_stand_start(stand);
		source_stand_run_until(stand, 5);
		source_stand_stop(stand);
		assert_int_equal(weir_slab_out(stand->slab), 0);
	}
}

static void frames_outlive_it(void **state)
{
	struct source_stand *stand = *state;
	struct weir_pixels pixels;

	stand->keep = 2;
	source_stand_start(stand);
	source_stand_run_until(stand, 5);
	source_stand_stop(stand);
	weir_source_close(&stand->source);
	assert_int_equal(stand->n_held, 2);
	assert_int_equal(weir_slab_out(stand->slab), 2);
	for (unsigned i = 0; i < 2; i++) {
		assert_ptr_equal(weir_frame_info(stand->held[i])->format, stand->video.format);
		assert_int_equal(weir_frame_begin_cpu(stand->held[i], WEIR_CPU_READ, &pixels), 0);
		assert_non_null(pixels.data[0]);
		assert_int_equal(weir_frame_end_cpu(stand->held[i]), 0);
	}
	source_stand_release(stand);
}

/* ---- on every source and every memory that it takes ---- */

static int run_scene(const struct source_scene *scene)
{
	struct CMUnitTest tests[] = {
		cmocka_unit_test(describes_itself),
		cmocka_unit_test(settles_everything),
		cmocka_unit_test(same_again_from_its_uri),
		cmocka_unit_test(refuses_memory_in_words),
		cmocka_unit_test(asks_for_room_enough),
		cmocka_unit_test(refuses_what_it_does_not_know),
		cmocka_unit_test(delivers_frames),
		cmocka_unit_test(waits_until_wanted),
		cmocka_unit_test(survives_that_all_slots_are_taken),
		cmocka_unit_test(stops_at_once),
		cmocka_unit_test(runs_again),
		cmocka_unit_test(frames_outlive_it),
	};
	char name[256];

	for (size_t i = 0; i < WEIR_COUNT(tests); i++) {
		tests[i].setup_func = source_stand_set_up;
		tests[i].teardown_func = source_stand_tear_down;
		tests[i].initial_state = (void *)(uintptr_t)scene;
	}
	snprintf(name, sizeof(name), "%s on %s", scene->uri, scene->kind->name);
	return _cmocka_run_group_tests(name, tests, WEIR_COUNT(tests), NULL, NULL);
}

/* Why this source and that memory do not go together here, or NULL. */
static const char *mismatch(
	struct weir_source *source, const struct weir_memory_kind *kind, char *why, size_t size)
{
	if (kind->probe && kind->probe(why, size))
		return why;
	if (!kind->create && !source->impl->allocate)
		return "only a device can allocate it";
	return source->impl->accepts(source, kind, why, size) ? why : NULL;
}

/* 0 when the scene may run, 1 when this machine or build has not got what it takes, else -errno. */
static int check_scene(const struct source_scene *scene, char *why, size_t size)
{
	const struct weir_log silent = { .level = WEIR_LOG_SILENT };
	const struct weir_source_settings settings = { .log = &silent };
	struct weir_source *source = NULL;
	const char *reason;
	int err = weir_source_open(scene->uri, &settings, &source);

	if (err) {
		snprintf(why, size, "%s", strerror(-err));
		return err == -ENODEV || err == -ENOTSUP ? 1 : err;
	}
	reason = mismatch(source, scene->kind, why, size);
	if (reason && reason != why)
		snprintf(why, size, "%s", reason);
	weir_source_close(&source);
	return reason ? 1 : 0;
}

static int run_uri(const char *uri)
{
	int failed = 0;

	for (size_t i = 0; weir_memory_kinds[i]; i++) {
		const struct source_scene scene = { uri, weir_memory_kinds[i] };
		char why[256] = "";
		int verdict = check_scene(&scene, why, sizeof(why));

		if (verdict == 0)
			failed += run_scene(&scene);
		else
			print_message("%s %s on %s: %s\n", verdict < 0 ? "FAILED" : "SKIPPED", uri,
				scene.kind->name, why);
		failed += verdict < 0;
	}
	return failed;
}

int weir_suite_sources(const struct suite_source *named)
{
	int failed = 0;

	for (size_t i = 0; weir_source_impls[i]; i++) {
		const struct suite_source *row = named;

		while (row->scheme && strcmp(row->scheme, weir_source_impls[i]->scheme))
			row++;
		if (!row->scheme) {
			print_error("no URI is named for the source \"%s\"\n",
				weir_source_impls[i]->scheme);
			failed++;
		}
		for (size_t u = 0; row->scheme && row->uris[u]; u++)
			failed += run_uri(row->uris[u]);
	}
	return failed;
}
