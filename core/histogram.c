/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/histogram.h"

#include <assert.h>

/* Values below 2^BITS have a bucket each. Above, every power of two is cut into 2^BITS buckets, so
 * that a bucket is at most 1/2^BITS of its values wide. */
#define SUB     (1u << WEIR_HISTOGRAM_BITS)
#define LONGEST ((UINT64_C(1) << 40) - 1)

static unsigned bucket_of(uint64_t ns)
{
	unsigned shift;

	if (ns < SUB)
		return (unsigned)ns;
	shift = 63 - (unsigned)__builtin_clzll(ns) - WEIR_HISTOGRAM_BITS;
	return (shift << WEIR_HISTOGRAM_BITS) + (unsigned)(ns >> shift);
}

static uint64_t bucket_end(unsigned bucket)
{
	unsigned shift;

	if (bucket < SUB)
		return bucket;
	shift = (bucket >> WEIR_HISTOGRAM_BITS) - 1;
	return ((uint64_t)((bucket & (SUB - 1)) + SUB + 1) << shift) - 1;
}

void weir_histogram_clear(struct weir_histogram *histogram)
{
	atomic_store_explicit(&histogram->max, 0, memory_order_relaxed);
	for (unsigned i = 0; i < WEIR_HISTOGRAM_BUCKETS; i++)
		atomic_store_explicit(&histogram->buckets[i], 0, memory_order_relaxed);
}

void weir_histogram_add(struct weir_histogram *histogram, uint64_t ns)
{
	uint64_t max = atomic_load_explicit(&histogram->max, memory_order_relaxed);

	if (ns > LONGEST)
		ns = LONGEST;
	while (ns > max && !atomic_compare_exchange_weak_explicit(&histogram->max, &max, ns,
				   memory_order_relaxed, memory_order_relaxed))
		;
	atomic_fetch_add_explicit(&histogram->buckets[bucket_of(ns)], 1, memory_order_relaxed);
}

static uint64_t load(const struct weir_histogram *histogram, unsigned bucket)
{
	return atomic_load_explicit(&histogram->buckets[bucket], memory_order_relaxed);
}

static uint64_t count_of(const struct weir_histogram *histogram)
{
	uint64_t count = 0;

	for (unsigned i = 0; i < WEIR_HISTOGRAM_BUCKETS; i++)
		count += load(histogram, i);
	return count;
}

/* The value of rank ceil(count × permille / 1000), the first being rank 1. */
static uint64_t quantile(const struct weir_histogram *histogram, uint64_t count, unsigned permille)
{
	uint64_t max = atomic_load_explicit(&histogram->max, memory_order_relaxed);
	uint64_t rank = (count * permille + 999) / 1000, seen = 0;

	for (unsigned i = 0; count && i < WEIR_HISTOGRAM_BUCKETS; i++) {
		seen += load(histogram, i);
		if (seen && seen >= rank)
			return bucket_end(i) < max ? bucket_end(i) : max;
	}
	return max;
}

uint64_t weir_histogram_quantile(const struct weir_histogram *histogram, unsigned permille)
{
	assert(permille <= 1000);
	return quantile(histogram, count_of(histogram), permille);
}

void weir_histogram_read(const struct weir_histogram *histogram, struct weir_latency *out)
{
	uint64_t count = count_of(histogram);

	*out = (struct weir_latency){
		.count = count,
		.p50 = quantile(histogram, count, 500),
		.p99 = quantile(histogram, count, 990),
		.max = atomic_load_explicit(&histogram->max, memory_order_relaxed),
	};
}
