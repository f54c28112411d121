/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_CORE_STAMP_H
#define WEIR_CORE_STAMP_H

#include <stdbool.h>
#include <stdint.h>

#include <weir/format.h>
#include <weir/frame.h>

/* The frame stamp: a 64-bit counter and its checksum, drawn as picture into the first and again into the last
 * lines of a frame, so that whoever receives the picture can prove which frame it is and whether
 * top and bottom belong together, also after it was cropped to its upper or lower half.
 *
 * It is a grid of black and white cells drawn in luma (or in all of R, G and B), coarse enough for the smallest
 * frame (16x16) and robust against lossy coding in larger ones; core/stamp.c has the geometry. */

/* Whether frames of this kind can carry a stamp: every uncompressed format that the pattern source
 * draws. */
bool weir_stamp_fits(const struct weir_video *video);

/* Writes the stamp at top and bottom. Touches only the cells' bytes. */
void weir_stamp_write(
	const struct weir_video *video, const struct weir_pixels *pixels, uint64_t counter);

enum weir_stamp_state {
	WEIR_STAMP_WHOLE,   /* top and bottom agree */
	WEIR_STAMP_TOP,     /* only the top is readable: a crop to the upper half */
	WEIR_STAMP_BOTTOM,  /* only the bottom */
	WEIR_STAMP_TORN,    /* both are readable and differ */
	WEIR_STAMP_MISSING  /* none is readable */
};

/* Reads the stamp; *counter is set unless MISSING (the top's when TORN). */
enum weir_stamp_state weir_stamp_read(
	const struct weir_video *video, const struct weir_pixels *pixels, uint64_t *counter);

#endif
