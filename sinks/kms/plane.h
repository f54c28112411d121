/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_SINKS_KMS_PLANE_H
#define WEIR_SINKS_KMS_PLANE_H

#include <weir/format.h>

#include "sinks/kms/card.h"
#include "sinks/kms/object.h"

#define WEIR_KMS_MAX_PLANES        32
#define WEIR_KMS_MAX_PLANE_FORMATS 96

enum {
	WEIR_KMS_PLANE_FB_ID,
	WEIR_KMS_PLANE_CRTC_ID,
	WEIR_KMS_PLANE_SRC_X,
	WEIR_KMS_PLANE_SRC_Y,
	WEIR_KMS_PLANE_SRC_W,
	WEIR_KMS_PLANE_SRC_H,
	WEIR_KMS_PLANE_CRTC_X,
	WEIR_KMS_PLANE_CRTC_Y,
	WEIR_KMS_PLANE_CRTC_W,
	WEIR_KMS_PLANE_CRTC_H,
	WEIR_KMS_PLANE_COLOR_ENCODING,
	WEIR_KMS_PLANE_COLOR_RANGE,
	WEIR_KMS_PLANE_TYPE,
	WEIR_KMS_PLANE_IN_FORMATS,
	WEIR_KMS_PLANE_IN_FENCE_FD,
	WEIR_KMS_PLANE_SAVED = WEIR_KMS_PLANE_TYPE /* those before it are set and set back */
};

/* A layer of what a CRTC shows. */
struct weir_kms_plane {
	struct weir_kms_object object;
	uint32_t possible_crtcs; /* a bit an index of the card's list */
	unsigned n_formats;
	uint32_t formats[WEIR_KMS_MAX_PLANE_FORMATS]; /* DRM codes that it takes line by line */
};

/* Those that reach the CRTC with that index; how many, or -errno. Cursors are left out, and what is
 * another display's of this run. */
int weir_kms_planes_read(const struct weir_kms_card *card, unsigned crtc_index,
	struct weir_kms_plane planes[WEIR_KMS_MAX_PLANES]);

bool weir_kms_plane_takes(const struct weir_kms_plane *plane, const struct weir_format *format);

/* "XR24, AR24, RGB565": what any of them takes. */
void weir_kms_planes_formats(
	const struct weir_kms_plane *planes, unsigned n, char *text, size_t size);

/* The values of COLOR_ENCODING and COLOR_RANGE for such a picture. False where the plane has no
 * such property or value, or the picture needs none. */
bool weir_kms_plane_encoding(const struct weir_kms_card *card, const struct weir_kms_plane *plane,
	const struct weir_video *video, uint64_t *out);
bool weir_kms_plane_range(const struct weir_kms_card *card, const struct weir_kms_plane *plane,
	const struct weir_video *video, uint64_t *out);

#endif
