/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* The pictures have the right colours in every format, and drawing stays inside the lines. */

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "capture/pattern/digits.h"
#include "capture/pattern/pictures.h"
#include "core/checked.h"

#define FILL 0xa5

struct picture {
	struct weir_video video;
	struct weir_pixels pixels;
	struct weir_layout layout;
	struct weir_canvas canvas;
	uint8_t *memory;
};

static void make(struct picture *picture, const char *format, uint32_t width, uint32_t height,
	uint32_t padding)
{
	const struct weir_format *row = weir_format_by_name(format);

	*picture = (struct picture){ .video = { row, width, height } };
	assert_non_null(row);
	picture->video.stride = (uint32_t)weir_format_line_bytes(row, 0, width) + padding;
	picture->video.matrix = height >= 720 ? WEIR_MATRIX_709 : WEIR_MATRIX_601;
	assert_int_equal(weir_format_layout(&picture->video, &picture->layout), 0);
	picture->memory = malloc(picture->layout.size);
	assert_non_null(picture->memory);
	memset(picture->memory, FILL, picture->layout.size);
	picture->pixels.n_planes = picture->layout.n_planes;
	for (unsigned p = 0; p < picture->layout.n_planes; p++) {
		picture->pixels.data[p] = picture->memory + picture->layout.plane[p].offset;
		picture->pixels.stride[p] = (uint32_t)picture->layout.plane[p].stride;
	}
	assert_true(weir_canvas_draws(row));
	weir_canvas_init(&picture->canvas, &picture->video, &picture->pixels);
}

static const struct weir_picture *picture_by_name(const char *name)
{
	for (size_t i = 0; weir_pictures[i].name; i++)
		if (!strcmp(weir_pictures[i].name, name))
			return &weir_pictures[i];
	fail_msg("no picture \"%s\"", name);
	return NULL;
}

/* Reading back, independently of how it was written: the colour at (x, y) in R'G'B' of 0…255. */

static void from_yuv(const struct weir_video *video, int y, int u, int v, double rgb[3])
{
	double red = video->matrix == WEIR_MATRIX_709 ? 0.2126 : 0.299;
	double blue = video->matrix == WEIR_MATRIX_709 ? 0.0722 : 0.114;
	double luma = (y - 16) / 219.0, cb = (u - 128) / 224.0, cr = (v - 128) / 224.0;

	rgb[0] = 255 * (luma + 2 * (1 - red) * cr);
	rgb[2] = 255 * (luma + 2 * (1 - blue) * cb);
	rgb[1] = (255 * luma - red * rgb[0] - blue * rgb[2]) / (1 - red - blue);
}

static void colour_at(const struct picture *picture, uint32_t x, uint32_t y, double rgb[3])
{
	const char *format = picture->video.format->name;
	const uint8_t *line = picture->pixels.data[0] + (size_t)y * picture->pixels.stride[0];
	uint32_t pair = x / 2 * 2;

	if (!strcmp(format, "YUYV")) {
		from_yuv(&picture->video, line[2 * x], line[2 * pair + 1], line[2 * pair + 3], rgb);
	} else if (!strcmp(format, "UYVY")) {
		from_yuv(&picture->video, line[2 * x + 1], line[2 * pair], line[2 * pair + 2], rgb);
	} else if (!strcmp(format, "NV12")) {
		const uint8_t *chroma =
			picture->pixels.data[1] + (size_t)(y / 2) * picture->pixels.stride[1];

		from_yuv(&picture->video, line[x], chroma[pair], chroma[pair + 1], rgb);
	} else if (!strcmp(format, "GREY")) {
		from_yuv(&picture->video, line[x], 128, 128, rgb);
	} else if (!strcmp(format, "XR24")) {
		for (unsigned i = 0; i < 3; i++)
			rgb[i] = line[4 * x + 2 - i];
	} else {
		unsigned pixel = line[2 * x] | line[2 * x + 1] << 8;

		rgb[0] = (pixel >> 11) * 255 / 31.0;
		rgb[1] = (pixel >> 5 & 63) * 255 / 63.0;
		rgb[2] = (pixel & 31) * 255 / 31.0;
	}
}

