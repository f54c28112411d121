/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_CORE_MEMORY_MEMFD_H
#define WEIR_CORE_MEMORY_MEMFD_H

#include "core/slab.h"

/* One sealed memfd under all slots, mapped once, pre-faulted, locked if the limit allows: what the
 * kinds `slab` and `host` share. Sets slab->memfd, base, length, pitch, headroom_bytes, and each
 * slot's memory and headroom; the lock's verdict goes to slab->lock_verdict. 0 or -errno, logged. */
int weir_memfd_create_slots(struct weir_slab *slab, const struct weir_slab_settings *settings);
void weir_memfd_destroy_slots(struct weir_slab *slab);

/* Bytes of the pages that the part lies on: what its udmabuf covers. */
size_t weir_memfd_part_pages(const struct weir_slot_part *part);

#endif
