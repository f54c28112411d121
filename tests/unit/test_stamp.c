/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* A stamp can be read back from every format and size, whole or cropped; nothing else passes for
 * one; and writing it touches nothing but the stamp. */

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "core/checked.h"
#include "core/stamp.h"

#define FILL 0xa5
#define PAD  13

struct picture {
	struct weir_video video;
	struct weir_pixels pixels;
	struct weir_layout layout;
	uint8_t *memory;
};

static const char *const formats[] = { "YUYV", "UYVY", "NV12", "XR24", "RGB565", "GREY" };
static const uint32_t sizes[][2] = { { 16, 16 }, { 18, 16 }, { 22, 36 }, { 46, 20 }, { 48, 16 },
	{ 64, 48 }, { 190, 62 }, { 192, 16 }, { 382, 100 }, { 384, 16 }, { 640, 360 },
	{ 1920, 1080 } };

/* The same memory, `lines` lines from `first` on. */
static struct picture crop(const struct picture *picture, uint32_t first, uint32_t lines)
{
	struct picture part = *picture;

	part.video.height = lines;
	for (unsigned p = 0; p < part.pixels.n_planes; p++)
		part.pixels.data[p] += (size_t)part.pixels.stride[p] * first /
				       part.video.format->plane[p].block_height;
	return part;
}

static struct picture make(const char *format, uint32_t width, uint32_t height, uint32_t padding)
{
	struct picture picture = { .video = { weir_format_by_name(format), width, height } };

	assert_non_null(picture.video.format);
	picture.video.stride =
		(uint32_t)weir_format_line_bytes(picture.video.format, 0, width) + padding;
	assert_int_equal(weir_format_layout(&picture.video, &picture.layout), 0);
	picture.memory = malloc(picture.layout.size);
	assert_non_null(picture.memory);
	memset(picture.memory, FILL, picture.layout.size);
	picture.pixels.n_planes = picture.layout.n_planes;
	for (unsigned p = 0; p < picture.layout.n_planes; p++) {
		picture.pixels.data[p] = picture.memory + picture.layout.plane[p].offset;
		picture.pixels.stride[p] = (uint32_t)picture.layout.plane[p].stride;
	}
	return picture;
}

static void expect(const struct picture *picture, enum weir_stamp_state state, uint64_t counter)
{
	uint64_t found = ~counter;

	assert_int_equal(weir_stamp_read(&picture->video, &picture->pixels, &found), state);
	assert_true(found == (state == WEIR_STAMP_MISSING ? ~counter : counter));
}

static void for_each_picture(void (*check)(struct picture *picture))
{
	for (size_t f = 0; f < WEIR_COUNT(formats); f++) {
		for (size_t s = 0; s < WEIR_COUNT(sizes); s++) {
			struct picture picture = make(formats[f], sizes[s][0], sizes[s][1], PAD);

			check(&picture);
			free(picture.memory);
		}
	}
}

static void check_round_trip(struct picture *picture)
{
	static const uint64_t counters[] = { 0, 1, 59, 1u << 31, UINT32_MAX, 1ull << 63, UINT64_MAX,
		0x0123456789abcdef };

	assert_true(weir_stamp_fits(&picture->video));
	expect(picture, WEIR_STAMP_MISSING, 0);
	for (size_t i = 0; i < WEIR_COUNT(counters); i++) {
		weir_stamp_write(&picture->video, &picture->pixels, counters[i]);
		expect(picture, WEIR_STAMP_WHOLE, counters[i]);
	}
}

static void check_halves(struct picture *picture)
{
	uint32_t half = picture->video.height / 2 / 2 * 2;
	struct picture upper = crop(picture, 0, half);
	struct picture lower = crop(picture, picture->video.height - half, half);
	struct picture middle = crop(picture, 10, half > 24 ? half - 10 : 2);

	weir_stamp_write(&picture->video, &picture->pixels, 77);
	expect(&upper, WEIR_STAMP_TOP, 77);
	expect(&lower, WEIR_STAMP_BOTTOM, 77);
	expect(&middle, WEIR_STAMP_MISSING, 77);
}

static void check_torn(struct picture *picture)
{
	uint32_t half = picture->video.height / 2 / 2 * 2;
	uint8_t *lines = picture->pixels.data[0] +
			 (size_t)(picture->video.height - half) * picture->pixels.stride[0];
	size_t bytes = (size_t)half * picture->pixels.stride[0];
	uint8_t *kept = malloc(bytes);

	assert_non_null(kept);
	weir_stamp_write(&picture->video, &picture->pixels, 7);
	memcpy(kept, lines, bytes);
	weir_stamp_write(&picture->video, &picture->pixels, 8);
	memcpy(lines, kept, bytes);
	expect(picture, WEIR_STAMP_TORN, 8);
	free(kept);
}

/* Only lines of the stamps, only their pixels, never the padding. */
static void check_untouched(struct picture *picture)
{
	const struct weir_format *format = picture->video.format;

	weir_stamp_write(&picture->video, &picture->pixels, 0x5555555555555555);
	for (unsigned p = 0; p < picture->layout.n_planes; p++) {
		size_t stride = picture->layout.plane[p].stride;
		size_t lines = picture->layout.plane[p].lines;
		size_t line_bytes = weir_format_line_bytes(format, p, picture->video.width);
		size_t stamp = WEIR_STAMP_MAX_LINES / format->plane[p].block_height;

		for (size_t y = 0; y < lines; y++) {
			const uint8_t *line = picture->pixels.data[p] + y * stride;
			bool stamped = y < stamp || y >= lines - stamp;

			for (size_t x = stamped ? line_bytes : 0; x < stride; x++)
				assert_int_equal(line[x], FILL);
		}
	}
}