static void expect_colour(const struct picture *picture, uint32_t x, uint32_t y, const int want[3])
{
	bool grey = !strcmp(picture->video.format->name, "GREY");
	double coarse = !strcmp(picture->video.format->name, "RGB565") ? 255 / 31.0 / 2 : 2;
	double luma = picture->video.matrix == WEIR_MATRIX_709
			      ? 0.2126 * want[0] + 0.7152 * want[1] + 0.0722 * want[2]
			      : 0.299 * want[0] + 0.587 * want[1] + 0.114 * want[2];
	double rgb[3];

	colour_at(picture, x, y, rgb);
	for (unsigned i = 0; i < 3; i++) {
		double off = rgb[i] - (grey ? luma : want[i]);

		if (off < -coarse || off > coarse)
			fail_msg("%s %ux%u at %u,%u: %c is %.1f, not %d",
				picture->video.format->name, picture->video.width,
				picture->video.height, x, y, "RGB"[i], rgb[i], want[i]);
	}
}

/* The middle of each of n equal columns that begin `from` 84ths across. */
static void expect_row(const struct picture *picture, double down, double from, double each,
	const int (*want)[3], size_t n)
{
	uint32_t y = (uint32_t)(picture->video.height * down);

	for (size_t i = 0; i < n; i++)
		expect_colour(picture,
			(uint32_t)(picture->video.width * (from + each * ((double)i + 0.5)) / 84),
			y, want[i]);
}

static void check_bars(const char *format, uint32_t width, uint32_t height)
{
	static const int bars[][3] = { { 191, 191, 191 }, { 191, 191, 0 }, { 0, 191, 191 },
		{ 0, 191, 0 }, { 191, 0, 191 }, { 191, 0, 0 }, { 0, 0, 191 } };
	static const int below[][3] = { { 0, 0, 191 }, { 0, 0, 0 }, { 191, 0, 191 }, { 0, 0, 0 },
		{ 0, 191, 191 }, { 0, 0, 0 }, { 191, 191, 191 } };
	static const int levels[][3] = { { 0, 33, 76 }, { 255, 255, 255 }, { 50, 0, 106 },
		{ 0, 0, 0 } };
	static const int pluge[][3] = { { 9, 9, 9 }, { 19, 19, 19 }, { 29, 29, 29 }, { 0, 0, 0 } };
	struct picture picture;

	make(&picture, format, width, height, 0);
	picture_by_name("bars")->draw(&picture.canvas, 0);
	expect_row(&picture, 0.01, 0, 12, bars, 7);
	expect_row(&picture, 0.64, 0, 12, bars, 7);
	expect_row(&picture, 0.71, 0, 12, below, 7);
	expect_row(&picture, 0.85, 0, 15, levels, 4);
	expect_row(&picture, 0.99, 60, 4, pluge, 4);
	free(picture.memory);
}

static void test_bars(void **state)
{
	(void)state;
	for (size_t f = 0; weir_canvas_formats[f]; f++) {
		check_bars(weir_canvas_formats[f], 640, 360);
		check_bars(weir_canvas_formats[f], 1280, 720);
		check_bars(weir_canvas_formats[f], 342, 98);
	}
}

/* Reference values of the standards: 75 % yellow in BT.601 and BT.709, limited range. */
static void test_known_values(void **state)
{
	const struct weir_rgb yellow = { 191, 191, 0 };
	struct weir_video video = { .format = weir_format_by_name("YUYV") };
	uint8_t c[3];

	(void)state;
	video.matrix = WEIR_MATRIX_601;
	weir_colour_encode(&video, yellow, c);
	assert_memory_equal(c, ((const uint8_t[]){ 161, 44, 142 }), 3);
	video.matrix = WEIR_MATRIX_709;
	weir_colour_encode(&video, yellow, c);
	assert_memory_equal(c, ((const uint8_t[]){ 168, 44, 136 }), 3);
}

static void check_padding(const struct weir_picture *what, const char *format, uint32_t padding)
{
	static struct weir_digits digits;
	struct picture picture;

	make(&picture, format, 130, 46, padding);
	what->draw(&picture.canvas, 1);
	weir_digits_init(&digits, &picture.video);
	weir_digits_draw(&digits, &picture.pixels, 0, 1234567890);
	for (unsigned p = 0; p < picture.layout.n_planes; p++) {
		size_t bytes = weir_format_line_bytes(picture.video.format, p, 130);

		for (size_t y = 0; y < picture.layout.plane[p].lines; y++)
			for (size_t x = bytes; x < picture.layout.plane[p].stride; x++)
				assert_int_equal(
					picture.pixels.data[p][y * picture.pixels.stride[p] + x],
					FILL);
	}
	free(picture.memory);
}

