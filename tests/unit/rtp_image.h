/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_TESTS_RTP_IMAGE_H
#define WEIR_TESTS_RTP_IMAGE_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "core/jpeg_huffman.h"

/* JPEG images segment by segment, with a scan that nobody can decode. */

struct rtp_image {
	uint8_t bytes[1 << 16];
	size_t size;
	size_t scan, length; /* what RTP carries of it */
};

struct rtp_image_settings {
	uint16_t width, height; /* 0: 640x480 */
	uint8_t luma, chroma;   /* sampling; 0: 4:2:2 */
	uint8_t process;        /* 0: baseline */
	uint8_t components;     /* 0: three */
	uint8_t precision;      /* of the quantisation tables */
	uint8_t chroma_table;   /* of the third component; 0: the second's */
	uint16_t restart;
	uint32_t length;       /* of the scan; 0: 5000 */
	bool no_huffman, other_huffman, no_end;
};

static inline void rtp_image_put(struct rtp_image *image, const void *bytes, size_t n)
{
	memcpy(image->bytes + image->size, bytes, n);
	image->size += n;
}

static inline void rtp_image_segment(
	struct rtp_image *image, uint8_t marker, const uint8_t *bytes, size_t n)
{
	const uint8_t head[] = { 0xff, marker, (uint8_t)((n + 2) >> 8), (uint8_t)(n + 2) };

	rtp_image_put(image, head, sizeof(head));
	rtp_image_put(image, bytes, n);
}

static inline void rtp_image_tables(struct rtp_image *image, uint8_t precision)
{
	uint8_t table[1 + 64 * 2];
	size_t bytes = 1 + 64u * (precision ? 2 : 1);

	for (uint8_t number = 0; number < 3; number++) {
		table[0] = (uint8_t)(precision << 4 | number);
		for (unsigned i = 1; i < bytes; i++)
			table[i] = (uint8_t)(i + number);
		rtp_image_segment(image, 0xdb, table, bytes);
	}
}

static inline void rtp_image_frame(
	struct rtp_image *image, const struct rtp_image_settings *settings)
{
	uint16_t width = settings->width ? settings->width : 640;
	uint16_t height = settings->height ? settings->height : 480;
	uint8_t luma = settings->luma ? settings->luma : 0x21;
	uint8_t chroma = settings->chroma ? settings->chroma : 0x11;
	uint8_t last = settings->chroma_table ? settings->chroma_table : 1;
	uint8_t components = settings->components ? settings->components : 3;
	const uint8_t frame[] = { 8, (uint8_t)(height >> 8), (uint8_t)height,
		(uint8_t)(width >> 8), (uint8_t)width, components, 1, luma, 0, 2, chroma, 1, 3,
		chroma, last };

	rtp_image_segment(image, settings->process ? settings->process : 0xc0, frame,
		6 + 3u * components);
}

static inline void rtp_image_scan(struct rtp_image *image, uint32_t length, uint32_t seed)
{
	image->scan = image->size;
	image->length = length;
	for (uint32_t i = 0; i < length; i++) {
		uint8_t byte;

		seed = seed * 1664525 + 1013904223;
		byte = (uint8_t)(seed >> 24);
		image->bytes[image->size++] = byte == 0xff ? 0 : byte; /* no markers */
	}
}

static inline void rtp_image_make(
	struct rtp_image *image, const struct rtp_image_settings *settings, uint32_t seed)
{
	static const uint8_t start[] = { 0xff, 0xd8 }, end[] = { 0xff, 0xd9, 0, 0, 0 };
	const uint8_t restart[] = { (uint8_t)(settings->restart >> 8), (uint8_t)settings->restart };
	const uint8_t components = settings->components ? settings->components : 3;
	uint8_t scan[10] = { components, 1, 0x00, 2, 0x11, 3, 0x11 };
	uint8_t huffman[WEIR_JPEG_HUFFMAN - 4];

	image->size = 0;
	rtp_image_put(image, start, sizeof(start));
	rtp_image_segment(image, 0xe0, (const uint8_t *)"AVI1", 4);
	rtp_image_tables(image, settings->precision);
	rtp_image_frame(image, settings);
	memcpy(huffman, weir_jpeg_huffman + 4, sizeof(huffman));
	huffman[40] ^= settings->other_huffman;
	huffman[41] = (uint8_t)(huffman[41] ^ settings->other_huffman);
	if (!settings->no_huffman)
		rtp_image_segment(image, 0xc4, huffman, sizeof(huffman));
	if (settings->restart)
		rtp_image_segment(image, 0xdd, restart, sizeof(restart));
	scan[1 + 2 * components + 1] = 63;
	rtp_image_segment(image, 0xda, scan, 4 + 2u * components);
	rtp_image_scan(image, settings->length ? settings->length : 5000, seed);
	if (settings->no_end)
		return;
	rtp_image_put(image, end, sizeof(end));
	image->length += 2;
}

#endif
