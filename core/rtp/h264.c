/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/rtp/h264.h"

#include <errno.h>
#include <string.h>

static const uint8_t start_code[] = { 0, 0, 1 };

/* Where the next start code begins, or the end. */
static size_t find_start(const uint8_t *stream, size_t size, size_t from)
{
	const uint8_t *found =
		from < size ? memmem(stream + from, size - from, start_code, sizeof(start_code))
			    : NULL;

	return found ? (size_t)(found - stream) : size;
}

bool weir_h264_next(const uint8_t *stream, size_t size, size_t *at, size_t *unit, size_t *length)
{
	size_t begin = find_start(stream, size, *at), end;

	while (begin < size) {
		begin += sizeof(start_code);
		end = *at = find_start(stream, size, begin);
		/* Zeros before a start code, or at the end, belong to no unit. */
		while (end > begin && !stream[end - 1])
			end--;
		if (end > begin) {
			*unit = begin;
			*length = end - begin;
			return true;
		}
		begin = *at;
	}
	*at = size;
	return false;
}

void weir_h264_write_fragment(
	uint8_t to[WEIR_H264_FU_HEADER], uint8_t header, bool first, bool last)
{
	to[0] = (uint8_t)((header & 0xe0) | WEIR_H264_FU_A);
	to[1] = (uint8_t)((first ? 0x80 : 0) | (last ? 0x40 : 0) | weir_h264_type(header));
}

/* ---- parameter sets ---- */

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

struct unit {
	const uint8_t *bytes;
	size_t length;
};

static struct unit find_unit(const uint8_t *stream, size_t size, uint8_t type)
{
	size_t at = 0, unit, length;

	while (weir_h264_next(stream, size, &at, &unit, &length))
		if (weir_h264_type(stream[unit]) == type)
			return (struct unit){ stream + unit, length };
	return (struct unit){ 0 };
}

/* RFC 4648; `to` has room for it. Behind the text. */
static char *write_base64(char *to, struct unit unit)
{
	for (size_t i = 0; i < unit.length; i += 3) {
		size_t left = unit.length - i;
		uint32_t bits = (uint32_t)unit.bytes[i] << 16;

		bits |= left > 1 ? (uint32_t)unit.bytes[i + 1] << 8 : 0;
		bits |= left > 2 ? unit.bytes[i + 2] : 0;
		*to++ = digits[bits >> 18];
		*to++ = digits[bits >> 12 & 63];
		*to++ = left > 1 ? digits[bits >> 6 & 63] : '=';
		*to++ = left > 2 ? digits[bits & 63] : '=';
	}
	*to = '\0';
	return to;
}

static size_t base64_bytes(struct unit unit)
{
	return (unit.length + 2) / 3 * 4;
}

void weir_h264_describe(const uint8_t *stream, size_t size, char *text, size_t room)
{
	struct unit sps = find_unit(stream, size, WEIR_H264_SPS);
	struct unit pps = find_unit(stream, size, WEIR_H264_PPS);
	char *at = text;

	text[0] = '\0';
	if (!sps.length || !pps.length || base64_bytes(sps) + base64_bytes(pps) + 2 > room)
		return;
	at = write_base64(at, sps);
	*at++ = ',';
	write_base64(at, pps);
}

int weir_h264_read_set(const char **text, uint8_t *to, size_t room)
{
	uint32_t bits = 0;
	size_t used = 0;
	unsigned n = 0;

	for (; **text && **text != ','; ++*text) {
		const char *digit = strchr(digits, **text);

		if (**text == '=')
			continue;
		if (!digit || used == room)
			return -EBADMSG;
		bits = bits << 6 | (uint32_t)(digit - digits);
		n += 6;
		if (n < 8)
			continue;
		n -= 8;
		to[used++] = (uint8_t)(bits >> n);
	}
	*text += **text == ',';
	return (int)used;
}
