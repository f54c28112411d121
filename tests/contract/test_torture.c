/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Proves that no order of events breaks a pipeline: random sources, stages, budgets and buffers;
 * programs that keep frames for a random time and release them on threads of their own; sinks that
 * fail; stops and reads of the books from elsewhere at any moment; destruction while frames are
 * out. After each run the books reconcile. WEIR_TORTURE_MS says how long (2000), WEIR_TORTURE_SEED
 * repeats a run. */

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <weir/weir.h>

#include "core/clock.h"
#include "tests/unit/cmocka_all.h"

#define HOLDERS 2
#define SHELF   16

static const struct weir_log silent = { .level = WEIR_LOG_SILENT };

static unsigned next_random(unsigned *seed, unsigned below)
{
	*seed = *seed * 1664525u + 1013904223u;
	return (*seed >> 8) % below;
}

/* Where frames lie that the program keeps, for whichever thread comes by. */
struct shelf {
	pthread_mutex_t lock;
	struct weir_frame *frame[SHELF];
	unsigned n;
	_Atomic bool over;
};

static bool put_away(struct shelf *shelf, struct weir_frame *frame)
{
	bool room;

	pthread_mutex_lock(&shelf->lock);
	room = shelf->n < SHELF;
	if (room)
		shelf->frame[shelf->n++] = weir_frame_ref(frame);
	pthread_mutex_unlock(&shelf->lock);
	return room;
}

static struct weir_frame *take_one(struct shelf *shelf, unsigned *seed)
{
	struct weir_frame *frame = NULL;

	pthread_mutex_lock(&shelf->lock);
	if (shelf->n) {
		unsigned i = next_random(seed, shelf->n);

		frame = shelf->frame[i];
		shelf->frame[i] = shelf->frame[--shelf->n];
	}
	pthread_mutex_unlock(&shelf->lock);
	return frame;
}

static void look_at(struct weir_frame *frame)
{
	struct weir_pixels pixels;

	assert_int_equal(weir_frame_begin_cpu(frame, WEIR_CPU_READ, &pixels), 0);
	assert_non_null(pixels.data[0]);
	assert_int_equal(weir_frame_end_cpu(frame), 0);
}

struct holder {
	pthread_t thread;
	struct shelf *shelf;
	unsigned seed;
};

static void *hold(void *data)
{
	struct holder *holder = data;
	struct shelf *shelf = holder->shelf;
	struct weir_frame *frame;

	while ((frame = take_one(shelf, &holder->seed)) || !shelf->over) {
		if (!frame || !next_random(&holder->seed, 4))
			usleep(next_random(&holder->seed, 200));
		if (!frame)
			continue;
		if (!next_random(&holder->seed, 3))
			look_at(frame);
		weir_frame_unref(&frame);
	}
	return NULL;
}

struct keeper {
	struct shelf *shelf;
	unsigned seed, fails_in; /* 0: never */
};

static int on_frame(void *data, struct weir_frame *frame)
{
	struct keeper *keeper = data;

	if (keeper->fails_in && !--keeper->fails_in)
		return -EIO;
	if (next_random(&keeper->seed, 4))
		put_away(keeper->shelf, frame);
	return 0;
}

static void add_keeper(struct weir_pipeline *pipeline, struct keeper *keeper, unsigned *seed)
{
	struct weir_sink_settings settings = {
		.log = &silent,
		.budget = 1 + next_random(seed, 5),
		.policy = next_random(seed, 2) ? WEIR_POLICY_NEWEST : WEIR_POLICY_OLDEST,
	};
	struct weir_sink *sink = NULL;

	keeper->seed = *seed;
	keeper->fails_in = next_random(seed, 5) ? 0 : 1 + next_random(seed, 50);
	assert_int_equal(weir_sink_open_callback(on_frame, keeper, &settings, &sink), 0);
	assert_int_equal(weir_pipeline_add_sink(pipeline, &sink), 0);
}

static void add_parts(struct weir_pipeline *pipeline, unsigned *seed)
{
	static const char *const sources[] = { "pattern:bars?size=64x48&fps=0",
		"pattern:counter?size=64x48&fps=2000", "pattern:noise?size=64x48&fps=500" };
	static const char *const stages[] = { "pass", "crop=64x24+0+0", "rate=300",
		"mask=9x7+20+11", "motion=0.1" };
	struct weir_source_settings source_settings = { .log = &silent };
	struct weir_source *source = NULL;
	struct weir_stage *stage = NULL;
	struct weir_sink *sink = NULL;

	assert_int_equal(
		weir_source_open(sources[next_random(seed, 3)], &source_settings, &source), 0);
	assert_int_equal(weir_pipeline_set_source(pipeline, &source), 0);
	if (next_random(seed, 2)) {
		assert_int_equal(weir_stage_open(stages[next_random(seed, 5)], &silent, &stage), 0);
		assert_int_equal(weir_pipeline_add_stage(pipeline, &stage), 0);
	}
	if (next_random(seed, 2)) {
		assert_int_equal(weir_sink_open("verify", NULL, &sink), 0);
		assert_int_equal(weir_pipeline_add_sink(pipeline, &sink), 0);
	}
}

