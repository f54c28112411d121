/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* motion scores how much of the picture changes, and by how much, alike in every format; tells it
 * for each frame, or above a threshold only; and changes nothing. */

#include "core/paint.h"
#include "tests/unit/stages.h"

struct told {
	unsigned n;
	double last;
};

static void note(
	void *data, const struct weir_stage *stage, const struct weir_frame *frame, double value)
{
	struct told *told = data;

	assert_non_null(stage);
	assert_non_null(frame);
	told->n++;
	told->last = value;
}

struct scene {
	struct weir_video video;
	struct weir_slab *slab;
	struct weir_stage *stage;
	struct weir_paint paint;
	struct told told;
};

static void begin(struct scene *scene, const char *text, const struct weir_video *video)
{
	*scene = (struct scene){ .video = *video, .slab = make_slab(video, 1, 0) };
	scene->video.range = WEIR_RANGE_FULL;
	scene->stage = open_stage(text);
	scene->stage->measured = note;
	scene->stage->measured_data = &scene->told;
	ready(scene->stage, &scene->video, scene->slab);
	assert_int_equal(weir_paint_init(&scene->paint, &scene->video), 0);
}

static void end(struct scene *scene)
{
	weir_stage_close(&scene->stage);
	weir_slab_unref(&scene->slab);
}

/* A black picture, white from its left on for so many pixels. Whether a score was told of it. */
static bool show(struct scene *scene, uint32_t white, uint32_t flags)
{
	struct weir_rect whole = { 0, 0, scene->video.width, scene->video.height };
	struct weir_rect part = { 0, 0, white, scene->video.height };
	struct weir_frame *frame = make_frame(scene->slab, 0);
	unsigned before = scene->told.n;
	struct weir_pixels pixels;

	frame->info.flags = flags;
	assert_int_equal(weir_frame_begin_cpu(frame, WEIR_CPU_RW, &pixels), 0);
	weir_paint_fill(&scene->paint, WEIR_BLACK, &pixels, &whole);
	weir_paint_fill(&scene->paint, WEIR_WHITE, &pixels, &part);
	assert_int_equal(weir_frame_end_cpu(frame), 0);
	assert_int_equal(process(scene->stage, &frame), 0);
	assert_non_null(frame);
	weir_frame_unref(&frame);
	return scene->told.n > before;
}

static void assert_near(double score, double wanted, double tolerance)
{
	if (score < wanted - tolerance || score > wanted + tolerance)
		fail_msg("scored %f, not %f", score, wanted);
}

static void check_scores(const struct weir_video *video, double tolerance)
{
	uint32_t width = video->width;
	struct scene scene;

	begin(&scene, "motion", video);
	assert_false(show(&scene, 0, 0)); /* nothing to compare with */
	assert_true(show(&scene, 0, 0));
	assert_near(scene.told.last, 0, 0);
	assert_true(show(&scene, width, 0));
	assert_near(scene.told.last, 1, 1e-9);
	assert_true(show(&scene, width / 2, 0));
	assert_near(scene.told.last, 0.5, tolerance);
	assert_true(show(&scene, width / 4, 0));
	assert_near(scene.told.last, 0.25, tolerance);
	assert_true(show(&scene, width, 0));
	assert_near(scene.told.last, 0.75, tolerance);
	end(&scene);
}

static void test_every_format(void **state)
{
	static const uint32_t sizes[][2] = { { 16, 16 }, { 64, 20 }, { 320, 240 }, { 1936, 36 } };

	(void)state;
	for (size_t i = 0; i < weir_n_formats; i++) {
		for (size_t s = 0; s < WEIR_COUNT(sizes); s++) {
			struct weir_video video =
				padded_video(&weir_formats[i], sizes[s][0], sizes[s][1]);

			if (!is_compressed(&weir_formats[i]) && weir_formats[i].rtp_depth != 10)
				check_scores(&video, 0.01);
		}
	}
}

