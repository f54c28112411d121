/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* Feeds bytes to the jpeg stage as an image of 64x48, and checks what must hold for all of them:
 * nothing outside the frame is written, and it is decoded or left out, no more than one line said.
 *
 * clang -std=gnu11 -D_GNU_SOURCE -DWEIR_HAVE_LIBJPEG=1 -g -O1 -fsanitize=fuzzer,address,undefined
 * 	-I. -Iinclude tests/fuzz/fuzz_jpeg.c pipeline/stages/jpeg_{decode,encode,errors,lines}.c
 * 	core/{scan,format,format_table,layout}.c -ljpeg -o fuzz_jpeg */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "pipeline/stages/jpeg_decode.h"
#include "pipeline/stages/jpeg_encode.h"

#define WIDTH  64
#define HEIGHT 48
#define MARGIN 64
#define FILL   0xa5

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(int holds)
{
	if (!holds)
		abort();
}

static size_t describe(
	const struct weir_format *format, uint32_t width, uint32_t height, struct weir_pixels *out)
{
	const struct weir_video video = { .format = format, .width = width, .height = height };
	struct weir_layout layout;

	require(!weir_format_layout(&video, &layout));
	out->n_planes = layout.n_planes;
	out->data[0] = malloc(layout.size + MARGIN);
	require(out->data[0] != NULL);
	memset(out->data[0], FILL, layout.size + MARGIN);
	for (unsigned i = 0; i < layout.n_planes; i++) {
		out->data[i] = out->data[0] + layout.plane[i].offset;
		out->stride[i] = (uint32_t)layout.plane[i].stride;
	}
	return layout.size;
}

static void decode(const char *name, const uint8_t *data, size_t size)
{
	const struct weir_format *format = weir_format_by_name(name);
	struct jpeg_encoder encoder;
	struct jpeg_decoder decoder;
	struct weir_pixels out;
	size_t bytes = describe(format, WIDTH, HEIGHT, &out);
	int err;

	require(!jpeg_encoder_init(&encoder) && !jpeg_decoder_init(&decoder, &encoder.jpeg));
	require(!jpeg_decoder_configure(&decoder, format, WIDTH, HEIGHT));
	for (unsigned twice = 0; twice < 2; twice++) { /* what one leaves behind, another finds */
		err = jpeg_decoder_run(&decoder, data, size, &out);
		require(!err || (err == -EAGAIN && decoder.errors.reason[0]));
	}
	for (size_t i = 0; i < MARGIN; i++)
		require(out.data[0][bytes + i] == FILL);
	jpeg_decoder_finish(&decoder);
	jpeg_encoder_finish(&encoder);
	free(out.data[0]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* Exactly as long as it is, for the sanitizer to see past it. */
	uint8_t *copy = malloc(size ? size : 1);

	require(copy != NULL);
	if (size)
		memcpy(copy, data, size);
	for (size_t i = 0; jpeg_decoder_format_at(i); i += 2)
		decode(jpeg_decoder_format_at(i), copy, size);
	free(copy);
	return 0;
}
