/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* The convert and jpeg stages in pipelines: the source's stamps come through every format that can
 * carry them, and damaged images cost themselves and nothing else. */
#include "core/checked.h"
#include "tests/contract/pipeline_fixture.h"

static const char *const to_verify[] = { "verify", NULL };

static inline struct weir_ledger run(struct weir_pipeline *pipeline)
{
	struct weir_ledger ledger;

	assert_int_equal(weir_pipeline_run(pipeline), 0);
	weir_pipeline_ledger(pipeline, &ledger);
	assert_reconciled(&ledger);
	return ledger;
}

/* All frames come through, in order, each with its own stamp. */
static inline void check_stamps(const char *source, const char *const *stages)
{
	struct weir_pipeline_settings settings = { .max_frames = 30 };
	struct weir_pipeline *pipeline = build(&settings, source, stages, to_verify);
	struct weir_ledger ledger = run(pipeline);

	assert_int_equal(ledger.captured, 30);
	assert_int_equal(ledger.sinks[0].delivered, 30);
	assert_string_equal(
		ledger.sinks[0].verdict, "verify: 30 frames, in order, 0 lost, 0 repeated, 0 torn");
	weir_pipeline_destroy(&pipeline);
}

#ifdef WEIR_HAVE_LIBYUV

static void test_stamps_survive_conversion(void **state)
{
	static const char *const formats[] = { "YUYV", "UYVY", "NV12", "XR24", "RGB565", "GREY" };

	(void)state;
	for (size_t i = 0; i < WEIR_COUNT(formats); i++)
		for (size_t j = 0; j < WEIR_COUNT(formats); j++) {
			const char *stages[] = { NULL, NULL };
			char source[96], stage[32];

			snprintf(source, sizeof(source),
				"pattern:counter?size=200x150&fps=0&format=%s", formats[i]);
			snprintf(stage, sizeof(stage), "convert=%s", formats[j]);
			stages[0] = stage;
			check_stamps(source, stages);
		}
}

static void test_parts_and_padded_lines(void **state)
{
	static const char *const upper[] = { "crop=322x240+4+0", "convert=NV12", NULL };
	static const char *const half[] = { "crop=640x240+0+0", "convert=NV16", "convert=RGB24",
		"convert=YVU420", "crop=640x120+0+0", "convert=GREY", NULL };
	struct weir_pipeline_settings settings = { .max_frames = 5 };
	struct weir_pipeline *pipeline;

	(void)state;
	check_stamps("pattern:bars?size=640x480&fps=0&format=YUYV&stride=1408", half);
	check_stamps("pattern:counter?size=640x480&fps=0&format=NV12&stride=704", half);
	/* The stamp is cut off here, and all else goes on. */
	pipeline = build(&settings, "pattern:bars?size=640x480&fps=0&format=XR24&stride=2624",
		upper, (const char *[]){ "null", NULL });
	assert_int_equal(run(pipeline).converted_bytes, 5 * 322 * 240 * 3 / 2);
	weir_pipeline_destroy(&pipeline);
}

static void test_a_pair_that_cannot_be(void **state)
{
	static const char *const stages[] = { "convert=H264", NULL };
	struct weir_pipeline *pipeline =
		build(NULL, "pattern:bars?size=64x48&fps=0", stages, to_verify);

	(void)state;
	assert_int_equal(weir_pipeline_run(pipeline), -ENOTSUP);
	weir_pipeline_destroy(&pipeline);
}

#endif

#ifdef WEIR_HAVE_LIBJPEG

static void test_stamps_survive_jpeg(void **state)
{
	static const char *const grey[] = { "jpeg=50", "jpeg=GREY", NULL };

	(void)state;
	check_stamps("pattern:counter?size=200x150&fps=0&format=GREY", grey);
	check_stamps("pattern:counter?size=200x150&fps=0&format=XR24", grey);
	check_stamps("pattern:counter?size=200x150&fps=0&format=NV12&stride=224", grey);
#ifdef WEIR_HAVE_LIBYUV
	static const char *const yuyv[] = { "jpeg", "jpeg", "convert=YUYV", NULL };
	static const char *const nv12[] = { "crop=384x120+0+0", "jpeg", "jpeg=YUV420",
		"convert=NV12", NULL };

	check_stamps("pattern:counter?size=200x150&fps=0&format=YUYV", yuyv);
	check_stamps("pattern:bars?size=384x240&fps=0&format=UYVY", nv12);
#endif
}

/* ---- a camera with a bad cable ---- */

struct cable {
	size_t most_bytes;
};

static int configure_cable(void *state, struct weir_video *video, const struct weir_log *log)
{
	struct cable *cable = state;

	(void)log;
	cable->most_bytes = (size_t)video->width * video->height * 2 + 8192;
	return 0;
}

static size_t cable_bytes(void *state)
{
	return ((struct cable *)state)->most_bytes;
}

