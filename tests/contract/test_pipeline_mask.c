/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Masks that one sink alone has: it never sees what is masked, the others see every bit, and who
 * pays for that is planned, said and counted. */

#include <fcntl.h>

#include "tests/contract/pipeline_fixture.h"

#define WIDTH  64
#define HEIGHT 48
#define BYTES  (WIDTH * HEIGHT * 2)
#define SOURCE "pattern:bars?size=64x48&format=YUYV&fps="
#define MASK   "16x12+24+20"

/* ---- what sinks see ---- */

struct sums {
	uint64_t all, outside; /* of the masked part */
};

struct viewer {
	unsigned seen;
	unsigned lit;         /* frames with a pixel in the masked part that is not black */
	struct sums sums[64]; /* of each frame, by its number */
};

static bool is_inside(uint32_t x, uint32_t y)
{
	return x >= 24 && x < 40 && y >= 20 && y < 32;
}

static bool is_black(const uint8_t *yuyv)
{
	return yuyv[0] == 16 && yuyv[1] == 128;
}

static struct sums look(const uint8_t *picture, size_t stride, unsigned *lit)
{
	struct sums sums = { 0 };
	bool any = false;

	for (uint32_t y = 0; y < HEIGHT; y++)
		for (uint32_t x = 0; x < WIDTH; x++) {
			const uint8_t *pixel = picture + y * stride + x * 2;

			sums.all = (sums.all * 31 + pixel[0]) * 31 + pixel[1];
			if (!is_inside(x, y))
				sums.outside = (sums.outside * 31 + pixel[0]) * 31 + pixel[1];
			any |= is_inside(x, y) && !is_black(pixel);
		}
	*lit += any;
	return sums;
}

static int view(void *data, struct weir_frame *frame)
{
	struct viewer *viewer = data;
	struct weir_pixels pixels;
	uint64_t sequence = weir_frame_info(frame)->sequence;

	assert_int_equal(weir_frame_begin_cpu(frame, WEIR_CPU_READ, &pixels), 0);
	assert_true(sequence < 64);
	viewer->sums[sequence] = look(pixels.data[0], pixels.stride[0], &viewer->lit);
	viewer->seen++;
	return weir_frame_end_cpu(frame);
}

static void assert_masked(const struct viewer *viewer, const struct viewer *truth, uint64_t frames)
{
	assert_int_equal(viewer->seen, frames);
	assert_int_equal(viewer->lit, 0);
	for (uint64_t i = 0; i < frames; i++)
		assert_int_equal(viewer->sums[i].outside, truth->sums[i].outside);
}

static void assert_whole(const struct viewer *viewer, const struct viewer *truth, uint64_t frames)
{
	assert_int_equal(viewer->seen, frames);
	for (uint64_t i = 0; i < frames; i++)
		assert_int_equal(viewer->sums[i].all, truth->sums[i].all);
}

static void add_viewer(struct weir_pipeline *pipeline, struct viewer *viewer, const char *masks)
{
	struct weir_sink_settings settings = { .log = &silent, .masks = masks };
	struct weir_sink *sink = NULL;

	assert_int_equal(weir_sink_open_callback(view, viewer, &settings, &sink), 0);
	assert_int_equal(weir_pipeline_add_sink(pipeline, &sink), 0);
}

static struct weir_ledger run(struct weir_pipeline *pipeline, int expected)
{
	struct weir_ledger ledger;

	assert_int_equal(weir_pipeline_run(pipeline), expected);
	weir_pipeline_ledger(pipeline, &ledger);
	assert_reconciled(&ledger);
	return ledger;
}

/* The frames as the source makes them. */
static void learn(struct viewer *truth, uint64_t frames)
{
	struct weir_pipeline_settings settings = { .max_frames = frames };
	struct weir_pipeline *pipeline = build(&settings, SOURCE "0", NULL, NULL);

	add_viewer(pipeline, truth, NULL);
	run(pipeline, 0);
	weir_pipeline_destroy(&pipeline);
	assert_int_equal(truth->seen, frames);
	assert_int_equal(truth->lit, frames);
}

/* ---- a sink that gathers: standard output ---- */

