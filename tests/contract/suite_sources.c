/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/contract/suites.h"

#include <errno.h>
#include <pthread.h>

#include "core/source.h"

#define SLOTS 4

/* One source on one kind of memory. */
struct scene {
	const char *uri;
	const struct weir_memory_kind *kind;
};

/* A source, and everything that a pipeline would be to it. */
struct stand {
	const struct scene *scene;
	struct stand_log heard;
	struct weir_source *source;
	struct weir_video video; /* a copy, for after the source is closed */
	struct weir_loop *loop;
	struct weir_slab *slab;
	struct weir_source_host host;
	struct weir_task resume;

	bool sated;      /* wanted() says no */
	bool stopped;    /* by us: nothing may come */
	unsigned asked;  /* how often it asked */
	unsigned frames; /* delivered */
	unsigned enough; /* the loop stops at that many */
	unsigned keep;   /* so many are held */
	struct weir_frame *held[SLOTS];
	unsigned n_held;
	bool any;
	uint64_t started_ns, sequence, timestamp_ns;
};

/* ---- the fake host ---- */

static void check_place(const struct stand *stand, const struct weir_frame *frame)
{
	const struct weir_frame_info *info = weir_frame_info(frame);
	uint64_t sum = 0;

	assert_true(frame->slot->slab == stand->slab);
	assert_int_equal(info->slot, frame->slot->index);
	assert_true(weir_frame_is_current(frame, info->generation));
	assert_true(weir_frame_is_sole(frame));
	for (unsigned i = 0; i < info->n_planes; i++) {
		const struct weir_slot_part *part = weir_slot_part(frame->slot, i);

		assert_int_equal(info->plane[i].fd, part->dmabuf);
		assert_true(
			info->plane[i].offset + (uint64_t)info->plane[i].length <= part->length);
		sum += info->plane[i].length;
	}
	assert_in_range(info->bytes_used, 1, sum);
}

static void check_frame(struct stand *stand, const struct weir_frame *frame)
{
	const struct weir_frame_info *info = weir_frame_info(frame);

	assert_ptr_equal(info->format, stand->video.format);
	assert_int_equal(info->width, stand->video.width);
	assert_int_equal(info->height, stand->video.height);
	check_place(stand, frame);
	if (stand->any) {
		assert_true(info->sequence > stand->sequence);
		assert_true(info->timestamp_ns >= stand->timestamp_ns);
	}
	assert_in_range(info->timestamp_ns, stand->started_ns, weir_now_ns());
	stand->any = true;
	stand->sequence = info->sequence;
	stand->timestamp_ns = info->timestamp_ns;
}

static void deliver(void *data, struct weir_frame *frame)
{
	struct stand *stand = data;

	assert_false(stand->stopped);
	check_frame(stand, frame);
	if (stand->n_held < stand->keep)
		stand->held[stand->n_held++] = frame;
	else
		weir_frame_unref(&frame);
	if (++stand->frames == stand->enough)
		weir_loop_stop(stand->loop);
}

static bool wanted(void *data)
{
	struct stand *stand = data;

	stand->asked++;
	return !stand->sated;
}

static void ended(void *data, int error)
{
	(void)data;
	fail_msg("the source ended by itself: %d", error);
}

static void refuted(void *data, const char *why)
{
	(void)data;
	fail_msg("this memory was refuted: %s", why);
}

static void resume(struct weir_task *task)
{
	struct stand *stand = task->data;

	if (!stand->stopped)
		stand->source->impl->resume(stand->source);
}

static void returned(void *data)
{
	struct stand *stand = data;

	weir_loop_queue(stand->loop, &stand->resume);
}

static void start(struct stand *stand)
{
	stand->any = stand->stopped = false;
	stand->frames = 0;
	stand->started_ns = weir_now_ns();
	assert_int_equal(stand->source->impl->start(stand->source, &stand->host), 0);
}

static void stop(struct stand *stand)
{
	stand->source->impl->stop(stand->source);
	stand->stopped = true;
}

/* Runs until so many more frames came. */
static void run_until(struct stand *stand, unsigned more)
{
	unsigned before = stand->frames;

	stand->enough = before + more;
	stand_run(stand->loop, STAND_GIVE_UP);
	assert_in_range(stand->frames, before + more, UINT32_MAX);
	stand->enough = 0;
}

static uint64_t cpu_ns(void)
{
	struct timespec used;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
	return (uint64_t)used.tv_sec * WEIR_NS_PER_S + (uint64_t)used.tv_nsec;
}

