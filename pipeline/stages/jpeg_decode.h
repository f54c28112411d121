/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_PIPELINE_STAGES_JPEG_DECODE_H
#define WEIR_PIPELINE_STAGES_JPEG_DECODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <weir/format.h>
#include <weir/frame.h>

#include "pipeline/stages/jpeg_errors.h"

#define JPEG_DECODED_PLANES 3
#define JPEG_DECODED_LINES  (MAX_SAMP_FACTOR * DCTSIZE) /* of a component, at once */
#define JPEG_HUFFMAN_TABLES 2                           /* of each kind; luma's and chroma's */

/* Decodes JPEG images into planes, straight where the image has their subsampling. */
struct jpeg_decoder {
	struct jpeg_decompress_struct jpeg;
	struct jpeg_errors errors;
	struct jpeg_source_mgr from;
	JHUFF_TBL dc[JPEG_HUFFMAN_TABLES], ac[JPEG_HUFFMAN_TABLES]; /* the standard's */
	const struct weir_format *format;     /* of what comes out: Y, or Y and chroma planes */
	unsigned planes[JPEG_DECODED_PLANES]; /* of Y, U and V */
	uint32_t width, height;
	uint8_t *buffer;   /* lines that cannot be written in place */
	size_t line_bytes; /* of it */
};

/* `encoder` has its defaults set: it knows the standard's tables. 0 or -ENOMEM. */
int jpeg_decoder_init(struct jpeg_decoder *decoder, const struct jpeg_compress_struct *encoder);
void jpeg_decoder_finish(struct jpeg_decoder *decoder);

/* Formats that can come out; NULL past the last. */
const char *jpeg_decoder_format_at(size_t index);

/* 0 or -ENOMEM. `format` is one of those. */
int jpeg_decoder_configure(struct jpeg_decoder *decoder, const struct weir_format *format,
	uint32_t width, uint32_t height);

/* 0; -EAGAIN: it cannot be decoded, for decoder->errors.reason. */
int jpeg_decoder_run(struct jpeg_decoder *decoder, const uint8_t *image, size_t size,
	const struct weir_pixels *out);

#endif
