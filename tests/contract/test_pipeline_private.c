/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Stages that write in place on frames that somebody before them keeps: what was kept never
 * changes, and each copy is planned for, counted, and refused where copies are. */
#include "tests/contract/pipeline_fixture.h"

#define WIDTH  64
#define HEIGHT 48
#define BYTES  (WIDTH * HEIGHT * 2)
#define SOURCE "pattern:counter?size=64x48&format=YUYV&fps="
#define INK    0xa5

/* ---- a stage that keeps the last few frames, with what it saw in them ---- */

struct keeper {
	unsigned depth; /* how many it keeps */
	struct weir_frame *kept[WEIR_MAX_BUFFERS];
	uint64_t sums[WEIR_MAX_BUFFERS];
	unsigned n, changed;
};

static uint64_t sum_of(struct weir_frame *frame)
{
	const struct weir_frame_info *info = weir_frame_info(frame);
	size_t line = weir_format_line_bytes(info->format, 0, info->width);
	struct weir_pixels pixels;
	uint64_t sum = 0;

	assert_int_equal(weir_frame_begin_cpu(frame, WEIR_CPU_READ, &pixels), 0);
	for (uint32_t y = 0; y < info->height; y++)
		for (size_t x = 0; x < line; x++)
			sum = sum * 31 + pixels.data[0][(size_t)y * pixels.stride[0] + x];
	assert_int_equal(weir_frame_end_cpu(frame), 0);
	return sum;
}

static void let_go(struct keeper *keeper, unsigned index)
{
	if (!keeper->kept[index])
		return;
	keeper->changed += sum_of(keeper->kept[index]) != keeper->sums[index];
	weir_frame_unref(&keeper->kept[index]);
}

static int keep(void *state, struct weir_stage *stage, struct weir_frame **frame)
{
	struct keeper *keeper = state;
	unsigned index;

	(void)stage;
	if (!keeper->depth)
		return 0;
	index = keeper->n++ % keeper->depth;
	let_go(keeper, index);
	keeper->kept[index] = weir_frame_ref(*frame);
	keeper->sums[index] = sum_of(*frame);
	return 0;
}

static void let_all_go(void *state)
{
	for (unsigned i = 0; i < WEIR_MAX_BUFFERS; i++)
		let_go(state, i);
}

static const struct weir_stage_impl keeper_impl = {
	.name = "keeper",
	.summary = "keeps the last frames",
	.access = WEIR_STAGE_READ,
	.process = keep,
	.close = let_all_go,
};

/* ---- a stage that writes every byte ---- */

static int overwrite(void *state, struct weir_stage *stage, struct weir_frame **frame)
{
	const struct weir_frame_info *info = weir_frame_info(*frame);
	size_t line = weir_format_line_bytes(info->format, 0, info->width);
	struct weir_pixels pixels;
	int err = weir_frame_begin_cpu(*frame, WEIR_CPU_WRITE, &pixels);

	(void)stage;
	if (err)
		return err;
	for (uint32_t y = 0; y < info->height; y++)
		memset(pixels.data[0] + (size_t)y * pixels.stride[0], INK, line);
	++*(unsigned *)state;
	return weir_frame_end_cpu(*frame);
}

static const struct weir_stage_impl writer_impl = {
	.name = "writer",
	.summary = "writes every byte",
	.access = WEIR_STAGE_WRITE,
	.process = overwrite,
};

static void add_stage(
	struct weir_pipeline *pipeline, const struct weir_stage_impl *impl, void *state)
{
	struct weir_stage *stage = NULL;

	assert_int_equal(weir_stage_create(impl, state, &stage), 0);
	assert_int_equal(weir_pipeline_add_stage(pipeline, &stage), 0);
}

/* ---- what sinks see ---- */

struct viewer {
	unsigned seen, clean;
	uint32_t slots; /* seen, one bit each */
	struct weir_frame *last;
};

static int view(void *data, struct weir_frame *frame)
{
	const struct weir_frame_info *info = weir_frame_info(frame);
	struct viewer *viewer = data;
	struct weir_pixels pixels;

	assert_true(info->slot < WEIR_MAX_BUFFERS);
	viewer->slots |= 1u << info->slot;
	assert_int_equal(info->sequence, viewer->seen);
	viewer->seen++;
	assert_int_equal(weir_frame_begin_cpu(frame, WEIR_CPU_READ, &pixels), 0);
	viewer->clean += pixels.data[0][0] != INK ||
			 pixels.data[0][(size_t)(info->height - 1) * pixels.stride[0] + 1] != INK;
	assert_int_equal(weir_frame_end_cpu(frame), 0);
	weir_frame_unref(&viewer->last);
	viewer->last = weir_frame_ref(frame);
	return 0;
}

