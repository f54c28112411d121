/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_SINKS_KMS_PICTURE_H
#define WEIR_SINKS_KMS_PICTURE_H

#include <weir/format.h>

#include "sinks/kms/card.h"

/* A black picture in the card's own memory: to try what it would take, and to lie behind a frame
 * that does not fill the screen. */
struct weir_kms_picture {
	uint32_t handle, framebuffer;
};

/* 0; -EINVAL: no such picture, or the card refuses it; -errno. */
int weir_kms_picture_create(struct weir_kms_picture *picture, const struct weir_kms_card *card,
	const struct weir_video *video);

/* Fine for one that was not created (all zero). */
void weir_kms_picture_destroy(struct weir_kms_picture *picture, const struct weir_kms_card *card);

/* The bytes of a line of plane 0 that the card would choose itself, the picture's stride at least;
 * 0: it does not say. */
uint32_t weir_kms_picture_stride(const struct weir_kms_card *card, const struct weir_video *video);

#endif
