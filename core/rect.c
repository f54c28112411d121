/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/rect.h"

#include "core/scan.h"

/* A number and what must stand behind it. */
static bool scan(const char **text, char end, uint32_t *out)
{
	uint64_t number;

	if (weir_scan_u64(text, &number) || number > UINT16_MAX || **text != end)
		return false;
	if (end)
		++*text;
	*out = (uint32_t)number;
	return true;
}

bool weir_rect_parse(const char *text, struct weir_rect *out)
{
	struct weir_rect rect;

	if (!scan(&text, 'x', &rect.width) || !scan(&text, '+', &rect.height) ||
		!scan(&text, '+', &rect.x) || !scan(&text, '\0', &rect.y))
		return false;
	*out = rect;
	return true;
}

static void widen(uint32_t *from, uint32_t *length, uint32_t block)
{
	uint32_t to = *from + *length + block - 1;

	*from -= *from % block;
	*length = to - to % block - *from;
}

struct weir_rect weir_rect_on_blocks(const struct weir_rect *rect, const struct weir_format *format)
{
	struct weir_rect wide = *rect;

	/* Blocks are 1, 2 or 4 pixels wide and high: one plane's never undo another's. */
	for (unsigned i = 0; i < format->n_planes; i++) {
		widen(&wide.x, &wide.width, format->plane[i].block_width);
		widen(&wide.y, &wide.height, format->plane[i].block_height);
	}
	return wide;
}
