/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_CORE_HISTOGRAM_H
#define WEIR_CORE_HISTOGRAM_H

#include <stdatomic.h>
#include <stdint.h>

#include <weir/ledger.h>

/* Durations in buckets whose width grows with the value, so that each is exact to 1/32 of itself
 * from 1 ns to 2^40 ns (18 minutes; longer ones count as that), in a fixed array. Adding is a few
 * instructions, from any thread, and never allocates. */

#define WEIR_HISTOGRAM_BITS    5
#define WEIR_HISTOGRAM_BUCKETS ((40 - WEIR_HISTOGRAM_BITS + 1) << WEIR_HISTOGRAM_BITS)

struct weir_histogram {
	_Atomic uint64_t max;
	_Atomic uint64_t buckets[WEIR_HISTOGRAM_BUCKETS];
};

void weir_histogram_clear(struct weir_histogram *histogram);
void weir_histogram_add(struct weir_histogram *histogram, uint64_t ns);

/* The value that `permille` of the durations do not exceed: the upper end of its bucket, never
 * above the maximum. 0 when empty. */
uint64_t weir_histogram_quantile(const struct weir_histogram *histogram, unsigned permille);

void weir_histogram_read(const struct weir_histogram *histogram, struct weir_latency *out);

#endif
