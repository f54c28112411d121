/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* Frame rates as people write them, and the time between two frames. */
#include <weir/format.h>

#include <errno.h>

#include "core/checked.h"
#include "tests/unit/cmocka_all.h"

static void what_people_write(void **state)
{
	static const struct {
		const char *text;
		uint32_t num, den;
	} rates[] = {
		{ "0", 0, 1 },
		{ "0.0", 0, 1 },
		{ "0/1", 0, 1 },
		{ "0/25", 0, 1 },
		{ "30", 30, 1 },
		{ "030", 30, 1 },
		{ "25.0", 25, 1 },
		{ "50.00", 50, 1 },
		{ "12.5", 25, 2 },
		{ "7.25", 29, 4 },
		{ "60/2", 30, 1 },
		{ "30000/1001", 30000, 1001 },
		{ "23.976", 24000, 1001 },
		{ "23.98", 24000, 1001 },
		{ "23.97", 24000, 1001 }, /* cut off, not rounded */
		{ "29.97", 30000, 1001 },
		{ "29.970", 30000, 1001 },
		{ "29.97003", 30000, 1001 },
		{ "29.970029970", 30000, 1001 },
		{ "47.952", 48000, 1001 },
		{ "59.94", 60000, 1001 },
		{ "119.88", 120000, 1001 },
		{ "29.9", 299, 10 },
		{ "29.96", 749, 25 },
		{ "29.98", 1499, 50 },
		{ "59.95", 1199, 20 },
		{ "0.000000001", 1, 1000000000 },
		{ "1/4294967295", 1, UINT32_MAX },
		{ "8589934590/8589934590", 1, 1 },
		{ "1000000", 1000000, 1 },
	};

	(void)state;
	for (size_t i = 0; i < WEIR_COUNT(rates); i++) {
		struct weir_rate rate = { 7, 7 };

		assert_int_equal(weir_rate_parse(rates[i].text, &rate), 0);
		assert_int_equal(rate.num, rates[i].num);
		assert_int_equal(rate.den, rates[i].den);
	}
}

static void what_is_no_rate(void **state)
{
	static const char *const malformed[] = { "", " ", ".", "/", "30.", ".5", "30/", "/1", "-1",
		"+30", "1e9", "30fps", " 30", "30 ", "30 /1", "29.97/1", "30/1.5", "30/1/1",
		"1.2.3", "nan", "inf", "0x1e", "29,97", "1.0000000000", "99999999999999999999x" };
	static const char *const out_of_range[] = { "30/0", "0/0", "1000001", "1000000.5",
		"99999999999999999999", "99999999999999999999/1", "1/99999999999999999999",
		"1/4294967296", "4294967296/4295", "99999999999999999999.5" };
	struct weir_rate rate = { 7, 7 };

	(void)state;
	for (size_t i = 0; i < WEIR_COUNT(malformed); i++)
		assert_int_equal(weir_rate_parse(malformed[i], &rate), -EINVAL);
	for (size_t i = 0; i < WEIR_COUNT(out_of_range); i++)
		assert_int_equal(weir_rate_parse(out_of_range[i], &rate), -ERANGE);
	assert_int_equal(rate.num, 7);
	assert_int_equal(rate.den, 7);
}

static void intervals(void **state)
{
	(void)state;
	assert_int_equal(weir_rate_interval_ns((struct weir_rate){ 0, 0 }), 0);
	assert_int_equal(weir_rate_interval_ns((struct weir_rate){ 0, 1 }), 0);
	assert_int_equal(weir_rate_interval_ns((struct weir_rate){ 25, 1 }), 40000000);
	assert_int_equal(weir_rate_interval_ns((struct weir_rate){ 30, 1 }), 33333333);
	assert_int_equal(weir_rate_interval_ns((struct weir_rate){ 60, 1 }), 16666667);
	assert_int_equal(weir_rate_interval_ns((struct weir_rate){ 30000, 1001 }), 33366667);
	assert_int_equal(weir_rate_interval_ns((struct weir_rate){ 1000000, 1 }), 1000);
	assert_true(weir_rate_interval_ns((struct weir_rate){ 1, UINT32_MAX }) ==
		    UINT32_MAX * UINT64_C(1000000000));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_people_write),
		cmocka_unit_test(what_is_no_rate),
		cmocka_unit_test(intervals),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
