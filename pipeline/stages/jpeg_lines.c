/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pipeline/stages/jpeg_lines.h"

#include <endian.h>
#include <string.h>

/* Loops over as many samples as this, always, are what compilers make SIMD of at -O2. */
#define RUN 32

/* Words, and a shift: bytes with gaps between them are nothing for SIMD. */
static void take_run_of_2(const uint8_t *restrict from, unsigned shift, uint8_t *restrict to)
{
	for (unsigned i = 0; i < RUN; i++) {
		uint16_t word;

		memcpy(&word, from + 2 * i, sizeof(word));
		to[i] = (uint8_t)(le16toh(word) >> shift);
	}
}

static void take_run_of_4(const uint8_t *restrict from, unsigned shift, uint8_t *restrict to)
{
	for (unsigned i = 0; i < RUN; i++) {
		uint32_t word;

		memcpy(&word, from + 4 * i, sizeof(word));
		to[i] = (uint8_t)(le32toh(word) >> shift);
	}
}

void jpeg_lines_take(
	const uint8_t *from, unsigned step, unsigned offset, uint8_t *to, size_t samples)
{
	size_t x = 0;

	if (step == 1) {
		memcpy(to, from + offset, samples);
		return;
	}
	for (; x + RUN <= samples; x += RUN)
		if (step == 2)
			take_run_of_2(from + 2 * x, 8 * offset, to + x);
		else
			take_run_of_4(from + 4 * x, 8 * offset, to + x);
	for (; x < samples; x++)
		to[x] = from[step * x + offset];
}

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

/* By way of a copy, so that `from` may be `to`. */
static void expand_run_y(const uint8_t *from, uint8_t *to)
{
	uint8_t run[RUN];

	memcpy(run, from, RUN);
	for (unsigned i = 0; i < RUN; i++)
		run[i] = expand_y(run[i]);
	memcpy(to, run, RUN);
}

static void expand_run_c(const uint8_t *from, uint8_t *to)
{
	uint8_t run[RUN];

	memcpy(run, from, RUN);
	for (unsigned i = 0; i < RUN; i++)
		run[i] = expand_c(run[i]);
	memcpy(to, run, RUN);
}

void jpeg_lines_expand_luma(const uint8_t *from, uint8_t *to, size_t samples)
{
	size_t x = 0;

	for (; x + RUN <= samples; x += RUN)
		expand_run_y(from + x, to + x);
	for (; x < samples; x++)
		to[x] = expand_y(from[x]);
}

void jpeg_lines_expand_chroma(const uint8_t *from, uint8_t *to, size_t samples)
{
	size_t x = 0;

	for (; x + RUN <= samples; x += RUN)
		expand_run_c(from + x, to + x);
	for (; x < samples; x++)
		to[x] = expand_c(from[x]);
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
