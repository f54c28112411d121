/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Sinks that lag where buffers are short: capture loses nothing, the sink has what it may hold, as
 * copies that are counted, and nobody copies before that. */

#include <weir/weir.h>

#include "core/sink.h"
#include "tests/contract/metronome.h"
#include "tests/contract/pipeline_fixture.h"

#define SOURCE "pattern:bars?size=64x48&format=YUYV&fps=100"
#define BYTES  (64 * 48 * 2)

/* ---- a sink that holds what it gets ---- */

struct puppet {
	struct weir_sink base;
	struct weir_frame *held[WEIR_SLAB_MAX_SLOTS];
	unsigned n, most, moves;
	unsigned lets_go_at; /* so many: all of them at once; 0: never */
	bool stubborn;       /* moves nothing, though it could */
	bool drains;
	unsigned seen, wrong;
	uint64_t last;
};

static bool is_itself(struct weir_frame *frame)
{
	const struct weir_frame_info *info = weir_frame_info(frame);
	const struct weir_video video = {
		.format = info->format, .width = info->width, .height = info->height
	};
	struct weir_pixels pixels;
	uint64_t number = 0;
	bool whole;

	assert_int_equal(weir_frame_begin_cpu(frame, WEIR_CPU_READ, &pixels), 0);
	whole = weir_stamp_read(&video, &pixels, &number) == WEIR_STAMP_WHOLE;
	assert_int_equal(weir_frame_end_cpu(frame), 0);
	return whole && number == info->sequence;
}

static void let_go(struct weir_sink *sink)
{
	struct puppet *puppet = (struct puppet *)sink;

	for (unsigned i = 0; i < puppet->n; i++) {
		puppet->wrong += !is_itself(puppet->held[i]);
		weir_frame_unref(&puppet->held[i]);
	}
	puppet->n = 0;
}

static int take(struct weir_sink *sink, struct weir_frame *frame)
{
	struct puppet *puppet = (struct puppet *)sink;
	uint64_t sequence = weir_frame_info(frame)->sequence;

	puppet->wrong += !is_itself(frame) || (puppet->seen && sequence <= puppet->last);
	puppet->last = sequence;
	puppet->seen++;
	puppet->held[puppet->n++] = weir_frame_ref(frame);
	if (puppet->n > puppet->most)
		puppet->most = puppet->n;
	if (puppet->n == puppet->lets_go_at || puppet->drains)
		let_go(sink);
	return 0;
}

static void drain(struct weir_sink *sink)
{
	((struct puppet *)sink)->drains = true;
	let_go(sink);
}

static bool can_move(const struct weir_sink *sink, const struct weir_frame *frame)
{
	const struct puppet *puppet = (const struct puppet *)sink;

	return !puppet->stubborn && frame != puppet->held[0];
}

static void move(struct weir_sink *sink, struct weir_frame *from, struct weir_frame *to)
{
	struct puppet *puppet = (struct puppet *)sink;
	unsigned i = 0;

	while (puppet->held[i] != from)
		i++;
	assert_true(i > 0 && i < puppet->n);
	puppet->wrong += !is_itself(to);
	puppet->held[i] = weir_frame_ref(to);
	weir_frame_unref(&from);
	puppet->moves++;
}

static void close_puppet(struct weir_sink *sink)
{
	free(sink);
}

static const struct weir_sink_impl mover_impl = {
	.scheme = "mover",
	.close = close_puppet,
	.take = take,
	.can_move = can_move,
	.move = move,
	.drain = drain,
	.stop = let_go,
};

static const struct weir_sink_impl holder_impl = {
	.scheme = "holder",
	.close = close_puppet,
	.take = take,
	.drain = drain,
	.stop = let_go,
};

