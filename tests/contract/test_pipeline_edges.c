/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Proves the corners of a run that sources and sinks of the shipped kinds do not reach at will:
 * sinks that fail at the very end, memory that is refuted while somebody stops, limits beyond the
 * clock, stages that show a frame twice, books read while parts are added. */

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <weir/weir.h>

#include "core/sink.h"
#include "core/source.h"
#include "pipeline/outlet.h"
#include "tests/unit/cmocka_all.h"

static const struct weir_log silent = { .level = WEIR_LOG_SILENT };

static void close_part(struct weir_sink *sink)
{
	free(sink);
}

/* ---- a sink that does as it is told ---- */

struct puppet {
	struct weir_sink base;
	struct weir_sink_host host;
	struct weir_frame *held[8];
	unsigned n, fails_at_drain;
	uint64_t changes_at,
		refused; /* this frame makes it refuse wide pictures; how often it did */
	unsigned starts;
	bool is_narrow;
	uint64_t copies_at; /* this frame, though it had said that it copies none; 0: never */
};

static int start_puppet(
	struct weir_sink *sink, const struct weir_sink_host *host, const struct weir_video *video)
{
	struct puppet *puppet = (struct puppet *)sink;

	(void)video;
	puppet->host = *host;
	puppet->starts++;
	return 0;
}

static int accept_narrow(
	struct weir_sink *sink, const struct weir_offer *offer, char *why, size_t size)
{
	struct puppet *puppet = (struct puppet *)sink;

	if (!puppet->is_narrow || offer->video.format == weir_format_by_name("NV12"))
		return 0;
	puppet->refused++;
	snprintf(why, size, "takes NV12 by now");
	return -ENOTSUP;
}

static int take_puppet(struct weir_sink *sink, struct weir_frame *frame)
{
	struct puppet *puppet = (struct puppet *)sink;

	if (puppet->changes_at && weir_frame_info(frame)->sequence == puppet->changes_at) {
		puppet->is_narrow = true;
		puppet->host.changed(puppet->host.data, sink);
	}
	if (puppet->changes_at)
		return 0;
	if (puppet->copies_at) {
		if (weir_frame_info(frame)->sequence == puppet->copies_at)
			puppet->host.copied(puppet->host.data, sink, 6144, "the road was closed");
		return 0;
	}
	puppet->held[puppet->n++] = weir_frame_ref(frame);
	return 0;
}

static void stop_puppet(struct weir_sink *sink)
{
	struct puppet *puppet = (struct puppet *)sink;

	while (puppet->n)
		weir_frame_unref(&puppet->held[--puppet->n]);
}

static void drain_puppet(struct weir_sink *sink)
{
	struct puppet *puppet = (struct puppet *)sink;

	if (puppet->fails_at_drain)
		puppet->host.failed(puppet->host.data, sink, -ENOSPC);
	else
		stop_puppet(sink);
}

static const struct weir_sink_impl puppet_impl = {
	.scheme = "puppet",
	.close = close_part,
	.accepts = accept_narrow,
	.start = start_puppet,
	.take = take_puppet,
	.drain = drain_puppet,
	.stop = stop_puppet,
};

static struct puppet *open_puppet(unsigned budget, enum weir_policy policy)
{
	struct puppet *puppet = calloc(1, sizeof(*puppet));

	assert_non_null(puppet);
	puppet->base = (struct weir_sink){ .impl = &puppet_impl,
		.log = &silent,
		.uri = strdup("puppet"),
		.budget = budget,
		.policy = policy };
	return puppet;
}

static struct weir_pipeline *build(const struct weir_pipeline_settings *settings)
{
	struct weir_pipeline_settings copy = *settings;
	struct weir_source_settings source_settings = { .log = &silent };
	struct weir_pipeline *pipeline = NULL;
	struct weir_source *source = NULL;

