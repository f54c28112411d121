/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_CLI_NEAREST_H
#define WEIR_CLI_NEAREST_H

/* Finds what somebody who mistyped may have meant. Start with the word, try every valid one, then
 * read `best`: NULL when none is so near that it could be meant. */
struct nearest {
	const char *word;
	const char *best;
	unsigned distance;
};

void nearest_try(struct nearest *nearest, const char *candidate);

#endif
