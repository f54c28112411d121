/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_TESTS_H264_STREAM_H
#define WEIR_TESTS_H264_STREAM_H

#include <string.h>

#include "core/rtp/h264.h"

/* Byte streams that look like H.264, of bytes that have no start code among them. */

struct h264_stream {
	size_t size;
	uint8_t bytes[1 << 16];
};

static const uint8_t h264_sps[] = { 0x67, 0x64, 0x00, 0x1f, 0xac, 0xb4, 0x05, 0x01, 0x7f, 0xcb,
	0x80, 0x88, 0x00, 0x00, 0x03, 0x00, 0x08, 0x00, 0x00, 0x03, 0x03, 0x24, 0x78, 0xc1,
	0x95 }; /* of 640x360 */
static const uint8_t h264_pps[] = { 0x68, 0xef, 0x0f, 0xcb };

static inline void h264_put(struct h264_stream *stream, const void *unit, size_t length)
{
	memcpy(stream->bytes + stream->size, "\0\0\0\1", 4);
	memcpy(stream->bytes + stream->size + 4, unit, length);
	stream->size += 4 + length;
}

/* A unit of so many bytes, which follow from `seed`. */
static inline void h264_put_unit(
	struct h264_stream *stream, uint8_t header, size_t length, uint32_t seed)
{
	uint8_t *unit = stream->bytes + stream->size + 4;

	h264_put(stream, &header, 1);
	for (size_t i = 1; i < length; i++) {
		seed = seed * 1664525 + 1013904223;
		unit[i] = (uint8_t)(seed >> 24 | 1);
	}
	stream->size += length - 1;
}

static inline void h264_put_sets(struct h264_stream *stream)
{
	h264_put(stream, h264_sps, sizeof(h264_sps));
	h264_put(stream, h264_pps, sizeof(h264_pps));
}

#endif
