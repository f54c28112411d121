/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_CAPTURE_PATTERN_PICTURES_H
#define WEIR_CAPTURE_PATTERN_PICTURES_H

#include "capture/pattern/canvas.h"

/* The still pictures that patterns are made of: each is drawn once into each slot. */
struct weir_picture {
	const char *name;
	const char *title; /* for people */
	bool counts;       /* has the frame's number drawn over it (digits.h) */

	/* `slot` tells pictures apart that are not meant to repeat. */
	void (*draw)(const struct weir_canvas *canvas, unsigned slot);
};

/* Ended by one without a name. */
extern const struct weir_picture weir_pictures[];

#endif
