/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_CORE_GATHER_H
#define WEIR_CORE_GATHER_H

#include <stdbool.h>
#include <sys/uio.h>

#include <weir/frame.h>

#include "core/mask.h"

/* The visible bytes of a frame, in order, as pieces of memory: the frame's own, but for masked
 * parts of lines, which come from one black line a plane. So whoever transfers pieces shows a
 * masked picture without a copy, and without touching what others see.
 *
 * A gather is made for the picture that comes, once; a cursor says how far a frame is gone
 * through. */

struct weir_gather {
	struct weir_masks masks; /* fitted */
	uint8_t *black[WEIR_MAX_PLANES]; /* a line of each, in one block; NULL without masks */
};

struct weir_gather_cursor {
	unsigned plane;
	uint32_t line;
	size_t byte; /* of that line */
};

/* `masks` as they were asked for. 0, -ENOTSUP (as weir_masks_fit()) or -ENOMEM; nothing is left of
 * it then. */
int weir_gather_open(struct weir_gather *gather, const struct weir_masks *masks,
	const struct weir_video *video);

/* Frees the black lines: no transfer uses them any more. A zeroed gather is fine. */
void weir_gather_close(struct weir_gather *gather);

/* Fills up to `n` parts with what comes from `at` on; how many, 0 at the frame's end. */
unsigned weir_gather_parts(const struct weir_gather *gather, const struct weir_frame_info *info,
	const struct weir_pixels *pixels, struct weir_gather_cursor at, struct iovec *parts,
	unsigned n);

/* Moves on by so many bytes, which are no more than are left. */
void weir_gather_advance(const struct weir_gather *gather, const struct weir_frame_info *info,
	const struct weir_pixels *pixels, struct weir_gather_cursor *at, size_t bytes);

#endif