/* Stops the runs, reads their books, now and then. */
struct meddler {
	pthread_t thread;
	struct weir_pipeline *pipeline;
	unsigned seed;
	_Atomic bool over;
};

static void *meddle(void *data)
{
	struct meddler *meddler = data;
	struct weir_ledger ledger;

	while (!meddler->over) {
		usleep(next_random(&meddler->seed, 3000));
		if (next_random(&meddler->seed, 2))
			weir_pipeline_stop(meddler->pipeline);
		else
			weir_pipeline_ledger(meddler->pipeline, &ledger);
	}
	return NULL;
}

static void run_some(struct weir_pipeline *pipeline, unsigned *seed)
{
	struct meddler meddler = { .pipeline = pipeline, .seed = *seed };
	unsigned runs = 1 + next_random(seed, 3);

	pthread_create(&meddler.thread, NULL, meddle, &meddler);
	for (unsigned i = 0; i < runs; i++) {
		int err = weir_pipeline_run(pipeline);

		if (err && err != -EIO) /* -EIO: the only sink has failed */
			fail_msg("a run ended with %d", err);
	}
	meddler.over = true;
	pthread_join(meddler.thread, NULL);
}

/* Books and frames on threads meet exactly once the last frame is back. */
static void assert_reconciled(struct weir_pipeline *pipeline)
{
	struct weir_ledger ledger;
	char why[256] = "";

	weir_pipeline_ledger(pipeline, &ledger);
	if (weir_ledger_reconcile(&ledger, why, sizeof(why)))
		fail_msg("%s", why);
	for (size_t i = 0; i < ledger.n_sinks; i++)
		assert_int_equal(ledger.sinks[i].pending, 0);
}

static void one_life(unsigned *seed)
{
	struct weir_pipeline_settings settings = {
		.log = &silent,
		.loop = getenv("WEIR_TEST_LOOP"),
		.buffers = next_random(seed, 9),
		.max_frames = 1 + next_random(seed, 400),
		.max_ns = 50000000,
	};
	struct shelf shelf = { .lock = PTHREAD_MUTEX_INITIALIZER };
	struct keeper keepers[3] = { { .shelf = &shelf }, { .shelf = &shelf },
		{ .shelf = &shelf } };
	struct holder holders[HOLDERS];
	struct weir_pipeline *pipeline = NULL;
	unsigned n = 1 + next_random(seed, 3);
	bool in_a_hurry = next_random(seed, 2);

	assert_int_equal(weir_pipeline_create(&settings, &pipeline), 0);
	add_parts(pipeline, seed);
	for (unsigned i = 0; i < n; i++)
		add_keeper(pipeline, &keepers[i], seed);
	for (unsigned i = 0; i < HOLDERS; i++) {
		holders[i] = (struct holder){ .shelf = &shelf, .seed = *seed + i };
		pthread_create(&holders[i].thread, NULL, hold, &holders[i]);
	}
	run_some(pipeline, seed);
	if (in_a_hurry) /* while frames are out */
		weir_pipeline_destroy(&pipeline);
	shelf.over = true;
	for (unsigned i = 0; i < HOLDERS; i++)
		pthread_join(holders[i].thread, NULL);
	if (!in_a_hurry)
		assert_reconciled(pipeline);
	weir_pipeline_destroy(&pipeline);
	pthread_mutex_destroy(&shelf.lock);
}

static uint64_t number_from(const char *name, uint64_t otherwise)
{
	const char *text = getenv(name);

	return text ? strtoull(text, NULL, 10) : otherwise;
}

static void test_no_order_of_events_breaks_it(void **state)
{
	unsigned first = (unsigned)number_from("WEIR_TORTURE_SEED", weir_now_ns() / 1000);
	uint64_t end = weir_now_ns() + number_from("WEIR_TORTURE_MS", 2000) * 1000000;
	unsigned seed = first, lives = 0;

	(void)state;
	do {
		print_message("WEIR_TORTURE_SEED=%u\n", seed);
		one_life(&seed);
		lives++;
	} while (weir_now_ns() < end);
	assert_true(lives > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_no_order_of_events_breaks_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
