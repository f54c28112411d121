/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* The library's stages in a pipeline, through the public API alone: what they do to frames, to the
 * books, to the plan and to the stamps that verify reads, and what they tell the program. */

#include "pipeline_fixture.h"

static const char *const formats[] = { "YUYV", "UYVY", "NV12", "XR24", "RGB565", "GREY" };

#define N_FORMATS (sizeof(formats) / sizeof(formats[0]))

static const char *bars(unsigned format, const char *size, char uri[96])
{
	snprintf(uri, 96, "pattern:bars?size=%s&fps=0&format=%s", size, formats[format]);
	return uri;
}

/* ---- measures ---- */

struct measures {
	unsigned n, frames, wrong;
	uint64_t last_sequence;
	double least, most;
};

static void note_measure(void *data, const struct weir_event *event)
{
	struct measures *measures = data;

	if (event->type == WEIR_EVENT_FRAME)
		measures->frames++;
	if (event->type != WEIR_EVENT_MEASURED)
		return;
	/* Of the frame that was captured last. */
	if (event->stage != 1 || strcmp(event->stage_name, "motion") != 0 ||
		event->info->sequence + 1 != measures->frames)
		measures->wrong++;
	measures->last_sequence = event->info->sequence;
	if (!measures->n++ || event->value < measures->least)
		measures->least = event->value;
	if (event->value > measures->most)
		measures->most = event->value;
}

static struct measures measure(const char *uri, const char *motion)
{
	const char *stages[] = { "pass", motion, NULL }, *sinks[] = { "verify", NULL };
	struct measures measures = { 0 };
	struct weir_pipeline_settings settings = { .max_frames = 50,
		.frame_events = true,
		.on_event = note_measure,
		.event_data = &measures };
	struct weir_pipeline *pipeline = build(&settings, uri, stages, sinks);

	assert_int_equal(weir_pipeline_run(pipeline), 0);
	weir_pipeline_destroy(&pipeline);
	assert_int_equal(measures.frames, 50);
	assert_int_equal(measures.wrong, 0);
	return measures;
}

static void test_motion_is_told(void **state)
{
	struct measures noise = measure("pattern:noise?size=320x240&fps=0", "motion");
	struct measures black = measure("pattern:black?size=320x240&fps=0", "motion");
	struct measures still = measure("pattern:black?size=320x240&fps=0", "motion=0.1");
	struct measures loud = measure("pattern:noise?size=320x240&fps=0", "motion=0.01");

	(void)state;
	assert_int_equal(noise.n, 49);
	assert_int_equal(noise.last_sequence, 49);
	assert_true(noise.least > 0.01 && noise.most < 1);
	assert_int_equal(black.n, 49);
	assert_true(black.most < 0.1);
	assert_int_equal(still.n, 0);
	assert_int_equal(loud.n, 49);
}

static int measure_sequence(void *state, struct weir_stage *stage, struct weir_frame **frame)
{
	(void)state;
	weir_stage_report(stage, *frame, (double)weir_frame_info(*frame)->sequence);
	return 0;
}

static void note_values(void *data, const struct weir_event *event)
{
	double *sum = data;

	if (event->type != WEIR_EVENT_MEASURED)
		return;
	assert_int_equal(event->stage, 0);
	assert_string_equal(event->stage_name, "mine");
	*sum += event->value;
}

static void test_own_stages_tell(void **state)
{
	static const struct weir_stage_impl impl = {
		.name = "mine", .access = WEIR_STAGE_PASS, .process = measure_sequence
	};
	double sum = 0;
	struct weir_pipeline_settings settings = {
		.max_frames = 5, .on_event = note_values, .event_data = &sum
	};
	const char *sinks[] = { "null", NULL };
	struct weir_pipeline *pipeline =
		build(&settings, "pattern:bars?size=64x48&fps=0", NULL, sinks);
	struct weir_stage *stage = NULL;

	(void)state;
	assert_int_equal(weir_stage_create(&impl, NULL, &stage), 0);
	assert_int_equal(weir_pipeline_add_stage(pipeline, &stage), 0);
	assert_int_equal(weir_pipeline_run(pipeline), 0);
	assert_true(sum == 0 + 1 + 2 + 3 + 4);
	weir_pipeline_destroy(&pipeline);
}

