/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Proves what <weir/pipeline.h> promises of stages, of stopping from anywhere, of several pipelines
 * at once, and of plans. */

#include "pipeline_fixture.h"

/* ---- stages ---- */

static int drop_odd(void *state, struct weir_stage *stage, struct weir_frame **frame)
{
	(void)state;
	(void)stage;
	if (weir_frame_info(*frame)->sequence % 2)
		weir_frame_unref(frame);
	return 0;
}

static int fail_at_five(void *state, struct weir_stage *stage, struct weir_frame **frame)
{
	(void)state;
	(void)stage;
	return weir_frame_info(*frame)->sequence == 5 ? -EREMOTEIO : 0;
}

static void add_own_stage(struct weir_pipeline *pipeline, const struct weir_stage_impl *impl)
{
	struct weir_stage *stage = NULL;

	assert_int_equal(weir_stage_create(impl, NULL, &stage), 0);
	assert_int_equal(weir_pipeline_add_stage(pipeline, &stage), 0);
}

static void test_stage_drops_are_the_stages(void **state)
{
	static const struct weir_stage_impl impl = {
		.name = "even", .access = WEIR_STAGE_PASS, .process = drop_odd
	};
	struct weir_pipeline_settings settings = { .max_frames = 10 };
	const char *sinks[] = { "null", "verify", NULL };
	struct weir_pipeline *pipeline =
		build(&settings, "pattern:bars?size=64x48&fps=0", NULL, sinks);
	struct weir_ledger ledger;

	(void)state;
	add_own_stage(pipeline, &impl);
	assert_int_equal(weir_pipeline_run(pipeline), 0);
	weir_pipeline_ledger(pipeline, &ledger);
	assert_reconciled(&ledger);
	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(ledger.sinks[i].delivered, 5);
		assert_int_equal(ledger.sinks[i].drops[WEIR_DROP_STAGE], 5);
	}
	weir_pipeline_destroy(&pipeline);
}

static void test_failing_stage_ends_the_run(void **state)
{
	static const struct weir_stage_impl impl = {
		.name = "fragile", .access = WEIR_STAGE_PASS, .process = fail_at_five
	};
	const char *sinks[] = { "null", NULL };
	struct weir_pipeline *pipeline = build(NULL, "pattern:bars?size=64x48&fps=0", NULL, sinks);
	struct weir_ledger ledger;

	(void)state;
	add_own_stage(pipeline, &impl);
	assert_int_equal(weir_pipeline_run(pipeline), -EREMOTEIO);
	weir_pipeline_ledger(pipeline, &ledger);
	assert_reconciled(&ledger);
	assert_int_equal(ledger.captured, 6);
	weir_pipeline_destroy(&pipeline);
}

static void test_both_halves_are_verified(void **state)
{
	const char *formats[] = { "YUYV", "UYVY", "NV12", "XR24", "RGB565", "GREY" };
	const char *halves[][3] = {
		{ "crop=64x24+0+0", NULL },
		{ "crop=64x24+0+24", NULL },
		{ "crop=64x48+0+0", "pass", NULL },
	};
	struct weir_pipeline_settings settings = { .max_frames = 5 };
	const char *sinks[] = { "verify", NULL };

	(void)state;
	for (size_t f = 0; f < sizeof(formats) / sizeof(formats[0]); f++) {
		for (size_t h = 0; h < 3; h++) {
			struct weir_pipeline *pipeline;
			char uri[80];

			snprintf(uri, sizeof(uri), "pattern:noise?size=64x48&fps=0&format=%s",
				formats[f]);
			pipeline = build(&settings, uri, halves[h], sinks);
			assert_int_equal(weir_pipeline_run(pipeline), 0);
			weir_pipeline_destroy(&pipeline);
		}
	}
}

