/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Patterns as MJPEG: images that decode to the picture, fit their slots and carry their stamps; and
 * without libjpeg-turbo a refusal that says so. */

#include "frames.h"

#include <stdlib.h>

#include "core/source.h"

#ifdef WEIR_HAVE_LIBJPEG

#include <jpeglib.h>

#include "capture/pattern/mjpeg.h"
#include "core/checked.h"
#include "core/stamp.h"

struct image {
	struct weir_video video;
	size_t capacity;
	uint32_t size;
	uint8_t *bytes;
};

static const struct weir_picture *picture_by_name(const char *name)
{
	for (size_t i = 0; weir_pictures[i].name; i++)
		if (!strcmp(weir_pictures[i].name, name))
			return &weir_pictures[i];
	fail_msg("no picture \"%s\"", name);
	return NULL;
}

static struct image encode(const char *name, unsigned slot, uint32_t width, uint32_t height)
{
	struct image image = { .video = video_of("MJPEG", width, height) };

	image.capacity = weir_pattern_mjpeg_bytes(&image.video);
	image.bytes = calloc(1, image.capacity);
	assert_non_null(image.bytes);
	assert_int_equal(weir_pattern_mjpeg_encode(picture_by_name(name), slot, &image.video,
				 image.bytes, image.capacity, NULL, &image.size),
		0);
	assert_true(image.size <= image.capacity);
	return image;
}

/* Decodes with the library's own defaults, which stop the program at any error. */
static uint8_t *decode(const struct image *image)
{
	struct jpeg_decompress_struct jpeg;
	struct jpeg_error_mgr errors;
	uint8_t *rgb = malloc((size_t)image->video.width * image->video.height * 3);

	assert_non_null(rgb);
	jpeg.err = jpeg_std_error(&errors);
	jpeg_create_decompress(&jpeg);
	jpeg_mem_src(&jpeg, image->bytes, image->size);
	assert_int_equal(jpeg_read_header(&jpeg, TRUE), JPEG_HEADER_OK);
	assert_int_equal(jpeg.image_width, image->video.width);
	assert_int_equal(jpeg.image_height, image->video.height);
	jpeg_start_decompress(&jpeg);
	while (jpeg.output_scanline < jpeg.output_height) {
		JSAMPROW line = rgb + (size_t)jpeg.output_scanline * image->video.width * 3;

		jpeg_read_scanlines(&jpeg, &line, 1);
	}
	jpeg_finish_decompress(&jpeg);
	assert_int_equal(errors.num_warnings, 0);
	jpeg_destroy_decompress(&jpeg);
	return rgb;
}

static void test_images_decode(void **state)
{
	static const uint8_t bars[][3] = { { 191, 191, 191 }, { 191, 191, 0 }, { 0, 191, 191 },
		{ 0, 191, 0 }, { 191, 0, 191 }, { 191, 0, 0 }, { 0, 0, 191 } };
	struct image image = encode("bars", 0, 642, 362);
	uint8_t *rgb;

	(void)state;
	weir_stamp_jpeg_write(image.bytes, image.size, 0xffd9ffd8ffd9ffff);
	rgb = decode(&image);
	for (size_t i = 0; i < 7; i++) {
		const uint8_t *pixel = rgb + 3 * (100 * 642 + (642 * (2 * i + 1)) / 14);

		for (size_t c = 0; c < 3; c++)
			assert_in_range(pixel[c] + 10, bars[i][c] + 6, bars[i][c] + 14);
	}
	free(rgb);
	free(image.bytes);
}

static void test_stamps(void **state)
{
	struct image image = encode("counter", 3, 64, 48);
	uint64_t counter = 0;

	(void)state;
	assert_int_equal(
		weir_stamp_jpeg_read(image.bytes, image.size, &counter), WEIR_STAMP_MISSING);
	weir_stamp_jpeg_write(image.bytes, image.size, 42);
	assert_int_equal(weir_stamp_jpeg_read(image.bytes, image.size, &counter), WEIR_STAMP_WHOLE);
	assert_int_equal(counter, 42);
	free(image.bytes);
}

/* Noise is the worst that can be encoded; half the slot is left then. */
static void test_worst_case_fits(void **state)
{
	static const uint32_t sizes[][2] = { { 16, 16 }, { 17, 31 }, { 640, 480 }, { 1920, 1080 } };

	(void)state;
	for (size_t i = 0; i < WEIR_COUNT(sizes); i++) {
		struct image image = encode("noise", 1, sizes[i][0], sizes[i][1]);

		assert_true(image.size < image.capacity * 2 / 3);
		free(image.bytes);
	}
}

static void test_too_small_a_slot(void **state)
{
	struct weir_video video = video_of("MJPEG", 640, 480);
	uint8_t *bytes = malloc(2000);
	struct heard heard;
	uint32_t size = 7;

	(void)state;
	assert_non_null(bytes);
	listen_to(&heard);
	assert_int_equal(weir_pattern_mjpeg_encode(picture_by_name("noise"), 0, &video, bytes, 2000,
				 &heard.log, &size),
		-ENOSPC);
	assert_int_equal(size, 7);
	assert_int_equal(heard.lines, 1);
	free(bytes);
}

static void test_source(void **state)
{
	static const char *const uris[] = { "pattern:mjpeg", "pattern:bars?format=MJPEG" };

	(void)state;
	for (size_t i = 0; i < WEIR_COUNT(uris); i++) {
		struct weir_source *source;
		size_t bytes;

		assert_int_equal(weir_source_open(uris[i], NULL, &source), 0);
		assert_string_equal(
			weir_source_uri(source), "pattern:bars?size=1280x720&fps=30&format=MJPEG");
		assert_int_equal(weir_source_video(source)->stride, 0);
		assert_int_equal(source->impl->frame_bytes(source, &bytes), 0);
		assert_true(bytes >= 1280 * 720);
		weir_source_close(&source);
	}
}

#else

static void test_refused(void **state)
{
	struct weir_source_settings settings = { 0 };
	struct weir_source *source = NULL;
	struct heard heard;

	(void)state;
	listen_to(&heard);
	settings.log = &heard.log;
	assert_int_equal(weir_source_open("pattern:mjpeg", &settings, &source), -ENOTSUP);
	assert_int_equal(heard.lines, 1);
	assert_non_null(strstr(heard.last, "libjpeg-turbo"));
}

#endif

int main(void)
{
	const struct CMUnitTest tests[] = {
#ifdef WEIR_HAVE_LIBJPEG
		cmocka_unit_test(test_images_decode),
		cmocka_unit_test(test_stamps),
		cmocka_unit_test(test_worst_case_fits),
		cmocka_unit_test(test_too_small_a_slot),
		cmocka_unit_test(test_source),
#else
		cmocka_unit_test(test_refused),
#endif
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
