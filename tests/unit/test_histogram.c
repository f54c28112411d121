/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* Histograms against a sorted list of the same values, at their ends, and while others read. */
#include "core/histogram.h"

#include <pthread.h>
#include <stdlib.h>

#include "core/checked.h"
#include "tests/unit/cmocka_all.h"

#define LONGEST ((UINT64_C(1) << 40) - 1)

static struct weir_histogram histogram;

static uint64_t next_random(uint64_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return *seed;
}

static int by_value(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

static void empty(void **state)
{
	struct weir_latency latency = { 1, 2, 3, 4 };

	(void)state;
	weir_histogram_clear(&histogram);
	assert_int_equal(weir_histogram_quantile(&histogram, 0), 0);
	assert_int_equal(weir_histogram_quantile(&histogram, 1000), 0);
	weir_histogram_read(&histogram, &latency);
	assert_int_equal(latency.count + latency.p50 + latency.p99 + latency.max, 0);
}

static void one_value_is_exact(void **state)
{
	(void)state;
	for (uint64_t value = 0; value <= LONGEST; value = value * 3 + 1) {
		weir_histogram_clear(&histogram);
		weir_histogram_add(&histogram, value);
		assert_true(weir_histogram_quantile(&histogram, 0) == value);
		assert_true(weir_histogram_quantile(&histogram, 500) == value);
		assert_true(weir_histogram_quantile(&histogram, 1000) == value);
	}
}

/* Each bucket ends where the next begins: no value is nearer to another bucket's end. */
static void edges_of_buckets(void **state)
{
	(void)state;
	for (unsigned bit = 0; bit < 40; bit++)
		for (unsigned sub = 0; sub < 64; sub++) {
			uint64_t value = (UINT64_C(1) << bit) + (((uint64_t)sub << bit) >> 6), got;

			weir_histogram_clear(&histogram);
			weir_histogram_add(&histogram, value);
			weir_histogram_add(&histogram, LONGEST); /* lets the bucket's end show */
			got = weir_histogram_quantile(&histogram, 500);
			assert_true(got >= value && got - value <= value / 32);
			assert_true(value >= 64 || got == value);
		}
}

static void quantiles_of_random_values(void **state)
{
	enum { COUNT = 19997 };
	uint64_t *values = calloc(COUNT, sizeof(*values)), seed = 88172645463325252u;

	(void)state;
	assert_non_null(values);
	for (unsigned round = 0; round < 8; round++) {
		weir_histogram_clear(&histogram);
		for (size_t i = 0; i < COUNT; i++) {
			/* As many between 1 and 2 ns as between 1 and 2 minutes. */
			values[i] = next_random(&seed) >> (24 + next_random(&seed) % 40);
			weir_histogram_add(&histogram, values[i]);
		}
		qsort(values, COUNT, sizeof(*values), by_value);
		for (unsigned permille = 0; permille <= 1000; permille++) {
			size_t rank = ((size_t)permille * COUNT + 999) / 1000;
			uint64_t exact = values[rank ? rank - 1 : 0];
			uint64_t got = weir_histogram_quantile(&histogram, permille);

			assert_true(got >= exact && got - exact <= exact / 32);
			assert_true(got <= values[COUNT - 1]);
		}
	}
	free(values);
}

static void the_longest(void **state)
{
	static const uint64_t values[] = { LONGEST, LONGEST + 1, LONGEST * 2, UINT64_MAX };
	struct weir_latency latency;

	(void)state;
	weir_histogram_clear(&histogram);
	for (size_t i = 0; i < WEIR_COUNT(values); i++)
		weir_histogram_add(&histogram, values[i]);
	weir_histogram_read(&histogram, &latency);
	assert_int_equal(latency.count, WEIR_COUNT(values));
	assert_true(latency.p50 == LONGEST && latency.p99 == LONGEST && latency.max == LONGEST);
}

static void read_is_the_quantiles(void **state)
{
	struct weir_latency latency;

	(void)state;
	weir_histogram_clear(&histogram);
	for (uint64_t i = 1; i <= 1000; i++)
		weir_histogram_add(&histogram, i * 1000);
	weir_histogram_read(&histogram, &latency);
	assert_int_equal(latency.count, 1000);
	assert_int_equal(latency.max, 1000000);
	assert_int_equal(latency.p50, weir_histogram_quantile(&histogram, 500));
	assert_int_equal(latency.p99, weir_histogram_quantile(&histogram, 990));
	assert_in_range(latency.p50, 500000, 500000 + 500000 / 32);
	assert_in_range(latency.p99, 990000, 1000000);
}

#define ADDED 100000

static void *add_many(void *data)
{
	uint64_t seed = (uintptr_t)data + 1;

	for (int i = 0; i < ADDED; i++)
		weir_histogram_add(&histogram, 1000 + next_random(&seed) % 1000);
	return NULL;
}

static void writers_and_a_reader(void **state)
{
	pthread_t threads[2];
	struct weir_latency latency;
	uint64_t before = 0;

	(void)state;
	weir_histogram_clear(&histogram);
	for (uintptr_t i = 0; i < 2; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, add_many, (void *)i), 0);
	do {
		weir_histogram_read(&histogram, &latency);
		assert_true(latency.count >= before && latency.count <= 2 * ADDED);
		assert_true(!latency.count || (latency.max >= 1000 && latency.max < 2000));
		assert_true(latency.p99 <= latency.max || latency.count < 2 * ADDED);
		before = latency.count;
	} while (before < 2 * ADDED);
	for (int i = 0; i < 2; i++)
		pthread_join(threads[i], NULL);
	weir_histogram_read(&histogram, &latency);
	assert_int_equal(latency.count, 2 * ADDED);
	assert_true(latency.p50 <= latency.p99 && latency.p99 <= latency.max);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(empty),
		cmocka_unit_test(one_value_is_exact),
		cmocka_unit_test(edges_of_buckets),
		cmocka_unit_test(quantiles_of_random_values),
		cmocka_unit_test(the_longest),
		cmocka_unit_test(read_is_the_quantiles),
		cmocka_unit_test(writers_and_a_reader),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
