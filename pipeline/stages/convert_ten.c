/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pipeline/stages/convert_ten.h"

#include <stdint.h>

#define SAMPLE 0x3ffu

/* U, Y, V, Y of two pixels: 40 bits from the highest of the first byte on. */
static void put_group(uint8_t *to, uint64_t u, uint64_t y0, uint64_t v, uint64_t y1)
{
	uint64_t group = u << 30 | y0 << 20 | v << 10 | y1;

	for (unsigned i = 0; i < 5; i++)
		to[i] = (uint8_t)(group >> (32 - 8 * i));
}

static uint64_t get_group(const uint8_t *from)
{
	return (uint64_t)from[0] << 32 | (uint64_t)from[1] << 24 | (uint64_t)from[2] << 16 |
	       (uint64_t)from[3] << 8 | from[4];
}

/* Y210 is Y, U, Y, V in little-endian words, the samples in their high bits. */
static uint64_t get_word(const uint8_t *from)
{
	return (uint64_t)from[1] << 2 | from[0] >> 6;
}

static void put_word(uint8_t *to, uint64_t sample)
{
	to[0] = (uint8_t)(sample << 6);
	to[1] = (uint8_t)((sample & SAMPLE) >> 2);
}

static void row_uyvy_to_uyvp(const uint8_t *from, uint8_t *to, int groups)
{
	for (int i = 0; i < groups; i++, from += 4, to += 5)
		put_group(to, from[0] * 4u, from[1] * 4u, from[2] * 4u, from[3] * 4u);
}

static void row_uyvp_to_uyvy(const uint8_t *from, uint8_t *to, int groups)
{
	for (int i = 0; i < groups; i++, from += 5, to += 4) {
		uint64_t group = get_group(from);

		for (unsigned k = 0; k < 4; k++)
			to[k] = (uint8_t)(group >> (32 - 10 * k));
	}
}

static void row_y210_to_uyvp(const uint8_t *from, uint8_t *to, int groups)
{
	for (int i = 0; i < groups; i++, from += 8, to += 5)
		put_group(to, get_word(from + 2), get_word(from), get_word(from + 6),
			get_word(from + 4));
}

static void row_uyvp_to_y210(const uint8_t *from, uint8_t *to, int groups)
{
	for (int i = 0; i < groups; i++, from += 5, to += 8) {
		uint64_t group = get_group(from);

		put_word(to, group >> 20);
		put_word(to + 2, group >> 30);
		put_word(to + 4, group);
		put_word(to + 6, group >> 10);
	}
}

static int each_row(
	const struct convert_call *call, void (*row)(const uint8_t *from, uint8_t *to, int groups))
{
	for (int y = 0; y < call->height; y++)
		row(call->from.data[0] + (size_t)y * call->from.stride[0],
			call->to.data[0] + (size_t)y * call->to.stride[0], (call->width + 1) / 2);
	return 0;
}

int convert_uyvy_to_uyvp(const struct convert_call *call)
{
	return each_row(call, row_uyvy_to_uyvp);
}

int convert_uyvp_to_uyvy(const struct convert_call *call)
{
	return each_row(call, row_uyvp_to_uyvy);
}

int convert_y210_to_uyvp(const struct convert_call *call)
{
	return each_row(call, row_y210_to_uyvp);
}

int convert_uyvp_to_y210(const struct convert_call *call)
{
	return each_row(call, row_uyvp_to_y210);
}
