/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/uri.h"

#include <stdio.h>
#include <string.h>

#include "core/scan.h"

#define MAX_WORD 63

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* Letters to add, drop, change or swap with their neighbour (Damerau and Levenshtein, each place
 * edited once). A row needs the two before it. */
static size_t distance(const char *a, size_t a_length, const char *b, size_t b_length)
{
	size_t rows[3][MAX_WORD + 1];

	for (size_t j = 0; j <= b_length; j++)
		rows[0][j] = j;
	for (size_t i = 1; i <= a_length; i++) {
		size_t *row = rows[i % 3], *above = rows[(i - 1) % 3], *top = rows[(i + 1) % 3];

		row[0] = i;
		for (size_t j = 1; j <= b_length; j++) {
			char x = weir_lower(a[i - 1]), y = weir_lower(b[j - 1]);

			row[j] = least(above[j - 1] + (x != y), least(above[j], row[j - 1]) + 1);
			if (i > 1 && j > 1 && x == weir_lower(b[j - 2]) &&
				y == weir_lower(a[i - 2]))
				row[j] = least(row[j], top[j - 2] + 1);
		}
	}
	return rows[a_length % 3][b_length];
}

const char *weir_nearest(const char *word, const char *const *words)
{
	size_t length = strlen(word), best = SIZE_MAX;
	const char *nearest = NULL;

	for (; length <= MAX_WORD && *words; words++) {
		size_t other = strlen(*words), longer = length > other ? length : other, edits;

		if (other > MAX_WORD)
			continue;
		edits = distance(word, length, *words, other);
		if (edits * 3 <= longer && edits < best) {
			best = edits;
			nearest = *words;
		}
	}
	return nearest;
}

const char *weir_suggest(const char *word, const char *const *words, char text[WEIR_SUGGESTION])
{
	const char *nearest = weir_nearest(word, words);
	size_t used = 0;

	text[0] = '\0';
	if (nearest)
		used = (size_t)snprintf(text, WEIR_SUGGESTION, ": did you mean \"%s\"?", nearest);
	for (size_t i = 0; words[i] && used < WEIR_SUGGESTION; i++)
		used += (size_t)snprintf(text + used, WEIR_SUGGESTION - used, "%s%s",
			i ? ", " : " (known: ", words[i]);
	if (words[0] && used < WEIR_SUGGESTION)
		snprintf(text + used, WEIR_SUGGESTION - used, ")");
	return text;
}
