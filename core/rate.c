/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <weir/format.h>

#include <errno.h>

#include "core/checked.h"
#include "core/clock.h"
#include "core/scan.h"

/* Nothing captures faster; and the interval has to be worth waiting for. */
#define MAX_PER_SECOND 1000000u

/* "29.97" means 30000/1001: the television rates are written rounded (23.976, 23.98) or cut off. */
static bool is_television(uint64_t num, uint64_t scale, struct weir_rate *out)
{
	static const uint16_t rates[] = { 24, 30, 48, 60, 120 };

	for (size_t i = 0; scale >= 100 && i < WEIR_COUNT(rates); i++) {
		uint64_t exact = rates[i] * scale * 1000;

		if (num != exact / 1001 && num != (exact + 500) / 1001)
			continue;
		*out = (struct weir_rate){ rates[i] * 1000u, 1001 };
		return true;
	}
	return false;
}

static uint64_t common_divisor(uint64_t a, uint64_t b)
{
	while (b) {
		uint64_t rest = a % b;

		a = b;
		b = rest;
	}
	return a;
}

static int make_rate(uint64_t num, uint64_t den, struct weir_rate *out)
{
	uint64_t divisor = common_divisor(num, den);

	if (den == 0)
		return -ERANGE;
	num /= divisor;
	den /= divisor;
	if (den > UINT32_MAX || num > den * MAX_PER_SECOND || num > UINT32_MAX)
		return -ERANGE;
	*out = (struct weir_rate){ (uint32_t)num, (uint32_t)den };
	return 0;
}

int weir_rate_parse(const char *text, struct weir_rate *out)
{
	struct weir_decimal decimal;
	uint64_t num, den;

	if (weir_scan_decimal(&text, &decimal) == -EINVAL)
		return -EINVAL;
	if (*text == '/') {
		text++;
		if (decimal.scale > 1 || weir_scan_u64(&text, &den) == -EINVAL || *text)
			return -EINVAL;
		return make_rate(decimal.whole, den, out);
	}
	if (*text)
		return -EINVAL;
	if (decimal.whole > MAX_PER_SECOND)
		return -ERANGE;
	num = decimal.whole * decimal.scale + decimal.fraction;
	if (is_television(num, decimal.scale, out))
		return 0;
	return make_rate(num, decimal.scale, out);
}

uint64_t weir_rate_interval_ns(struct weir_rate rate)
{
	if (rate.num == 0)
		return 0;
	return (rate.den * WEIR_NS_PER_S + rate.num / 2) / rate.num;
}
