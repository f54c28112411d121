/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_CORE_MEMORY_MEMFD_H
#define WEIR_CORE_MEMORY_MEMFD_H

#include "core/slab.h"

/* One sealed memfd under all slots, mapped once: what the kinds `slab` and `host` share. Sets
 * slab->memfd, base, length, pitch, headroom_bytes, and each slot's memory and headroom. 0 or
 * -errno, logged. */
int weir_memfd_create_slots(struct weir_slab *slab, const struct weir_slab_settings *settings);
void weir_memfd_destroy_slots(struct weir_slab *slab);

/* Bytes of all slots, with what is around the frames: what is locked. 0 or -EOVERFLOW. */
int weir_memfd_length(const struct weir_slab_settings *settings, size_t *out);

/* Faults all of it in, and locks it if the limit allows; the verdict goes to slab->lock_verdict.
 * Where something else has made the pages already, this only maps them, which is quicker. 0 or
 * -errno, logged. */
int weir_memfd_make_resident(struct weir_slab *slab, const struct weir_slab_settings *settings);

/* A memfd of that length, sealed against shrinking, or -errno. */
int weir_memfd_open(size_t length);

/* Bytes of the pages that the part lies on: what its udmabuf covers. */
size_t weir_memfd_part_pages(const struct weir_slot_part *part);

#endif
