/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "capture/rtp/cut.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* A sender that uses smaller packets than this, or shorter pieces of lines, is received without
 * being foreseen where the room ends. */
#define SMALL_PACKET 256
#define MOST_PIECES  65536

int weir_cut_init(struct weir_cut *cut, uint32_t total, uint32_t lines)
{
	uint64_t capacity = total / SMALL_PACKET + (uint64_t)lines + 1;

	cut->n = 0;
	cut->capacity = capacity < MOST_PIECES ? (unsigned)capacity : MOST_PIECES;
	cut->pieces = calloc(cut->capacity, sizeof(cut->pieces[0]));
	return cut->pieces ? 0 : -ENOMEM;
}

void weir_cut_finish(struct weir_cut *cut)
{
	free(cut->pieces);
	*cut = (struct weir_cut){ 0 };
}

/* The first piece that ends behind `at`, or n. */
static unsigned search(const struct weir_cut *cut, uint32_t at)
{
	unsigned low = 0, high = cut->n;

	while (low < high) {
		unsigned middle = (low + high) / 2;

		if (cut->pieces[middle].start + cut->pieces[middle].length > at)
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

const struct weir_cut_piece *weir_cut_find(
	const struct weir_cut *cut, uint32_t start, unsigned *hint)
{
	if (*hint >= cut->n || cut->pieces[*hint].start != start)
		*hint = search(cut, start);
	return *hint < cut->n && cut->pieces[*hint].start == start ? &cut->pieces[*hint] : NULL;
}

void weir_cut_learn(struct weir_cut *cut, const struct weir_cut_piece *piece)
{
	unsigned first = search(cut, piece->start), last = first;

	while (last < cut->n && cut->pieces[last].start < piece->start + piece->length)
		last++;
	if (last == first && cut->n == cut->capacity)
		return;
	memmove(&cut->pieces[first + 1], &cut->pieces[last],
		(cut->n - last) * sizeof(cut->pieces[0]));
	cut->n = cut->n - (last - first) + 1;
	cut->pieces[first] = *piece;
}
