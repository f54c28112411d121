/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_CORE_STAMP_H
#define WEIR_CORE_STAMP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <weir/format.h>
#include <weir/frame.h>

/* The frame stamp: a 64-bit counter and its checksum, drawn as picture into the first and again
 * into the last lines of a frame, so that whoever receives the picture can prove which frame it is
 * and whether top and bottom belong together, also after it was cropped to its upper or lower half.
 *
 * It is a grid of black and white cells drawn in luma (or in all of R, G and B), coarse enough for
 * the smallest frame (16x16) and robust against lossy coding in larger ones:
 *
 *	96 cells, row by row from the left: the counter, then the checksum, highest bit first
 *	a cell is 4x4 pixels from 192 pixels of width on, 2x2 from 48, 1x1 below
 *	a row has as many cells as fit the width, so that a stamp is never higher than 8 lines
 *
 * Nothing depends on the height. The checksum is that of the counter and of which end it stands at,
 * so that neither plain pictures nor a displaced stamp pass for one. */

#define WEIR_STAMP_MAX_LINES 8

enum weir_stamp_end { WEIR_STAMP_AT_TOP, WEIR_STAMP_AT_BOTTOM };

uint32_t weir_stamp_checksum(uint64_t counter, enum weir_stamp_end end);

/* Whether frames of this kind can carry a stamp: every uncompressed format that the pattern source
 * draws. */
bool weir_stamp_fits(const struct weir_video *video);

/* Writes the stamp at top and bottom (at the top only, where a crop left no room for two). Touches
 * only the cells' pixels and the chroma samples that these share. */
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

/* The same for JPEG images, in comment segments of a fixed size: one right after the start of the
 * image, one right before its end. Whoever encodes the image leaves the room. */
#define WEIR_STAMP_JPEG_SIZE 20

/* Writes both segments into an image of `size` bytes from its SOI to its EOI marker. */
void weir_stamp_jpeg_write(uint8_t *image, size_t size, uint64_t counter);

/* As weir_stamp_read(). Nobody crops a coded image, so one that has only its top is TORN; only the
 * bottom is what a transport leaves that writes the headers anew. */
enum weir_stamp_state weir_stamp_jpeg_read(const uint8_t *image, size_t size, uint64_t *counter);

#endif