static struct weir_ledger run(struct weir_pipeline *pipeline, int expected)
{
	struct weir_ledger ledger;

	assert_int_equal(weir_pipeline_run(pipeline), expected);
	weir_pipeline_ledger(pipeline, &ledger);
	assert_reconciled(&ledger);
	return ledger;
}

/* ---- the tests ---- */

static void test_what_is_kept_does_not_change(void **state)
{
	struct weir_pipeline_settings settings = { .max_frames = 200, .buffers = 6 };
	struct weir_pipeline *pipeline = build(&settings, SOURCE "0", NULL, NULL);
	struct keeper keeper = { .depth = 2 };
	struct viewer viewer = { 0 };
	struct weir_memory_report memory;
	struct weir_ledger ledger;
	unsigned written = 0;

	(void)state;
	add_stage(pipeline, &keeper_impl, &keeper);
	add_stage(pipeline, &writer_impl, &written);
	add_callback(pipeline, view, &viewer, 2, WEIR_POLICY_NEWEST);
	ledger = run(pipeline, 0);
	assert_int_equal(written, 200);
	assert_int_equal(viewer.seen, 200);
	assert_int_equal(viewer.clean, 0);
	assert_int_equal(ledger.user_copied_bytes, 200 * BYTES);
	assert_int_equal(ledger.private_bytes, 200 * BYTES);
	weir_pipeline_memory(pipeline, &memory);
	assert_int_equal(memory.slots, 6);
	assert_int_equal(memory.private_slots, 4);
	assert_int_equal(viewer.slots & 0x3f, 0); /* never the source's own */
	weir_pipeline_destroy(&pipeline);
	assert_int_equal(keeper.changed, 0);
	/* The last one outlives the pipeline, in memory of its own. */
	assert_int_not_equal(sum_of(viewer.last), 0);
	weir_frame_unref(&viewer.last);
}

/* The copy shows the part that the frame showed, and moves the bytes of that part alone. */
static void test_a_part_of_the_picture(void **state)
{
	static const char *const crop[] = { "crop=32x16+16+8", NULL };
	struct weir_pipeline_settings settings = { .max_frames = 20, .buffers = 6 };
	struct weir_pipeline *pipeline = build(&settings, SOURCE "0", crop, NULL);
	struct keeper keeper = { .depth = 1 };
	struct viewer viewer = { 0 };
	struct weir_stage *stage = NULL;
	struct weir_ledger ledger;
	unsigned written = 0;

	(void)state;
	add_stage(pipeline, &keeper_impl, &keeper);
	add_stage(pipeline, &writer_impl, &written);
	assert_int_equal(weir_stage_open("crop=16x8+0+0", &silent, &stage), 0);
	assert_int_equal(weir_pipeline_add_stage(pipeline, &stage), 0);
	add_callback(pipeline, view, &viewer, 2, WEIR_POLICY_NEWEST);
	ledger = run(pipeline, 0);
	assert_int_equal(viewer.seen, 20);
	assert_int_equal(viewer.clean, 0);
	assert_int_equal(ledger.private_bytes, 20 * 32 * 16 * 2);
	assert_int_equal(weir_frame_info(viewer.last)->width, 16);
	weir_frame_unref(&viewer.last);
	weir_pipeline_destroy(&pipeline);
	assert_int_equal(keeper.changed, 0);
}

/* Between two that write, one that keeps: what the first wrote stays as it was, too. */
static void test_two_that_write(void **state)
{
	struct weir_pipeline_settings settings = { .max_frames = 50, .buffers = 8 };
	struct weir_pipeline *pipeline = build(&settings, SOURCE "0", NULL, NULL);
	struct keeper keepers[2] = { { .depth = 1 }, { .depth = 1 } };
	struct viewer viewer = { 0 };
	struct weir_ledger ledger;
	unsigned written = 0;

	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		add_stage(pipeline, &keeper_impl, &keepers[i]);
		add_stage(pipeline, &writer_impl, &written);
	}
	add_callback(pipeline, view, &viewer, 2, WEIR_POLICY_NEWEST);
	ledger = run(pipeline, 0);
	assert_int_equal(written, 100);
	assert_int_equal(ledger.private_bytes, 100 * BYTES);
	weir_frame_unref(&viewer.last);
	weir_pipeline_destroy(&pipeline);
	assert_int_equal(keepers[0].changed + keepers[1].changed, 0);
}

