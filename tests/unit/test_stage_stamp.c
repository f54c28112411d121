/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* stamp writes the time and the number that the frame came with, legibly, in every format and at
 * every size, in a box and nowhere else, and away from the stamps of test pictures. */

#include <time.h>

#include "core/clock.h"
#include "core/font.h"
#include "core/paint.h"
#include "core/stamp.h"
#include "core/utc.h"
#include "tests/unit/stages.h"

#define CHARS 35
#define AGE   (5 * WEIR_NS_PER_S)

struct look {
	const struct weir_video *video;
	struct weir_pixels pixels;
	struct weir_paint paint;
	struct weir_rect box;
};

static uint8_t *pixel_at(const struct look *look, uint32_t x, uint32_t y)
{
	return look->pixels.data[0] + (size_t)y * look->pixels.stride[0] +
	       (size_t)x * look->paint.pixel_bytes;
}

static bool is_ink(const struct look *look, uint32_t x, uint32_t y, enum weir_ink ink)
{
	return !memcmp(pixel_at(look, x, y), look->paint.block[ink][0], look->paint.pixel_bytes);
}

/* The box is what is not as it was before; in there all is black or white. */
static void find_box(struct look *look)
{
	uint32_t left = UINT32_MAX, top = UINT32_MAX, right = 0, bottom = 0, n = 0;

	for (uint32_t y = 0; y < look->video->height; y++) {
		for (uint32_t x = 0; x < look->video->width; x++) {
			if (pixel_at(look, x, y)[0] == FILL)
				continue;
			assert_true(
				is_ink(look, x, y, WEIR_BLACK) || is_ink(look, x, y, WEIR_WHITE));
			left = x < left ? x : left;
			right = x > right ? x : right;
			top = y < top ? y : top;
			bottom = y > bottom ? y : bottom;
			n++;
		}
	}
	assert_true(n > 0);
	look->box = (struct weir_rect){ left, top, right - left + 1, bottom - top + 1 };
	assert_int_equal(n, look->box.width * look->box.height);
}

/* Chroma has no colour in the box, and is as it was outside. */
static void check_chroma(const struct look *look, unsigned plane)
{
	const struct weir_format *format = look->video->format;
	unsigned width = format->plane[plane].block_width, bytes = format->plane[plane].block_bytes;
	unsigned height = format->plane[plane].block_height;
	const struct weir_rect *box = &look->box;

	for (uint32_t y = 0; y < look->video->height; y += height) {
		for (uint32_t x = 0; x < look->video->width; x += width) {
			const uint8_t *at = look->pixels.data[plane] +
					    (size_t)(y / height) * look->pixels.stride[plane] +
					    (size_t)(x / width) * bytes;
			bool inside = x >= box->x && x < box->x + box->width && y >= box->y &&
				      y < box->y + box->height;

			for (unsigned i = 0; i < bytes; i++)
				assert_int_equal(at[i],
					inside ? look->paint.block[WEIR_BLACK][plane][i] : FILL);
		}
	}
}

static char char_of(uint16_t glyph)
{
	static const char known[] = "0123456789-:.TZ";

	for (size_t i = 0; known[i]; i++)
		if (weir_glyph(known[i]) == glyph)
			return known[i];
	assert_int_equal(glyph, 0);
	return ' ';
}

static void read_text(const struct look *look, uint32_t scale, char text[CHARS + 1])
{
	for (uint32_t i = 0; i < CHARS; i++) {
		uint16_t glyph = 0;

		for (uint32_t cell = 0; cell < 15; cell++) {
			uint32_t column = 1 + i * WEIR_GLYPH_COLUMNS + cell % 3;
			uint32_t x = look->box.x + column * scale + scale / 2;
			uint32_t y = look->box.y + (1 + cell / 3) * scale + scale / 2;

			glyph = (uint16_t)(glyph << 1 | is_ink(look, x, y, WEIR_WHITE));
		}
		text[i] = char_of(glyph);
	}
	text[CHARS] = '\0';
}

static uint64_t realtime(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (uint64_t)now.tv_sec * WEIR_NS_PER_S + (uint64_t)now.tv_nsec;
}