	copy.log = &silent;
	copy.loop = getenv("WEIR_TEST_LOOP");
	assert_int_equal(weir_pipeline_create(&copy, &pipeline), 0);
	assert_int_equal(
		weir_source_open("pattern:bars?size=64x48&fps=0", &source_settings, &source), 0);
	assert_int_equal(weir_pipeline_set_source(pipeline, &source), 0);
	return pipeline;
}

static void add_null(struct weir_pipeline *pipeline)
{
	struct weir_sink *sink = NULL;

	assert_int_equal(weir_sink_open("null", NULL, &sink), 0);
	assert_int_equal(weir_pipeline_add_sink(pipeline, &sink), 0);
}

/* The frames that it loses were captured: the run did not do as asked. */
static void test_last_sink_that_fails_at_the_end(void **state)
{
	struct weir_pipeline_settings settings = { .max_frames = 1 };
	struct weir_pipeline *pipeline = build(&settings);
	struct puppet *puppet = open_puppet(2, WEIR_POLICY_NEWEST);
	struct weir_sink *sink = &puppet->base;
	struct weir_ledger ledger;

	(void)state;
	puppet->fails_at_drain = true;
	assert_int_equal(weir_pipeline_add_sink(pipeline, &sink), 0);
	assert_int_equal(weir_pipeline_run(pipeline), -ENOSPC);
	weir_pipeline_ledger(pipeline, &ledger);
	assert_int_equal(weir_ledger_reconcile(&ledger, NULL, 0), 0);
	assert_int_equal(ledger.sinks[0].drops[WEIR_DROP_FAILED], 1);
	assert_int_equal(ledger.sinks[0].error, -ENOSPC);
	weir_pipeline_destroy(&pipeline);
}

/* Nothing had been planned to be copied, and then something was. */
static void test_a_copy_that_was_not_planned(void **state)
{
	(void)state;
	for (int required = 0; required < 2; required++) {
		struct weir_pipeline_settings settings = { .max_frames = 20,
			.require_zero_copy = required };
		struct weir_pipeline *pipeline = build(&settings);
		struct puppet *puppet = open_puppet(2, WEIR_POLICY_NEWEST);
		struct weir_sink *sink = &puppet->base;
		struct weir_ledger ledger;

		puppet->copies_at = 7;
		assert_int_equal(weir_pipeline_add_sink(pipeline, &sink), 0);
		assert_int_equal(weir_pipeline_run(pipeline), required ? -EPERM : 0);
		weir_pipeline_ledger(pipeline, &ledger);
		assert_int_equal(ledger.captured, required ? 8 : 20);
		assert_int_equal(ledger.kernel_copied_bytes, 6144);
		assert_int_equal(weir_ledger_reconcile(&ledger, NULL, 0), 0);
		weir_pipeline_destroy(&pipeline);
	}
}

/* A sink that takes something else by now: the source is brought to that, and the run goes on. */
static void test_a_sink_that_changes(void **state)
{
	struct weir_pipeline_settings settings = { .max_frames = 40 };
	struct weir_pipeline *pipeline = build(&settings);
	struct puppet *puppet = open_puppet(8, WEIR_POLICY_OLDEST);
	struct weir_sink *sink = &puppet->base;
	const struct weir_plan *plan = NULL;
	struct weir_ledger ledger;

	(void)state;
	puppet->changes_at = 3;
	assert_int_equal(weir_pipeline_add_sink(pipeline, &sink), 0);
	add_null(pipeline);
	assert_int_equal(weir_pipeline_run(pipeline), 0);
	assert_int_equal(puppet->starts, 2);
	assert_true(puppet->refused > 0);
	weir_pipeline_ledger(pipeline, &ledger);
	assert_int_equal(ledger.captured, 40);
	assert_int_equal(ledger.sinks[1].delivered, 40);
	assert_int_equal(weir_ledger_reconcile(&ledger, NULL, 0), 0);
	assert_int_equal(weir_pipeline_plan(pipeline, &plan), 0);
	assert_string_equal(plan->video.format->name, "NV12");
	weir_pipeline_destroy(&pipeline);
}

