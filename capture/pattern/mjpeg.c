/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "capture/pattern/mjpeg.h"

#include <errno.h>
#include <setjmp.h>
#include <stdio.h> /* before jpeglib.h, which needs it and does not say so */
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>

#include "capture/pattern/digits.h"
#include "core/log.h"
#include "core/stamp.h"

#ifndef JCS_EXTENSIONS
#error "this file needs libjpeg-turbo; build with -DWEIR_LIBJPEG=OFF where there is another libjpeg"
#endif

#define QUALITY      80
#define HEADER_BYTES 4096 /* tables, markers and stamps take about 700 */
#define EOI_BYTES    2

struct encoder {
	struct jpeg_compress_struct jpeg;
	struct jpeg_error_mgr errors;
	struct jpeg_destination_mgr to;
	jmp_buf failed;
	char reason[JMSG_LENGTH_MAX];
};

size_t weir_pattern_mjpeg_bytes(const struct weir_video *video)
{
	/* Noise at this quality takes about 0.6 bytes a pixel (tests/unit/test_pattern.c checks
	 * it); images are coded in blocks of 16 pixels. */
	return (size_t)(video->width + 15) * (video->height + 15) * 3 / 2 + HEADER_BYTES;
}

static void on_error(j_common_ptr jpeg)
{
	struct encoder *encoder = (struct encoder *)jpeg;

	jpeg->err->format_message(jpeg, encoder->reason);
	longjmp(encoder->failed, 1);
}

static void begin_output(j_compress_ptr jpeg)
{
	(void)jpeg;
}

static boolean output_full(j_compress_ptr jpeg)
{
	struct encoder *encoder = (struct encoder *)jpeg;

	strcpy(encoder->reason, "the image does not fit its slot");
	longjmp(encoder->failed, 1);
}

static void prepare(struct encoder *encoder, uint8_t *out, size_t capacity)
{
	encoder->jpeg.err = jpeg_std_error(&encoder->errors);
	encoder->errors.error_exit = on_error;
	encoder->to = (struct jpeg_destination_mgr){
		.next_output_byte = out,
		.free_in_buffer = capacity,
		.init_destination = begin_output,
		.empty_output_buffer = output_full,
		.term_destination = begin_output,
	};
}

static void compress(struct encoder *encoder, const struct weir_video *xr24, uint8_t *pixels)
{
	static const uint8_t room[WEIR_STAMP_JPEG_SIZE - 4];
	struct jpeg_compress_struct *jpeg = &encoder->jpeg;

	jpeg_create_compress(jpeg);
	jpeg->dest = &encoder->to;
	jpeg->image_width = xr24->width;
	jpeg->image_height = xr24->height;
	jpeg->input_components = 4;
	jpeg->in_color_space = JCS_EXT_BGRX;
	jpeg_set_defaults(jpeg);
	jpeg_set_quality(jpeg, QUALITY, TRUE);
	/* The stamp's segment then comes right after the start of the image, as in the images of
	 * most cameras, which have no JFIF header either. */
	jpeg->write_JFIF_header = FALSE;
	jpeg_start_compress(jpeg, TRUE);
	jpeg_write_marker(jpeg, JPEG_COM, room, sizeof(room));
	while (jpeg->next_scanline < jpeg->image_height) {
		JSAMPROW line = pixels + (size_t)jpeg->next_scanline * xr24->width * 4;

		jpeg_write_scanlines(jpeg, &line, 1);
	}
	jpeg_finish_compress(jpeg);
}

/* Moves the end-of-image marker to make room for the stamp before it. */
static size_t leave_room_at_end(uint8_t *out, size_t size)
{
	memcpy(out + size - EOI_BYTES + WEIR_STAMP_JPEG_SIZE, out + size - EOI_BYTES, EOI_BYTES);
	return size + WEIR_STAMP_JPEG_SIZE;
}

/* `encoder` is the caller's: what changes between setjmp and longjmp must not be a local here. */
static int encode(struct encoder *encoder, const struct weir_video *xr24, uint8_t *pixels,
	uint8_t *out, size_t capacity, uint32_t *size)
{
	prepare(encoder, out, capacity - WEIR_STAMP_JPEG_SIZE);
	if (setjmp(encoder->failed)) {
		jpeg_destroy_compress(&encoder->jpeg);
		return -ENOSPC;
	}
	compress(encoder, xr24, pixels);
	jpeg_destroy_compress(&encoder->jpeg);
	*size = (uint32_t)leave_room_at_end(
		out, capacity - WEIR_STAMP_JPEG_SIZE - encoder->to.free_in_buffer);
	return 0;
}

static void draw(const struct weir_picture *picture, unsigned slot, const struct weir_video *xr24,
	const struct weir_pixels *pixels, struct weir_digits *digits)
{
	struct weir_canvas canvas;

	weir_canvas_init(&canvas, xr24, pixels);
	picture->draw(&canvas, slot);
	if (!picture->counts)
		return;
	weir_digits_init(digits, xr24);
	weir_digits_draw(digits, pixels, slot, slot);
}

int weir_pattern_mjpeg_encode(const struct weir_picture *picture, unsigned slot,
	const struct weir_video *video, uint8_t *out, size_t capacity, const struct weir_log *log,
	uint32_t *size)
{
	const struct weir_video xr24 = { .format = weir_format_by_name("XR24"),
		.width = video->width,
		.height = video->height };
	uint8_t *memory = malloc((size_t)xr24.width * xr24.height * 4);
	struct weir_digits *digits = malloc(sizeof(*digits));
	const struct weir_pixels pixels = { { memory }, { xr24.width * 4 }, 1 };
	struct encoder encoder = { .reason = "no memory to draw it" };
	int err = -ENOMEM;

	if (memory && digits) {
		draw(picture, slot, &xr24, &pixels, digits);
		err = encode(&encoder, &xr24, memory, out, capacity, size);
	}
	if (err)
		weir_error(log, "pattern: cannot encode %ux%u as JPEG: %s", xr24.width, xr24.height,
			encoder.reason);
	free(digits);
	free(memory);
	return err;
}