static int saved = -1;

static int redirect_to_file(void)
{
	char path[] = "/tmp/weir-mask-XXXXXX";
	int file = mkstemp(path);

	assert_true(file >= 0);
	unlink(path);
	fflush(stdout);
	saved = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
	dup2(file, STDOUT_FILENO);
	return file;
}

static void restore_stdout(void)
{
	dup2(saved, STDOUT_FILENO);
	close(saved);
}

static void check_file(int file, uint64_t frames, const struct viewer *truth)
{
	uint8_t picture[BYTES];
	struct viewer written = { 0 };

	for (uint64_t i = 0; i < frames; i++) {
		assert_int_equal(pread(file, picture, BYTES, (off_t)(i * BYTES)), BYTES);
		written.sums[i] = look(picture, WIDTH * 2, &written.lit);
		written.seen++;
	}
	assert_int_equal(lseek(file, 0, SEEK_END), (off_t)(frames * BYTES));
	assert_masked(&written, truth, frames);
	close(file);
}

/* The word of the issue: the other sinks' frames are bit-identical to the source's, and no
 * frame-sized copy is in the ledger. */
static void test_one_sink_is_masked_and_the_other_sees_all(void **state)
{
	static const char *const sinks[] = { "-?mask=" MASK, "verify", NULL };
	struct weir_pipeline_settings settings = { .max_frames = 50 };
	struct viewer truth = { 0 }, other = { 0 };
	struct weir_pipeline *pipeline;
	const struct weir_plan *plan;
	struct weir_ledger ledger;
	int file, result;

	(void)state;
	learn(&truth, 50);
	file = redirect_to_file();
	pipeline = build(&settings, SOURCE "0", NULL, sinks);
	add_viewer(pipeline, &other, NULL);
	result = weir_pipeline_run(pipeline);
	restore_stdout();
	assert_int_equal(result, 0);
	weir_pipeline_ledger(pipeline, &ledger);
	assert_reconciled(&ledger);
	assert_int_equal(ledger.user_copied_bytes, 0);
	assert_int_equal(ledger.kernel_copied_bytes, 50 * BYTES); /* what any pipe costs */
	assert_non_null(strstr(ledger.sinks[1].verdict, "50 frames"));
	assert_whole(&other, &truth, 50);
	check_file(file, 50, &truth);
	assert_int_equal(weir_pipeline_plan(pipeline, &plan), 0);
	assert_int_equal(plan->private_slots, 0);
	assert_int_equal(plan->bytes_copied, BYTES);
	assert_non_null(strstr(plan->hops[1].reason, "its masks cost no copy"));
	weir_pipeline_destroy(&pipeline);
}

/* ---- a sink that does not, alone ---- */

static void test_the_only_sink_is_masked_in_place(void **state)
{
	struct weir_pipeline_settings settings = { .max_frames = 20, .require_zero_copy = true };
	struct weir_pipeline *pipeline = build(&settings, SOURCE "0", NULL, NULL);
	struct viewer truth = { 0 }, viewer = { 0 };
	const struct weir_plan *plan;
	struct weir_ledger ledger;

	(void)state;
	learn(&truth, 20);
	add_viewer(pipeline, &viewer, MASK);
	assert_int_equal(weir_pipeline_plan(pipeline, &plan), 0);
	assert_string_equal(plan->hops[1].reason, "is shown to the program; masked in place");
	assert_int_equal(plan->bytes_copied + plan->private_slots, 0);
	ledger = run(pipeline, 0);
	assert_masked(&viewer, &truth, 20);
	assert_int_equal(ledger.user_copied_bytes, 0);
	weir_pipeline_destroy(&pipeline);
}

struct keeper {
	struct weir_frame *frame;
	struct viewer seen;
};

static int keep(void *state, struct weir_stage *stage, struct weir_frame **frame)
{
	struct keeper *keeper = state;

	(void)stage;
	if (keeper->frame)
		view(&keeper->seen, keeper->frame);
	weir_frame_unref(&keeper->frame);
	keeper->frame = weir_frame_ref(*frame);
	return 0;
}

