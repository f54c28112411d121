/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_TESTS_FUZZ_CORPUS_H
#define WEIR_TESTS_FUZZ_CORPUS_H

/* What the tests of fuzz targets share: chance from a fixed seed, and texts as they are and
 * changed. To be included after the target, which it feeds. */

#include <stddef.h>
#include <stdint.h>
#include <string.h>

static inline uint32_t next_random(uint32_t *seed)
{
	*seed = *seed * 1664525 + 1013904223;
	return *seed >> 8;
}

static inline void feed_texts(const char *const *corpus, size_t n)
{
	for (size_t i = 0; i < n; i++)
		LLVMFuzzerTestOneInput((const uint8_t *)corpus[i], strlen(corpus[i]));
}

/* The longest of them, with `most_edits` at its end. */
#define FUZZ_TEXT 512

/* Letters written over others, and behind the end. */
static inline void feed_changed_texts(const char *const *corpus, size_t n, const char *letters,
	unsigned rounds, unsigned most_edits)
{
	uint32_t seed = 1;

	for (unsigned round = 0; round < rounds; round++) {
		const char *start = corpus[next_random(&seed) % n];
		size_t length = strlen(start);
		uint8_t text[FUZZ_TEXT];

		memcpy(text, start, length);
		for (unsigned edits = next_random(&seed) % most_edits + 1; edits; edits--) {
			char letter = letters[next_random(&seed) % strlen(letters)];
			size_t at = next_random(&seed) % (length + 1);

			length += at == length && length < sizeof(text);
			text[at < sizeof(text) ? at : 0] = (uint8_t)letter;
		}
		LLVMFuzzerTestOneInput(text, length);
	}
}

#endif