static void test_no_copy_while_nobody_keeps(void **state)
{
	struct weir_pipeline_settings settings = { .max_frames = 20, .require_zero_copy = true };
	struct weir_pipeline *pipeline = build(&settings, SOURCE "0", NULL, NULL);
	struct keeper keeper = { .depth = 0 };
	struct viewer viewer = { 0 };
	unsigned written = 0;

	(void)state;
	add_stage(pipeline, &keeper_impl, &keeper);
	add_stage(pipeline, &writer_impl, &written);
	add_callback(pipeline, view, &viewer, 2, WEIR_POLICY_NEWEST);
	assert_int_equal(run(pipeline, 0).user_copied_bytes, 0);
	assert_int_equal(written, 20);
	weir_frame_unref(&viewer.last);
	weir_pipeline_destroy(&pipeline);
}

static void test_the_first_copy_is_refused(void **state)
{
	struct weir_pipeline_settings settings = { .max_frames = 20, .require_zero_copy = true };
	struct weir_pipeline *pipeline = build(&settings, SOURCE "0", NULL, NULL);
	struct keeper keeper = { .depth = 1 };
	struct weir_ledger ledger;
	const struct weir_plan *plan;
	unsigned written = 0;

	(void)state;
	add_stage(pipeline, &keeper_impl, &keeper);
	add_stage(pipeline, &writer_impl, &written);
	add_callback(pipeline, view, &(struct viewer){ 0 }, 2, WEIR_POLICY_NEWEST);
	assert_int_equal(weir_pipeline_plan(pipeline, &plan), 0);
	assert_int_equal(plan->private_slots, 0);
	ledger = run(pipeline, -EPERM);
	assert_int_equal(ledger.captured, 1);
	assert_int_equal(ledger.user_copied_bytes, 0);
	assert_int_equal(written, 0);
	weir_pipeline_destroy(&pipeline);
}

static const struct weir_plan_hop *plan_writer(
	struct weir_pipeline *pipeline, size_t hop, unsigned private_slots)
{
	const struct weir_plan *plan;

	assert_int_equal(weir_pipeline_plan(pipeline, &plan), 0);
	assert_int_equal(plan->private_slots, private_slots);
	assert_int_equal(plan->bytes_copied, 0);
	assert_int_equal(plan->hops[hop].memory, WEIR_MEMORY_SAME);
	return &plan->hops[hop];
}

static void test_the_plan_tells(void **state)
{
	static const char *const to_null[] = { "null?budget=3", NULL };
	struct weir_pipeline *pipeline = build(NULL, SOURCE "0", NULL, to_null);
	const struct weir_plan_hop *hop;
	struct keeper keeper = { 0 };
	unsigned written = 0;

	(void)state;
	add_stage(pipeline, &writer_impl, &written);
	hop = plan_writer(pipeline, 1, 0);
	assert_string_equal(hop->reason, "writes in place, before anybody else sees the frame");
	assert_false(hop->may_copy);
	add_stage(pipeline, &keeper_impl, &keeper);
	plan_writer(pipeline, 1, 0);
	add_stage(pipeline, &writer_impl, &written);
	hop = plan_writer(pipeline, 3, 5);
	assert_string_equal(
		hop->reason, "writes in place; a frame that a stage before keeps is copied first");
	assert_true(hop->may_copy);
	weir_pipeline_destroy(&pipeline);
}

/* The source's buffers leave no place: whoever keeps frames has them to himself. */
static void test_no_place_is_left(void **state)
{
	static const char *const to_null[] = { "null", NULL };
	struct weir_pipeline_settings settings = { .max_frames = 10, .buffers = 32 };
	struct weir_pipeline *pipeline = build(&settings, SOURCE "0", NULL, to_null);
	struct keeper keeper = { .depth = 1 };
	struct weir_ledger ledger;
	unsigned written = 0;

	(void)state;
	add_stage(pipeline, &keeper_impl, &keeper);
	add_stage(pipeline, &writer_impl, &written);
	assert_non_null(strstr(plan_writer(pipeline, 2, 0)->reason, "is dropped: all 32 places"));
	ledger = run(pipeline, 0);
	assert_int_equal(ledger.sinks[0].drops[WEIR_DROP_STAGE], 10);
	assert_int_equal(ledger.user_copied_bytes, 0);
	weir_pipeline_destroy(&pipeline);
	assert_int_equal(keeper.changed, 0);
}