static void let_go(void *state)
{
	struct keeper *keeper = state;

	weir_frame_unref(&keeper->frame);
}

static const struct weir_stage_impl keeper_impl = {
	.name = "keeper",
	.summary = "keeps the last frame",
	.access = WEIR_STAGE_READ,
	.process = keep,
	.close = let_go,
};

/* Even then, what a stage keeps is as it was. */
static void test_what_a_stage_keeps_is_not_masked(void **state)
{
	struct weir_pipeline_settings settings = { .max_frames = 20, .buffers = 5 };
	struct weir_pipeline *pipeline = build(&settings, SOURCE "0", NULL, NULL);
	struct viewer truth = { 0 }, viewer = { 0 };
	struct keeper keeper = { 0 };
	struct weir_stage *stage = NULL;
	const struct weir_plan *plan;
	struct weir_ledger ledger;

	(void)state;
	learn(&truth, 20);
	assert_int_equal(weir_stage_create(&keeper_impl, &keeper, &stage), 0);
	assert_int_equal(weir_pipeline_add_stage(pipeline, &stage), 0);
	add_viewer(pipeline, &viewer, MASK);
	assert_int_equal(weir_pipeline_plan(pipeline, &plan), 0);
	assert_true(plan->hops[2].may_copy);
	assert_non_null(strstr(plan->hops[2].reason, "keeps is copied first"));
	ledger = run(pipeline, 0);
	assert_masked(&viewer, &truth, 20);
	assert_whole(&keeper.seen, &truth, 19); /* it looks when the next one comes */
	assert_int_equal(ledger.user_copied_bytes, 20 * BYTES);
	assert_int_equal(ledger.sinks[0].user_copied_bytes, 20 * BYTES);
	weir_pipeline_destroy(&pipeline);
}

/* ---- a sink that does not, among others ---- */

static void test_a_sink_among_others_gets_copies(void **state)
{
	static const char *const sinks[] = { "verify", NULL };
	struct weir_pipeline_settings settings = { .max_frames = 50 };
	struct viewer truth = { 0 }, masked = { 0 }, other = { 0 };
	struct weir_pipeline *pipeline = build(&settings, SOURCE "0", NULL, sinks);
	const struct weir_plan *plan;
	struct weir_ledger ledger;

	(void)state;
	learn(&truth, 50);
	add_viewer(pipeline, &masked, MASK ",4x4+30+24"); /* within it */
	add_viewer(pipeline, &other, NULL);
	assert_int_equal(weir_pipeline_plan(pipeline, &plan), 0);
	assert_int_equal(plan->hops[2].memory, WEIR_MEMORY_COPY);
	assert_int_equal(plan->hops[2].bytes_copied, BYTES);
	assert_string_equal(
		plan->hops[2].reason, "masked in a copy, for other sinks see the whole picture");
	assert_int_equal(plan->private_slots, 4);
	ledger = run(pipeline, 0);
	assert_masked(&masked, &truth, 50);
	assert_whole(&other, &truth, 50);
	assert_int_equal(ledger.sinks[1].user_copied_bytes, 50 * BYTES);
	assert_int_equal(ledger.user_copied_bytes, 50 * BYTES);
	weir_pipeline_destroy(&pipeline);
}

static void test_such_copies_are_refused_where_none_may_be(void **state)
{
	static const char *const sinks[] = { "null?mask=" MASK, "verify", NULL };
	struct weir_pipeline_settings settings = { .max_frames = 5, .require_zero_copy = true };
	struct weir_pipeline *pipeline = build(&settings, SOURCE "0", NULL, sinks);
	const struct weir_plan *plan = NULL;

	(void)state;
	assert_int_equal(weir_pipeline_plan(pipeline, &plan), -EPERM);
	assert_int_equal(plan->bytes_copied, BYTES);
	assert_int_equal(weir_pipeline_run(pipeline), -EPERM);
	weir_pipeline_destroy(&pipeline);
}

/* One that holds on to what it gets: its budget counts, in copies, and not in camera buffers. */
struct holder {
	struct weir_frame *held[4];
	unsigned n;
};

