/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Stages that make frames of their own, on a worker: order, books, and capture that waits for none
 * of them. */
#include <stdatomic.h>
#include <time.h>

#include "tests/contract/pipeline_fixture.h"

static void sleep_ms(unsigned ms)
{
	nanosleep(&(struct timespec){ ms / 1000, ms % 1000 * 1000000L }, NULL);
}

/* A conversion that copies the picture, line by line, and can be told to behave badly. */
struct copier {
	const struct weir_format *format;
	uint32_t lines;
	size_t line_bytes;
	unsigned sleep_ms;
	uint64_t skip_every, fail_at; /* by the frame's number; 0: never */
	pthread_t loop_thread;
	atomic_bool on_loop_thread;
	atomic_uint done, inside, most_inside;
};

static int configure(void *state, struct weir_video *video, const struct weir_log *log)
{
	struct copier *copier = state;

	(void)log;
	copier->format = video->format;
	copier->lines = video->height;
	copier->line_bytes = weir_format_line_bytes(video->format, 0, video->width);
	copier->loop_thread = pthread_self();
	video->stride = 0;
	return 0;
}

static int copy_pixels(struct copier *copier, struct weir_frame *in, struct weir_frame *out)
{
	struct weir_pixels from, to;
	int err = weir_frame_begin_cpu(in, WEIR_CPU_READ, &from);

	if (err)
		return err;
	err = weir_frame_begin_cpu(out, WEIR_CPU_WRITE, &to);
	if (!err) {
		for (uint32_t y = 0; y < copier->lines; y++)
			memcpy(to.data[0] + (size_t)y * to.stride[0],
				from.data[0] + (size_t)y * from.stride[0], copier->line_bytes);
		err = weir_frame_end_cpu(out);
	}
	weir_frame_end_cpu(in);
	return err;
}

static int convert(void *state, struct weir_frame *in, struct weir_frame *out, uint32_t *bytes_used)
{
	uint64_t number = weir_frame_info(in)->sequence;
	struct copier *copier = state;
	unsigned inside = atomic_fetch_add(&copier->inside, 1) + 1;
	int err = 0;

	if (inside > copier->most_inside)
		copier->most_inside = inside;
	if (pthread_equal(copier->loop_thread, pthread_self()))
		copier->on_loop_thread = true;
	if (copier->sleep_ms)
		sleep_ms(copier->sleep_ms);
	if (copier->skip_every && number % copier->skip_every == 0)
		err = -EAGAIN;
	else if (copier->fail_at && number == copier->fail_at)
		err = -EILSEQ;
	else
		err = copy_pixels(copier, in, out);
	assert_int_equal(*bytes_used, weir_frame_info(out)->bytes_used);
	atomic_fetch_add(&copier->done, 1);
	atomic_fetch_sub(&copier->inside, 1);
	return err;
}

static const struct weir_stage_impl copier_impl = {
	.name = "copier",
	.summary = "copies the picture",
	.access = WEIR_STAGE_CONVERT,
	.configure = configure,
	.convert = convert,
};

static void add_copier(struct weir_pipeline *pipeline, struct copier *copier)
{
	struct weir_stage *stage = NULL;

	assert_int_equal(weir_stage_create(&copier_impl, copier, &stage), 0);
	assert_int_equal(weir_pipeline_add_stage(pipeline, &stage), 0);
}

static const char *const to_verify[] = { "verify", NULL };

static struct weir_ledger run(struct weir_pipeline *pipeline, int expected)
{
	struct weir_ledger ledger;

	assert_int_equal(weir_pipeline_run(pipeline), expected);
	weir_pipeline_ledger(pipeline, &ledger);
	assert_reconciled(&ledger);
	return ledger;
}

/* ---- order and bytes ---- */

static void test_every_frame_comes_out_whole_and_in_order(void **state)
{
	struct weir_pipeline_settings settings = { .max_frames = 500 };
	struct weir_pipeline *pipeline =
		build(&settings, "pattern:counter?size=64x48&fps=0&format=YUYV", NULL, to_verify);
	struct copier copier = { 0 };
	struct weir_ledger ledger;

	(void)state;
	add_copier(pipeline, &copier);
	ledger = run(pipeline, 0);
	assert_int_equal(ledger.captured, 500);
	assert_int_equal(ledger.sinks[0].delivered, 500);
	assert_int_equal(ledger.converted_bytes, 500 * 64 * 48 * 2);
	assert_int_equal(copier.done, 500);
	assert_int_equal(copier.most_inside, 1);
	assert_false(copier.on_loop_thread);
	assert_non_null(strstr(ledger.sinks[0].verdict, "500 frames"));
	weir_pipeline_destroy(&pipeline);
}