/* Every third image ends in its middle, every fifth is noise. */
static int pass_cable(
	void *state, struct weir_frame *in, struct weir_frame *out, uint32_t *bytes_used)
{
	const struct weir_frame_info *info = weir_frame_info(in);
	struct weir_pixels from, to;

	(void)state;
	assert_int_equal(weir_frame_begin_cpu(in, WEIR_CPU_READ, &from), 0);
	assert_int_equal(weir_frame_begin_cpu(out, WEIR_CPU_WRITE, &to), 0);
	*bytes_used = info->bytes_used;
	memcpy(to.data[0], from.data[0], info->bytes_used);
	if (info->sequence % 3 == 0)
		*bytes_used /= 2;
	else if (info->sequence % 5 == 0)
		for (uint32_t i = 0; i < info->bytes_used; i++)
			to.data[0][i] ^= (uint8_t)(i * 151);
	assert_int_equal(weir_frame_end_cpu(out), 0);
	return weir_frame_end_cpu(in);
}

static const struct weir_stage_impl cable_impl = {
	.name = "cable",
	.summary = "loses bytes",
	.access = WEIR_STAGE_CONVERT,
	.configure = configure_cable,
	.output_bytes = cable_bytes,
	.convert = pass_cable,
};

static unsigned arrived;

static int count(void *data, struct weir_frame *frame)
{
	const struct weir_frame_info *info = weir_frame_info(frame);

	(void)data;
	assert_ptr_equal(info->format, weir_format_by_name("YUV422P"));
	assert_int_equal(info->width, 160);
	assert_int_equal(info->height, 120);
	assert_int_not_equal(info->sequence % 3, 0);
	assert_int_not_equal(info->sequence % 5, 0);
	arrived++;
	return 0;
}

static void test_damaged_images_cost_themselves(void **state)
{
	struct weir_pipeline_settings settings = { .max_frames = 150 };
	struct weir_pipeline *pipeline =
		build(&settings, "pattern:mjpeg?size=160x120&fps=0", NULL, NULL);
	struct weir_stage *stage = NULL;
	struct weir_ledger ledger;
	struct cable cable;

	(void)state;
	assert_int_equal(weir_stage_create(&cable_impl, &cable, &stage), 0);
	assert_int_equal(weir_pipeline_add_stage(pipeline, &stage), 0);
	assert_int_equal(weir_stage_open("jpeg", &silent, &stage), 0);
	assert_int_equal(weir_pipeline_add_stage(pipeline, &stage), 0);
	arrived = 0;
	add_callback(pipeline, count, NULL, 2, WEIR_POLICY_NEWEST);
	ledger = run(pipeline);
	assert_int_equal(ledger.captured, 150);
	assert_int_equal(ledger.sinks[0].delivered, 80);
	assert_int_equal(arrived, 80);
	assert_int_equal(ledger.sinks[0].drops[WEIR_DROP_STAGE], 70);
	weir_pipeline_destroy(&pipeline);
}

#endif

/* What nothing can bring to it loses that sink alone; the last one ends the run. */
static void test_a_sink_that_takes_nothing(void **state)
{
	static const char *const both[] = { "null?mask=8x8+4000+0", "verify", NULL };
	struct weir_pipeline_settings settings = { .max_frames = 5 };
	const char *source = "pattern:bars?size=64x48&fps=0";
	struct weir_pipeline *pipeline = build(&settings, source, NULL, both);
	const struct weir_plan *plan;
	struct weir_ledger ledger;

	(void)state;
	assert_int_equal(weir_pipeline_plan(pipeline, &plan), -ENOTSUP);
	for (int i = 0; i < 2; i++) {
		ledger = run(pipeline);
		assert_int_equal(ledger.sinks[0].error, -ENOTSUP);
		assert_int_equal(ledger.sinks[0].drops[WEIR_DROP_FAILED], 5);
		assert_int_equal(ledger.sinks[1].delivered, 5);
	}
	weir_pipeline_destroy(&pipeline);
	pipeline = build(&settings, source, NULL, (const char *[]){ both[0], NULL });
	assert_int_equal(weir_pipeline_run(pipeline), -ENOTSUP);
	assert_int_equal(weir_pipeline_run(pipeline), -ENOTSUP);
	weir_pipeline_destroy(&pipeline);
}

static void test_absent_stages_say_what_they_need(void **state)
{
	struct weir_stage *stage = NULL;

	(void)state;
#ifndef WEIR_HAVE_LIBYUV
	assert_int_equal(weir_stage_open("convert=NV12", &silent, &stage), -ENOTSUP);
#endif
#ifndef WEIR_HAVE_LIBJPEG
	assert_int_equal(weir_stage_open("jpeg", &silent, &stage), -ENOTSUP);
#endif
	assert_int_equal(weir_stage_open("jpg", &silent, &stage), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#ifdef WEIR_HAVE_LIBYUV
		cmocka_unit_test(test_stamps_survive_conversion),
		cmocka_unit_test(test_parts_and_padded_lines),
		cmocka_unit_test(test_a_pair_that_cannot_be),
#endif
#ifdef WEIR_HAVE_LIBJPEG
		cmocka_unit_test(test_stamps_survive_jpeg),
		cmocka_unit_test(test_damaged_images_cost_themselves),
#endif
		cmocka_unit_test(test_a_sink_that_takes_nothing),
		cmocka_unit_test(test_absent_stages_say_what_they_need),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
