/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>

#include <weir/format.h>

#include "core/rtp/h264.h"

/* The size of a picture, from its sequence parameter set (ITU-T H.264, 7.3.2.1.1), which has come
 * from anywhere. Behind its end there are zeroes without end; that it was passed is asked once. */

#define MAX_POC_CYCLE 255
#define MAX_BLOCKS    (WEIR_MAX_SIZE / 16 * 2) /* in a direction, before anything is cut off */

struct bits {
	const uint8_t *at, *end;
	unsigned zeroes; /* bytes of zero before `at` */
	unsigned n;      /* bits left of `byte` */
	uint8_t byte;
	bool passed;
};

/* Units have a 3 where two zeroes would be followed by a small byte. */
static void next_byte(struct bits *bits)
{
	if (bits->zeroes >= 2 && bits->at < bits->end && *bits->at == 3) {
		bits->at++;
		bits->zeroes = 0;
	}
	bits->passed |= bits->at == bits->end;
	bits->byte = bits->passed ? 0 : *bits->at++;
	bits->zeroes = bits->byte ? 0 : bits->zeroes + 1;
	bits->n = 8;
}

static unsigned bit(struct bits *bits)
{
	if (!bits->n)
		next_byte(bits);
	return bits->byte >> --bits->n & 1;
}

static void skip(struct bits *bits, unsigned n)
{
	while (n--)
		bit(bits);
}

/* ue(v): as many zeroes as there are bits behind the first one. */
static uint32_t number(struct bits *bits)
{
	unsigned zeroes = 0;
	uint32_t value = 0;

	while (zeroes < 31 && !bit(bits))
		zeroes++;
	for (unsigned i = 0; i < zeroes; i++)
		value = value << 1 | bit(bits);
	return value + (1u << zeroes) - 1;
}

/* se(v) */
static int32_t difference(struct bits *bits)
{
	uint32_t code = number(bits);

	return code & 1 ? (int32_t)(code / 2) + 1 : -(int32_t)(code / 2);
}

static void skip_scaling_list(struct bits *bits, unsigned n)
{
	uint32_t scale = 8;

	for (unsigned i = 0; i < n && scale; i++)
		scale = (scale + (uint32_t)difference(bits)) & 255;
}

static bool has_chroma_format(uint8_t profile)
{
	static const uint8_t profiles[] = { 100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134,
		135 };

	for (size_t i = 0; i < sizeof(profiles); i++)
		if (profiles[i] == profile)
			return true;
	return false;
}

/* How planes of colour are subsampled; 0: there are none in the picture. */
static unsigned read_chroma(struct bits *bits)
{
	uint32_t format = number(bits);
	bool apart = format == 3 && bit(bits);

	number(bits); /* bits of luma, and of chroma */
	number(bits);
	skip(bits, 1);
	if (bit(bits))
		for (unsigned i = 0; i < (format == 3 ? 12 : 8); i++)
			if (bit(bits))
				skip_scaling_list(bits, i < 6 ? 16 : 64);
	return apart ? 0 : format;
}

static void skip_order(struct bits *bits)
{
	uint32_t type = number(bits), n;

	if (type == 0)
		number(bits);
	if (type != 1)
		return;
	skip(bits, 1);
	number(bits);
	number(bits);
	n = number(bits);
	for (uint32_t i = 0; i < n && i < MAX_POC_CYCLE; i++)
		number(bits);
}

/* A length in blocks, less what is cut off its ends, in units. */
static uint32_t shorten(struct bits *bits, uint64_t length, unsigned unit)
{
	uint64_t less = ((uint64_t)number(bits) + number(bits)) * unit;

	return less < length ? (uint32_t)(length - less) : 0;
}

int weir_h264_read_size(const uint8_t *sps, size_t length, uint32_t *width, uint32_t *height)
{
	struct bits bits = { .at = sps, .end = sps + length };
	uint64_t across, down;
	unsigned chroma = 1, fields;

	if (length < 5 || weir_h264_type(sps[0]) != WEIR_H264_SPS)
		return -EBADMSG;
	skip(&bits, 32);
	number(&bits);
	if (has_chroma_format(sps[1]))
		chroma = read_chroma(&bits);
	number(&bits);
	skip_order(&bits);
	number(&bits);
	skip(&bits, 1);
	across = (uint64_t)number(&bits) + 1;
	down = (uint64_t)number(&bits) + 1;
	fields = bit(&bits) ? 1 : 2;
	skip(&bits, fields == 2 ? 2 : 1);
	if (bits.passed || chroma > 3 || across > MAX_BLOCKS || down > MAX_BLOCKS)
		return -EBADMSG;
	across *= 16;
	down *= 16 * fields;
	if (bit(&bits)) {
		across = shorten(&bits, across, chroma == 1 || chroma == 2 ? 2 : 1);
		down = shorten(&bits, down, (chroma == 1 ? 2 : 1) * fields);
	}
	if (bits.passed || !across || !down || across > WEIR_MAX_SIZE || down > WEIR_MAX_SIZE)
		return -EBADMSG;
	*width = (uint32_t)across;
	*height = (uint32_t)down;
	return 0;
}