static void test_several_in_a_row(void **state)
{
	static const char *const crop[] = { "crop=64x24+0+0", NULL };
	struct weir_pipeline_settings settings = { .max_frames = 300 };
	struct weir_pipeline *pipeline =
		build(&settings, "pattern:counter?size=64x48&fps=0&format=YUYV", crop, to_verify);
	struct copier copiers[7] = { { 0 } };
	struct weir_ledger ledger;

	(void)state;
	for (unsigned i = 0; i < 7; i++)
		add_copier(pipeline, &copiers[i]);
	ledger = run(pipeline, 0);
	assert_int_equal(ledger.sinks[0].delivered, 300);
	assert_int_equal(ledger.converted_bytes, 7 * 300 * 64 * 24 * 2);
	weir_pipeline_destroy(&pipeline);
}

static void test_sixteen_are_too_many(void **state)
{
	struct weir_pipeline *pipeline =
		build(NULL, "pattern:bars?size=64x48&fps=0", NULL, to_verify);
	const struct weir_plan *plan;
	struct copier copier = { 0 };

	(void)state;
	for (unsigned i = 0; i < 16; i++)
		add_copier(pipeline, &copier);
	assert_int_equal(weir_pipeline_plan(pipeline, &plan), -ENOTSUP);
	weir_pipeline_destroy(&pipeline);
}

/* ---- a slow one ---- */

static uint64_t last_sequence;
static unsigned seen;

static int expect_rising(void *data, struct weir_frame *frame)
{
	(void)data;
	if (seen++ && weir_frame_info(frame)->sequence <= last_sequence)
		return -EILSEQ;
	last_sequence = weir_frame_info(frame)->sequence;
	return 0;
}

/* Paced by a clock, it is never late: whoever does not keep up loses frames. */
static void test_capture_does_not_wait_for_a_slow_one(void **state)
{
	struct weir_pipeline_settings settings = { .max_frames = 100 };
	struct weir_pipeline *pipeline =
		build(&settings, "pattern:bars?size=64x48&fps=200", NULL, NULL);
	struct copier copier = { .sleep_ms = 50 };
	struct weir_ledger ledger;

	(void)state;
	seen = 0;
	add_copier(pipeline, &copier);
	add_callback(pipeline, expect_rising, NULL, 2, WEIR_POLICY_NEWEST);
	ledger = run(pipeline, 0);
	assert_int_equal(ledger.captured, 100);
	assert_true(ledger.lost_by_device < 100); /* if it waited: nine of ten */
	assert_int_equal(ledger.sinks[0].delivered, seen);
	assert_true(seen >= 2 && seen <= 80);
	assert_int_equal(ledger.sinks[0].drops[WEIR_DROP_BUSY], 100 - seen);
	/* The newest came through to the end. */
	assert_int_equal(last_sequence, ledger.captured + ledger.lost_by_device - 1);
	weir_pipeline_destroy(&pipeline);
}

static void test_one_that_does_not_finish_in_time(void **state)
{
	struct weir_pipeline_settings settings = { .max_frames = 3 };
	struct weir_pipeline *pipeline =
		build(&settings, "pattern:bars?size=64x48&fps=100", NULL, to_verify);
	struct copier copier = { .sleep_ms = 2500 };
	struct weir_ledger ledger;

	(void)state;
	add_copier(pipeline, &copier);
	ledger = run(pipeline, 0);
	assert_int_equal(ledger.captured, 3);
	assert_int_equal(ledger.sinks[0].delivered, 0);
	assert_int_equal(ledger.sinks[0].drops[WEIR_DROP_STOPPED], 2);
	assert_int_equal(ledger.sinks[0].drops[WEIR_DROP_BUSY], 1);
	weir_pipeline_destroy(&pipeline);
}

/* ---- frames that give nothing, and errors ---- */

static void test_frames_that_give_nothing(void **state)
{
	struct weir_pipeline_settings settings = { .max_frames = 90 };
	struct weir_pipeline *pipeline =
		build(&settings, "pattern:bars?size=64x48&fps=0", NULL, NULL);
	struct copier copier = { .skip_every = 3 };
	struct weir_ledger ledger;

	(void)state;
	seen = 0;
	add_copier(pipeline, &copier);
	add_callback(pipeline, expect_rising, NULL, 2, WEIR_POLICY_NEWEST);
	ledger = run(pipeline, 0);
	assert_int_equal(ledger.sinks[0].delivered, 60);
	assert_int_equal(ledger.sinks[0].drops[WEIR_DROP_STAGE], 30);
	weir_pipeline_destroy(&pipeline);
}

