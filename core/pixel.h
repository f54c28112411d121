/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_CORE_PIXEL_H
#define WEIR_CORE_PIXEL_H

#include <stdbool.h>
#include <stdint.h>

#include <weir/format.h>

/* What the bits of a pixel mean, in every uncompressed format. A pixel is its share of the first
 * plane's block, read as one word of `bytes` bytes: of YUYV, Y and one of U and V. Further planes
 * are chroma and nothing else. */

#define WEIR_PIXEL_FIELDS 4

/* Some bits that lie side by side. */
struct weir_pixel_field {
	char what; /* 'Y'; 'C', either chroma; 'R', 'G', 'B'; 'A', alpha or its padding */
	uint8_t shift, bits;
};

struct weir_pixel {
	uint8_t bytes; /* 1 to 4 */
	bool big_endian;
	uint8_t n_fields;
	struct weir_pixel_field field[WEIR_PIXEL_FIELDS]; /* the rest of the word is zero */
};

/* 0, or -ENOTSUP: compressed, or no such pixel is known. */
int weir_pixel_of(const struct weir_format *format, struct weir_pixel *out);

uint32_t weir_pixel_load(const struct weir_pixel *pixel, const uint8_t *from);
void weir_pixel_store(const struct weir_pixel *pixel, uint8_t *to, uint32_t word);

#endif
