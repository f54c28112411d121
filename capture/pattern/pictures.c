/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "capture/pattern/pictures.h"

#include <string.h>

#include "core/checked.h"

/* One colour of a band, up to so many 84ths of the width: a seventh is 12, a quarter of 5/7 is 15.
 */
struct stripe {
	uint32_t until;
	struct weir_rgb rgb;
};

#define STRIPES 84
#define GREY                                                                                       \
	{                                                                                          \
		191, 191, 191                                                                      \
	}
#define BLACK                                                                                      \
	{                                                                                          \
		0, 0, 0                                                                            \
	}

static const struct stripe bars_75[] = { { 12, GREY }, { 24, { 191, 191, 0 } },
	{ 36, { 0, 191, 191 } }, { 48, { 0, 191, 0 } }, { 60, { 191, 0, 191 } },
	{ 72, { 191, 0, 0 } }, { 84, { 0, 0, 191 } } };
static const struct stripe castellations[] = { { 12, { 0, 0, 191 } }, { 24, BLACK },
	{ 36, { 191, 0, 191 } }, { 48, BLACK }, { 60, { 0, 191, 191 } }, { 72, BLACK },
	{ 84, GREY } };
/* -I, white, +Q, black, then black levels a little apart: one can tell whether a screen keeps them.
 */
static const struct stripe levels[] = { { 15, { 0, 33, 76 } }, { 30, { 255, 255, 255 } },
	{ 45, { 50, 0, 106 } }, { 60, BLACK }, { 64, { 9, 9, 9 } }, { 68, { 19, 19, 19 } },
	{ 72, { 29, 29, 29 } }, { 84, BLACK } };

struct band {
	const struct stripe *stripes;
	uint32_t width; /* of the picture */
};

/* Even, so that no pair of pixels or lines shares its chroma across an edge. */
static uint32_t edge(uint32_t size, uint32_t part, uint32_t parts)
{
	return part == parts ? size : size * part / parts & ~1u;
}

static struct weir_rgb colour_of_band(const void *data, uint32_t x)
{
	const struct band *band = data;
	const struct stripe *stripe = band->stripes;

	while (x >= edge(band->width, stripe->until, STRIPES))
		stripe++;
	return stripe->rgb;
}

static void draw_bars(const struct weir_canvas *canvas, unsigned slot)
{
	static const struct {
		uint32_t until; /* 12ths of the height */
		const struct stripe *stripes;
	} bands[] = { { 8, bars_75 }, { 9, castellations }, { 12, levels } };
	uint32_t first = 0;

	(void)slot;
	for (size_t i = 0; i < WEIR_COUNT(bands); i++) {
		struct band band = { bands[i].stripes, canvas->video->width };
		uint32_t end = edge(canvas->video->height, bands[i].until, 12);

		weir_canvas_fill(canvas, first, end, colour_of_band, &band);
		first = end;
	}
}

/* Dark, for the number to stand out, and grey, for it to be drawn in luma alone. */
static struct weir_rgb colour_of_ramp(const void *data, uint32_t x)
{
	const struct weir_video *video = data;
	uint8_t level = (uint8_t)(8 + 64 * x / video->width);

	return (struct weir_rgb){ level, level, level };
}

static void draw_ramp(const struct weir_canvas *canvas, unsigned slot)
{
	(void)slot;
	weir_canvas_fill(canvas, 0, canvas->video->height, colour_of_ramp, canvas->video);
}

static struct weir_rgb colour_of_black(const void *data, uint32_t x)
{
	(void)data;
	(void)x;
	return (struct weir_rgb)BLACK;
}

static void draw_black(const struct weir_canvas *canvas, unsigned slot)
{
	(void)slot;
	weir_canvas_fill(canvas, 0, canvas->video->height, colour_of_black, NULL);
}

/* G. Marsaglia, "Xorshift RNGs", 2003. */
static uint64_t xorshift(uint64_t x)
{
	x ^= x << 13;
	x ^= x >> 7;
	return x ^ x << 17;
}

static void draw_noise(const struct weir_canvas *canvas, unsigned slot)
{
	const struct weir_format *format = canvas->video->format;
	uint64_t random = 0x2545f4914f6cdd1d + slot;

	for (unsigned p = 0; p < format->n_planes; p++) {
		size_t bytes = weir_format_line_bytes(format, p, canvas->video->width);
		uint8_t *line = canvas->pixels->data[p];

		for (uint32_t y = 0; y < canvas->video->height;
			y += format->plane[p].block_height) {
			for (size_t i = 0; i < bytes; i += sizeof(random)) {
				size_t left = bytes - i;

				random = xorshift(random);
				memcpy(line + i, &random,
					left < sizeof(random) ? left : sizeof(random));
			}
			line += canvas->pixels->stride[p];
		}
	}
}

const struct weir_picture weir_pictures[] = { { "bars", "colour bars", false, draw_bars },
	{ "counter", "frame counter", true, draw_ramp }, { "noise", "noise", false, draw_noise },
	{ "black", "black", false, draw_black }, { NULL } };
