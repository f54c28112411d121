/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/font.h"

#include <stddef.h>

#include "core/checked.h"

static const uint16_t digits[10] = { 075557, 026227, 071747, 071317, 055711, 074717, 074757, 071122,
	075757, 075717 };

static const struct {
	char c;
	uint16_t shape;
} others[] = { { '-', 000700 }, { ':', 002020 }, { '.', 000002 }, { 'T', 072222 },
	{ 'Z', 071247 } };

uint16_t weir_glyph(char c)
{
	if (c >= '0' && c <= '9')
		return digits[c - '0'];
	for (size_t i = 0; i < WEIR_COUNT(others); i++)
		if (others[i].c == c)
			return others[i].shape;
	return 0;
}
