/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_CAPTURE_PATTERN_DIGITS_H
#define WEIR_CAPTURE_PATTERN_DIGITS_H

#include "capture/pattern/canvas.h"
#include "core/font.h"

/* A number in large digits in the middle of a grey picture. What it costs to draw does not depend
 * on the picture's size: the digits stop growing at a certain one, and only those that changed
 * since the slot's last frame are drawn. */

#define WEIR_DIGITS       10 /* the last so many of the number */
#define WEIR_DIGITS_SLOTS 32
#define WEIR_DIGIT_SCALE  12

struct weir_digits {
	unsigned n; /* 0: the picture has no room for any */
	uint32_t scale, left, top;
	size_t pixel_bytes, run_bytes;
	uint8_t runs[10][WEIR_GLYPH_ROWS][WEIR_GLYPH_COLUMNS * WEIR_DIGIT_SCALE * 4];
	uint8_t shown[WEIR_DIGITS_SLOTS][WEIR_DIGITS]; /* 1 + the digit that stands there */
};

/* Prepares for pictures of that kind with no digits in any slot. */
void weir_digits_init(struct weir_digits *digits, const struct weir_video *video);

void weir_digits_draw(struct weir_digits *digits, const struct weir_pixels *pixels, unsigned slot,
	uint64_t number);

#endif
