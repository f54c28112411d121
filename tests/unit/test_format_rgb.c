/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* Both codes of each RGB row must mean the same bytes. V4L2 defines its formats byte by byte, DRM
 * by the fields of a little-endian word; here is each in its own words, and both are drawn. */
#include <weir/format.h>

#include <string.h>
#include <strings.h>

#include <linux/videodev2.h>

#include "core/checked.h"
#include "tests/unit/cmocka_all.h"

#define WORD(a, b, c, d)    v4l2_fourcc(a, b, c, d)
#define WORD_BE(a, b, c, d) (v4l2_fourcc(a, b, c, d) | 1u << 31)

/* `memory`: the bits of each byte from the highest, a letter each, as V4L2 documents them.
 * `word`: the fields of DRM's word from its highest bit, letter and width. */
static const struct {
	uint32_t v4l2;
	const char *memory;
	uint32_t drm;
	const char *word;
} formats[] = {
	{ V4L2_PIX_FMT_XBGR32, "bbbbbbbb gggggggg rrrrrrrr xxxxxxxx", WORD('X', 'R', '2', '4'),
		"x8r8g8b8" },
	{ V4L2_PIX_FMT_ABGR32, "bbbbbbbb gggggggg rrrrrrrr aaaaaaaa", WORD('A', 'R', '2', '4'),
		"a8r8g8b8" },
	{ V4L2_PIX_FMT_RGBX32, "rrrrrrrr gggggggg bbbbbbbb xxxxxxxx", WORD('X', 'B', '2', '4'),
		"x8b8g8r8" },
	{ V4L2_PIX_FMT_RGBA32, "rrrrrrrr gggggggg bbbbbbbb aaaaaaaa", WORD('A', 'B', '2', '4'),
		"a8b8g8r8" },
	{ V4L2_PIX_FMT_BGRX32, "xxxxxxxx bbbbbbbb gggggggg rrrrrrrr", WORD('R', 'X', '2', '4'),
		"r8g8b8x8" },
	{ V4L2_PIX_FMT_BGRA32, "aaaaaaaa bbbbbbbb gggggggg rrrrrrrr", WORD('R', 'A', '2', '4'),
		"r8g8b8a8" },
	{ V4L2_PIX_FMT_XRGB32, "xxxxxxxx rrrrrrrr gggggggg bbbbbbbb", WORD('B', 'X', '2', '4'),
		"b8g8r8x8" },
	{ V4L2_PIX_FMT_ARGB32, "aaaaaaaa rrrrrrrr gggggggg bbbbbbbb", WORD('B', 'A', '2', '4'),
		"b8g8r8a8" },
	{ V4L2_PIX_FMT_BGR32, "bbbbbbbb gggggggg rrrrrrrr xxxxxxxx", WORD('X', 'R', '2', '4'),
		"x8r8g8b8" },
	{ V4L2_PIX_FMT_RGB32, "xxxxxxxx rrrrrrrr gggggggg bbbbbbbb", WORD('B', 'X', '2', '4'),
		"b8g8r8x8" },
	{ V4L2_PIX_FMT_RGB24, "rrrrrrrr gggggggg bbbbbbbb", WORD('B', 'G', '2', '4'), "b8g8r8" },
	{ V4L2_PIX_FMT_BGR24, "bbbbbbbb gggggggg rrrrrrrr", WORD('R', 'G', '2', '4'), "r8g8b8" },
	{ WORD('A', 'R', '3', '0'), "bbbbbbbb ggggggbb rrrrgggg aarrrrrr", WORD('A', 'R', '3', '0'),
		"a2r10g10b10" },
	{ WORD('R', 'X', '3', '0'), "bbbbbbxx ggggbbbb rrgggggg rrrrrrrr", WORD('R', 'X', '3', '0'),
		"r10g10b10x2" },
	{ WORD('R', 'A', '3', '0'), "bbbbbbaa ggggbbbb rrgggggg rrrrrrrr", WORD('R', 'A', '3', '0'),
		"r10g10b10a2" },
	{ V4L2_PIX_FMT_RGB565, "gggbbbbb rrrrrggg", WORD('R', 'G', '1', '6'), "r5g6b5" },
	{ V4L2_PIX_FMT_RGB565X, "rrrrrggg gggbbbbb", WORD_BE('R', 'G', '1', '6'), "r5g6b5" },
	{ V4L2_PIX_FMT_XRGB555, "gggbbbbb xrrrrrgg", WORD('X', 'R', '1', '5'), "x1r5g5b5" },
	{ V4L2_PIX_FMT_ARGB555, "gggbbbbb arrrrrgg", WORD('A', 'R', '1', '5'), "a1r5g5b5" },
	{ V4L2_PIX_FMT_RGBX555, "ggbbbbbx rrrrrggg", WORD('R', 'X', '1', '5'), "r5g5b5x1" },
	{ V4L2_PIX_FMT_RGBA555, "ggbbbbba rrrrrggg", WORD('R', 'A', '1', '5'), "r5g5b5a1" },
	{ V4L2_PIX_FMT_XBGR555, "gggrrrrr xbbbbbgg", WORD('X', 'B', '1', '5'), "x1b5g5r5" },
	{ V4L2_PIX_FMT_ABGR555, "gggrrrrr abbbbbgg", WORD('A', 'B', '1', '5'), "a1b5g5r5" },
	{ V4L2_PIX_FMT_BGRX555, "ggrrrrrx bbbbbggg", WORD('B', 'X', '1', '5'), "b5g5r5x1" },
	{ V4L2_PIX_FMT_BGRA555, "ggrrrrra bbbbbggg", WORD('B', 'A', '1', '5'), "b5g5r5a1" },
	{ V4L2_PIX_FMT_XRGB555X, "xrrrrrgg gggbbbbb", WORD_BE('X', 'R', '1', '5'), "x1r5g5b5" },
	{ V4L2_PIX_FMT_ARGB555X, "arrrrrgg gggbbbbb", WORD_BE('A', 'R', '1', '5'), "a1r5g5b5" },
	{ V4L2_PIX_FMT_RGB555, "gggbbbbb xrrrrrgg", WORD('X', 'R', '1', '5'), "x1r5g5b5" },
	{ V4L2_PIX_FMT_RGB555X, "xrrrrrgg gggbbbbb", WORD_BE('X', 'R', '1', '5'), "x1r5g5b5" },
	{ V4L2_PIX_FMT_XRGB444, "ggggbbbb xxxxrrrr", WORD('X', 'R', '1', '2'), "x4r4g4b4" },
	{ V4L2_PIX_FMT_ARGB444, "ggggbbbb aaaarrrr", WORD('A', 'R', '1', '2'), "a4r4g4b4" },
	{ V4L2_PIX_FMT_RGBX444, "bbbbxxxx rrrrgggg", WORD('R', 'X', '1', '2'), "r4g4b4x4" },
	{ V4L2_PIX_FMT_RGBA444, "bbbbaaaa rrrrgggg", WORD('R', 'A', '1', '2'), "r4g4b4a4" },
	{ V4L2_PIX_FMT_XBGR444, "ggggrrrr xxxxbbbb", WORD('X', 'B', '1', '2'), "x4b4g4r4" },
	{ V4L2_PIX_FMT_ABGR444, "ggggrrrr aaaabbbb", WORD('A', 'B', '1', '2'), "a4b4g4r4" },
	{ V4L2_PIX_FMT_BGRX444, "rrrrxxxx bbbbgggg", WORD('B', 'X', '1', '2'), "b4g4r4x4" },
	{ V4L2_PIX_FMT_BGRA444, "rrrraaaa bbbbgggg", WORD('B', 'A', '1', '2'), "b4g4r4a4" },
	{ V4L2_PIX_FMT_RGB444, "ggggbbbb xxxxrrrr", WORD('X', 'R', '1', '2'), "x4r4g4b4" },
	{ V4L2_PIX_FMT_RGB332, "rrrgggbb", WORD('R', 'G', 'B', '8'), "r3g3b2" },
};

