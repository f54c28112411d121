/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/utc.h"

#include <stdbool.h>

#include "core/clock.h"

static bool is_leap(unsigned year)
{
	return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static unsigned days_of(unsigned year, unsigned month)
{
	static const uint8_t days[12] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };

	return days[month - 1] + (month == 2 && is_leap(year));
}

/* Behind the number stands `end`, and then what is returned. */
static char *put(char *to, unsigned digits, unsigned number, char end)
{
	for (unsigned i = digits; i-- > 0; number /= 10)
		to[i] = (char)('0' + number % 10);
	to[digits] = end;
	return to + digits + 1;
}

const char *weir_utc_text(uint64_t realtime_ns, char text[WEIR_UTC_TEXT])
{
	unsigned second = (unsigned)(realtime_ns / WEIR_NS_PER_S % 86400);
	unsigned day = (unsigned)(realtime_ns / WEIR_NS_PER_S / 86400);
	unsigned year = 1970, month = 1;
	char *to = text;

	for (; day >= 365u + is_leap(year); year++)
		day -= 365u + is_leap(year);
	for (; day >= days_of(year, month); month++)
		day -= days_of(year, month);
	to = put(to, 4, year, '-');
	to = put(to, 2, month, '-');
	to = put(to, 2, day + 1, 'T');
	to = put(to, 2, second / 3600, ':');
	to = put(to, 2, second / 60 % 60, ':');
	to = put(to, 2, second % 60, '.');
	to = put(to, 3, (unsigned)(realtime_ns / 1000000 % 1000), 'Z');
	*to = '\0';
	return text;
}