static void check_plain(struct picture *picture)
{
	uint64_t seed = 88172645463325252;

	for (unsigned level = 0; level < 256; level++) {
		memset(picture->memory, (int)level, picture->layout.size);
		expect(picture, WEIR_STAMP_MISSING, 0);
	}
	for (unsigned try = 0; try < 20; try++) {
		for (size_t i = 0; i < picture->layout.size; i++) {
			seed ^= seed << 13, seed ^= seed >> 7, seed ^= seed << 17;
			picture->memory[i] = (uint8_t)seed;
		}
		expect(picture, WEIR_STAMP_MISSING, 0);
	}
}

static void test_round_trip(void **state)
{
	(void)state;
	for_each_picture(check_round_trip);
}

static void test_halves(void **state)
{
	(void)state;
	for_each_picture(check_halves);
}

static void test_torn(void **state)
{
	(void)state;
	for_each_picture(check_torn);
}

static void test_untouched(void **state)
{
	(void)state;
	for_each_picture(check_untouched);
}

static void test_plain_pictures_carry_none(void **state)
{
	(void)state;
	for (size_t f = 0; f < WEIR_COUNT(formats); f++) {
		for (size_t s = 0; s < 5; s++) {
			struct picture picture = make(formats[f], sizes[s][0], sizes[s][1], 0);

			check_plain(&picture);
			free(picture.memory);
		}
	}
}

/* Half the contrast, an offset, each pixel smeared over its neighbours, and noise. */
static void test_survives_lossy_coding(void **state)
{
	struct picture picture = make("GREY", 640, 360, 0), smeared = make("GREY", 640, 360, 0);

	(void)state;
	weir_stamp_write(&picture.video, &picture.pixels, 123456789);
	for (uint32_t y = 0; y < 360; y++) {
		for (uint32_t x = 0; x < 640; x++) {
			unsigned sum = 0;

			for (uint32_t i = 0; i < 9; i++) {
				uint32_t from_y = y + i / 3 > 0 ? y + i / 3 - 1 : 0;
				uint32_t from_x = x + i % 3 > 0 ? x + i % 3 - 1 : 0;

				from_y = from_y < 360 ? from_y : 359;
				from_x = from_x < 640 ? from_x : 639;
				sum += picture.memory[from_y * 640 + from_x];
			}
			smeared.memory[y * 640 + x] =
				(uint8_t)(sum / 9 / 2 + 70 + (x * 7 + y * 13) % 17 - 8);
		}
	}
	expect(&smeared, WEIR_STAMP_WHOLE, 123456789);
	free(picture.memory);
	free(smeared.memory);
}

static void test_refuses_what_has_no_pixels(void **state)
{
	struct weir_video video = { weir_format_by_name("MJPEG"), 640, 480 };
	struct weir_video low = { weir_format_by_name("GREY"), 640, 3 };
	struct weir_video none = { NULL, 640, 480 };

	(void)state;
	assert_false(weir_stamp_fits(&video));
	assert_false(weir_stamp_fits(&low));
	assert_false(weir_stamp_fits(&none));
}

/* Where a crop left room for one stamp only, that is the top one. */
static void test_low_picture_gets_top(void **state)
{
	struct picture picture = make("YUYV", 48, 16, 0);
	struct picture low = crop(&picture, 0, 8);

	(void)state;
	weir_stamp_write(&low.video, &low.pixels, 3);
	expect(&low, WEIR_STAMP_TOP, 3);
	free(picture.memory);
}

static void test_jpeg(void **state)
{
	uint8_t image[200] = { 0xff, 0xd8 }, cut[200];
	size_t size = sizeof(image);
	uint64_t counter = 0;

	(void)state;
	image[size - 2] = 0xff;
	image[size - 1] = 0xd9;
	assert_int_equal(weir_stamp_jpeg_read(image, size, &counter), WEIR_STAMP_MISSING);
	assert_int_equal(weir_stamp_jpeg_read(image, 5, &counter), WEIR_STAMP_MISSING);
	weir_stamp_jpeg_write(image, size, 0x1122334455667788);
	assert_int_equal(weir_stamp_jpeg_read(image, size, &counter), WEIR_STAMP_WHOLE);
	assert_true(counter == 0x1122334455667788);

	/* A transport that writes the headers anew loses the first one; a cut loses the last. */
	memcpy(cut, image, size);
	memset(cut + 2, 0, WEIR_STAMP_JPEG_SIZE);
	counter = 0;
	assert_int_equal(weir_stamp_jpeg_read(cut, size, &counter), WEIR_STAMP_BOTTOM);
	assert_true(counter == 0x1122334455667788);
	assert_int_equal(weir_stamp_jpeg_read(image, size - 10, &counter), WEIR_STAMP_TORN);

	memcpy(cut, image, size);
	weir_stamp_jpeg_write(image, size, 9);
	memcpy(image, cut, size / 2);
	assert_int_equal(weir_stamp_jpeg_read(image, size, &counter), WEIR_STAMP_TORN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_halves),
		cmocka_unit_test(test_torn),
		cmocka_unit_test(test_untouched),
		cmocka_unit_test(test_plain_pictures_carry_none),
		cmocka_unit_test(test_survives_lossy_coding),
		cmocka_unit_test(test_refuses_what_has_no_pixels),
		cmocka_unit_test(test_low_picture_gets_top),
		cmocka_unit_test(test_jpeg),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