/* Runs for a while, most of which the loop must have slept. */
static void run_in_silence(struct stand *stand)
{
	uint64_t before = cpu_ns();

	stand_run(stand->loop, STAND_A_WHILE);
	assert_in_range(cpu_ns() - before, 0, STAND_A_WHILE / 3);
}

static void release_held(struct stand *stand)
{
	while (stand->n_held)
		weir_frame_unref(&stand->held[--stand->n_held]);
}

/* ---- before a run ---- */

static int open_source(struct stand *stand, const char *uri, struct weir_source **out)
{
	const struct weir_source_settings settings = { .log = &stand->heard.log };

	return weir_source_open(uri, &settings, out);
}

static void assert_words(const char *text)
{
	assert_non_null(text);
	assert_true(text[0] != '\0');
}

static void check_formats(const struct stand *stand, const struct weir_source_info *info)
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
	struct stand *stand = *state;
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

		start(stand); /* and so it does after a run */
		run_until(stand, 1);
		stop(stand);
	}
}

static void settles_everything(void **state)
{
	struct stand *stand = *state;
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
	struct stand *stand = *state;
	char *uri = strdup(weir_source_uri(stand->source));

	weir_source_close(&stand->source);
	assert_null(stand->source);
	assert_int_equal(open_source(stand, uri, &stand->source), 0);
	assert_string_equal(weir_source_uri(stand->source), uri);
	assert_same_video(weir_source_video(stand->source), &stand->video);
	free(uri);
}

static void refuses_memory_in_words(void **state)
{
	static const struct weir_memory_kind foreign = { .name = "foreign" };
	struct stand *stand = *state;
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
	struct stand *stand = *state;
	struct weir_layout layout = { .size = 1 };
	size_t bytes = 0;

	if (!(stand->video.format->flags & WEIR_FORMAT_COMPRESSED))
		assert_int_equal(weir_format_layout(&stand->video, &layout), 0);
	assert_int_equal(stand->source->impl->frame_bytes(stand->source, &bytes), 0);
	assert_true(bytes >= layout.size);
}

static void refuses_what_it_does_not_know(void **state)
{
	struct stand *stand = *state;
	const char *whole = weir_source_uri(stand->source);
	struct weir_source *source = NULL;
	char text[512];

	snprintf(text, sizeof(text), "%s%cnonsense=1", whole, strchr(whole, '?') ? '&' : '?');
	assert_int_equal(open_source(stand, text, &source), -EINVAL);
	assert_null(source);
	assert_int_equal(stand->heard.lines, 1);
	assert_non_null(strstr(stand->heard.last, "nonsense"));
}

/* ---- a run ---- */

static void delivers_frames(void **state)
{
	struct stand *stand = *state;

	start(stand);
	run_until(stand, 20);
	stop(stand);
}

/* A source with a clock of its own goes on whoever wants it; any other waits, without spinning. */
static void waits_until_wanted(void **state)
{
	struct stand *stand = *state;
	unsigned frames;

	start(stand);
	run_until(stand, 3);
	stand->sated = true;
	if (stand->source->live) {
		run_until(stand, 2);
		goto stop;
	}
	stand_run(stand->loop, STAND_MS); /* what it has begun ends, and it is told no */
	frames = stand->frames;
	stand->asked = 0;
	run_in_silence(stand);
	assert_int_equal(stand->frames, frames);
	assert_in_range(stand->asked, 0, 2);

	stand->sated = false;
	stand->source->impl->resume(stand->source);
	run_until(stand, 20);
stop:
	stop(stand);
}

static void *release_one(void *data)
{
	struct weir_frame *frame = data;

	weir_frame_unref(&frame);
	return NULL;
}

/* All frames are held; while they are, nothing comes and nothing spins. */
static void take_all(struct stand *stand)
{
	unsigned frames;

	stand->keep = SLOTS;
	while (stand->n_held < SLOTS)
		run_until(stand, 1);
	stand_run(stand->loop, STAND_MS);
	frames = stand->frames;
	run_in_silence(stand);
	assert_int_equal(stand->frames, frames);
	stand->keep = SLOTS - 1; /* what comes next is let go */
}

