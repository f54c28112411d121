/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/nearest.h"

#include <ctype.h>
#include <string.h>

#define LONGEST 32

static unsigned least(unsigned a, unsigned b, unsigned c)
{
	unsigned ab = a < b ? a : b;

	return ab < c ? ab : c;
}

/* How many letters to insert, delete or replace to get from a to b, ignoring case. */
static unsigned distance(const char *a, size_t a_length, const char *b, size_t b_length)
{
	unsigned row[LONGEST + 1];

	for (size_t j = 0; j <= b_length; j++)
		row[j] = (unsigned)j;
	for (size_t i = 1; i <= a_length; i++) {
		unsigned diagonal = row[0];

		row[0] = (unsigned)i;
		for (size_t j = 1; j <= b_length; j++) {
			int differ = tolower((unsigned char)a[i - 1]) !=
				tolower((unsigned char)b[j - 1]);
			unsigned above = row[j];

			row[j] = least(above + 1, row[j - 1] + 1, diagonal + (unsigned)differ);
			diagonal = above;
		}
	}
	return row[b_length];
}

void nearest_try(struct nearest *nearest, const char *candidate)
{
	size_t a = strlen(nearest->word), b = strlen(candidate);
	unsigned changes;

	if (a > LONGEST || b > LONGEST)
		return;
	changes = distance(nearest->word, a, candidate, b);
	if (changes > (a > b ? a : b) / 2)
		return;
	if (nearest->best && changes >= nearest->distance)
		return;
	nearest->best = candidate;
	nearest->distance = changes;
}