/* A keeper behind the writer has the private slots until there are none, and frames are dropped for
 * the stage that would write. */
static void test_no_private_slot_is_free(void **state)
{
	static const char *const to_null[] = { "null?budget=1", NULL };
	struct weir_pipeline_settings settings = { .max_frames = 20, .buffers = 24 };
	struct weir_pipeline *pipeline = build(&settings, SOURCE "0", NULL, to_null);
	struct keeper before = { .depth = 1 }, behind = { .depth = 32 };
	struct weir_ledger ledger;
	unsigned written = 0;

	(void)state;
	add_stage(pipeline, &keeper_impl, &before);
	add_stage(pipeline, &writer_impl, &written);
	add_stage(pipeline, &keeper_impl, &behind);
	ledger = run(pipeline, 0);
	assert_int_equal(ledger.sinks[0].delivered, 3); /* one to fill, two for a budget of one */
	assert_int_equal(ledger.sinks[0].drops[WEIR_DROP_STAGE], 17);
	assert_int_equal(ledger.private_bytes, 3 * BYTES);
	weir_pipeline_destroy(&pipeline);
	assert_int_equal(before.changed + behind.changed, 0);
}

/* ---- what is kept is let go on another thread, at any moment ---- */

struct passer {
	pthread_mutex_t lock;
	pthread_t thread;
	struct weir_frame *kept;
	bool over;
};

static int pass_to_thread(void *state, struct weir_stage *stage, struct weir_frame **frame)
{
	struct passer *passer = state;

	(void)stage;
	pthread_mutex_lock(&passer->lock);
	if (!passer->kept)
		passer->kept = weir_frame_ref(*frame);
	pthread_mutex_unlock(&passer->lock);
	return 0;
}

static void *drop_them(void *data)
{
	struct passer *passer = data;
	bool over = false;

	while (!over) {
		struct weir_frame *frame;

		pthread_mutex_lock(&passer->lock);
		frame = passer->kept;
		passer->kept = NULL;
		over = passer->over;
		pthread_mutex_unlock(&passer->lock);
		if (frame)
			sum_of(frame);
		weir_frame_unref(&frame);
	}
	return NULL;
}

static const struct weir_stage_impl passer_impl = {
	.name = "passer",
	.summary = "shows frames to another thread",
	.access = WEIR_STAGE_PASS,
	.process = pass_to_thread,
};

static void test_a_thread_reads_while_a_stage_writes(void **state)
{
	struct weir_pipeline_settings settings = { .max_frames = 2000, .buffers = 6 };
	struct weir_pipeline *pipeline = build(&settings, SOURCE "0", NULL, NULL);
	struct passer passer = { .lock = PTHREAD_MUTEX_INITIALIZER };
	struct viewer viewer = { 0 };
	struct weir_ledger ledger;
	unsigned written = 0;

	(void)state;
	add_stage(pipeline, &passer_impl, &passer);
	add_stage(pipeline, &writer_impl, &written);
	add_callback(pipeline, view, &viewer, 2, WEIR_POLICY_NEWEST);
	assert_int_equal(pthread_create(&passer.thread, NULL, drop_them, &passer), 0);
	ledger = run(pipeline, 0);
	pthread_mutex_lock(&passer.lock);
	passer.over = true;
	pthread_mutex_unlock(&passer.lock);
	pthread_join(passer.thread, NULL);
	assert_int_equal(viewer.seen, 2000);
	assert_int_equal(viewer.clean, 0);
	assert_int_equal(ledger.private_bytes % BYTES, 0);
	weir_frame_unref(&viewer.last);
	weir_pipeline_destroy(&pipeline);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_is_kept_does_not_change),
		cmocka_unit_test(test_a_part_of_the_picture),
		cmocka_unit_test(test_two_that_write),
		cmocka_unit_test(test_no_copy_while_nobody_keeps),
		cmocka_unit_test(test_the_first_copy_is_refused),
		cmocka_unit_test(test_the_plan_tells),
		cmocka_unit_test(test_no_place_is_left),
		cmocka_unit_test(test_no_private_slot_is_free),
		cmocka_unit_test(test_a_thread_reads_while_a_stage_writes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