/* ---- rate ---- */

static void test_rate_drops_are_counted(void **state)
{
	struct weir_pipeline_settings settings = { .max_frames = 100 };
	const char *stages[] = { "rate=100", NULL }, *sinks[] = { "verify", "null", NULL };
	struct weir_pipeline *pipeline =
		build(&settings, "pattern:counter?size=64x48&fps=400", stages, sinks);
	const struct weir_plan *plan;
	struct weir_ledger ledger;

	(void)state;
	assert_int_equal(weir_pipeline_plan(pipeline, &plan), 0);
	assert_int_equal(plan->hops[0].video.rate.num, 400);
	for (size_t i = 1; i < plan->n_hops; i++) {
		assert_int_equal(plan->hops[i].video.rate.num, 100);
		assert_int_equal(plan->hops[i].video.rate.den, 1);
	}
	assert_int_equal(weir_pipeline_run(pipeline), 0);
	weir_pipeline_ledger(pipeline, &ledger);
	assert_reconciled(&ledger);
	assert_int_equal(ledger.captured, 100);
	for (size_t i = 0; i < 2; i++) {
		const struct weir_sink_ledger *sink = &ledger.sinks[i];

		/* A busy machine's source leaves frames out: the more of the others pass. */
		assert_in_range(sink->delivered, 23, 90);
		assert_int_equal(sink->drops[WEIR_DROP_STAGE], sink->dropped);
		assert_int_equal(sink->delivered + sink->dropped, 100);
	}
	weir_pipeline_destroy(&pipeline);
}

/* ---- mask ---- */

struct inspection {
	uint32_t x, y, width, height; /* black, all of it, and its neighbours are not */
	unsigned frames, bytes;       /* of a pixel */
	bool is_hidden;
};

static bool all_alike(const struct inspection *wanted, const struct weir_pixels *pixels)
{
	const uint8_t *first = pixels->data[0] + (size_t)wanted->y * pixels->stride[0] +
			       (size_t)wanted->x * wanted->bytes;

	for (uint32_t y = 0; y < wanted->height; y++)
		for (uint32_t x = 0; x < wanted->width * wanted->bytes; x++)
			if (first[(size_t)y * pixels->stride[0] + x] != first[x % wanted->bytes])
				return false;
	/* The bar to the left is not black. */
	return memcmp(first, first - wanted->bytes, wanted->bytes) != 0;
}

static int inspect(void *data, struct weir_frame *frame)
{
	struct inspection *wanted = data;
	struct weir_pixels pixels;
	int err = weir_frame_begin_cpu(frame, WEIR_CPU_READ, &pixels);

	if (err)
		return err;
	wanted->frames++;
	wanted->is_hidden &= all_alike(wanted, &pixels);
	return weir_frame_end_cpu(frame);
}

/* Over bars 2 and 3, two masks after one another; in the cropped picture each lies elsewhere. */
static void check_masked(const char *uri, unsigned bytes, const char *crop, uint32_t x, uint32_t y)
{
	struct inspection wanted = { x, y, 80, 40, 0, bytes, true };
	struct weir_pipeline_settings settings = { .max_frames = 10 };
	const char *sinks[] = { "verify", NULL };
	const char *stages[] = { crop, NULL, NULL, NULL };
	char left[32], right[32];
	struct weir_pipeline *pipeline;
	struct weir_ledger ledger;

	snprintf(left, sizeof(left), "mask=41x40+%u+%u", x, y);
	snprintf(right, sizeof(right), "mask=39x40+%u+%u", x + 41, y);
	stages[1] = left;
	stages[2] = right;
	pipeline = build(&settings, uri, stages, sinks);
	add_callback(pipeline, inspect, &wanted, 1, WEIR_POLICY_OLDEST);
	/* verify finds its stamps whole: the masks are in the middle. */
	assert_int_equal(weir_pipeline_run(pipeline), 0);
	weir_pipeline_ledger(pipeline, &ledger);
	assert_reconciled(&ledger);
	assert_int_equal(ledger.user_copied_bytes + ledger.kernel_copied_bytes, 0);
	assert_int_equal(wanted.frames, 10);
	weir_pipeline_destroy(&pipeline);
	assert_true(wanted.is_hidden);
}