static void test_a_limit_beyond_the_clock_is_none(void **state)
{
	struct weir_pipeline_settings settings = { .max_frames = 3, .max_ns = UINT64_MAX };
	struct weir_pipeline *pipeline = build(&settings);
	struct weir_ledger ledger;

	(void)state;
	add_null(pipeline);
	assert_int_equal(weir_pipeline_run(pipeline), 0);
	weir_pipeline_ledger(pipeline, &ledger);
	assert_int_equal(ledger.captured, 3);
	weir_pipeline_destroy(&pipeline);
}

/* ---- a sink's budget, looked at closely ---- */

struct bench {
	struct weir_slab *slab;
	struct weir_outlet *outlet;
	struct weir_sink_books *books;
	struct puppet *puppet;
};

static struct bench set_up_outlet(unsigned budget, enum weir_policy policy)
{
	struct weir_slab_settings settings = {
		.log = &silent, .slots = 4, .frame_bytes = 4096, .no_lock = true
	};
	struct bench bench = { .puppet = open_puppet(budget, policy) };

	assert_int_equal(weir_slab_create(&weir_memory_host, &settings, &bench.slab), 0);
	bench.outlet = calloc(1, sizeof(*bench.outlet));
	bench.books = calloc(1, sizeof(*bench.books));
	assert_true(bench.outlet && bench.books);
	weir_outlet_init(bench.outlet, &bench.puppet->base, bench.slab, bench.books);
	weir_outlet_allow(bench.outlet, budget, budget, true);
	return bench;
}

static void tear_down_outlet(struct bench *bench)
{
	struct weir_sink *sink = &bench->puppet->base;

	weir_outlet_stop(bench->outlet, WEIR_DROP_STOPPED);
	weir_slab_unref(&bench->slab);
	weir_sink_close(&sink);
	free(bench->outlet);
	free(bench->books);
}

static void offer_next(struct bench *bench)
{
	struct weir_frame *frame = weir_slot_issue(weir_slab_take(bench->slab));

	assert_int_equal(weir_outlet_offer(bench->outlet, frame), 0);
	weir_frame_unref(&frame);
}

/* The sink made room before the loop came to hand on what waits: that is no reason to drop it. */
static void test_what_waits_goes_before_what_comes(void **state)
{
	struct bench bench = set_up_outlet(1, WEIR_POLICY_NEWEST);
	struct weir_sink_ledger ledger = { 0 };

	(void)state;
	offer_next(&bench); /* held */
	offer_next(&bench); /* waits */
	stop_puppet(&bench.puppet->base);
	offer_next(&bench);
	weir_sink_books_read(bench.books, &ledger);
	assert_int_equal(ledger.dropped, 0);
	assert_int_equal(ledger.delivered, 1);
	assert_int_equal(ledger.pending, 2);
	tear_down_outlet(&bench);
}

static void test_a_frame_shown_twice_is_held_once(void **state)
{
	struct bench bench = set_up_outlet(3, WEIR_POLICY_OLDEST);
	struct weir_frame *frame = weir_slot_issue(weir_slab_take(bench.slab));
	struct weir_sink_ledger ledger = { 0 };

	(void)state;
	assert_int_equal(weir_outlet_offer(bench.outlet, frame), 0);
	assert_int_equal(weir_outlet_offer(bench.outlet, frame), 0);
	weir_sink_books_read(bench.books, &ledger);
	assert_int_equal(ledger.pending, 1);
	assert_int_equal(ledger.drops[WEIR_DROP_BUDGET], 1);
	stop_puppet(&bench.puppet->base);
	assert_int_equal(weir_outlet_offer(bench.outlet, frame), 0);
	weir_sink_books_read(bench.books, &ledger);
	assert_int_equal(ledger.delivered, 1);
	assert_int_equal(ledger.pending, 1);
	weir_frame_unref(&frame);
	tear_down_outlet(&bench);
	assert_int_equal(ledger.held_max, 1);
}

/* ---- memory that does not do what it promised, and somebody who stops ---- */