static struct puppet *add(struct weir_pipeline *pipeline, const struct weir_sink_impl *impl,
	unsigned budget, enum weir_policy policy)
{
	struct puppet *puppet = calloc(1, sizeof(*puppet));
	struct weir_sink *sink = &puppet->base;

	assert_non_null(puppet);
	puppet->base = (struct weir_sink){ .impl = impl,
		.log = &silent,
		.uri = strdup(impl->scheme),
		.budget = budget,
		.policy = policy,
		.deadline_ns = 1 };
	assert_int_equal(weir_pipeline_add_sink(pipeline, &sink), 0);
	return puppet;
}

static struct weir_ledger run(struct weir_pipeline *pipeline)
{
	struct weir_ledger ledger;
	uint64_t copied = 0;

	assert_int_equal(weir_pipeline_run(pipeline), 0);
	weir_pipeline_ledger(pipeline, &ledger);
	assert_reconciled(&ledger);
	for (size_t i = 0; i < ledger.n_sinks; i++)
		copied += ledger.sinks[i].user_copied_bytes;
	assert_int_equal(ledger.user_copied_bytes, copied);
	assert_int_equal(copied % BYTES, 0);
	return ledger;
}

/* ---- the tests ---- */

/* Four buffers, one of them the source's: three frames it holds of these, the rest in copies. */
static void test_a_sink_that_never_lets_go(void **state)
{
	struct weir_pipeline_settings settings = { .max_frames = 40, .buffers = 4 };
	struct metronome *metronome;
	struct weir_pipeline *pipeline = build_ticking(&settings, 64, 48, &metronome);
	struct puppet *puppet = add(pipeline, &holder_impl, 6, WEIR_POLICY_NEWEST);
	struct weir_ledger ledger = run(pipeline);

	(void)state;
	assert_int_equal(ledger.captured, 40);
	assert_int_equal(metronome->starved, 0);
	assert_int_equal(ledger.sinks[0].held_max, 6);
	/* The newest waited in a copy up to the end, and came when the sink let go. */
	assert_int_equal(ledger.sinks[0].delivered, 7);
	assert_int_equal(puppet->last, 39);
	assert_int_equal(puppet->wrong, 0);
	assert_int_equal(ledger.user_copied_bytes, 37 * BYTES);
	assert_int_equal(ledger.sinks[0].drops[WEIR_DROP_REPLACED], 33);
	weir_pipeline_destroy(&pipeline);
}

/* What waits behind the first one is moved out of the source's buffers, once for each frame. */
static void test_a_sink_that_has_its_frames_moved(void **state)
{
	struct weir_pipeline_settings settings = { .max_frames = 60, .buffers = 4 };
	struct metronome *metronome;
	struct weir_pipeline *pipeline = build_ticking(&settings, 64, 48, &metronome);
	struct puppet *puppet = add(pipeline, &mover_impl, 6, WEIR_POLICY_OLDEST);
	struct weir_ledger ledger;

	(void)state;
	puppet->lets_go_at = 6;
	ledger = run(pipeline);
	assert_int_equal(ledger.captured, 60);
	assert_int_equal(metronome->starved, 0);
	assert_int_equal(ledger.sinks[0].delivered, 60);
	assert_int_equal(puppet->seen, 60);
	assert_int_equal(puppet->wrong, 0);
	assert_int_equal(puppet->most, 6);
	assert_int_equal(puppet->moves, 30); /* three of six */
	assert_int_equal(ledger.user_copied_bytes, 30 * BYTES);
	weir_pipeline_destroy(&pipeline);
}

/* A frame that another sink has as well is no use to the source. */
static void test_nothing_is_moved_in_vain(void **state)
{
	struct weir_pipeline_settings settings = { .max_frames = 30, .buffers = 7 };
	struct metronome *metronome;
	struct weir_pipeline *pipeline = build_ticking(&settings, 64, 48, &metronome);
	struct puppet *mover = add(pipeline, &mover_impl, 5, WEIR_POLICY_OLDEST);
	struct puppet *holder = add(pipeline, &holder_impl, 5, WEIR_POLICY_OLDEST);
	struct weir_ledger ledger = run(pipeline);

	(void)state;
	assert_int_equal(metronome->starved, 0);
	assert_int_equal(mover->moves, 0);
	assert_int_equal(mover->wrong + holder->wrong, 0);
	assert_int_equal(ledger.sinks[0].held_max, 5);
	assert_int_equal(ledger.sinks[1].held_max, 5);
	assert_int_equal(ledger.user_copied_bytes, 4 * BYTES); /* two for each, beyond its three */
	weir_pipeline_destroy(&pipeline);
}