/* Such texts are in the order of their times. Two clocks are read at two times: 1 ms of grace. */
static void check_text(const char *text, uint64_t before, uint64_t after, const char *number)
{
	char least[WEIR_UTC_TEXT], most[WEIR_UTC_TEXT];

	weir_utc_text(before - AGE - 1000000, least);
	weir_utc_text(after - AGE + 1000000, most);
	assert_string_equal(text + 24, number);
	assert_true(strncmp(text, least, 24) >= 0 && strncmp(text, most, 24) <= 0);
}

static void check_place(const struct look *look, uint32_t scale, bool at_bottom)
{
	const struct weir_rect *box = &look->box;
	uint32_t below = look->video->height - box->y - box->height;

	assert_in_range(box->width, 141 * scale, 141 * scale + 3);
	assert_in_range(box->height, 7 * scale, 7 * scale + 3);
	assert_int_equal(at_bottom ? below : box->y, WEIR_STAMP_MAX_LINES);
	assert_true(box->y >= WEIR_STAMP_MAX_LINES && below >= WEIR_STAMP_MAX_LINES);
	assert_in_range(2 * box->x + box->width + 8, look->video->width, look->video->width + 16);
}

static void check_picture(struct weir_video *video, const char *text, uint32_t scale)
{
	struct weir_slab *slab = make_slab(video, 1, 0);
	struct weir_frame *frame = make_filled(slab, 98765432101234);
	struct weir_stage *stamp = open_stage(text);
	struct look look = { .video = video };
	char found[CHARS + 1];
	uint64_t before;

	ready(stamp, video, slab);
	assert_int_equal(weir_paint_init(&look.paint, video), 0);
	before = realtime();
	frame->info.timestamp_ns = weir_now_ns() - AGE;
	assert_int_equal(process(stamp, &frame), 0);
	assert_int_equal(weir_frame_begin_cpu(frame, WEIR_CPU_READ, &look.pixels), 0);
	find_box(&look);
	check_place(&look, scale, !strstr(text, "top"));
	for (unsigned i = 1; i < video->format->n_planes; i++)
		check_chroma(&look, i);
	read_text(&look, scale, found);
	check_text(found, before, realtime(), " 5432101234");
	assert_int_equal(weir_frame_end_cpu(frame), 0);
	weir_frame_unref(&frame);
	weir_stage_close(&stamp);
	weir_slab_unref(&slab);
}

static void test_every_format(void **state)
{
	static const uint32_t sizes[][3] = { { 144, 24, 1 }, { 148, 40, 1 }, { 424, 508, 3 } };

	(void)state;
	for (size_t i = 0; i < weir_n_formats; i++) {
		for (size_t s = 0; s < WEIR_COUNT(sizes); s++) {
			struct weir_video video =
				padded_video(&weir_formats[i], sizes[s][0], sizes[s][1]);

			if (is_compressed(&weir_formats[i]) || weir_formats[i].rtp_depth == 10)
				continue;
			video.range = s % 2 ? WEIR_RANGE_FULL : WEIR_RANGE_UNKNOWN;
			check_picture(&video, s % 2 ? "stamp=top" : "stamp=bottom", sizes[s][2]);
		}
	}
}

static void test_scales_with_the_picture(void **state)
{
	static const uint32_t sizes[][3] = { { 320, 240, 1 }, { 640, 480, 2 }, { 1280, 720, 4 },
		{ 1920, 1080, 6 }, { 144, 8192, 1 }, { 8192, 24, 1 }, { 8192, 8192, 48 } };

	(void)state;
	for (size_t s = 0; s < WEIR_COUNT(sizes); s++) {
		struct weir_video video = video_of("NV12", sizes[s][0], sizes[s][1]);

		check_picture(&video, "stamp", sizes[s][2]);
	}
}

static void test_refusals(void **state)
{
	struct weir_video video = video_of("YUV410", 140, 64);

	(void)state;
	assert_misspelt("stamp=left");
	assert_misspelt("stamp=top ");
	assert_refused(
		"stamp", &video, "stamp: 140x64 has no room for time and number: at least 144x24");
	video = video_of("YUV410", 144, 20);
	assert_refused(
		"stamp", &video, "stamp: 144x20 has no room for time and number: at least 144x24");
	video.format = weir_format_by_name("H264");
	assert_refused("stamp=top", &video,
		"stamp: H264 frames have no pixels to work on: choose an uncompressed format");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_format),
		cmocka_unit_test(test_scales_with_the_picture),
		cmocka_unit_test(test_refusals),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
