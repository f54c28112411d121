/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/scan.h"

#include <errno.h>
#include <string.h>

#include "core/checked.h"

#define MAX_DECIMALS 9

bool weir_is_word(const char *text, size_t length, const char *word)
{
	if (strlen(word) != length)
		return false;
	for (size_t i = 0; i < length; i++)
		if (weir_lower(text[i]) != weir_lower(word[i]))
			return false;
	return true;
}

int weir_scan_u64(const char **text, uint64_t *out)
{
	const char *at = *text;
	uint64_t value = 0;
	bool fits = true;

	if (!weir_is_digit(*at))
		return -EINVAL;
	for (; weir_is_digit(*at); at++)
		fits = fits && weir_mul(value, 10u, &value) &&
		       weir_add(value, (uint64_t)(*at - '0'), &value);
	*text = at;
	*out = fits ? value : UINT64_MAX;
	return fits ? 0 : -ERANGE;
}

int weir_scan_decimal(const char **text, struct weir_decimal *out)
{
	struct weir_decimal decimal = { .scale = 1 };
	const char *at = *text;
	unsigned decimals = 0;
	int error = weir_scan_u64(&at, &decimal.whole);

	if (error == -EINVAL)
		return error;
	if (*at == '.') {
		for (at++; weir_is_digit(*at) && decimals <= MAX_DECIMALS; at++, decimals++) {
			decimal.fraction = decimal.fraction * 10 + (uint32_t)(*at - '0');
			decimal.scale *= 10;
		}
		if (decimals == 0 || decimals > MAX_DECIMALS)
			return -EINVAL;
	}
	*text = at;
	*out = decimal;
	return error;
}
