/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef TESTS_UNIT_JPEG_IMAGES_H
#define TESTS_UNIT_JPEG_IMAGES_H

#include "frames.h"

#include <stdlib.h>

#include <jpeglib.h>

/* Images as others make and read them: through libjpeg's plain interface, line by line, with its
 * own error handling, which ends the program. */

struct image {
	unsigned char *bytes;
	size_t size;
};

struct image_kind {
	unsigned across, down; /* pixels that share chroma; 0: a grey image */
	bool progressive, optimised, rgb;
	unsigned restart; /* MCUs between restart markers */
};

/* A smooth picture, Y, U and V by pixel, in the full range. */
static inline uint8_t image_sample(
	unsigned component, unsigned x, unsigned y, unsigned w, unsigned h)
{
	unsigned slope[] = { 40 + 150 * x / w + 40 * y / h, 90 + 70 * y / h, 180 - 80 * x / w };

	return (uint8_t)slope[component];
}

static inline struct image image_make(
	const struct image_kind *kind, unsigned width, unsigned height)
{
	struct jpeg_compress_struct jpeg = { 0 };
	struct jpeg_error_mgr errors;
	struct image image = { 0 };
	unsigned long size = 0;
	unsigned n = kind->across ? 3 : 1;
	uint8_t *line = malloc((size_t)width * 3);

	assert_non_null(line);
	jpeg.err = jpeg_std_error(&errors);
	jpeg_create_compress(&jpeg);
	jpeg_mem_dest(&jpeg, &image.bytes, &size);
	jpeg.image_width = width;
	jpeg.image_height = height;
	jpeg.input_components = (int)n;
	jpeg.in_color_space = n == 1 ? JCS_GRAYSCALE : kind->rgb ? JCS_RGB : JCS_YCbCr;
	jpeg_set_defaults(&jpeg);
	if (kind->rgb)
		jpeg_set_colorspace(&jpeg, JCS_RGB);
	jpeg_set_quality(&jpeg, 95, TRUE);
	jpeg.comp_info[0].h_samp_factor = n == 1 ? 1 : (int)kind->across;
	jpeg.comp_info[0].v_samp_factor = n == 1 ? 1 : (int)kind->down;
	jpeg.optimize_coding = kind->optimised;
	jpeg.restart_interval = kind->restart;
	if (kind->progressive)
		jpeg_simple_progression(&jpeg);
	jpeg_start_compress(&jpeg, TRUE);
	while (jpeg.next_scanline < height) {
		for (unsigned i = 0; i < width * n; i++)
			line[i] = image_sample(i % n, i / n, jpeg.next_scanline, width, height);
		jpeg_write_scanlines(&jpeg, &line, 1);
	}
	jpeg_finish_compress(&jpeg);
	jpeg_destroy_compress(&jpeg);
	free(line);
	image.size = size;
	return image;
}

/* All pixels in `space`, three bytes each. */
static inline uint8_t *image_read(
	const uint8_t *bytes, size_t size, J_COLOR_SPACE space, unsigned *width, unsigned *height)
{
	struct jpeg_decompress_struct jpeg;
	struct jpeg_error_mgr errors;
	uint8_t *pixels;

	jpeg.err = jpeg_std_error(&errors);
	jpeg_create_decompress(&jpeg);
	jpeg_mem_src(&jpeg, bytes, size);
	assert_int_equal(jpeg_read_header(&jpeg, TRUE), JPEG_HEADER_OK);
	jpeg.out_color_space = jpeg.num_components == 1 ? JCS_GRAYSCALE : space;
	jpeg.do_fancy_upsampling = FALSE;
	jpeg_start_decompress(&jpeg);
	*width = jpeg.output_width;
	*height = jpeg.output_height;
	pixels = calloc(jpeg.output_height, (size_t)jpeg.output_width * 3);
	assert_non_null(pixels);
	while (jpeg.output_scanline < jpeg.output_height) {
		JSAMPROW line = pixels + (size_t)jpeg.output_scanline * jpeg.output_width *
						 (unsigned)jpeg.output_components;

		jpeg_read_scanlines(&jpeg, &line, 1);
	}
	jpeg_finish_decompress(&jpeg);
	assert_int_equal(errors.num_warnings, 0);
	jpeg_destroy_decompress(&jpeg);
	return pixels;
}

/* Takes the Huffman tables out, as many cameras do. */
static inline void image_strip_tables(struct image *image)
{
	size_t at = 2;

	while (image->bytes[at + 1] != 0xda) {
		size_t length = 2 + ((size_t)image->bytes[at + 2] << 8 | image->bytes[at + 3]);

		if (image->bytes[at + 1] == 0xc4) {
			memmove(image->bytes + at, image->bytes + at + length,
				image->size - at - length);
			image->size -= length;
		} else {
			at += length;
		}
	}
}

#endif
