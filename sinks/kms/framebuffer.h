/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_SINKS_KMS_FRAMEBUFFER_H
#define WEIR_SINKS_KMS_FRAMEBUFFER_H

#include "core/slab.h"
#include "sinks/kms/card.h"

/* Memory that a plane can show. While one exists its memory does, and while one is shown removing
 * it takes it off the screen. */

/* Of buffers that the card knows by handles, one a plane. 0 or -errno. */
struct weir_kms_buffer {
	uint32_t handle[WEIR_MAX_PLANES], pitch[WEIR_MAX_PLANES], offset[WEIR_MAX_PLANES];
};
int weir_kms_framebuffer_add(const struct weir_kms_card *card, const struct weir_format *format,
	uint32_t width, uint32_t height, const struct weir_kms_buffer *buffer, uint32_t *out);

/* Of a frame's dma-bufs. 0 or -errno. */
int weir_kms_framebuffer_import(
	const struct weir_kms_card *card, const struct weir_frame_info *info, uint32_t *out);

void weir_kms_framebuffer_remove(const struct weir_kms_card *card, uint32_t framebuffer);

/* Whether the card takes that dma-buf at all. 0 or -errno. */
int weir_kms_dmabuf_try(const struct weir_kms_card *card, int dmabuf);

/* What was imported, one a slot. */
struct weir_kms_framebuffers {
	struct {
		uint32_t id; /* 0: none */
		struct weir_frame_info info;
	} slot[WEIR_SLAB_MAX_SLOTS];
};

/* The frame's, imported now if its slot shows itself for the first time. 0 or -errno. */
int weir_kms_framebuffers_get(struct weir_kms_framebuffers *cache,
	const struct weir_kms_card *card, const struct weir_frame *frame, uint32_t *out);

/* Removes all: whatever happened before, none is on the screen afterwards. */
void weir_kms_framebuffers_drop(
	struct weir_kms_framebuffers *cache, const struct weir_kms_card *card);

#endif