static void test_a_sink_that_refuses_gets_copies(void **state)
{
	struct weir_pipeline_settings settings = { .max_frames = 30, .buffers = 4 };
	struct metronome *metronome;
	struct weir_pipeline *pipeline = build_ticking(&settings, 64, 48, &metronome);
	struct puppet *puppet = add(pipeline, &mover_impl, 5, WEIR_POLICY_OLDEST);
	struct weir_ledger ledger;

	(void)state;
	puppet->stubborn = true;
	ledger = run(pipeline);
	assert_int_equal(puppet->moves, 0);
	assert_int_equal(ledger.sinks[0].delivered, 5);
	assert_int_equal(ledger.user_copied_bytes, 2 * BYTES);
	assert_int_equal(ledger.sinks[0].drops[WEIR_DROP_BUDGET], 25);
	weir_pipeline_destroy(&pipeline);
}

static void run_without_copies(struct weir_pipeline *pipeline, struct puppet *puppet, unsigned held)
{
	const struct weir_plan *plan;
	struct weir_ledger ledger = run(pipeline);

	assert_int_equal(ledger.user_copied_bytes, 0);
	assert_int_equal(ledger.sinks[0].held_max, held);
	assert_int_equal(puppet->wrong, 0);
	assert_int_equal(weir_pipeline_plan(pipeline, &plan), 0);
}

static void test_nobody_copies_without_need(void **state)
{
	struct weir_pipeline_settings settings = { .max_frames = 20, .buffers = 4 };
	struct metronome *metronome;
	struct weir_pipeline *pipeline = build_ticking(&settings, 64, 48, &metronome);
	struct puppet *puppet = add(pipeline, &holder_impl, 6, WEIR_POLICY_OLDEST);

	(void)state;
	puppet->base.deadline_ns = 60000000000; /* it does not lag */
	run_without_copies(pipeline, puppet, 3);
	weir_pipeline_destroy(&pipeline);

	settings.require_zero_copy = true;
	pipeline = build_ticking(&settings, 64, 48, &metronome);
	puppet = add(pipeline, &holder_impl, 6, WEIR_POLICY_OLDEST);
	run_without_copies(pipeline, puppet, 3);
	weir_pipeline_destroy(&pipeline);

	settings = (struct weir_pipeline_settings){ .max_frames = 20 };
	pipeline = build_ticking(&settings, 64, 48, &metronome);
	puppet = add(pipeline, &holder_impl, 6, WEIR_POLICY_NEWEST); /* eight buffers are enough */
	run_without_copies(pipeline, puppet, 6);
	weir_pipeline_destroy(&pipeline);
}

/* The way through a view of a part of the picture. */
static void test_copies_show_what_the_stages_show(void **state)
{
	struct weir_pipeline_settings settings = { .max_frames = 40, .buffers = 4 };
	struct metronome *metronome;
	struct weir_pipeline *pipeline = build_ticking(&settings, 64, 48, &metronome);
	struct puppet *puppet = add(pipeline, &mover_impl, 6, WEIR_POLICY_OLDEST);
	struct weir_stage *stage = NULL;
	struct weir_ledger ledger;

	(void)state;
	assert_int_equal(weir_stage_open("crop=64x24+0+0", &silent, &stage), 0);
	assert_int_equal(weir_pipeline_add_stage(pipeline, &stage), 0);
	puppet->lets_go_at = 6;
	assert_int_equal(weir_pipeline_run(pipeline), 0);
	weir_pipeline_ledger(pipeline, &ledger);
	assert_reconciled(&ledger);
	assert_int_equal(ledger.sinks[0].delivered, 40);
	assert_int_equal(ledger.user_copied_bytes, puppet->moves * BYTES / 2);
	assert_true(puppet->moves > 0);
	weir_pipeline_destroy(&pipeline);
}

