/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Stages with an engine of their own, as devices have: they hold several frames, give several at
 * once, and may have to be planned anew in the middle of a run. */
#include "core/stage.h"
#include "tests/contract/pipeline_fixture.h"

#define MOST 8

/* Gives each frame on when so many have come after it. */
struct belt {
	unsigned delay;
	uint64_t change_at;  /* from that frame on it gives the upper half only; 0: never */
	bool refuses_change; /* there is no plan for that */

	size_t line_bytes;
	uint32_t lines;
	bool half;

	struct weir_stage_host host;
	struct weir_task task;
	struct weir_frame *frame[MOST];
	unsigned n, starts, forgotten;
	bool draining, parted, kept;
};

static int configure(void *state, struct weir_video *video, const struct weir_log *log)
{
	struct belt *belt = state;

	(void)log;
	if (belt->half && belt->refuses_change)
		return -ENOTSUP;
	if (belt->half)
		video->height /= 2;
	video->stride = 0;
	belt->lines = video->height;
	belt->line_bytes = weir_format_line_bytes(video->format, 0, video->width);
	return 0;
}

static void copy(const struct belt *belt, struct weir_frame *in, struct weir_frame *out)
{
	struct weir_pixels from, to;

	assert_int_equal(weir_frame_begin_cpu(in, WEIR_CPU_READ, &from), 0);
	assert_int_equal(weir_frame_begin_cpu(out, WEIR_CPU_WRITE, &to), 0);
	for (uint32_t y = 0; y < belt->lines; y++)
		memcpy(to.data[0] + (size_t)y * to.stride[0],
			from.data[0] + (size_t)y * from.stride[0], belt->line_bytes);
	assert_int_equal(weir_frame_end_cpu(out), 0);
	assert_int_equal(weir_frame_end_cpu(in), 0);
	out->info.sequence = in->info.sequence;
	out->info.timestamp_ns = in->info.timestamp_ns;
}

static bool must_change(const struct belt *belt)
{
	return belt->change_at && !belt->half && belt->frame[0]->info.sequence == belt->change_at;
}

static void part(struct belt *belt)
{
	belt->half = belt->parted = true;
	belt->host.keeps(belt->host.data, (int)belt->n);
	belt->host.changed(belt->host.data);
}

/* False: there is no slot. */
static bool give_one(struct belt *belt)
{
	struct weir_slot *slot = weir_slab_take(belt->host.slab);
	struct weir_frame *in = belt->frame[0], *out;

	if (!slot) {
		weir_slab_want(belt->host.slab);
		return false;
	}
	belt->n--;
	memmove(belt->frame, belt->frame + 1, belt->n * sizeof(belt->frame[0]));
	out = weir_slot_issue(slot);
	copy(belt, in, out);
	weir_frame_unref(&in);
	belt->host.deliver(belt->host.data, out);
	belt->host.ready(belt->host.data);
	return true;
}

static void go_on(struct belt *belt)
{
	while (!belt->parted && belt->n > (belt->draining ? 0 : belt->delay) &&
		belt->host.wanted(belt->host.data)) {
		if (must_change(belt))
			part(belt);
		else if (!give_one(belt))
			return;
	}
}

/* In bursts. */
static void work(struct weir_task *task)
{
	go_on(task->data);
}

static int start(struct weir_stage *stage, const struct weir_stage_host *host)
{
	struct belt *belt = stage->state;

	belt->host = *host;
	belt->task = (struct weir_task){ .run = work, .data = belt };
	belt->draining = belt->parted = false;
	belt->starts++;
	if (belt->kept)
		host->keeps(host->data, -(int)belt->n);
	belt->kept = false;
	return 0;
}

static bool has_room(struct weir_stage *stage)
{
	const struct belt *belt = stage->state;

	return belt->n < (belt->parted ? MOST : belt->delay + 3);
}

static void take(struct weir_stage *stage, struct weir_frame *frame)
{
	struct belt *belt = stage->state;

	belt->frame[belt->n++] = frame;
	if (belt->parted)
		belt->host.keeps(belt->host.data, 1);
	if (belt->n >= belt->delay + 3)
		weir_loop_queue(belt->host.loop, &belt->task);
	else
		belt->host.ready(belt->host.data);
}

static void resume(struct weir_stage *stage)
{
	struct belt *belt = stage->state;

	if (belt->n >= belt->delay + 3)
		go_on(belt);
}

static void drain(struct weir_stage *stage)
{
	struct belt *belt = stage->state;

	belt->draining = true;
	go_on(belt);
}

static void drop_all(struct belt *belt)
{
	while (belt->n)
		weir_frame_unref(&belt->frame[--belt->n]);
	belt->kept = false;
}

static void stop(struct weir_stage *stage)
{
	struct belt *belt = stage->state;

	weir_loop_unqueue(belt->host.loop, &belt->task);
	belt->kept = belt->parted;
	if (!belt->kept)
		drop_all(belt);
}