/* A pixel with all bits of one component set, as the bytes are described. */
static unsigned draw_memory(const char *memory, char component, uint8_t pixel[8])
{
	unsigned bits = 0;

	memset(pixel, 0, 8);
	for (; *memory; memory++) {
		if (*memory == ' ')
			continue;
		if (*memory == component)
			pixel[bits / 8] |= (uint8_t)(0x80 >> bits % 8);
		bits++;
	}
	assert_int_equal(bits % 8, 0);
	return bits / 8;
}

/* The same, as the word is described. */
static unsigned draw_word(const char *word, char component, bool big_endian, uint8_t pixel[8])
{
	uint64_t value = 0;
	unsigned bits = 0;

	while (*word) {
		char name = *word++;
		unsigned width = 0;

		for (; *word >= '0' && *word <= '9'; word++)
			width = width * 10 + (unsigned)(*word - '0');
		value = value << width | (name == component ? (1ull << width) - 1 : 0);
		bits += width;
	}
	memset(pixel, 0, 8);
	for (unsigned i = 0; i < bits / 8; i++)
		pixel[big_endian ? bits / 8 - 1 - i : i] = (uint8_t)(value >> 8 * i);
	return bits / 8;
}

static void both_codes_mean_the_same_bytes(void **state)
{
	(void)state;
	for (size_t i = 0; i < WEIR_COUNT(formats); i++) {
		const struct weir_format *format = weir_format_by_v4l2(formats[i].v4l2);
		bool big_endian = formats[i].drm >> 31;

		assert_non_null(format);
		assert_int_equal(format->drm, formats[i].drm);
		assert_int_equal(format->plane[0].block_width, 1);
		for (const char *component = "rgba"; *component; component++) {
			uint8_t by_memory[8], by_word[8];
			unsigned bytes = draw_memory(formats[i].memory, *component, by_memory);

			assert_int_equal(
				bytes, draw_word(formats[i].word, *component, big_endian, by_word));
			assert_int_equal(bytes, format->plane[0].block_bytes);
			assert_memory_equal(by_memory, by_word, sizeof(by_word));
		}
		assert_int_equal(!!(format->flags & WEIR_FORMAT_ALPHA),
			strchr(formats[i].word, 'a') != NULL);
		assert_int_equal(!!(format->flags & WEIR_FORMAT_BIG_ENDIAN), big_endian);
	}
}