static void expect_words(const char *source, unsigned buffers, bool zero_copy, unsigned slots,
	const char *const words[2])
{
	static const char *const sinks[] = { "null?budget=4", "null?budget=1&deadline=250", NULL };
	struct weir_pipeline_settings settings = { .buffers = buffers,
		.require_zero_copy = zero_copy };
	struct weir_pipeline *pipeline = build(&settings, source, NULL, sinks);
	const struct weir_plan *plan;

	assert_int_equal(weir_pipeline_plan(pipeline, &plan), 0);
	assert_int_equal(plan->private_slots, slots);
	for (unsigned i = 0; i < 2; i++) {
		assert_string_equal(plan->hops[1 + i].reason, words[i]);
		assert_int_equal(plan->hops[1 + i].may_copy, slots > 0 && i == 0);
	}
	weir_pipeline_destroy(&pipeline);
}

static void test_the_plan_tells(void **state)
{
	static const char plain[] = "looks at no pixel";

	(void)state;
	expect_words(SOURCE, 7, false, 0, (const char *const[2]){ plain, plain });
	expect_words(SOURCE, 4, false, 4,
		(const char *const[2]){
			"looks at no pixel; of 4 buffers the source needs 1: once it lags by 20 "
			"ms, what it holds beyond 2 of them is copied",
			plain });
	expect_words(SOURCE, 4, true, 0,
		(const char *const[2]){ "looks at no pixel; may hold 2 frames, not 4: of 4 "
					"buffers the source needs 1",
			plain });
	expect_words("pattern:bars?size=64x48&fps=0", 4, false, 0,
		(const char *const[2]){ "looks at no pixel; may hold 2 frames, not 4: of 4 "
					"buffers the source needs 1",
			plain });
}

/* ---- the pipe, with nobody who reads ---- */

static void add_sink(struct weir_pipeline *pipeline, const char *uri)
{
	struct weir_sink *sink = NULL;

	assert_int_equal(weir_sink_open(uri, NULL, &sink), 0);
	assert_int_equal(weir_pipeline_add_sink(pipeline, &sink), 0);
}

static void test_the_pipe_moves_what_it_does_not_write(void **state)
{
	struct weir_pipeline_settings settings = { .max_frames = 50, .buffers = 5 };
	struct metronome *metronome;
	/* Frames that no pipe has room for. */
	struct weir_pipeline *pipeline = build_ticking(&settings, 1280, 720, &metronome);
	int ends[2], saved = dup(STDOUT_FILENO), result;
	struct weir_ledger ledger;

	(void)state;
	fflush(stdout);
	assert_int_equal(pipe(ends), 0);
	dup2(ends[1], STDOUT_FILENO);
	close(ends[1]);
	add_sink(pipeline, "-?budget=6&policy=oldest&deadline=1");
	add_sink(pipeline, "verify");
	result = weir_pipeline_run(pipeline);
	dup2(saved, STDOUT_FILENO);
	close(saved);
	assert_int_equal(result, 0);
	weir_pipeline_ledger(pipeline, &ledger);
	assert_reconciled(&ledger);
	assert_int_equal(metronome->starved, 0);
	assert_int_equal(ledger.sinks[0].held_max, 6);
	assert_int_equal(ledger.sinks[0].user_copied_bytes, 4 * 1280 * 720 * 2);
	assert_int_equal(ledger.sinks[1].user_copied_bytes, 0);
	assert_int_equal(ledger.sinks[0].drops[WEIR_DROP_STOPPED], 6);
	assert_int_equal(ledger.sinks[1].delivered, 50);
	weir_pipeline_destroy(&pipeline);
	close(ends[0]);
}

/* ---- frames that are let go on another thread, whenever ---- */

