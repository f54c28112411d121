/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_CORE_MASK_H
#define WEIR_CORE_MASK_H

#include <weir/log.h>

#include "core/paint.h"
#include "core/rect.h"

/* Parts of the picture that one sink is not to see. */

#define WEIR_MAX_MASKS 4

struct weir_masks {
	unsigned n;
	struct weir_rect rect[WEIR_MAX_MASKS];
};

/* "64x48+0+0,32x32+100+20", up to WEIR_MAX_MASKS of them. 0, or -EINVAL, logged. */
int weir_masks_parse(const char *text, const struct weir_log *log, struct weir_masks *out);

/* Fits them to a picture: what lies outside is cut off, and edges go outwards to whole blocks. 0,
 * or -ENOTSUP with the reason in `why`: compressed, or a mask that would hide nothing. */
int weir_masks_fit(const struct weir_masks *asked, const struct weir_video *video,
	struct weir_masks *out, char *why, size_t size);

/* Blackens them, fitted before. */
void weir_masks_fill(const struct weir_masks *masks, const struct weir_paint *paint,
	const struct weir_pixels *pixels);

#endif
