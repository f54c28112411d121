/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_CORE_CHECKED_H
#define WEIR_CORE_CHECKED_H

#include <stdbool.h>
#include <stddef.h>

/* Arithmetic on sizes that come from outside: false when the result does not fit. */
#define weir_add(a, b, out) (!__builtin_add_overflow(a, b, out))
#define weir_mul(a, b, out) (!__builtin_mul_overflow(a, b, out))

/* `size` up to the next multiple of `unit`, a power of two. */
static inline bool weir_round_up(size_t size, size_t unit, size_t *out)
{
	size_t sum;

	if (!weir_add(size, unit - 1, &sum))
		return false;
	*out = sum & ~(unit - 1);
	return true;
}

#define WEIR_COUNT(array) (sizeof(array) / sizeof((array)[0]))

#endif
