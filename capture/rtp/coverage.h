/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_CAPTURE_RTP_COVERAGE_H
#define WEIR_CAPTURE_RTP_COVERAGE_H

#include <stdbool.h>
#include <stdint.h>

/* Which bytes of a frame are there: all up to `reached` but those in the holes. Packets come in
 * order but for a few, so that this is one comparison for most of them. */

#define WEIR_COVERAGE_HOLES 2048

struct weir_coverage_hole {
	uint32_t begin, end;
};

struct weir_coverage {
	uint32_t reached;
	unsigned n;
	struct weir_coverage_hole hole[WEIR_COVERAGE_HOLES]; /* in ascending order */
};

void weir_coverage_clear(struct weir_coverage *coverage);

/* Notes begin…end as there. Whether anything of it was missing: what was not is repeated, or would
 * make more holes than we count, and stays missing. */
bool weir_coverage_add(struct weir_coverage *coverage, uint32_t begin, uint32_t end);

/* Bytes that are missing of a frame of `total`. */
uint32_t weir_coverage_missing(const struct weir_coverage *coverage, uint32_t total);

static inline bool weir_coverage_whole(const struct weir_coverage *coverage, uint32_t total)
{
	return coverage->reached >= total && coverage->n == 0;
}

#endif
