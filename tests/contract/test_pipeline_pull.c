/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* What weir_pipeline_next() promises: frames one by one, on whatever loop, and a run that stands
 * still between two of them. */

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>

#include "core/clock.h"
#include "core/loop.h"
#include "tests/contract/pipeline_fixture.h"
#include "tests/unit/cmocka_all.h"

#define UNPACED "pattern:bars?size=64x32&fps=0"
#define PACED   "pattern:bars?size=64x32&fps=200"
#define SLOW    "pattern:bars?size=64x32&fps=1"

static struct weir_pipeline *build_pulled(
	const struct weir_pipeline_settings *settings, const char *uri, const char *const *sinks)
{
	struct weir_pipeline *pipeline = build(settings, uri, NULL, sinks);
	struct weir_sink_settings own = { .log = &silent, .policy = WEIR_POLICY_OLDEST };
	struct weir_sink *sink = NULL;

	assert_int_equal(weir_sink_open_pull(&own, &sink), 0);
	assert_int_equal(weir_pipeline_add_sink(pipeline, &sink), 0);
	assert_null(sink);
	return pipeline;
}

static uint64_t pull(struct weir_pipeline *pipeline)
{
	struct weir_frame *frame = NULL;
	uint64_t sequence;

	assert_int_equal(weir_pipeline_next(pipeline, WEIR_FOREVER, &frame), 0);
	sequence = weir_frame_info(frame)->sequence;
	weir_frame_unref(&frame);
	return sequence;
}

static void assert_ends(struct weir_pipeline *pipeline)
{
	struct weir_frame *frame = NULL;

	assert_int_equal(weir_pipeline_next(pipeline, WEIR_FOREVER, &frame), -ENODATA);
	assert_null(frame);
}

static void frames_come_in_order_and_the_run_ends(void **state)
{
	const struct weir_pipeline_settings settings = { .max_frames = 50 };
	struct weir_pipeline *pipeline = build_pulled(&settings, UNPACED, NULL);
	struct weir_ledger ledger;

	(void)state;
	for (unsigned round = 0; round < 2; round++) {
		for (uint64_t i = 0; i < 50; i++)
			assert_int_equal(pull(pipeline), i);
		assert_ends(pipeline);
		weir_pipeline_ledger(pipeline, &ledger);
		assert_int_equal(ledger.captured, 50);
		assert_int_equal(ledger.sinks[0].delivered, 50);
		assert_reconciled(&ledger);
	}
	weir_pipeline_destroy(&pipeline);
}

static void others_get_the_frames_too(void **state)
{
	const struct weir_pipeline_settings settings = { .max_frames = 20 };
	const char *const sinks[] = { "null", NULL };
	struct weir_pipeline *pipeline = build_pulled(&settings, PACED, sinks);
	struct weir_ledger ledger;

	(void)state;
	for (unsigned i = 0; i < 20; i++)
		pull(pipeline);
	assert_ends(pipeline);
	weir_pipeline_ledger(pipeline, &ledger);
	assert_int_equal(ledger.sinks[0].delivered, 20);
	assert_int_equal(ledger.sinks[1].delivered, 20);
	weir_pipeline_destroy(&pipeline);
}

static void patience_has_an_end(void **state)
{
	struct weir_pipeline *pipeline = build_pulled(NULL, SLOW, NULL);
	struct weir_frame *frame = NULL;
	uint64_t before;

	(void)state;
	pull(pipeline);
	before = weir_now_ns();
	assert_int_equal(weir_pipeline_next(pipeline, 1000000, &frame), -EAGAIN);
	assert_true(weir_now_ns() - before >= 1000000);
	assert_int_equal(weir_pipeline_next(pipeline, 0, &frame), -EAGAIN);
	assert_null(frame);
	weir_pipeline_destroy(&pipeline);
}

static void *wake(void *data)
{
	weir_pipeline_wake(data);
	return NULL;
}

static void a_wake_is_answered_once(void **state)
{
	struct weir_pipeline *pipeline = build_pulled(NULL, SLOW, NULL);
	struct weir_frame *frame = NULL;
	pthread_t thread;

	(void)state;
	weir_pipeline_wake(pipeline);
	assert_int_equal(weir_pipeline_next(pipeline, WEIR_FOREVER, &frame), -EINTR);
	pull(pipeline);
	assert_int_equal(pthread_create(&thread, NULL, wake, pipeline), 0);
	assert_int_equal(weir_pipeline_next(pipeline, WEIR_FOREVER, &frame), -EINTR);
	assert_int_equal(pthread_join(thread, NULL), 0);
	assert_int_equal(weir_pipeline_next(pipeline, 0, &frame), -EAGAIN);
	weir_pipeline_destroy(&pipeline);
}

static void a_stop_ends_the_run(void **state)
{
	struct weir_pipeline *pipeline = build_pulled(NULL, PACED, NULL);
	struct weir_ledger ledger;

	(void)state;
	pull(pipeline);
	weir_pipeline_stop(pipeline);
	assert_ends(pipeline);
	weir_pipeline_ledger(pipeline, &ledger);
	assert_int_equal(ledger.sinks[0].pending, 0);
	pull(pipeline);
	weir_pipeline_destroy(&pipeline);
}

