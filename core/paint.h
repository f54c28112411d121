/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_CORE_PAINT_H
#define WEIR_CORE_PAINT_H

#include <weir/format.h>
#include <weir/frame.h>

#include "core/rect.h"

/* Black and white in any uncompressed format. */

enum weir_ink { WEIR_BLACK, WEIR_WHITE, WEIR_N_INKS };

#define WEIR_BLOCK_BYTES 8

struct weir_paint {
	const struct weir_format *format;
	uint8_t pixel_bytes; /* of the first plane, whose pixels are all alike in either ink; 0: a
			      * block's cannot be told apart by bytes */
	uint8_t block[WEIR_N_INKS][WEIR_MAX_PLANES][WEIR_BLOCK_BYTES];
};

/* For pictures of that format and range; where the range is unknown, YUV's is limited. Alpha is
 * opaque. 0, or -ENOTSUP: compressed. */
int weir_paint_init(struct weir_paint *paint, const struct weir_video *video);

/* Writes `bytes` bytes of the ink in that plane, whole blocks from the left. */
void weir_paint_run(const struct weir_paint *paint, enum weir_ink ink, unsigned plane, uint8_t *to,
	size_t bytes);

/* Fills a rectangle of whole blocks within the picture: in one plane, in all of them. Writes these
 * pixels and nothing else, and reads nothing. */
void weir_paint_fill_plane(const struct weir_paint *paint, enum weir_ink ink, unsigned plane,
	const struct weir_pixels *pixels, const struct weir_rect *rect);
void weir_paint_fill(const struct weir_paint *paint, enum weir_ink ink,
	const struct weir_pixels *pixels, const struct weir_rect *rect);

#endif
