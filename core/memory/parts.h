/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_CORE_MEMORY_PARTS_H
#define WEIR_CORE_MEMORY_PARTS_H

#include "core/slab.h"

/* Slots whose parts are memory of the kernel's, each with a dma-buf and a mapping of its own: what
 * the kinds `mmap` and `heap` share. */

bool weir_is_dmabuf(int fd);

/* Takes the memory behind a descriptor of somebody else's: a duplicate of that, its length, and a
 * mapping. What the CPU cannot map is for devices only: begin_cpu says EACCES. 0 or -errno. */
int weir_parts_adopt(struct weir_slot_part *part, int fd);

/* Unmaps and closes what the part has, or the slot's parts have, and leaves them empty. */
void weir_part_release(struct weir_slot_part *part);
void weir_parts_release(struct weir_slot *slot);
void weir_parts_release_all(struct weir_slab *slab);

/* Whether the kernel can send from the pages themselves. */
bool weir_part_is_pinnable(const struct weir_slot_part *part);

/* Sets slab->length and pinnable, which it tries on the first slot, and says so in lock_verdict. */
void weir_parts_judge(struct weir_slab *slab);

#endif