static void no_rgb_row_is_left_out(void **state)
{
	size_t rows = 0;

	(void)state;
	for (size_t i = 0; i < weir_format_count(); i++) {
		const struct weir_format *format = weir_format_at(i);

		rows += format->flags & WEIR_FORMAT_RGB && format->v4l2;
	}
	assert_int_equal(rows, WEIR_COUNT(formats));
}

/* Where GStreamer and RFC 4175 name the bytes of a pixel in order, the letters must agree too. */
static void other_names_mean_the_same_bytes(void **state)
{
	(void)state;
	for (size_t i = 0; i < WEIR_COUNT(formats); i++) {
		const struct weir_format *format = weir_format_by_v4l2(formats[i].v4l2);
		char letters[5] = { 0 };

		if (strlen(formats[i].memory) < sizeof("rrrrrrrr gggggggg"))
			continue;
		if (format->plane[0].block_bytes == 4 && format->gst && strlen(format->gst) == 4) {
			for (unsigned k = 0; k < 4; k++)
				letters[k] = formats[i].memory[9 * k];
			assert_int_equal(strcasecmp(format->gst, letters), 0);
		}
		for (unsigned k = 0; format->rtp && k < format->plane[0].block_bytes; k++)
			assert_int_equal(format->rtp[k] | 0x20, formats[i].memory[9 * k]);
	}
}

static void a_red_pixel_by_hand(void **state)
{
	static const struct {
		const char *name, *bytes;
		unsigned size;
	} red[] = {
		{ "BGRx", "\x00\x00\xff\x00", 4 }, /* the words that GStreamer and FFmpeg use */
		{ "rgb0", "\xff\x00\x00\x00", 4 },
		{ "0rgb", "\x00\xff\x00\x00", 4 },
		{ "xBGR", "\x00\x00\x00\xff", 4 },
		{ "RGB", "\xff\x00\x00", 3 },
		{ "bgr24", "\x00\x00\xff", 3 },
		{ "RGB16", "\x00\xf8", 2 },
		{ "RGB15", "\x00\x7c", 2 },
		{ "BGR15", "\x1f\x00", 2 },
		{ "rgb565be", "\xf8\x00", 2 },
		{ "BGR10A2_LE", "\x00\x00\xf0\x3f", 4 },
	};

	(void)state;
	for (size_t i = 0; i < WEIR_COUNT(red); i++) {
		const struct weir_format *format = weir_format_by_name(red[i].name);
		uint8_t pixel[8];
		size_t k = 0;

		assert_non_null(format);
		while (formats[k].v4l2 != format->v4l2)
			k++;
		assert_int_equal(draw_memory(formats[k].memory, 'r', pixel), red[i].size);
		assert_memory_equal(pixel, red[i].bytes, red[i].size);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_codes_mean_the_same_bytes),
		cmocka_unit_test(no_rgb_row_is_left_out),
		cmocka_unit_test(other_names_mean_the_same_bytes),
		cmocka_unit_test(a_red_pixel_by_hand),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
