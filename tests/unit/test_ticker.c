/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Deadlines do not drift, and what is late is counted. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "capture/pattern/ticker.h"
#include "core/checked.h"
#include "core/clock.h"

#define START 123456789

static const struct weir_rate rates[] = { { 30, 1 }, { 30000, 1001 }, { 60000, 1001 }, { 1, 1 },
	{ 1, 86400 }, { 7, 3 }, { 999983, 1 }, { 4294967295, 4295 } };

/* n * den * 10^9 / num, rounded down, by long division in parts that fit 64 bits. */
static uint64_t exact_ns(struct weir_rate rate, uint64_t n)
{
	uint64_t whole = n / rate.num * rate.den * WEIR_NS_PER_S;
	uint64_t rest = n % rate.num, high = rest * rate.den / rate.num;
	uint64_t low = rest * rate.den % rate.num;

	return whole + high * WEIR_NS_PER_S + low * WEIR_NS_PER_S / rate.num;
}

static void test_no_drift(void **state)
{
	(void)state;
	for (size_t i = 0; i < WEIR_COUNT(rates); i++) {
		struct weir_ticker ticker;

		weir_ticker_init(&ticker, rates[i], START);
		for (uint64_t n = 0; n < 20000; n++) {
			assert_int_equal(ticker.tick, n);
			assert_true(ticker.deadline_ns == START + exact_ns(rates[i], n));
			weir_ticker_advance(&ticker, 1);
		}
	}
}

/* Ten days at once are the same as tick by tick. */
static void test_leaps(void **state)
{
	struct weir_rate rate = { 30000, 1001 };
	struct weir_ticker ticker;

	(void)state;
	weir_ticker_init(&ticker, rate, START);
	weir_ticker_advance(&ticker, 25894105);
	assert_true(ticker.deadline_ns == START + exact_ns(rate, 25894105));
}

static void test_skips_what_is_late(void **state)
{
	(void)state;
	for (size_t i = 0; i < WEIR_COUNT(rates); i++) {
		for (uint64_t n = 0; n < 300; n += 1 + n / 7) {
			uint64_t due = START + exact_ns(rates[i], n);
			struct weir_ticker ticker;

			weir_ticker_init(&ticker, rates[i], START);
			assert_int_equal(weir_ticker_skip_to(&ticker, due), n);
			assert_int_equal(ticker.tick, n);
			assert_true(ticker.deadline_ns == due);
			assert_int_equal(weir_ticker_skip_to(&ticker, due), 0);

			weir_ticker_init(&ticker, rates[i], START);
			assert_int_equal(weir_ticker_skip_to(&ticker, due - 1), n ? n - 1 : 0);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_no_drift),
		cmocka_unit_test(test_leaps),
		cmocka_unit_test(test_skips_what_is_late),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
