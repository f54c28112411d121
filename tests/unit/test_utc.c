/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Times are written as the C library writes them, through leap years and at every border. */

#include <stdio.h>
#include <time.h>

#include "core/clock.h"
#include "core/utc.h"
#include "tests/unit/cmocka_all.h"

static void check(uint64_t seconds, unsigned ms)
{
	time_t time = (time_t)seconds;
	char text[WEIR_UTC_TEXT], wanted[64];
	struct tm tm;

	gmtime_r(&time, &tm);
	strftime(wanted, sizeof(wanted), "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(wanted + 19, sizeof(wanted) - 19, ".%03uZ", ms);
	weir_utc_text(seconds * WEIR_NS_PER_S + ms * 1000000ull + 999999, text);
	assert_string_equal(text, wanted);
}

static void test_known_times(void **state)
{
	char text[WEIR_UTC_TEXT];

	(void)state;
	assert_string_equal(weir_utc_text(0, text), "1970-01-01T00:00:00.000Z");
	assert_string_equal(weir_utc_text(1709210096123999999, text), "2024-02-29T12:34:56.123Z");
	assert_string_equal(weir_utc_text(UINT64_MAX, text), "2554-07-21T23:34:33.709Z");
}

static void test_every_day(void **state)
{
	(void)state;
	for (uint64_t day = 0; day < 213503; day++) {
		check(day * 86400, 0);
		check(day * 86400 + 86399, 999);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_known_times),
		cmocka_unit_test(test_every_day),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
