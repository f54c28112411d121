/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Black and white are the right bytes in every uncompressed format; rectangles are read and widened
 * as said. What a filled one covers is tested with the stage that fills them, mask. */

#include <stdlib.h>
#include <string.h>

#include "core/checked.h"
#include "core/format_table.h"
#include "core/paint.h"
#include "core/pixel.h"
#include "tests/unit/frames.h"

/* The bytes of a block in the first plane and in the others, written out by hand from the formats'
 * definitions: black, white, white of full range. */
static const struct {
	const char *formats, *black, *white, *full, *chroma;
} wanted[] = {
	{ "YUYV YVYU", "10801080", "eb80eb80", "ff80ff80", "" },
	{ "UYVY VYUY", "80108010", "80eb80eb", "80ff80ff", "" },
	{ "UYVP", "8004080040", "803ac803ac", "803ff803ff", "" },
	{ "Y210", "0010008000100080", "00eb008000eb0080", "c0ff0080c0ff0080", "" },
	{ "Y212", "0010008000100080", "00eb008000eb0080", "f0ff0080f0ff0080", "" },
	{ "Y216", "0010008000100080", "00eb008000eb0080", "ffff0080ffff0080", "" },
	{ "NV12 NV21 NV16 NV61 NV24 NV42", "10", "eb", "ff", "8080" },
	{ "P010", "0010", "00eb", "c0ff", "00800080" },
	{ "P012", "0010", "00eb", "f0ff", "00800080" },
	{ "YUV420 YVU420 YUV422P YVU422P YUV444P YVU444P YUV411P YUV410 YVU410", "10", "eb", "ff",
		"80" },
	{ "YUV24", "108080", "eb8080", "ff8080", "" },
	{ "VUYA VUYX", "808010ff", "8080ebff", "8080ffff", "" },
	{ "YUVA YUVX", "108080ff", "eb8080ff", "ff8080ff", "" },
	{ "GREY", "10", "eb", "ff", "" },
	{ "Y10", "4000", "ac03", "ff03", "" },
	{ "Y12", "0001", "b00e", "ff0f", "" },
	{ "Y16", "0010", "00eb", "ffff", "" },
	{ "Y16_BE", "1000", "eb00", "ffff", "" },
	{ "XR24 AR24 XB24 AB24 BGR4", "000000ff", "ffffffff", "ffffffff", "" },
	{ "RX24 RA24 BX24 BA24 RGB4", "ff000000", "ffffffff", "ffffffff", "" },
	{ "RGB24 BGR24", "000000", "ffffff", "ffffff", "" },
	{ "XR30 AR30", "000000c0", "ffffffff", "ffffffff", "" },
	{ "RX30 RA30", "03000000", "ffffffff", "ffffffff", "" },
	{ "RGB565 RGB565X", "0000", "ffff", "ffff", "" },
	{ "XR15 AR15 XB15 AB15 RGBO", "0080", "ffff", "ffff", "" },
	{ "RX15 RA15 BX15 BA15", "0100", "ffff", "ffff", "" },
	{ "XRGB555X ARGB555X RGBQ", "8000", "ffff", "ffff", "" },
	{ "XR12 AR12 XB12 AB12 R444", "00f0", "ffff", "ffff", "" },
	{ "RX12 RA12 BX12 GA12", "0f00", "ffff", "ffff", "" },
	{ "RGB332", "00", "ff", "ff", "" },
};

static bool names(const char *formats, const char *name)
{
	size_t length = strlen(name);

	for (const char *at = formats; (at = strstr(at, name)); at += length)
		if ((at == formats || at[-1] == ' ') && (at[length] == ' ' || !at[length]))
			return true;
	return false;
}

static size_t row_of(const struct weir_format *format)
{
	size_t i = 0;

	while (i < WEIR_COUNT(wanted) && !names(wanted[i].formats, format->name))
		i++;
	if (i == WEIR_COUNT(wanted))
		fail_msg("nobody knows black in %s", format->name);
	return i;
}

static void assert_bytes(
	const struct weir_format *format, const uint8_t *block, unsigned bytes, const char *hex)
{
	char found[2 * WEIR_BLOCK_BYTES + 1];

	for (unsigned i = 0; i < bytes; i++)
		snprintf(found + 2 * i, 3, "%02x", block[i]);
	if (strcmp(found, hex) != 0)
		fail_msg("%s: %s, not %s", format->name, found, hex);
}

static void check_inks(const struct weir_format *format)
{
	struct weir_video video = { .format = format, .width = 64, .height = 64 };
	size_t row = row_of(format);
	struct weir_paint paint;

	for (unsigned range = WEIR_RANGE_UNKNOWN; range <= WEIR_RANGE_FULL; range++) {
		bool full = range == WEIR_RANGE_FULL;
		bool is_yuv = format->flags & WEIR_FORMAT_YUV;

		video.range = (enum weir_range)range;
		assert_int_equal(weir_paint_init(&paint, &video), 0);
		assert_bytes(format, paint.block[WEIR_WHITE][0], format->plane[0].block_bytes,
			full ? wanted[row].full : wanted[row].white);
		if (!full || !is_yuv)
			assert_bytes(format, paint.block[WEIR_BLACK][0],
				format->plane[0].block_bytes, wanted[row].black);
		for (unsigned i = 1; i < format->n_planes; i++)
			for (unsigned ink = 0; ink < WEIR_N_INKS; ink++)
				assert_bytes(format, paint.block[ink][i],
					format->plane[i].block_bytes, wanted[row].chroma);
	}
}