/* A step of brightness counts by its size; colour without brightness does not. */
static void test_small_steps(void **state)
{
	struct weir_video video = video_of("UYVY", 64, 48);
	struct weir_frame *frame;
	struct scene scene;

	(void)state;
	begin(&scene, "motion", &video);
	for (unsigned i = 0; i < 5; i++) {
		static const uint8_t luma[] = { 100, 151, 151, 150, 150 };
		uint8_t *memory;

		frame = make_frame(scene.slab, i);
		memory = frame->slot->parts[0].memory;
		for (size_t at = 0; at < scene.slab->frame_bytes; at++)
			memory[at] = at % 2 ? luma[i] : (uint8_t)(at * i);
		assert_int_equal(process(scene.stage, &frame), 0);
		weir_frame_unref(&frame);
		if (i)
			assert_near(scene.told.last, abs(luma[i] - luma[i - 1]) / 255.0, 1e-9);
	}
	end(&scene);
}

static void test_threshold(void **state)
{
	struct weir_video video = video_of("YUYV", 320, 240);
	struct scene scene;

	(void)state;
	begin(&scene, "motion=0.4", &video);
	show(&scene, 0, 0);
	assert_false(show(&scene, 100, 0));
	assert_true(show(&scene, 300, 0));
	assert_false(show(&scene, 300, 0));
	end(&scene);
	begin(&scene, "motion=0", &video);
	show(&scene, 0, 0);
	assert_false(show(&scene, 0, 0));
	assert_true(show(&scene, 20, 0));
	end(&scene);
	begin(&scene, "motion=1", &video);
	show(&scene, 0, 0);
	assert_false(show(&scene, 320, 0));
	end(&scene);
}

/* Before a break was another scene, or another run. */
static void test_breaks(void **state)
{
	struct weir_video video = video_of("YUYV", 320, 240);
	struct scene scene;

	(void)state;
	begin(&scene, "motion", &video);
	show(&scene, 0, 0);
	assert_false(show(&scene, 320, WEIR_FRAME_DISCONT));
	assert_true(show(&scene, 320, 0));
	assert_near(scene.told.last, 0, 0);
	ready(scene.stage, &scene.video, scene.slab);
	assert_false(show(&scene, 0, 0));
	end(&scene);
}

/* Others may hold the frame: it is only read. A stage that no pipeline has tells nobody. */
static void test_alone_and_shared(void **state)
{
	struct weir_video video = video_of("YUYV", 64, 48);
	struct weir_slab *slab = make_slab(&video, 1, 0);
	struct weir_frame *frame = make_filled(slab, 0), *held = weir_frame_ref(frame);
	struct weir_stage *stage = open_stage("motion");

	(void)state;
	ready(stage, &video, slab);
	for (unsigned i = 0; i < 2; i++)
		assert_int_equal(process(stage, &frame), 0);
	for (size_t i = 0; i < slab->frame_bytes; i++)
		assert_int_equal(frame->slot->parts[0].memory[i], FILL);
	weir_frame_unref(&held);
	weir_frame_unref(&frame);
	weir_stage_close(&stage);
	weir_slab_unref(&slab);
}

static void test_refusals(void **state)
{
	static const char *const misspelt[] = { "motion=much", "motion=1.01", "motion=2",
		"motion=-0.1", "motion=0.1 ", "motion=.5", "motion=0." };
	struct weir_video video = video_of("MJPEG", 64, 48);

	(void)state;
	for (size_t i = 0; i < WEIR_COUNT(misspelt); i++)
		assert_misspelt(misspelt[i]);
	assert_refused("motion", &video,
		"motion: MJPEG frames have no pixels to work on: choose an uncompressed format");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_format),
		cmocka_unit_test(test_small_steps),
		cmocka_unit_test(test_threshold),
		cmocka_unit_test(test_breaks),
		cmocka_unit_test(test_alone_and_shared),
		cmocka_unit_test(test_refusals),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