static void test_bad_crops_are_refused(void **state)
{
	const char *bad[] = { "crop=65x48+0+0", "crop=64x48+1+0", "crop=64x48+0+1",
		"crop=62x24+4+0", "crop=33x24+0+0", "crop=8x8+0+0", "crop=64x24+65534+0" };
	const char *unreadable[] = { "crop", "crop=64x24", "crop=64x24+0", "crop=64x24+-2+0",
		"crop=64x24++2+0", "crop=64x 24+0+0", "crop= 64x24+0+0", "crop=64x24+0+0 ",
		"crop=64x24+4294967290+0", "crop=64x24+0+99999999999999999999" };
	const char *sinks[] = { "null", NULL };
	struct weir_stage *stage = NULL;
	const struct weir_plan *plan;

	(void)state;
	for (size_t i = 0; i < sizeof(unreadable) / sizeof(unreadable[0]); i++)
		assert_int_equal(weir_stage_open(unreadable[i], &silent, &stage), -EINVAL);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		const char *stages[] = { bad[i], NULL };
		struct weir_pipeline *pipeline =
			build(NULL, "pattern:bars?size=64x48&format=NV12", stages, sinks);

		assert_int_equal(weir_pipeline_plan(pipeline, &plan), -ENOTSUP);
		assert_int_equal(weir_pipeline_run(pipeline), -ENOTSUP);
		weir_pipeline_destroy(&pipeline);
	}
}

/* ---- stopping ---- */

static void *stop_soon(void *data)
{
	usleep(20000);
	weir_pipeline_stop(data);
	return NULL;
}

static struct weir_pipeline *signalled;

static void on_alarm(int number)
{
	(void)number;
	weir_pipeline_stop(signalled);
}

static void assert_stopped_well(struct weir_pipeline *pipeline)
{
	struct weir_ledger ledger;

	assert_int_equal(weir_pipeline_run(pipeline), 0);
	weir_pipeline_ledger(pipeline, &ledger);
	assert_reconciled(&ledger);
}

static void test_stop_from_anywhere(void **state)
{
	const char *sinks[] = { "verify", NULL };
	const char *uris[] = { "pattern:bars?size=64x48&fps=0", "pattern:bars?size=64x48&fps=25" };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct weir_pipeline *pipeline = build(NULL, uris[i], NULL, sinks);
		pthread_t thread;

		weir_pipeline_stop(pipeline); /* before: the next run ends at once */
		assert_stopped_well(pipeline);

		pthread_create(&thread, NULL, stop_soon, pipeline);
		assert_stopped_well(pipeline);
		pthread_join(thread, NULL);

		signalled = pipeline;
		signal(SIGALRM, on_alarm);
		ualarm(20000, 0);
		assert_stopped_well(pipeline);
		weir_pipeline_destroy(&pipeline);
	}
}

/* ---- many at once ---- */

struct worker {
	pthread_t thread;
	struct weir_pipeline *pipeline;
	int result;
};

static void *run_worker(void *data)
{
	struct worker *worker = data;

	worker->result = weir_pipeline_run(worker->pipeline);
	return NULL;
}

static void test_pipelines_side_by_side(void **state)
{
	struct weir_pipeline_settings settings = { .max_frames = 2000 };
	const char *sinks[] = { "verify", "null", NULL };
	struct worker workers[3];
	struct weir_ledger ledger;

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		workers[i].pipeline =
			build(&settings, "pattern:noise?size=64x48&fps=0", NULL, sinks);
		pthread_create(&workers[i].thread, NULL, run_worker, &workers[i]);
	}
	for (size_t i = 0; i < 3; i++)
		weir_pipeline_ledger(workers[i].pipeline, &ledger); /* while it runs */
	for (size_t i = 0; i < 3; i++) {
		pthread_join(workers[i].thread, NULL);
		assert_int_equal(workers[i].result, 0);
		weir_pipeline_ledger(workers[i].pipeline, &ledger);
		assert_reconciled(&ledger);
		assert_int_equal(ledger.captured, 2000);
		weir_pipeline_destroy(&workers[i].pipeline);
	}
}

/* ---- plans ---- */

