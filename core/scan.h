/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_CORE_SCAN_H
#define WEIR_CORE_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Reading what people type, the same in every locale. */

static inline bool weir_is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static inline char weir_lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* Whether the first `length` characters of `text` are all of `word`, ignoring case. */
bool weir_is_word(const char *text, size_t length, const char *word);

/* The decimal digits at *text, which then stands behind them. 0; -EINVAL: there is no digit;
 * -ERANGE: more than 64 bits, *out is UINT64_MAX. */
int weir_scan_u64(const char **text, uint64_t *out);

/* "12" or "12.345", with one to nine decimals behind the point. */
struct weir_decimal {
	uint64_t whole;
	uint32_t fraction; /* 345 … */
	uint32_t scale;    /* … of 1000; 1 when there is no point */
};

/* As weir_scan_u64(); -EINVAL also for a point without decimals and for more than nine. */
int weir_scan_decimal(const char **text, struct weir_decimal *out);

#endif
