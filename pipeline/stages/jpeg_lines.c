/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pipeline/stages/jpeg_lines.h"

#include <endian.h>
#include <string.h>

/* Loops over as many samples as this, always, are what compilers make SIMD of at -O2. */
#define RUN 64

/* Words, and a shift by a constant: bytes with gaps between them are nothing for SIMD. */
#define TAKE_RUN(name, type, to_host, shift)                                                       \
	static void name(const uint8_t *restrict from, uint8_t *restrict to)                       \
	{                                                                                          \
		for (unsigned i = 0; i < RUN; i++) {                                               \
			type word;                                                                 \
                                                                                                   \
			memcpy(&word, from + sizeof(word) * i, sizeof(word));                      \
			to[i] = (uint8_t)(to_host(word) >> (shift));                               \
		}                                                                                  \
	}
TAKE_RUN(take_0_of_2, uint16_t, le16toh, 0)
TAKE_RUN(take_1_of_2, uint16_t, le16toh, 8)
TAKE_RUN(take_0_of_4, uint32_t, le32toh, 0)
TAKE_RUN(take_1_of_4, uint32_t, le32toh, 8)
TAKE_RUN(take_2_of_4, uint32_t, le32toh, 16)
TAKE_RUN(take_3_of_4, uint32_t, le32toh, 24)

static void (*const takers[])(const uint8_t *restrict from, uint8_t *restrict to) = {
	take_0_of_2, take_1_of_2, take_0_of_4, take_1_of_4, take_2_of_4, take_3_of_4
};

static uint8_t clamp(uint8_t value, uint8_t most)
{
	uint8_t inside = value < 16 ? 16 : value > most ? most : value;

	return (uint8_t)(inside - 16);
}

/* In 16 bits, for SIMD: 255/219 is 1 + 42/256, and 255/224 is 1 + 141/1024, near enough for every
 * value to come out right or one off, and for neutral to stay neutral. */
static uint8_t expand_y(uint8_t value)
{
	uint8_t x = clamp(value, 235);

	return (uint8_t)(x + (uint8_t)((uint16_t)(x * 42 + 128) >> 8));
}

static uint8_t expand_c(uint8_t value)
{
	uint8_t x = clamp(value, 240);

	return (uint8_t)(x + (uint8_t)((uint16_t)(x * 141 + 1013) >> 10));
}

static void expand_run_y(const uint8_t *restrict from, uint8_t *restrict to)
{
	for (unsigned i = 0; i < RUN; i++)
		to[i] = expand_y(from[i]);
}

static void expand_run_c(const uint8_t *restrict from, uint8_t *restrict to)
{
	for (unsigned i = 0; i < RUN; i++)
		to[i] = expand_c(from[i]);
}

/* A run of `from`, wherever it can be read as it is, else in `taken`. */
static const uint8_t *take_run(
	const uint8_t *from, unsigned step, unsigned offset, uint8_t taken[RUN])
{
	if (step == 1)
		return from;
	takers[step == 2 ? offset : 2 + offset](from, taken);
	return taken;
}

void jpeg_lines_take(const uint8_t *from, unsigned step, unsigned offset,
	enum jpeg_lines_range range, uint8_t *to, size_t samples)
{
	uint8_t taken[RUN];
	size_t x = 0;

	for (; x + RUN <= samples; x += RUN) {
		const uint8_t *run = take_run(from + step * x, step, offset, taken);

		if (range == JPEG_LINES_LUMA)
			expand_run_y(run, to + x);
		else if (range == JPEG_LINES_CHROMA)
			expand_run_c(run, to + x);
		else
			memcpy(to + x, run, RUN);
	}
	for (; x < samples; x++) {
		uint8_t value = from[step * x + offset];

		to[x] = range == JPEG_LINES_LUMA     ? expand_y(value)
			: range == JPEG_LINES_CHROMA ? expand_c(value)
						     : value;
	}
}

void jpeg_lines_pad(uint8_t *line, size_t samples, size_t padded)
{
	memset(line + samples, line[samples - 1], padded - samples);
}

/* `n` samples from here on, of both lines. */
static uint8_t mean(const uint8_t *const lines[2], size_t x, unsigned n)
{
	unsigned sum = n;

	for (unsigned i = 0; i < n; i++)
		sum += lines[0][x + i] + lines[1][x + i];
	return (uint8_t)(sum / (2 * n));
}

void jpeg_lines_resample(const uint8_t *const lines[2], unsigned across_from, uint8_t *to,
	unsigned across_to, size_t samples)
{
	unsigned n = across_to > across_from ? across_to / across_from : 1;

	if (across_from == across_to && lines[0] == lines[1]) {
		memcpy(to, lines[0], samples);
		return;
	}
	for (size_t x = 0; x < samples; x++)
		to[x] = mean(lines, x * across_to / across_from, n);
}
