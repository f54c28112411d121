/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_CORE_JPEG_HUFFMAN_H
#define WEIR_CORE_JPEG_HUFFMAN_H

#include <stddef.h>
#include <stdint.h>

/* The segment, marker included, with the Huffman tables of ITU-T T.81, annex K.3: luma's
 * differences and coefficients, then chroma's. Images without tables mean these, and RTP knows no
 * others. */
#define WEIR_JPEG_HUFFMAN 420
extern const uint8_t weir_jpeg_huffman[WEIR_JPEG_HUFFMAN];

/* Where an image lacks them, as those of many cameras do and no browser takes: the place to put
 * them. SIZE_MAX where nothing is to be put: it has tables, or is no such image at all. */
size_t weir_jpeg_huffman_place(const uint8_t *image, size_t length);

#endif
