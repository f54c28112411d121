/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_PIPELINE_STAGES_JPEG_ENCODE_H
#define WEIR_PIPELINE_STAGES_JPEG_ENCODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <weir/format.h>
#include <weir/frame.h>

#include "pipeline/stages/jpeg_errors.h"

#define JPEG_COMPONENTS 3
#define JPEG_MAX_LINES  16 /* of a component in a row of MCUs, as we code */

struct jpeg_picture;

/* Codes frames as JPEG images, from where their samples lie. */
struct jpeg_encoder {
	struct jpeg_compress_struct jpeg;
	struct jpeg_errors errors;
	struct jpeg_destination_mgr to;
	const struct jpeg_picture *picture; /* how the format lays out its samples */
	unsigned quality;
	bool expands;    /* the limited range to the full one */
	uint8_t *buffer; /* lines that cannot be read in place */
	JSAMPROW rows[JPEG_COMPONENTS][JPEG_MAX_LINES];
};

/* Sets libjpeg's defaults. 0 or -ENOMEM. */
int jpeg_encoder_init(struct jpeg_encoder *encoder);
void jpeg_encoder_finish(struct jpeg_encoder *encoder);

/* 0; -ENOTSUP: no such format can be coded; -ENOMEM. */
int jpeg_encoder_configure(
	struct jpeg_encoder *encoder, const struct weir_video *video, unsigned quality);

/* "YUYV, …": what can be coded. */
void jpeg_encoder_list(char *text, size_t size);

/* Bytes that an image can have, after configure(). */
size_t jpeg_encoder_most_bytes(const struct jpeg_encoder *encoder);

/* 0 with the image's size; -EAGAIN: it did not become one, for encoder->errors.reason. */
int jpeg_encoder_run(struct jpeg_encoder *encoder, const struct weir_pixels *pixels, uint8_t *out,
	size_t capacity, uint32_t *size);

#endif
