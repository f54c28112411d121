/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_PIPELINE_STAGES_JPEG_LINES_H
#define WEIR_PIPELINE_STAGES_JPEG_LINES_H

#include <stddef.h>
#include <stdint.h>

/* Lines of samples on their way into JPEG images and out of them. */

/* From the limited range of broadcast to the full one of JPEG. */
enum jpeg_lines_range { JPEG_LINES_AS_THEY_ARE, JPEG_LINES_LUMA, JPEG_LINES_CHROMA };

/* Byte number `offset` of each `step` bytes: 1, 2 or 4; with 1 it is 0. */
void jpeg_lines_take(const uint8_t *from, unsigned step, unsigned offset,
	enum jpeg_lines_range range, uint8_t *to, size_t samples);

/* Repeats the last sample up to `padded`. */
void jpeg_lines_pad(uint8_t *line, size_t samples, size_t padded);

/* Chroma where a sample stands for `across_from` pixels into such where it stands for `across_to`:
 * samples are repeated, or several become their mean; of two lines, which may be the same. */
void jpeg_lines_resample(const uint8_t *const lines[2], unsigned across_from, uint8_t *to,
	unsigned across_to, size_t samples);

#endif
