/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* mask blackens what was asked for, widened to whole blocks, and not a byte more: in every format,
 * with padded lines, at the edges, and in a part that was cropped before. */

#include "core/paint.h"
#include "tests/unit/stages.h"

static const uint32_t sizes[][2] = { { 16, 16 }, { 20, 36 }, { 68, 24 }, { 200, 16 } };

/* Odd corners, single pixels, over the edges, everything. */
static const struct weir_rect rects[] = { { 0, 0, 1, 1 }, { 3, 5, 7, 2 }, { 15, 15, 1, 1 },
	{ 1, 1, 13, 13 }, { 5, 0, 2, 16 }, { 0, 7, 65535, 1 }, { 13, 13, 60000, 65535 },
	{ 0, 0, 65535, 65535 }, { 4, 8, 4, 8 } };

static bool lies_in(uint32_t at, uint32_t cell, uint32_t from, uint32_t length, uint32_t end)
{
	uint32_t last = from + length < end ? from + length - 1 : end - 1;

	return at / cell >= from / cell && at / cell <= last / cell;
}

/* Whether the mask has to cover the pixel: some pixel that was asked for shares a sample with it.
 */
static bool is_covered(
	const struct weir_video *video, const struct weir_rect *rect, uint32_t x, uint32_t y)
{
	uint32_t width = 1, height = 1;

	for (unsigned i = 0; i < video->format->n_planes; i++) {
		if (video->format->plane[i].block_width > width)
			width = video->format->plane[i].block_width;
		if (video->format->plane[i].block_height > height)
			height = video->format->plane[i].block_height;
	}
	return lies_in(x, width, rect->x, rect->width, video->width) &&
	       lies_in(y, height, rect->y, rect->height, video->height);
}

static void check_block(const uint8_t *at, const uint8_t *black, size_t bytes, const char *name)
{
	for (size_t i = 0; i < bytes; i++)
		if (at[i] != (black ? black[i] : FILL))
			fail_msg("%s: a byte is %02x, not %s", name, at[i],
				black ? "black" : "as it was");
}

/* Takes the expected bytes out of the frame, so that nothing may be left at the end. */
static void check_plane(struct weir_frame *frame, const struct weir_video *video,
	const struct weir_rect *rect, unsigned plane)
{
	unsigned block_width = video->format->plane[plane].block_width;
	unsigned block_height = video->format->plane[plane].block_height;
	unsigned bytes = video->format->plane[plane].block_bytes;
	struct weir_paint paint;
	struct weir_pixels pixels;

	assert_int_equal(weir_paint_init(&paint, video), 0);
	assert_int_equal(weir_frame_begin_cpu(frame, WEIR_CPU_RW, &pixels), 0);
	for (uint32_t y = 0; y < video->height; y += block_height) {
		for (uint32_t x = 0; x < video->width; x += block_width) {
			uint8_t *at = pixels.data[plane] +
				      (size_t)(y / block_height) * pixels.stride[plane] +
				      (size_t)(x / block_width) * bytes;
			bool covered = is_covered(video, rect, x, y);

			check_block(at, covered ? paint.block[WEIR_BLACK][plane] : NULL, bytes,
				video->format->name);
			memset(at, FILL, bytes);
		}
	}
	assert_int_equal(weir_frame_end_cpu(frame), 0);
}

/* Also that padding, and what lies outside of a cropped part, is as it was. */
static void check_frame(
	struct weir_frame *frame, const struct weir_video *video, const struct weir_rect *rect)
{
	const struct weir_slot *slot = frame->slot;

	for (unsigned i = 0; i < video->format->n_planes; i++)
		check_plane(frame, video, rect, i);
	check_block(slot->parts[0].memory, NULL, slot->slab->frame_bytes, video->format->name);
}

static void mask_picture(const struct weir_video *video, const char *crop)
{
	struct weir_slab *slab = make_slab(video, 1, 0);
	struct weir_stage *cropper = open_stage(crop);
	struct weir_video seen = *video;

	if (cropper->impl->configure)
		ready(cropper, &seen, slab);
	for (size_t i = 0; i < WEIR_COUNT(rects); i++) {
		struct weir_frame *frame = make_filled(slab, i);
		struct weir_video out = seen;
		struct weir_stage *mask;
		char text[64];

		snprintf(text, sizeof(text), "mask=%ux%u+%u+%u", rects[i].width, rects[i].height,
			rects[i].x, rects[i].y);
		mask = open_stage(text);
		ready(mask, &out, slab);
		assert_memory_equal(&out, &seen, sizeof(out));
		assert_int_equal(process(cropper, &frame), 0);
		assert_int_equal(process(mask, &frame), 0);
		check_frame(frame, &seen, &rects[i]);
		weir_frame_unref(&frame);
		weir_stage_close(&mask);
	}
	done(&cropper);
	weir_slab_unref(&slab);
}

