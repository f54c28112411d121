/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/paint.h"

#include <errno.h>
#include <string.h>

#include "core/pixel.h"

/* Divided by every block's size: 1, 2, 3, 4, 5 and 8 bytes. */
#define RUN_BYTES 240

static uint32_t highest(unsigned bits)
{
	return UINT32_MAX >> (32 - bits);
}

/* Black and white of limited range are 16 and 235 of 8 bits, and as much more of more bits. */
static uint32_t luma(enum weir_ink ink, unsigned bits, bool full)
{
	if (full)
		return ink == WEIR_WHITE ? highest(bits) : 0;
	return (ink == WEIR_WHITE ? 235u : 16u) << (bits - 8);
}

static uint32_t value(const struct weir_pixel_field *field, enum weir_ink ink, bool full)
{
	switch (field->what) {
	case 'Y':
		return luma(ink, field->bits, full);
	case 'C':
		return 1u << (field->bits - 1);
	case 'A':
		return highest(field->bits);
	default:
		return ink == WEIR_WHITE ? highest(field->bits) : 0;
	}
}

static uint32_t word_of(const struct weir_pixel *pixel, enum weir_ink ink, bool full)
{
	uint32_t word = 0;

	for (unsigned i = 0; i < pixel->n_fields; i++)
		word |= value(&pixel->field[i], ink, full) << pixel->field[i].shift;
	return word;
}

static void repeat_word(
	const struct weir_pixel *pixel, uint32_t word, uint8_t *block, unsigned block_bytes)
{
	for (unsigned i = 0; i < block_bytes; i += pixel->bytes)
		weir_pixel_store(pixel, block + i, word);
}

/* UYVP, whose pixels are no words: four samples of 10 bits, from the highest bit on. */
static int init_ten(struct weir_paint *paint, const struct weir_format *format, bool full)
{
	*paint = (struct weir_paint){ .format = format };
	for (unsigned ink = 0; ink < WEIR_N_INKS; ink++) {
		uint64_t y = luma((enum weir_ink)ink, 10, full), chroma = 1u << 9;
		uint64_t group = chroma << 30 | y << 20 | chroma << 10 | y;

		for (unsigned i = 0; i < 5; i++)
			paint->block[ink][0][i] = (uint8_t)(group >> (32 - 8 * i));
	}
	return 0;
}

int weir_paint_init(struct weir_paint *paint, const struct weir_video *video)
{
	const struct weir_format *format = video->format;
	bool full = video->range == WEIR_RANGE_FULL;
	struct weir_pixel pixel, chroma;
	int err = weir_pixel_of(format, &pixel);

	if (format->rtp_depth == 10)
		return init_ten(paint, format, full);
	if (err)
		return err;
	*paint = (struct weir_paint){ .format = format, .pixel_bytes = pixel.bytes };
	/* Samples of further planes are as wide as those of the first. */
	chroma = pixel;
	chroma.field[0].what = 'C';
	for (unsigned ink = 0; ink < WEIR_N_INKS; ink++) {
		repeat_word(&pixel, word_of(&pixel, ink, full), paint->block[ink][0],
			format->plane[0].block_bytes);
		for (unsigned i = 1; i < format->n_planes; i++)
			repeat_word(&chroma, word_of(&chroma, ink, full), paint->block[ink][i],
				format->plane[i].block_bytes);
	}
	return 0;
}

void weir_paint_run(const struct weir_paint *paint, enum weir_ink ink, unsigned plane, uint8_t *to,
	size_t bytes)
{
	size_t block_bytes = paint->format->plane[plane].block_bytes;

	for (size_t i = 0; i < bytes; i += block_bytes)
		memcpy(to + i, paint->block[ink][plane], block_bytes);
}

/* In copies of a short run: frame memory may be slow to read, so nothing is copied from there. */
static void fill_line(uint8_t *to, const uint8_t *run, size_t bytes)
{
	for (; bytes > RUN_BYTES; bytes -= RUN_BYTES, to += RUN_BYTES)
		memcpy(to, run, RUN_BYTES);
	memcpy(to, run, bytes);
}

void weir_paint_fill_plane(const struct weir_paint *paint, enum weir_ink ink, unsigned plane,
	const struct weir_pixels *pixels, const struct weir_rect *rect)
{
	unsigned block_height = paint->format->plane[plane].block_height;
	size_t bytes = weir_format_line_bytes(paint->format, plane, rect->width);
	size_t left = weir_format_line_bytes(paint->format, plane, rect->x);
	uint32_t first = rect->y / block_height, lines = rect->height / block_height;
	uint8_t run[RUN_BYTES];

	weir_paint_run(paint, ink, plane, run, bytes < RUN_BYTES ? bytes : RUN_BYTES);
	for (uint32_t y = first; y < first + lines; y++)
		fill_line(
			pixels->data[plane] + (size_t)y * pixels->stride[plane] + left, run, bytes);
}

void weir_paint_fill(const struct weir_paint *paint, enum weir_ink ink,
	const struct weir_pixels *pixels, const struct weir_rect *rect)
{
	for (unsigned i = 0; i < paint->format->n_planes; i++)
		weir_paint_fill_plane(paint, ink, i, pixels, rect);
}
