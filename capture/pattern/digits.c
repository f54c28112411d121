/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "capture/pattern/digits.h"

#include <string.h>

#include "core/stamp.h"

static uint32_t least(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

static void place(struct weir_digits *digits, const struct weir_video *video)
{
	uint32_t room = video->height - 2 * WEIR_STAMP_MAX_LINES;
	uint32_t fit =
		least(video->width / (WEIR_DIGITS * WEIR_GLYPH_COLUMNS), room / WEIR_GLYPH_ROWS);

	if (room < WEIR_GLYPH_ROWS)
		return;
	digits->scale = fit ? least(fit, WEIR_DIGIT_SCALE) : 1;
	digits->n = least(video->width / (WEIR_GLYPH_COLUMNS * digits->scale), WEIR_DIGITS);
	digits->left = (video->width - digits->n * WEIR_GLYPH_COLUMNS * digits->scale) / 2;
	digits->top = (video->height - WEIR_GLYPH_ROWS * digits->scale) / 2;
}

/* Draws each row of each digit once, as pixels from x = 0 of a line of their own. Grey has the same
 * chroma everywhere, so that a run may later start at any pixel and needs the first plane only. */
static void prepare_runs(struct weir_digits *digits, const struct weir_canvas *canvas)
{
	uint32_t width = WEIR_GLYPH_COLUMNS * digits->scale;
	uint8_t chroma[WEIR_GLYPH_COLUMNS * WEIR_DIGIT_SCALE];
	uint8_t ink[3], paper[3];

	weir_colour_encode(canvas->video, (struct weir_rgb){ 255, 255, 255 }, ink);
	weir_colour_encode(canvas->video, (struct weir_rgb){ 0, 0, 0 }, paper);
	for (unsigned i = 0; i < 10 * WEIR_GLYPH_ROWS; i++) {
		unsigned digit = i / WEIR_GLYPH_ROWS, row = i % WEIR_GLYPH_ROWS;
		unsigned bits = weir_glyph_row(weir_glyph((char)('0' + digit)), row);
		uint8_t *line[] = { digits->runs[digit][row], chroma };

		for (uint32_t x = 0; x < width; x++)
			canvas->put(line, x, bits << x / digits->scale & 4 ? ink : paper);
	}
}

void weir_digits_init(struct weir_digits *digits, const struct weir_video *video)
{
	struct weir_canvas canvas;

	*digits = (struct weir_digits){ 0 };
	weir_canvas_init(&canvas, video, NULL);
	place(digits, video);
	digits->pixel_bytes =
		video->format->plane[0].block_bytes / video->format->plane[0].block_width;
	digits->run_bytes = WEIR_GLYPH_COLUMNS * digits->scale * digits->pixel_bytes;
	prepare_runs(digits, &canvas);
}

static void draw_digit(const struct weir_digits *digits, const struct weir_pixels *pixels,
	unsigned place, unsigned digit)
{
	size_t x = digits->left + (size_t)place * WEIR_GLYPH_COLUMNS * digits->scale;
	uint8_t *to =
		pixels->data[0] + (size_t)digits->top * pixels->stride[0] + x * digits->pixel_bytes;

	for (uint32_t y = 0; y < WEIR_GLYPH_ROWS * digits->scale; y++) {
		memcpy(to, digits->runs[digit][y / digits->scale], digits->run_bytes);
		to += pixels->stride[0];
	}
}

void weir_digits_draw(struct weir_digits *digits, const struct weir_pixels *pixels, unsigned slot,
	uint64_t number)
{
	for (unsigned i = digits->n; i-- > 0; number /= 10) {
		uint8_t digit = (uint8_t)(number % 10);

		if (digits->shown[slot][i] == digit + 1)
			continue;
		draw_digit(digits, pixels, i, digit);
		digits->shown[slot][i] = digit + 1;
	}
}