static void test_an_error_ends_the_run(void **state)
{
	struct weir_pipeline *pipeline =
		build(NULL, "pattern:bars?size=64x48&fps=0", NULL, to_verify);
	struct copier copier = { .fail_at = 20 };
	struct weir_ledger ledger;

	(void)state;
	add_copier(pipeline, &copier);
	ledger = run(pipeline, -EILSEQ);
	/* What waited for it is finished all the same. */
	assert_in_range(ledger.sinks[0].delivered, 20, 21);
	assert_int_equal(ledger.sinks[0].drops[WEIR_DROP_STAGE], 1);
	weir_pipeline_destroy(&pipeline);
}

/* ---- frames that are held ---- */

static struct weir_frame *held[2];

static int hold(void *data, struct weir_frame *frame)
{
	(void)data;
	if (seen < 2)
		held[seen] = weir_frame_ref(frame);
	seen++;
	return 0;
}

static void test_frames_outlive_the_pipeline(void **state)
{
	struct weir_pipeline_settings settings = { .max_frames = 5 };
	struct weir_pipeline *pipeline =
		build(&settings, "pattern:black?size=64x48&fps=0&format=GREY", NULL, NULL);
	struct copier copier = { 0 };
	struct weir_pixels pixels;

	(void)state;
	seen = 0;
	add_copier(pipeline, &copier);
	add_callback(pipeline, hold, NULL, 4, WEIR_POLICY_NEWEST);
	assert_int_equal(weir_pipeline_run(pipeline), 0);
	assert_int_equal(seen, 5);
	weir_pipeline_destroy(&pipeline);
	for (unsigned i = 0; i < 2; i++) {
		assert_int_equal(weir_frame_info(held[i])->sequence, i);
		assert_int_equal(weir_frame_begin_cpu(held[i], WEIR_CPU_READ, &pixels), 0);
		assert_int_equal(pixels.stride[0], 64);
		assert_int_equal(weir_frame_end_cpu(held[i]), 0);
		weir_frame_unref(&held[i]);
	}
}

/* ---- the plan ---- */

static void test_the_plan_tells_of_it(void **state)
{
	struct weir_pipeline_settings settings = { .require_zero_copy = true };
	struct weir_pipeline *pipeline =
		build(&settings, "pattern:bars?size=64x48&fps=0&format=YUYV", NULL, to_verify);
	const struct weir_plan *plan = NULL;
	struct copier copier = { 0 };

	(void)state;
	add_copier(pipeline, &copier);
	assert_int_equal(weir_pipeline_plan(pipeline, &plan), -EPERM);
	assert_int_equal(plan->bytes_copied, 0);
	assert_int_equal(plan->bytes_converted, 64 * 48 * 2);
	assert_int_equal(plan->hops[1].memory, WEIR_MEMORY_CONVERTED);
	assert_int_equal(plan->hops[1].bytes_converted, 64 * 48 * 2);
	assert_int_equal(plan->hops[2].memory, WEIR_MEMORY_SAME);
	assert_int_equal(weir_pipeline_run(pipeline), -EPERM);
	weir_pipeline_destroy(&pipeline);
}

static void test_it_runs_again(void **state)
{
	struct weir_pipeline_settings settings = { .max_frames = 10 };
	struct weir_pipeline *pipeline =
		build(&settings, "pattern:counter?size=64x48&fps=0&format=YUYV", NULL, to_verify);
	struct copier copier = { 0 };

	(void)state;
	add_copier(pipeline, &copier);
	for (unsigned i = 0; i < 20; i++)
		assert_int_equal(run(pipeline, 0).sinks[0].delivered, 10);
	weir_pipeline_destroy(&pipeline);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_frame_comes_out_whole_and_in_order),
		cmocka_unit_test(test_several_in_a_row),
		cmocka_unit_test(test_sixteen_are_too_many),
		cmocka_unit_test(test_capture_does_not_wait_for_a_slow_one),
		cmocka_unit_test(test_one_that_does_not_finish_in_time),
		cmocka_unit_test(test_frames_that_give_nothing),
		cmocka_unit_test(test_an_error_ends_the_run),
		cmocka_unit_test(test_frames_outlive_the_pipeline),
		cmocka_unit_test(test_the_plan_tells_of_it),
		cmocka_unit_test(test_it_runs_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
