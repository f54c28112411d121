/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/stamp.h"

#include <assert.h>
#include <string.h>

/* Marker, length (which counts itself but not the marker), "weir", counter, checksum; ITU-T T.81,
 * B.2.4.5. */
static const uint8_t prefix[] = { 0xff, 0xfe, 0, WEIR_STAMP_JPEG_SIZE - 2, 'w', 'e', 'i', 'r' };

#define MARKER_BYTES 2
#define LEAST_BYTES  (2 * MARKER_BYTES + 2 * WEIR_STAMP_JPEG_SIZE)

static void put_big_endian(uint8_t *to, uint64_t value, unsigned bytes)
{
	while (bytes--) {
		to[bytes] = (uint8_t)value;
		value >>= 8;
	}
}

static uint64_t get_big_endian(const uint8_t *from, unsigned bytes)
{
	uint64_t value = 0;

	while (bytes--)
		value = value << 8 | *from++;
	return value;
}

static void write_segment(uint8_t *segment, uint64_t counter, enum weir_stamp_end end)
{
	memcpy(segment, prefix, sizeof(prefix));
	put_big_endian(segment + sizeof(prefix), counter, 8);
	put_big_endian(segment + sizeof(prefix) + 8, weir_stamp_checksum(counter, end), 4);
}

static bool read_segment(const uint8_t *segment, enum weir_stamp_end end, uint64_t *counter)
{
	*counter = get_big_endian(segment + sizeof(prefix), 8);
	return !memcmp(segment, prefix, sizeof(prefix)) &&
	       get_big_endian(segment + sizeof(prefix) + 8, 4) ==
		       weir_stamp_checksum(*counter, end);
}

void weir_stamp_jpeg_write(uint8_t *image, size_t size, uint64_t counter)
{
	assert(size >= LEAST_BYTES);
	write_segment(image + MARKER_BYTES, counter, WEIR_STAMP_AT_TOP);
	write_segment(
		image + size - MARKER_BYTES - WEIR_STAMP_JPEG_SIZE, counter, WEIR_STAMP_AT_BOTTOM);
}

enum weir_stamp_state weir_stamp_jpeg_read(const uint8_t *image, size_t size, uint64_t *counter)
{
	uint64_t top, bottom;
	bool has_top, has_bottom;

	if (size < LEAST_BYTES)
		return WEIR_STAMP_MISSING;
	has_top = read_segment(image + MARKER_BYTES, WEIR_STAMP_AT_TOP, &top);
	has_bottom = read_segment(
		image + size - MARKER_BYTES - WEIR_STAMP_JPEG_SIZE, WEIR_STAMP_AT_BOTTOM, &bottom);
	if (!has_top && !has_bottom)
		return WEIR_STAMP_MISSING;
	*counter = has_top ? top : bottom;
	if (!has_top)
		return WEIR_STAMP_BOTTOM;
	return has_bottom && top == bottom ? WEIR_STAMP_WHOLE : WEIR_STAMP_TORN;
}