static void test_plan_is_a_value_with_reasons(void **state)
{
	const char *stages[] = { "crop=64x24+0+0", "pass", NULL };
	const char *sinks[] = { "null?budget=3", "verify", NULL };
	struct weir_pipeline_settings settings = { .memory = "host", .buffers = 3 };
	struct weir_pipeline *pipeline =
		build(&settings, "pattern:bars?size=64x48&fps=0", stages, sinks);
	const struct weir_plan *plan = NULL;
	unsigned chosen = 0;
	bool lock = false;

	(void)state;
	assert_int_equal(weir_pipeline_plan(pipeline, &plan), 0);
	assert_string_equal(plan->memory, "host");
	assert_int_equal(plan->slots, 3);
	assert_int_equal(plan->slot_bytes, 64 * 48 * 2);
	assert_int_equal(plan->bytes_copied, 0);
	assert_int_equal(plan->n_hops, 5);
	assert_int_equal(plan->hops[0].kind, WEIR_HOP_SOURCE);
	assert_int_equal(plan->hops[1].memory, WEIR_MEMORY_VIEW);
	assert_int_equal(plan->hops[1].video.height, 24);
	assert_int_equal(plan->hops[2].memory, WEIR_MEMORY_SAME);
	assert_int_equal(plan->hops[3].kind, WEIR_HOP_SINK);
	assert_int_equal(plan->hops[3].video.height, 24);
	/* Three buffers, one of them the source's: one frame for each sink. */
	assert_int_equal(plan->hops[3].budget, 1);
	assert_int_equal(plan->hops[4].budget, 1);
	for (size_t i = 0; i < plan->n_choices; i++) {
		assert_true(strlen(plan->choices[i].reason) > 5);
		lock |= !strcmp(plan->choices[i].what, "lock");
		chosen += plan->choices[i].chosen != 0;
	}
	assert_int_equal(chosen, 3); /* one kind of memory, whether it is locked, one loop */
	assert_true(lock);
	for (size_t i = 0; i < plan->n_hops; i++)
		assert_true(strlen(plan->hops[i].reason) > 5);
	weir_pipeline_destroy(&pipeline);
}

static void test_wrong_names_are_refused(void **state)
{
	const char *sinks[] = { "null", NULL };
	const struct weir_plan *plan = NULL;
	struct weir_pipeline_settings wrong_memory = { .memory = "hsot" };
	struct weir_pipeline_settings wrong_loop = { .loop = "urnig" };
	struct weir_pipeline_settings too_many = { .buffers = WEIR_MAX_BUFFERS + 1 };
	struct weir_pipeline *pipeline;

	(void)state;
	pipeline = build(&wrong_memory, "pattern:bars", NULL, sinks);
	assert_int_equal(weir_pipeline_plan(pipeline, &plan), -EINVAL);
	assert_int_equal(weir_pipeline_run(pipeline), -EINVAL);
	weir_pipeline_destroy(&pipeline);
	pipeline = build(&wrong_loop, "pattern:bars", NULL, sinks);
	assert_int_equal(weir_pipeline_plan(pipeline, &plan), -EINVAL);
	weir_pipeline_destroy(&pipeline);
	too_many.log = &silent;
	assert_int_equal(weir_pipeline_create(&too_many, &pipeline), -EINVAL);
	assert_null(pipeline);
	assert_int_equal(weir_pipeline_create(NULL, &pipeline), 0);
	assert_int_equal(weir_pipeline_plan(pipeline, &plan), -EINVAL); /* no source */
	assert_null(plan);
	weir_pipeline_destroy(&pipeline);
}

static void test_copy_policy(void **state)
{
	struct weir_pipeline_settings settings = { .require_zero_copy = true, .max_frames = 3 };
	const char *clean[] = { "null", "verify", NULL }, *copying[] = { "-", NULL };
	const struct weir_plan *plan = NULL;
	struct weir_pipeline *pipeline;

	(void)state;
	pipeline = build(&settings, "pattern:bars?size=64x48&fps=0", NULL, clean);
	assert_int_equal(weir_pipeline_run(pipeline), 0);
	weir_pipeline_destroy(&pipeline);

	pipeline = build(&settings, "pattern:bars?size=64x48&fps=0", NULL, copying);
	assert_int_equal(weir_pipeline_plan(pipeline, &plan), -EPERM);
	assert_int_equal(plan->bytes_copied, 64 * 48 * 2);
	assert_int_equal(weir_pipeline_run(pipeline), -EPERM);
	weir_pipeline_destroy(&pipeline);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_stage_drops_are_the_stages),
		cmocka_unit_test(test_failing_stage_ends_the_run),
		cmocka_unit_test(test_both_halves_are_verified),
		cmocka_unit_test(test_bad_crops_are_refused),
		cmocka_unit_test(test_stop_from_anywhere),
		cmocka_unit_test(test_pipelines_side_by_side),
		cmocka_unit_test(test_plan_is_a_value_with_reasons),
		cmocka_unit_test(test_wrong_names_are_refused),
		cmocka_unit_test(test_copy_policy),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