static void for_each_format(void (*check)(const struct weir_format *format))
{
	for (size_t i = 0; i < weir_n_formats; i++)
		if (!is_compressed(&weir_formats[i]))
			check(&weir_formats[i]);
}

static void check_sizes(const struct weir_format *format)
{
	for (size_t i = 0; i < WEIR_COUNT(sizes); i++) {
		struct weir_video video = padded_video(format, sizes[i][0], sizes[i][1]);

		mask_picture(&video, "pass");
	}
}

static void check_cropped(const struct weir_format *format)
{
	struct weir_video video = padded_video(format, 48, 40);

	mask_picture(&video, "crop=24x20+12+8");
}

static void test_every_format(void **state)
{
	(void)state;
	for_each_format(check_sizes);
}

static void test_cropped_before(void **state)
{
	(void)state;
	for_each_format(check_cropped);
}

/* One after the other, each adds its own. */
static void test_several(void **state)
{
	static const char *const texts[] = { "mask=2x2+0+0", "mask=4x1+8+8", "mask=16x1+0+15" };
	struct weir_video video = video_of("GREY", 16, 16);
	struct weir_slab *slab = make_slab(&video, 1, 0);
	struct weir_frame *frame = make_filled(slab, 0);
	unsigned black = 0;

	(void)state;
	for (size_t i = 0; i < WEIR_COUNT(texts); i++) {
		struct weir_stage *mask = open_stage(texts[i]);

		ready(mask, &video, slab);
		assert_int_equal(process(mask, &frame), 0);
		weir_stage_close(&mask);
	}
	for (unsigned i = 0; i < 256; i++)
		black += frame->slot->parts[0].memory[i] == 16;
	assert_int_equal(black, 4 + 4 + 16);
	weir_frame_unref(&frame);
	weir_slab_unref(&slab);
}

/* Who else holds the frame never sees it change. */
static void test_held_frame_stays(void **state)
{
	struct weir_video video = video_of("YUYV", 16, 16);
	struct weir_slab *slab = make_slab(&video, 1, 0);
	struct weir_frame *frame = make_filled(slab, 0), *held = weir_frame_ref(frame);
	struct weir_stage *mask = open_stage("mask=16x16+0+0");

	(void)state;
	ready(mask, &video, slab);
	assert_int_equal(process(mask, &frame), -EBUSY);
	check_block(frame->slot->parts[0].memory, NULL, slab->frame_bytes, "YUYV");
	weir_frame_unref(&held);
	assert_int_equal(process(mask, &frame), 0);
	assert_int_equal(frame->slot->parts[0].memory[0], 16);
	weir_frame_unref(&frame);
	weir_stage_close(&mask);
	weir_slab_unref(&slab);
}

static void test_refusals(void **state)
{
	static const char *const misspelt[] = { "mask", "mask=", "mask=10x10", "mask=10x10+1",
		"mask=0x10+0+0", "mask=10x0+0+0", "mask=10x10+0+0 ", "mask=-1x10+0+0",
		"mask=70000x10+0+0" };
	struct weir_video video = video_of("NV12", 64, 48), coded = video;

	(void)state;
	for (size_t i = 0; i < WEIR_COUNT(misspelt); i++)
		assert_misspelt(misspelt[i]);
	assert_refused("mask=10x10+64+0", &video,
		"mask: 10x10+64+0 lies outside of 64x48 and would hide nothing");
	assert_refused("mask=10x10+0+48", &video,
		"mask: 10x10+0+48 lies outside of 64x48 and would hide nothing");
	coded.format = weir_format_by_name("MJPEG");
	assert_refused("mask=10x10+0+0", &coded,
		"mask: MJPEG frames have no pixels to work on: choose an uncompressed format");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_format),
		cmocka_unit_test(test_cropped_before),
		cmocka_unit_test(test_several),
		cmocka_unit_test(test_held_frame_stays),
		cmocka_unit_test(test_refusals),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
