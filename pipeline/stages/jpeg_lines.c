/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pipeline/stages/jpeg_lines.h"

#include <endian.h>
#include <string.h>

/* Loops over as many samples as this, always, are what compilers make SIMD of at -O2. */
#define RUN 16

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

static int clamp(int value, int least, int most)
{
	return value < least ? least : value > most ? most : value;
}

/* Products of 16 bits: 149/128 is 255/219 and 73/64 is 255/224, near enough for every value to come
 * out right or one off. */
static uint8_t expand_y(uint8_t value)
{
	return (uint8_t)(((clamp(value, 16, 235) - 16) * 149 + 64) >> 7);
}

static uint8_t expand_c(uint8_t value)
{
	return (uint8_t)(((clamp(value, 16, 240) - 128) * 73 + (128 << 6) + 31) >> 6);
}

static void expand_run_y(uint8_t *line)
{
	for (unsigned i = 0; i < RUN; i++)
		line[i] = expand_y(line[i]);
}

static void expand_run_c(uint8_t *line)
{
	for (unsigned i = 0; i < RUN; i++)
		line[i] = expand_c(line[i]);
}

void jpeg_lines_expand_luma(uint8_t *line, size_t samples)
{
	size_t x = 0;

	for (; x + RUN <= samples; x += RUN)
		expand_run_y(line + x);
	for (; x < samples; x++)
		line[x] = expand_y(line[x]);
}

void jpeg_lines_expand_chroma(uint8_t *line, size_t samples)
{
	size_t x = 0;

	for (; x + RUN <= samples; x += RUN)
		expand_run_c(line + x);
	for (; x < samples; x++)
		line[x] = expand_c(line[x]);
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
