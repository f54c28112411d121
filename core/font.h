/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_CORE_FONT_H
#define WEIR_CORE_FONT_H

#include <stdint.h>

/* A font for numbers and times: as small as digits can be read. */

#define WEIR_GLYPH_COLUMNS 4 /* the last one is the gap to the next character */
#define WEIR_GLYPH_ROWS    5

/* The character's shape, one octal digit a row; blank where the font has none. */
uint16_t weir_glyph(char c);

/* Row `row` from the top: the left column is 4, the gap never set. */
static inline unsigned weir_glyph_row(uint16_t glyph, unsigned row)
{
	return glyph >> 3 * (WEIR_GLYPH_ROWS - 1 - row) & 7;
}

#endif
