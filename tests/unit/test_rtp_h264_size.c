/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sequence parameter sets as encoders write them, and the size that they speak of. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <weir/format.h>

#include "core/checked.h"
#include "core/rtp/h264.h"
#include "tests/unit/cmocka_all.h"

struct set {
	const char *what;
	uint32_t width, height;
	size_t needed; /* bytes that the size is within */
	uint8_t bytes[24];
};

static const struct set sets[] = {
	{ "high", 1920, 1080, 12,
		{ 0x67, 0x64, 0x10, 0x28, 0xac, 0xb8, 0x0f, 0x00, 0x44, 0xfc, 0xb8, 0x08 } },
	{ "of fields", 1920, 1080, 12,
		{ 0x67, 0x64, 0x10, 0x28, 0xac, 0xf0, 0x1e, 0x01, 0x13, 0xf7, 0x80, 0x88 } },
	{ "4:2:2", 322, 182, 13,
		{ 0x67, 0x7a, 0x10, 0x0d, 0xbc, 0xb8, 0x2a, 0x33, 0xc4, 0x45, 0xe0, 0x22, 0x00 } },
	{ "4:4:4", 322, 182, 13,
		{ 0x67, 0xf4, 0x10, 0x0d, 0x91, 0x97, 0x05, 0x46, 0x78, 0xf8, 0xbc, 0x04, 0x40 } },
	{ "4:2:2 of fields", 322, 180, 13,
		{ 0x67, 0x7a, 0x10, 0x15, 0xbc, 0xf0, 0x54, 0xcf, 0x11, 0x3e, 0x02, 0x20, 0x00 } },
	{ "without colours", 176, 144, 10,
		{ 0x67, 0x64, 0x10, 0x0b, 0xf2, 0xe1, 0x62, 0x76, 0x02, 0xd9 } },
	{ "baseline", 64, 64, 9, { 0x67, 0x42, 0xc0, 0x0a, 0xda, 0x10, 0x9b, 0x01, 0x10 } },
	{ "baseline of another encoder", 640, 480, 10,
		{ 0x67, 0x42, 0xc0, 0x1e, 0x8c, 0x8d, 0x40, 0x50, 0x1e, 0xd0 } },
};

static void sizes_are_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < WEIR_COUNT(sets); i++) {
		uint32_t width = 0, height = 0;

		print_message("%s\n", sets[i].what);
		assert_int_equal(
			weir_h264_read_size(sets[i].bytes, sets[i].needed, &width, &height), 0);
		assert_int_equal(width, sets[i].width);
		assert_int_equal(height, sets[i].height);
	}
}

/* No byte behind the end is read: the sanitizer sees to it. */
static void what_is_cut_off_is_not_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < WEIR_COUNT(sets); i++)
		for (size_t length = 0; length < sets[i].needed; length++) {
			uint32_t width = 7, height = 7;
			uint8_t *copy = malloc(length ? length : 1);

			assert_non_null(copy);
			memcpy(copy, sets[i].bytes, length);
			if (length < 6)
				assert_int_equal(weir_h264_read_size(copy, length, &width, &height),
					-EBADMSG);
			else
				weir_h264_read_size(copy, length, &width, &height);
			assert_true(width && width <= WEIR_MAX_SIZE);
			assert_true(height && height <= WEIR_MAX_SIZE);
			free(copy);
		}
}

static void what_cannot_be_is_not_believed(void **state)
{
	uint32_t width = 7, height = 7, seed = 1;
	uint8_t bytes[24];

	(void)state;
	for (unsigned round = 0; round < 100000; round++) {
		for (size_t i = 0; i < sizeof(bytes); i++) {
			seed = seed * 1664525 + 1013904223;
			bytes[i] = (uint8_t)(seed >> 24 & (round % 3 ? 0xff : 0x03));
		}
		memcpy(bytes, sets[round % WEIR_COUNT(sets)].bytes, round % 9);
		bytes[0] = WEIR_H264_SPS;
		weir_h264_read_size(bytes, sizeof(bytes), &width, &height);
		assert_true(width && width <= WEIR_MAX_SIZE);
		assert_true(height && height <= WEIR_MAX_SIZE);
	}
}

/* Two zeroes before a small byte have a 3 between: it is no part of the numbers. */
static void what_prevents_start_codes_is_passed(void **state)
{
	uint8_t plain[] = { 0x67, 0x42, 0x00, 0x00, 0xf8, 0x0a, 0x80, 0xa2, 0x40 };
	uint8_t guarded[] = { 0x67, 0x42, 0x00, 0x00, 0x03, 0xf8, 0x0a, 0x80, 0xa2, 0x40 };
	uint32_t width[2] = { 0 }, height[2] = { 0 };

	(void)state;
	assert_int_equal(weir_h264_read_size(plain, sizeof(plain), &width[0], &height[0]), 0);
	assert_int_equal(weir_h264_read_size(guarded, sizeof(guarded), &width[1], &height[1]), 0);
	assert_int_equal(width[0], width[1]);
	assert_int_equal(height[0], height[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sizes_are_read),
		cmocka_unit_test(what_is_cut_off_is_not_read),
		cmocka_unit_test(what_cannot_be_is_not_believed),
		cmocka_unit_test(what_prevents_start_codes_is_passed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
