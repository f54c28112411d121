/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_SINKS_KMS_DUMB_H
#define WEIR_SINKS_KMS_DUMB_H

#include "core/slab.h"
#include "sinks/kms/card.h"

/* Memory of the card's own that others write: a dumb buffer as a dma-buf.
 *
 * The card knows a buffer by a handle, and so do we while it is made: once it is exported and
 * mapped, the handle is closed, and what is left is a dma-buf and a mapping like any others. They
 * are the slab's, and the memory stays until both are gone, whatever has become of the card, the
 * sink and the run by then.
 *
 * Showing it goes the way of every dma-buf (weir_kms_framebuffer_import()): the kernel knows its
 * own, and opens a handle of the very same buffer, no import in between. Nobody else holds a handle
 * then, so that closing it once is right there too. */

/* Makes part->length bytes, in lines that are `stride` apart (0: it does not matter), and sets
 * part->memory and part->dmabuf, the caller's. 0; -ENOTSUP: the card would have its lines further
 * apart; or -errno. The reason is in `why`. */
int weir_kms_dumb_make(const struct weir_kms_card *card, uint32_t stride,
	struct weir_slot_part *part, char *why, size_t size);

#endif