static void *release(void *data)
{
	weir_frame_unref(data);
	return NULL;
}

/* All that it may hold, and the source waits: what comes back while somebody asks wakes it. */
/* Without anything to wait for in between. */
static void a_busy_source_can_be_stopped(void **state)
{
	const struct weir_pipeline_settings briefly = { .max_ns = 20000000 };
	struct weir_frame *frame = NULL;
	int err;

	(void)state;
	for (int timed = 0; timed <= 1; timed++) {
		struct weir_pipeline *pipeline =
			build_pulled(timed ? &briefly : NULL, UNPACED, NULL);
		uint64_t before = weir_now_ns();

		pull(pipeline);
		if (!timed)
			weir_pipeline_stop(pipeline);
		while (!(err = weir_pipeline_next(pipeline, WEIR_FOREVER, &frame))) {
			weir_frame_unref(&frame);
			assert_true(weir_now_ns() - before < 5 * WEIR_NS_PER_S);
		}
		assert_int_equal(err, -ENODATA);
		weir_pipeline_destroy(&pipeline);
	}
}

static void a_release_elsewhere_goes_on(void **state)
{
	const struct weir_pipeline_settings settings = { .buffers = 3 };
	struct weir_pipeline *pipeline = build_pulled(&settings, UNPACED, NULL);
	struct weir_frame *held[2] = { NULL };
	pthread_t thread;

	(void)state;
	for (unsigned i = 0; i < 2; i++)
		assert_int_equal(weir_pipeline_next(pipeline, WEIR_FOREVER, &held[i]), 0);
	assert_int_equal(pthread_create(&thread, NULL, release, &held[0]), 0);
	for (unsigned i = 0; i < 200; i++)
		pull(pipeline);
	assert_int_equal(pthread_join(thread, NULL), 0);
	weir_frame_unref(&held[1]);
	for (unsigned i = 0; i < 10; i++)
		pull(pipeline);
	weir_pipeline_destroy(&pipeline);
}

static void *pull_some(void *data)
{
	for (unsigned i = 0; i < 10; i++)
		pull(data);
	return NULL;
}

/* The loop that belongs to no thread. */
static void threads_take_turns_on_epoll(void **state)
{
	const struct weir_pipeline_settings settings = { .loop = "epoll" };
	struct weir_pipeline *pipeline = build_pulled(&settings, PACED, NULL);
	pthread_t thread;

	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		assert_int_equal(pthread_create(&thread, NULL, pull_some, pipeline), 0);
		assert_int_equal(pthread_join(thread, NULL), 0);
		pull_some(pipeline);
	}
	weir_pipeline_destroy(&pipeline);
}

static void a_frame_outlives_the_run(void **state)
{
	struct weir_pipeline *pipeline = build_pulled(NULL, PACED, NULL);
	struct weir_frame *frame = NULL;

	(void)state;
	assert_int_equal(weir_pipeline_next(pipeline, WEIR_FOREVER, &frame), 0);
	weir_pipeline_destroy(&pipeline);
	assert_int_equal(weir_frame_info(frame)->width, 64);
	weir_frame_unref(&frame);
}

static void who_asks_needs_a_sink_and_the_others_none(void **state)
{
	const char *const sinks[] = { "null", NULL };
	struct weir_sink_settings own = { .log = &silent };
	struct weir_pipeline *pipeline = build(NULL, UNPACED, NULL, sinks);
	struct weir_frame *frame = NULL;
	struct weir_sink *sink = NULL;

	(void)state;
	assert_int_equal(weir_pipeline_next(pipeline, 0, &frame), -EINVAL);
	assert_int_equal(weir_sink_open_pull(&own, &sink), 0);
	assert_int_equal(weir_pipeline_add_sink(pipeline, &sink), 0);
	assert_int_equal(weir_sink_open_pull(&own, &sink), 0);
	assert_int_equal(weir_pipeline_add_sink(pipeline, &sink), -EINVAL);
	weir_sink_close(&sink);
	assert_int_equal(weir_pipeline_run(pipeline), -EINVAL);
	weir_pipeline_destroy(&pipeline);
	own.budget = 1000;
	assert_int_equal(weir_sink_open_pull(&own, &sink), -EINVAL);
	assert_null(sink);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(frames_come_in_order_and_the_run_ends),
		cmocka_unit_test(others_get_the_frames_too),
		cmocka_unit_test(patience_has_an_end),
		cmocka_unit_test(a_wake_is_answered_once),
		cmocka_unit_test(a_stop_ends_the_run),
		cmocka_unit_test(a_busy_source_can_be_stopped),
		cmocka_unit_test(a_release_elsewhere_goes_on),
		cmocka_unit_test(a_frame_outlives_the_run),
		cmocka_unit_test(who_asks_needs_a_sink_and_the_others_none),
	};
	const struct CMUnitTest once[] = {
		cmocka_unit_test(threads_take_turns_on_epoll),
	};
	int failed = 0;

	for (const char *const *loop = weir_loop_backends; *loop; loop++) {
		setenv("WEIR_TEST_LOOP", *loop, 1);
		failed += cmocka_run_group_tests_name(*loop, tests, NULL, NULL);
	}
	return failed + cmocka_run_group_tests(once, NULL, NULL);
}