static void test_masks_follow_each_other(void **state)
{
	static const unsigned bytes[N_FORMATS] = { 2, 2, 1, 4, 2, 1 };
	char uri[96];

	(void)state;
	for (unsigned i = 0; i < N_FORMATS; i++) {
		check_masked(bars(i, "320x240", uri), bytes[i], "pass", 50, 60);
		check_masked(bars(i, "320x240", uri), bytes[i], "crop=320x120+0+0", 50, 60);
	}
}

static void test_masks_lie_within(void **state)
{
	const char *stages[] = { "crop=64x48+16+16", "mask=8x8+64+0", NULL };
	const char *sinks[] = { "null", NULL };
	struct weir_pipeline *pipeline =
		build(NULL, "pattern:bars?size=320x240&fps=0", stages, sinks);
	const struct weir_plan *plan;

	(void)state;
	assert_int_equal(weir_pipeline_plan(pipeline, &plan), -ENOTSUP);
	assert_int_equal(weir_pipeline_run(pipeline), -ENOTSUP);
	weir_pipeline_destroy(&pipeline);
}

/* ---- stamp ---- */

/* The text keeps away from the stamps of test pictures: verify finds them whole, in every format.
 */
static void test_stamps_leave_stamps(void **state)
{
	static const char *const sizes[] = { "144x24", "192x32", "320x240", "640x360" };
	const char *whole[] = { "stamp", "stamp=top", NULL };
	const char *sinks[] = { "verify", NULL };
	struct weir_pipeline_settings settings = { .max_frames = 10 };
	char uri[96];

	(void)state;
	for (unsigned i = 0; i < N_FORMATS; i++) {
		for (size_t s = 0; s < 4; s++) {
			struct weir_pipeline *pipeline =
				build(&settings, bars(i, sizes[s], uri), whole, sinks);

			assert_int_equal(weir_pipeline_run(pipeline), 0);
			weir_pipeline_destroy(&pipeline);
		}
	}
}

/* In a cropped half, too; and then the other way round, drawn before it is cropped. */
static void test_stamps_in_parts(void **state)
{
	const char *orders[][4] = { { "crop=320x120+0+0", "stamp=bottom", "stamp=top", NULL },
		{ "crop=320x120+0+120", "stamp=bottom", "stamp=top", NULL },
		{ "stamp=top", "crop=320x120+0+0", "motion", NULL } };
	const char *sinks[] = { "verify", NULL };
	struct weir_pipeline_settings settings = { .max_frames = 10 };
	char uri[96];

	(void)state;
	for (unsigned i = 0; i < N_FORMATS; i++) {
		for (size_t o = 0; o < 3; o++) {
			struct weir_pipeline *pipeline =
				build(&settings, bars(i, "320x240", uri), orders[o], sinks);

			assert_int_equal(weir_pipeline_run(pipeline), 0);
			weir_pipeline_destroy(&pipeline);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_motion_is_told),
		cmocka_unit_test(test_own_stages_tell),
		cmocka_unit_test(test_rate_drops_are_counted),
		cmocka_unit_test(test_masks_follow_each_other),
		cmocka_unit_test(test_masks_lie_within),
		cmocka_unit_test(test_stamps_leave_stamps),
		cmocka_unit_test(test_stamps_in_parts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
