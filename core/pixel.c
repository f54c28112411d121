/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/pixel.h"

#include <errno.h>
#include <string.h>

#include "core/checked.h"
#include "core/scan.h"

/* Fields from the lowest bit of the word on, which is the first byte's: what it is and how many
 * bits; '-' is padding that stays zero. Padding in the place of an alpha channel counts as one. */
static const struct {
	const char *formats, *fields;
} rows[] = {
	{ "YUYV YVYU", "Y8 C8" },
	{ "UYVY VYUY", "C8 Y8" },
	{ "Y210", "-6 Y10 -6 C10" },
	{ "Y212", "-4 Y12 -4 C12" },
	{ "Y216", "Y16 C16" },
	{ "NV12 NV21 NV16 NV61 NV24 NV42", "Y8" },
	{ "P010", "-6 Y10" },
	{ "P012", "-4 Y12" },
	{ "YUV420 YVU420 YUV422P YVU422P YUV444P YVU444P YUV411P YUV410 YVU410", "Y8" },
	{ "YUV24", "Y8 C8 C8" },
	{ "VUYA VUYX", "C8 C8 Y8 A8" },
	{ "YUVA YUVX", "Y8 C8 C8 A8" },
	{ "GREY", "Y8" },
	{ "Y10", "Y10" },
	{ "Y12", "Y12" },
	{ "Y16 Y16_BE", "Y16" },
	{ "XR24 AR24 BGR4", "B8 G8 R8 A8" },
	{ "XB24 AB24", "R8 G8 B8 A8" },
	{ "RX24 RA24", "A8 B8 G8 R8" },
	{ "BX24 BA24 RGB4", "A8 R8 G8 B8" },
	{ "RGB24", "R8 G8 B8" },
	{ "BGR24", "B8 G8 R8" },
	{ "XR30 AR30", "B10 G10 R10 A2" },
	{ "RX30 RA30", "A2 B10 G10 R10" },
	{ "RGB565 RGB565X", "B5 G6 R5" },
	{ "XR15 AR15 RGBO XRGB555X ARGB555X RGBQ", "B5 G5 R5 A1" },
	{ "RX15 RA15", "A1 B5 G5 R5" },
	{ "XB15 AB15", "R5 G5 B5 A1" },
	{ "BX15 BA15", "A1 R5 G5 B5" },
	{ "XR12 AR12 R444", "B4 G4 R4 A4" },
	{ "RX12 RA12", "A4 B4 G4 R4" },
	{ "XB12 AB12", "R4 G4 B4 A4" },
	{ "BX12 GA12", "A4 R4 G4 B4" },
	{ "RGB332", "B2 G3 R3" },
};

static bool has_word(const char *words, const char *word)
{
	while (*words) {
		size_t length = strcspn(words, " ");

		if (weir_is_word(words, length, word))
			return true;
		words += length;
		words += *words == ' ';
	}
	return false;
}

static void read_fields(const char *text, struct weir_pixel *pixel)
{
	uint8_t shift = 0;

	while (*text) {
		char what = *text++;
		uint64_t bits = 0;

		weir_scan_u64(&text, &bits);
		if (what != '-')
			pixel->field[pixel->n_fields++] =
				(struct weir_pixel_field){ what, shift, (uint8_t)bits };
		shift = (uint8_t)(shift + bits);
		text += *text == ' ';
	}
}

int weir_pixel_of(const struct weir_format *format, struct weir_pixel *out)
{
	struct weir_pixel pixel = { 0 };

	if (format->flags & WEIR_FORMAT_COMPRESSED)
		return -ENOTSUP;
	pixel.bytes = format->plane[0].block_bytes / format->plane[0].block_width;
	pixel.big_endian = format->flags & WEIR_FORMAT_BIG_ENDIAN;
	for (size_t i = 0; i < WEIR_COUNT(rows); i++) {
		if (!has_word(rows[i].formats, format->name))
			continue;
		read_fields(rows[i].fields, &pixel);
		*out = pixel;
		return 0;
	}
	return -ENOTSUP;
}

uint32_t weir_pixel_load(const struct weir_pixel *pixel, const uint8_t *from)
{
	uint32_t word = 0;

	for (unsigned i = 0; i < pixel->bytes; i++) {
		unsigned place = pixel->big_endian ? pixel->bytes - 1 - i : i;

		word |= (uint32_t)from[i] << 8 * place;
	}
	return word;
}

void weir_pixel_store(const struct weir_pixel *pixel, uint8_t *to, uint32_t word)
{
	for (unsigned i = 0; i < pixel->bytes; i++) {
		unsigned place = pixel->big_endian ? pixel->bytes - 1 - i : i;

		to[i] = (uint8_t)(word >> 8 * place);
	}
}