static void test_inks_of_every_format(void **state)
{
	(void)state;
	for (size_t i = 0; i < weir_n_formats; i++)
		if (!(weir_formats[i].flags & WEIR_FORMAT_COMPRESSED))
			check_inks(&weir_formats[i]);
}

static void test_full_range_black(void **state)
{
	static const char *const formats[][2] = { { "YUYV", "00800080" }, { "NV12", "00" },
		{ "Y10", "0000" }, { "Y210", "0000008000000080" }, { "VUYA", "808000ff" } };
	struct weir_video video = { .range = WEIR_RANGE_FULL };
	struct weir_paint paint;

	(void)state;
	for (size_t i = 0; i < WEIR_COUNT(formats); i++) {
		video.format = weir_format_by_name(formats[i][0]);
		assert_int_equal(weir_paint_init(&paint, &video), 0);
		assert_bytes(video.format, paint.block[WEIR_BLACK][0],
			video.format->plane[0].block_bytes, formats[i][1]);
	}
}

static void test_compressed_has_no_ink(void **state)
{
	struct weir_video video = { .format = weir_format_by_name("MJPEG") };
	struct weir_paint paint;
	struct weir_pixel pixel;

	(void)state;
	assert_int_equal(weir_paint_init(&paint, &video), -ENOTSUP);
	assert_int_equal(weir_pixel_of(video.format, &pixel), -ENOTSUP);
}

/* Each word goes into memory and comes back, and is where its bytes are in memory. */
static void test_words_come_back(void **state)
{
	(void)state;
	for (size_t i = 0; i < weir_n_formats; i++) {
		uint8_t memory[5] = { 0xa5, 0xa5, 0xa5, 0xa5, 0xa5 };
		struct weir_pixel pixel;
		uint32_t word;

		if (weir_pixel_of(&weir_formats[i], &pixel))
			continue;
		word = 0x89abcdef & UINT32_MAX >> (32 - 8 * pixel.bytes);
		weir_pixel_store(&pixel, memory, word);
		assert_int_equal(memory[pixel.bytes], 0xa5);
		assert_int_equal(memory[pixel.big_endian ? pixel.bytes - 1u : 0u], 0xef);
		assert_true(weir_pixel_load(&pixel, memory) == word);
	}
}

static void test_rectangles(void **state)
{
	static const char *const bad[] = { "", "1x2", "1x2+3", "1x2+3+", "1x2+3+4 ", " 1x2+3+4",
		"1x2+3+-4", "65536x2+3+4", "1x2+3+99999999999999999999", "1X2+3+4" };
	struct weir_rect rect = { 9, 9, 9, 9 };

	(void)state;
	for (size_t i = 0; i < WEIR_COUNT(bad); i++)
		assert_false(weir_rect_parse(bad[i], &rect));
	assert_int_equal(rect.x, 9);
	assert_true(weir_rect_parse("1x2+3+65535", &rect));
	assert_int_equal(rect.width, 1);
	assert_int_equal(rect.height, 2);
	assert_int_equal(rect.x, 3);
	assert_int_equal(rect.y, 65535);
}

static void test_blocks_around_a_rectangle(void **state)
{
	static const struct {
		const char *format;
		struct weir_rect rect, wide;
	} cases[] = {
		{ "GREY", { 3, 5, 7, 9 }, { 3, 5, 7, 9 } },
		{ "YUYV", { 3, 5, 7, 9 }, { 2, 5, 8, 9 } },
		{ "NV12", { 3, 5, 1, 1 }, { 2, 4, 2, 2 } },
		{ "NV12", { 4, 6, 2, 4 }, { 4, 6, 2, 4 } },
		{ "YUV410", { 3, 5, 2, 4 }, { 0, 4, 8, 8 } },
		{ "YUV411P", { 3, 5, 2, 4 }, { 0, 5, 8, 4 } },
	};

	(void)state;
	for (size_t i = 0; i < WEIR_COUNT(cases); i++) {
		struct weir_rect wide =
			weir_rect_on_blocks(&cases[i].rect, weir_format_by_name(cases[i].format));

		assert_memory_equal(&wide, &cases[i].wide, sizeof(wide));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_inks_of_every_format),
		cmocka_unit_test(test_full_range_black),
		cmocka_unit_test(test_compressed_has_no_ink),
		cmocka_unit_test(test_words_come_back),
		cmocka_unit_test(test_rectangles),
		cmocka_unit_test(test_blocks_around_a_rectangle),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