struct elsewhere {
	pthread_mutex_t lock;
	struct weir_frame *frames[WEIR_SLAB_MAX_SLOTS];
	unsigned first, n, wrong;
	bool over;
};

static int pass_on(void *data, struct weir_frame *frame)
{
	struct elsewhere *elsewhere = data;

	pthread_mutex_lock(&elsewhere->lock);
	assert_true(elsewhere->n < WEIR_SLAB_MAX_SLOTS);
	elsewhere->frames[(elsewhere->first + elsewhere->n++) % WEIR_SLAB_MAX_SLOTS] =
		weir_frame_ref(frame);
	pthread_mutex_unlock(&elsewhere->lock);
	return 0;
}

static bool let_one_go(struct elsewhere *elsewhere)
{
	struct weir_frame *frame = NULL;
	bool more;

	pthread_mutex_lock(&elsewhere->lock);
	if (elsewhere->n) {
		frame = elsewhere->frames[elsewhere->first];
		elsewhere->first = (elsewhere->first + 1) % WEIR_SLAB_MAX_SLOTS;
		elsewhere->n--;
	}
	more = frame || !elsewhere->over;
	pthread_mutex_unlock(&elsewhere->lock);
	if (frame)
		elsewhere->wrong += !is_itself(frame);
	weir_frame_unref(&frame);
	return more;
}

static void *let_them_go(void *data)
{
	struct elsewhere *elsewhere = data;

	for (unsigned i = 0; let_one_go(elsewhere); i++)
		usleep(i % 7 * 300);
	return NULL;
}

static void test_copies_are_let_go_on_another_thread(void **state)
{
	struct weir_pipeline_settings settings = { .max_frames = 3000, .buffers = 5 };
	struct weir_sink_settings sink_settings = { .log = &silent, .budget = 6, .deadline_ms = 1 };
	struct elsewhere elsewhere = { .lock = PTHREAD_MUTEX_INITIALIZER };
	struct metronome *metronome;
	struct weir_pipeline *pipeline = build_ticking(&settings, 64, 48, &metronome);
	struct weir_sink *sink = NULL;
	struct weir_ledger ledger;
	pthread_t thread;

	(void)state;
	assert_int_equal(weir_sink_open_callback(pass_on, &elsewhere, &sink_settings, &sink), 0);
	assert_int_equal(weir_pipeline_add_sink(pipeline, &sink), 0);
	add(pipeline, &mover_impl, 6, WEIR_POLICY_NEWEST)->lets_go_at = 4;
	assert_int_equal(pthread_create(&thread, NULL, let_them_go, &elsewhere), 0);
	assert_int_equal(weir_pipeline_run(pipeline), 0);
	pthread_mutex_lock(&elsewhere.lock);
	elsewhere.over = true;
	pthread_mutex_unlock(&elsewhere.lock);
	pthread_join(thread, NULL);
	assert_int_equal(elsewhere.wrong, 0);
	assert_int_equal(metronome->starved, 0);
	weir_pipeline_ledger(pipeline, &ledger);
	assert_reconciled(&ledger);
	assert_int_equal(ledger.sinks[0].pending + ledger.sinks[1].pending, 0);
	assert_true(ledger.sinks[0].user_copied_bytes > 0);
	assert_true(ledger.sinks[1].user_copied_bytes > 0);
	weir_pipeline_destroy(&pipeline);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_sink_that_never_lets_go),
		cmocka_unit_test(test_a_sink_that_has_its_frames_moved),
		cmocka_unit_test(test_nothing_is_moved_in_vain),
		cmocka_unit_test(test_a_sink_that_refuses_gets_copies),
		cmocka_unit_test(test_nobody_copies_without_need),
		cmocka_unit_test(test_copies_show_what_the_stages_show),
		cmocka_unit_test(test_the_plan_tells),
		cmocka_unit_test(test_copies_are_let_go_on_another_thread),
		cmocka_unit_test(test_the_pipe_moves_what_it_does_not_write),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
