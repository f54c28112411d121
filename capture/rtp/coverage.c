/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "capture/rtp/coverage.h"

#include <string.h>

void weir_coverage_clear(struct weir_coverage *coverage)
{
	coverage->reached = 0;
	coverage->n = 0;
}

/* The first hole that ends behind `at`, or n. */
static unsigned find(const struct weir_coverage *coverage, uint32_t at)
{
	unsigned low = 0, high = coverage->n;

	while (low < high) {
		unsigned middle = (low + high) / 2;

		if (coverage->hole[middle].end > at)
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

static void move(struct weir_coverage *coverage, unsigned to, unsigned from)
{
	memmove(&coverage->hole[to], &coverage->hole[from],
		(coverage->n - from) * sizeof(coverage->hole[0]));
	coverage->n = coverage->n - from + to;
}

/* Takes begin…end out of the holes from number `i` on, which it touches. */
static void fill(struct weir_coverage *coverage, unsigned i, uint32_t begin, uint32_t end)
{
	unsigned last;

	if (coverage->hole[i].begin < begin)
		coverage->hole[i++].end = begin;
	for (last = i; last < coverage->n && coverage->hole[last].end <= end;)
		last++;
	if (last > i)
		move(coverage, i, last);
	if (i < coverage->n && coverage->hole[i].begin < end)
		coverage->hole[i].begin = end;
}

static bool add_below(struct weir_coverage *coverage, uint32_t begin, uint32_t end)
{
	unsigned i = find(coverage, begin);
	struct weir_coverage_hole hole;

	if (i == coverage->n || coverage->hole[i].begin >= end)
		return false;
	hole = coverage->hole[i];
	if (hole.begin < begin && end < hole.end) { /* one becomes two */
		if (coverage->n == WEIR_COVERAGE_HOLES)
			return false;
		move(coverage, i + 1, i);
		coverage->hole[i].end = begin;
		coverage->hole[i + 1].begin = end;
		return true;
	}
	fill(coverage, i, begin, end);
	return true;
}

bool weir_coverage_add(struct weir_coverage *coverage, uint32_t begin, uint32_t end)
{
	uint32_t below = end < coverage->reached ? end : coverage->reached;
	bool news = begin < below && add_below(coverage, begin, below);

	if (end <= coverage->reached)
		return news;
	if (begin > coverage->reached) {
		if (coverage->n == WEIR_COVERAGE_HOLES)
			return news;
		coverage->hole[coverage->n++] =
			(struct weir_coverage_hole){ coverage->reached, begin };
	}
	coverage->reached = end;
	return true;
}

uint32_t weir_coverage_missing(const struct weir_coverage *coverage, uint32_t total)
{
	uint32_t missing = total > coverage->reached ? total - coverage->reached : 0;

	for (unsigned i = 0; i < coverage->n; i++)
		missing += coverage->hole[i].end - coverage->hole[i].begin;
	return missing;
}
