/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_CAPTURE_PATTERN_CANVAS_H
#define WEIR_CAPTURE_PATTERN_CANVAS_H

#include <stdbool.h>
#include <stdint.h>

#include <weir/format.h>
#include <weir/frame.h>

/* Drawing in R'G'B' into a picture of any format that patterns come in. */

struct weir_rgb {
	uint8_t r, g, b;
};

/* Puts pixel `x` of the lines that start at line[plane]; `c` is Y, U, V or R, G, B. */
typedef void weir_put_pixel(uint8_t *const line[], uint32_t x, const uint8_t c[3]);

struct weir_canvas {
	const struct weir_video *video;
	const struct weir_pixels *pixels;
	weir_put_pixel *put;
};

/* The names of the formats, in the order that they are offered in, ended by NULL. */
extern const char *const weir_canvas_formats[];

bool weir_canvas_draws(const struct weir_format *format);

/* For a video whose format it draws. Both are borrowed. */
void weir_canvas_init(struct weir_canvas *canvas, const struct weir_video *video,
	const struct weir_pixels *pixels);

/* The colour in the video's own terms: its matrix and limited range for YUV. */
void weir_colour_encode(const struct weir_video *video, struct weir_rgb rgb, uint8_t out[3]);

/* Fills the lines from `first` (even) to before `end`, all alike: pixel x gets colour(data, x). */
void weir_canvas_fill(const struct weir_canvas *canvas, uint32_t first, uint32_t end,
	struct weir_rgb (*colour)(const void *data, uint32_t x), const void *data);

#endif