static int hold(void *data, struct weir_frame *frame)
{
	struct holder *holder = data;

	assert_true(holder->n < 2);
	holder->held[holder->n++] = weir_frame_ref(frame);
	return 0;
}

static void test_a_masked_sink_that_holds_its_copies(void **state)
{
	static const char *const sinks[] = { "verify", NULL };
	struct weir_sink_settings sink_settings = { .log = &silent, .masks = MASK };
	struct weir_pipeline_settings settings = { .max_frames = 30, .buffers = 3 };
	struct weir_pipeline *pipeline =
		build(&settings, "pattern:bars?size=64x48&fps=200", NULL, sinks);
	struct weir_sink *sink = NULL;
	struct holder holder = { 0 };
	struct weir_ledger ledger;

	(void)state;
	assert_int_equal(weir_sink_open_callback(hold, &holder, &sink_settings, &sink), 0);
	assert_int_equal(weir_pipeline_add_sink(pipeline, &sink), 0);
	ledger = run(pipeline, 0);
	assert_int_equal(ledger.sinks[0].delivered, 30);
	assert_int_equal(ledger.sinks[1].pending, 2);
	assert_int_equal(ledger.sinks[1].drops[WEIR_DROP_REPLACED], 27);
	assert_int_equal(ledger.sinks[1].drops[WEIR_DROP_STOPPED], 1);
	weir_pipeline_destroy(&pipeline);
	while (holder.n)
		weir_frame_unref(&holder.held[--holder.n]);
}

/* ---- plans ---- */

static void expect_refusal(const char *source, const char *sink_uri)
{
	const char *const sinks[] = { sink_uri, "null", NULL };
	struct weir_pipeline *pipeline = build(NULL, source, NULL, sinks);
	const struct weir_plan *plan;

	assert_int_equal(weir_pipeline_plan(pipeline, &plan), -ENOTSUP);
	weir_pipeline_destroy(&pipeline);
}

static void test_masks_are_checked_against_what_comes(void **state)
{
	static const char *const crop[] = { "crop=32x24+0+0", NULL };
	static const char *const sinks[] = { "null?mask=8x8+40+0", NULL };
	struct weir_pipeline *pipeline = build(NULL, SOURCE "0", NULL, sinks);
	const struct weir_plan *plan;

	(void)state;
	assert_int_equal(weir_pipeline_plan(pipeline, &plan), 0);
	weir_pipeline_destroy(&pipeline);
	pipeline = build(NULL, SOURCE "0", crop, sinks);
	assert_int_equal(weir_pipeline_plan(pipeline, &plan), -ENOTSUP);
	weir_pipeline_destroy(&pipeline);
	expect_refusal(SOURCE "0", "null?mask=8x8+64+0");
	expect_refusal(SOURCE "0", "verify?mask=8x8+0+0,8x8+0+48");
}

static void test_copies_have_places(void **state)
{
	static const char *const sinks[] = { "null?budget=3&mask=" MASK, "null", NULL };
	struct weir_pipeline_settings settings = { .buffers = 32, .max_frames = 10 };
	struct weir_pipeline *pipeline = build(&settings, SOURCE "0", NULL, sinks);
	const struct weir_plan *plan;
	struct weir_ledger ledger;

	(void)state;
	assert_int_equal(weir_pipeline_plan(pipeline, &plan), 0);
	assert_int_equal(plan->slots, 27);
	assert_int_equal(plan->private_slots, 5);
	assert_int_equal(plan->hops[1].budget, 3);
	ledger = run(pipeline, 0);
	assert_int_equal(ledger.sinks[0].delivered, 10);
	weir_pipeline_destroy(&pipeline);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one_sink_is_masked_and_the_other_sees_all),
		cmocka_unit_test(test_the_only_sink_is_masked_in_place),
		cmocka_unit_test(test_what_a_stage_keeps_is_not_masked),
		cmocka_unit_test(test_a_sink_among_others_gets_copies),
		cmocka_unit_test(test_such_copies_are_refused_where_none_may_be),
		cmocka_unit_test(test_a_masked_sink_that_holds_its_copies),
		cmocka_unit_test(test_masks_are_checked_against_what_comes),
		cmocka_unit_test(test_copies_have_places),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