static void forget(struct weir_stage *stage)
{
	struct belt *belt = stage->state;

	belt->forgotten += belt->kept ? belt->n : 0;
	drop_all(belt);
}

static void needs(const struct weir_stage *stage, struct weir_stage_needs *out)
{
	const struct belt *belt = stage->state;

	out->own = 3;
	out->takes = belt->delay + 3;
}

static const struct weir_stage_engine belt_engine = {
	.start = start,
	.has_room = has_room,
	.take = take,
	.resume = resume,
	.drain = drain,
	.stop = stop,
	.forget = forget,
	.needs = needs,
};

static const struct weir_stage_impl belt_impl = {
	.name = "belt",
	.summary = "gives frames on later",
	.access = WEIR_STAGE_CONVERT,
	.configure = configure,
	.engine = &belt_engine,
};

static struct weir_pipeline *build_belts(
	struct weir_pipeline_settings *settings, struct belt *belts, unsigned n)
{
	static const char *const to_verify[] = { "verify", NULL };
	struct weir_pipeline *pipeline =
		build(settings, "pattern:counter?size=64x48&fps=0&format=YUYV", NULL, to_verify);

	for (unsigned i = 0; i < n; i++) {
		struct weir_stage *stage = NULL;

		assert_int_equal(weir_stage_create(&belt_impl, &belts[i], &stage), 0);
		assert_int_equal(weir_pipeline_add_stage(pipeline, &stage), 0);
	}
	return pipeline;
}

static struct weir_ledger run(struct weir_pipeline *pipeline, int expected)
{
	struct weir_ledger ledger;

	assert_int_equal(weir_pipeline_run(pipeline), expected);
	weir_pipeline_ledger(pipeline, &ledger);
	assert_reconciled(&ledger);
	return ledger;
}

static void bursts_lose_nothing(void **state)
{
	struct weir_pipeline_settings settings = { .max_frames = 200 };
	struct belt belts[3] = { { .delay = 2 }, { .delay = 0 }, { .delay = 4 } };
	struct weir_pipeline *pipeline = build_belts(&settings, belts, 3);
	struct weir_ledger ledger;

	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		ledger = run(pipeline, 0);
		assert_int_equal(ledger.sinks[0].delivered, 200);
		assert_non_null(strstr(ledger.sinks[0].verdict, "200 frames, in order, 0 lost"));
	}
	weir_pipeline_destroy(&pipeline);
}

static void the_picture_changes_in_the_middle(void **state)
{
	struct weir_pipeline_settings settings = { .max_frames = 100 };
	struct belt belts[2] = { { .delay = 1, .change_at = 50 }, { .delay = 2 } };
	struct weir_pipeline *pipeline = build_belts(&settings, belts, 2);
	struct weir_ledger ledger = run(pipeline, 0);

	(void)state;
	assert_int_equal(belts[0].starts, 2);
	assert_int_equal(belts[1].starts, 2);
	assert_int_equal(ledger.captured, 100);
	assert_int_equal(ledger.sinks[0].delivered, 100);
	assert_non_null(strstr(ledger.sinks[0].verdict, "100 frames, in order, 0 lost"));
	assert_int_equal(ledger.sinks[0].bytes, 50 * 64 * 48 * 2 + 50 * 64 * 24 * 2);
	weir_pipeline_destroy(&pipeline);
}

static void it_changes_at_the_very_end(void **state)
{
	struct weir_pipeline_settings settings = { .max_frames = 100 };
	struct belt belt = { .delay = 1, .change_at = 99 };
	struct weir_pipeline *pipeline = build_belts(&settings, &belt, 1);
	struct weir_ledger ledger = run(pipeline, 0);

	(void)state;
	assert_int_equal(ledger.sinks[0].delivered, 99);
	assert_int_equal(ledger.sinks[0].drops[WEIR_DROP_STOPPED], 1);
	assert_int_equal(belt.forgotten, 1);
	weir_pipeline_destroy(&pipeline);
}

static void there_is_no_plan_for_the_change(void **state)
{
	struct weir_pipeline_settings settings = { .max_frames = 100 };
	struct belt belt = { .delay = 1, .change_at = 50, .refuses_change = true };
	struct weir_pipeline *pipeline = build_belts(&settings, &belt, 1);
	struct weir_ledger ledger = run(pipeline, -ENOTSUP);

	(void)state;
	assert_int_equal(ledger.sinks[0].delivered, 50);
	assert_true(belt.forgotten > 0);
	assert_int_equal(ledger.sinks[0].drops[WEIR_DROP_STOPPED], belt.forgotten);
	assert_int_equal(ledger.captured, 50 + belt.forgotten);
	weir_pipeline_destroy(&pipeline);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bursts_lose_nothing),
		cmocka_unit_test(the_picture_changes_in_the_middle),
		cmocka_unit_test(it_changes_at_the_very_end),
		cmocka_unit_test(there_is_no_plan_for_the_change),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
