/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_CORE_RECT_H
#define WEIR_CORE_RECT_H

#include <stdbool.h>
#include <stdint.h>

#include <weir/format.h>

/* A part of a picture. */
struct weir_rect {
	uint32_t x, y, width, height;
};

/* "640x360+0+0", each number at most UINT16_MAX, so that sums of two fit. False when `text` is not
 * of that form; *out is untouched then. */
bool weir_rect_parse(const char *text, struct weir_rect *out);

/* The least rectangle of whole blocks around `rect`, in every plane of the format. */
struct weir_rect weir_rect_on_blocks(
	const struct weir_rect *rect, const struct weir_format *format);

#endif
