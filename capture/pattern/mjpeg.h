/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_CAPTURE_PATTERN_MJPEG_H
#define WEIR_CAPTURE_PATTERN_MJPEG_H

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <weir/format.h>
#include <weir/log.h>

#include "capture/pattern/pictures.h"

/* Patterns as JPEG images: each slot's picture is encoded once, with room for the stamps. */

#ifdef WEIR_HAVE_LIBJPEG
#define WEIR_PATTERN_HAS_MJPEG true

/* Bytes that no image of that size exceeds at our quality, noise included. */
size_t weir_pattern_mjpeg_bytes(const struct weir_video *video);

/* Encodes the picture of `slot` into `out` and stores the image's size. 0, -ENOMEM, or -ENOSPC when
 * it does not fit `capacity`; logged. */
int weir_pattern_mjpeg_encode(const struct weir_picture *picture, unsigned slot,
	const struct weir_video *video, uint8_t *out, size_t capacity, const struct weir_log *log,
	uint32_t *size);

#else
#define WEIR_PATTERN_HAS_MJPEG false

/* A build without the encoder opens no source that would call these. */
static inline size_t weir_pattern_mjpeg_bytes(const struct weir_video *video)
{
	(void)video;
	return 0;
}

static inline int weir_pattern_mjpeg_encode(const struct weir_picture *picture, unsigned slot,
	const struct weir_video *video, uint8_t *out, size_t capacity, const struct weir_log *log,
	uint32_t *size)
{
	(void)picture, (void)slot, (void)video, (void)out, (void)capacity, (void)log, (void)size;
	return -ENOTSUP;
}

#endif

#endif