struct doubter {
	struct weir_source base;
	struct weir_pipeline *pipeline;
	unsigned starts;
};

static void close_doubter(struct weir_source *source)
{
	free(source);
}

static int accept_any(
	struct weir_source *source, const struct weir_memory_kind *kind, char *why, size_t size)
{
	(void)source;
	(void)kind;
	(void)why;
	(void)size;
	return 0;
}

static int one_page(struct weir_source *source, size_t *out)
{
	(void)source;
	*out = 4096;
	return 0;
}

static int start_doubter(struct weir_source *source, const struct weir_source_host *host)
{
	struct doubter *doubter = (struct doubter *)source;

	doubter->starts++;
	host->refuted(host->data, "the canary is dead");
	weir_pipeline_stop(doubter->pipeline);
	return 0;
}

static void do_nothing(struct weir_source *source)
{
	(void)source;
}

static const struct weir_source_impl doubter_impl = {
	.scheme = "doubter",
	.close = close_doubter,
	.accepts = accept_any,
	.frame_bytes = one_page,
	.start = start_doubter,
	.resume = do_nothing,
	.stop = do_nothing,
};

static void test_stop_is_heard_while_memory_is_refuted(void **state)
{
	struct weir_pipeline_settings settings = { .log = &silent,
		.loop = getenv("WEIR_TEST_LOOP") };
	struct doubter *doubter = calloc(1, sizeof(*doubter));
	struct weir_source *source = &doubter->base;
	struct weir_pipeline *pipeline;

	(void)state;
	doubter->base = (struct weir_source){ .impl = &doubter_impl,
		.log = &silent,
		.uri = strdup("doubter"),
		.video = { .format = weir_format_by_name("GREY"),
			.width = 64,
			.height = 64,
			.stride = 64,
			.rate = { 30, 1 } },
		.min_slots = 1 };
	assert_int_equal(weir_pipeline_create(&settings, &doubter->pipeline), 0);
	assert_int_equal(weir_pipeline_set_source(doubter->pipeline, &source), 0);
	add_null(doubter->pipeline);
	assert_int_equal(weir_pipeline_run(doubter->pipeline), 0);
	assert_int_equal(doubter->starts, 1);
	pipeline = doubter->pipeline;
	weir_pipeline_destroy(&pipeline);
}

/* ---- books that are read while the pipeline is put together and runs ---- */

struct reader {
	struct weir_pipeline *pipeline;
	_Atomic bool over;
};

static void *read_books(void *data)
{
	struct reader *reader = data;
	struct weir_memory_report memory;
	struct weir_ledger ledger;

	while (!reader->over) {
		weir_pipeline_ledger(reader->pipeline, &ledger);
		weir_pipeline_memory(reader->pipeline, &memory);
		assert_true(ledger.n_sinks <= 4);
	}
	return NULL;
}

static void test_books_are_open_between_runs(void **state)
{
	struct weir_pipeline_settings settings = { .max_frames = 50 };
	struct reader reader = { .pipeline = build(&settings) };
	pthread_t thread;

	(void)state;
	pthread_create(&thread, NULL, read_books, &reader);
	for (int i = 0; i < 4; i++) {
		add_null(reader.pipeline);
		assert_int_equal(weir_pipeline_run(reader.pipeline), 0);
	}
	reader.over = true;
	pthread_join(thread, NULL);
	weir_pipeline_destroy(&reader.pipeline);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_last_sink_that_fails_at_the_end),
		cmocka_unit_test(test_a_copy_that_was_not_planned),
		cmocka_unit_test(test_a_sink_that_changes),
		cmocka_unit_test(test_a_limit_beyond_the_clock_is_none),
		cmocka_unit_test(test_what_waits_goes_before_what_comes),
		cmocka_unit_test(test_a_frame_shown_twice_is_held_once),
		cmocka_unit_test(test_stop_is_heard_while_memory_is_refuted),
		cmocka_unit_test(test_books_are_open_between_runs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