static void survives_that_all_slots_are_taken(void **state)
{
	struct stand *stand = *state;
	uint64_t lost = weir_counter_get(&stand->source->lost);
	pthread_t thread;

	start(stand);
	take_all(stand);
	weir_frame_unref(&stand->held[--stand->n_held]);
	run_until(stand, 5);

	take_all(stand);
	assert_int_equal(
		pthread_create(&thread, NULL, release_one, stand->held[--stand->n_held]), 0);
	run_until(stand, 5);
	pthread_join(thread, NULL);
	stop(stand);
	/* Its own clock went on meanwhile: it says what was lost. */
	assert_true(weir_counter_get(&stand->source->lost) > lost || !stand->source->live);
	release_held(stand);
}

static void stops_at_once(void **state)
{
	struct stand *stand = *state;

	start(stand);
	stop(stand); /* before the first frame */
	stand_run(stand->loop, STAND_A_WHILE);
	start(stand);
	run_until(stand, 3);
	stop(stand);
	stand_run(stand->loop, STAND_A_WHILE);
	stand_run(stand->loop, STAND_A_WHILE);
}

static void runs_again(void **state)
{
	struct stand *stand = *state;

	for (int run = 0; run < 3; run++) {
		start(stand);
		run_until(stand, 5);
		stop(stand);
		assert_int_equal(weir_slab_out(stand->slab), 0);
	}
}

static void frames_outlive_it(void **state)
{
	struct stand *stand = *state;
	struct weir_pixels pixels;

	stand->keep = 2;
	start(stand);
	run_until(stand, 5);
	stop(stand);
	weir_source_close(&stand->source);
	assert_int_equal(stand->n_held, 2);
	assert_int_equal(weir_slab_out(stand->slab), 2);
	for (unsigned i = 0; i < 2; i++) {
		assert_ptr_equal(weir_frame_info(stand->held[i])->format, stand->video.format);
		assert_int_equal(weir_frame_begin_cpu(stand->held[i], WEIR_CPU_READ, &pixels), 0);
		assert_non_null(pixels.data[0]);
		assert_int_equal(weir_frame_end_cpu(stand->held[i]), 0);
	}
	release_held(stand);
}

/* ---- on every source and every memory that it takes ---- */

static struct weir_slab *make_slab(struct stand *stand)
{
	const struct weir_memory_kind *kind = stand->scene->kind;
	struct weir_slab_settings settings = {
		.log = &stand->heard.log, .slots = SLOTS, .no_lock = true
	};
	struct weir_source *source = stand->source;
	struct weir_slab *slab = NULL;

	assert_int_equal(source->impl->frame_bytes(source, &settings.frame_bytes), 0);
	if (kind->create)
		assert_int_equal(weir_slab_create(kind, &settings, &slab), 0);
	else
		assert_int_equal(source->impl->allocate(source, kind, &settings, &slab), 0);
	assert_int_equal(slab->n_slots, SLOTS);
	slab->synced = source->device;
	stand_describe_slots(slab, &stand->video);
	return slab;
}

static int set_up(void **state)
{
	struct stand *stand = calloc(1, sizeof(*stand));

	assert_non_null(stand);
	stand->scene = *state;
	stand_listen(&stand->heard);
	assert_int_equal(open_source(stand, stand->scene->uri, &stand->source), 0);
	stand->video = *weir_source_video(stand->source);
	stand->loop = stand_open_loop();
	stand->slab = make_slab(stand);
	stand->resume = (struct weir_task){ .run = resume, .data = stand };
	assert_int_equal(weir_slab_listen(stand->slab, stand->loop, returned, stand), 0);
	stand->host = (struct weir_source_host){
		.loop = stand->loop,
		.slab = stand->slab,
		.deliver = deliver,
		.wanted = wanted,
		.refuted = refuted,
		.ended = ended,
		.data = stand,
	};
	*state = stand;
	return 0;
}

static int tear_down(void **state)
{
	struct stand *stand = *state;
	unsigned out;

	release_held(stand);
	weir_slab_ignore(stand->slab, stand->loop);
	weir_loop_close(&stand->loop);
	weir_source_close(&stand->source);
	out = weir_slab_out(stand->slab);
	weir_slab_unref(&stand->slab);
	free(stand);
	return out ? -1 : 0; /* every slot came back */
}

static int run_scene(const struct scene *scene)
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
		tests[i].setup_func = set_up;
		tests[i].teardown_func = tear_down;
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
static int check_scene(const struct scene *scene, char *why, size_t size)
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
		const struct scene scene = { uri, weir_memory_kinds[i] };
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