static void test_padding_is_left_alone(void **state)
{
	static const uint32_t paddings[] = { 0, 1, 3, 62, 4096 };

	(void)state;
	for (size_t i = 0; weir_pictures[i].name; i++)
		for (size_t f = 0; weir_canvas_formats[f]; f++)
			for (size_t p = 0; p < WEIR_COUNT(paddings); p++)
				check_padding(
					&weir_pictures[i], weir_canvas_formats[f], paddings[p]);
}

static void test_noise(void **state)
{
	struct picture first, again, other;
	unsigned histogram[256] = { 0 };

	(void)state;
	make(&first, "NV12", 640, 360, 0);
	make(&again, "NV12", 640, 360, 0);
	make(&other, "NV12", 640, 360, 0);
	picture_by_name("noise")->draw(&first.canvas, 0);
	picture_by_name("noise")->draw(&again.canvas, 0);
	picture_by_name("noise")->draw(&other.canvas, 1);
	assert_memory_equal(first.memory, again.memory, first.layout.size);
	assert_memory_not_equal(first.memory, other.memory, first.layout.size);
	for (size_t i = 0; i < first.layout.size; i++)
		histogram[first.memory[i]]++;
	for (size_t i = 0; i < 256; i++)
		assert_in_range(histogram[i], first.layout.size / 256 * 8 / 10,
			first.layout.size / 256 * 12 / 10);
	free(first.memory);
	free(again.memory);
	free(other.memory);
}

/* Which of the digit's 3x5 cells are lit, read from the picture; the top left one is the highest.
 */
static unsigned cells_of_digit(
	const struct picture *picture, const struct weir_digits *digits, unsigned place)
{
	unsigned cells = 0;

	for (unsigned i = 0; i < 15; i++) {
		uint32_t column = place * WEIR_GLYPH_COLUMNS + i % 3;
		double rgb[3];

		colour_at(picture, digits->left + column * digits->scale + digits->scale / 2,
			digits->top + i / 3 * digits->scale + digits->scale / 2, rgb);
		assert_true(rgb[0] < 3 || rgb[0] > 252);
		cells = cells << 1 | (rgb[0] > 128);
	}
	return cells;
}

static void check_digits(const char *format, uint32_t width, uint32_t height)
{
	static const unsigned eight = 075757, one = 026227, nought = 075557;
	static struct weir_digits digits;
	struct picture picture;

	make(&picture, format, width, height, 5);
	picture_by_name("counter")->draw(&picture.canvas, 0);
	weir_digits_init(&digits, &picture.video);
	assert_true(digits.n >= 4);
	weir_digits_draw(&digits, &picture.pixels, 3, 9999999999);
	weir_digits_draw(&digits, &picture.pixels, 3, 70000000818);
	assert_int_equal(cells_of_digit(&picture, &digits, digits.n - 1), eight);
	assert_int_equal(cells_of_digit(&picture, &digits, digits.n - 2), one);
	assert_int_equal(cells_of_digit(&picture, &digits, digits.n - 3), eight);
	assert_int_equal(cells_of_digit(&picture, &digits, digits.n - 4), nought);
	free(picture.memory);
}

static void test_digits(void **state)
{
	(void)state;
	for (size_t f = 0; weir_canvas_formats[f]; f++) {
		check_digits(weir_canvas_formats[f], 16, 22);
		check_digits(weir_canvas_formats[f], 642, 360);
		check_digits(weir_canvas_formats[f], 1920, 1080);
	}
}

/* Digits never reach into the stamps, and are left out where they would. */
static void test_digits_fit(void **state)
{
	static struct weir_digits digits;

	(void)state;
	for (uint32_t height = 16; height < 400; height++) {
		struct weir_video video = { weir_format_by_name("GREY"), 16 + height % 300,
			height };

		video.matrix = WEIR_MATRIX_601;
		weir_digits_init(&digits, &video);
		if (height < 16 + WEIR_GLYPH_ROWS) {
			assert_int_equal(digits.n, 0);
			continue;
		}
		assert_true(digits.top >= 8);
		assert_true(digits.top + WEIR_GLYPH_ROWS * digits.scale <= height - 8);
		assert_true(
			digits.left + digits.n * WEIR_GLYPH_COLUMNS * digits.scale <= video.width);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bars),
		cmocka_unit_test(test_known_values),
		cmocka_unit_test(test_padding_is_left_alone),
		cmocka_unit_test(test_noise),
		cmocka_unit_test(test_digits),
		cmocka_unit_test(test_digits_fit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
