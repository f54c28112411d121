/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/colour.h"

/* From here on television uses BT.709. */
#define HD_HEIGHT 720

static struct weir_video usual(const struct weir_video *video)
{
	bool hd = video->height >= HD_HEIGHT;
	struct weir_video colour = { .range = WEIR_RANGE_FULL,
		.primaries = WEIR_PRIMARIES_709,
		.transfer = WEIR_TRANSFER_SRGB };

	if (video->format->flags & WEIR_FORMAT_COMPRESSED) {
		colour.matrix = WEIR_MATRIX_601; /* JFIF knows no other */
	} else if (video->format->flags & WEIR_FORMAT_RGB) {
		colour.matrix = WEIR_MATRIX_RGB;
	} else {
		colour.range = WEIR_RANGE_LIMITED;
		colour.matrix = hd ? WEIR_MATRIX_709 : WEIR_MATRIX_601;
		colour.primaries = hd ? WEIR_PRIMARIES_709 : WEIR_PRIMARIES_601;
		colour.transfer = WEIR_TRANSFER_709;
	}
	return colour;
}

void weir_colour_complete(struct weir_video *video)
{
	struct weir_video colour = usual(video);

	if (video->range == WEIR_RANGE_UNKNOWN)
		video->range = colour.range;
	if (video->matrix == WEIR_MATRIX_UNKNOWN)
		video->matrix = colour.matrix;
	if (video->primaries == WEIR_PRIMARIES_UNKNOWN)
		video->primaries = colour.primaries;
	if (video->transfer == WEIR_TRANSFER_UNKNOWN)
		video->transfer = colour.transfer;
}
