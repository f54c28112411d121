/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/memory/parts.h"

#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#ifndef MADV_POPULATE_READ /* Linux 5.14 */
#define MADV_POPULATE_READ 22
#endif

void weir_part_release(struct weir_slot_part *part)
{
	if (part->memory)
		munmap(part->memory, part->length);
	if (part->dmabuf >= 0)
		close(part->dmabuf);
	part->memory = NULL;
	part->dmabuf = -1;
}

void weir_parts_release(struct weir_slot *slot)
{
	for (unsigned i = 0; i < slot->n_parts; i++)
		weir_part_release(&slot->parts[i]);
}

void weir_parts_release_all(struct weir_slab *slab)
{
	for (unsigned i = 0; i < slab->n_made; i++)
		weir_parts_release(&slab->slots[i]);
}

/* MADV_POPULATE_READ makes the same check as pinning: it refuses mappings without struct pages. */
void weir_parts_judge(struct weir_slab *slab)
{
	const struct weir_slot_part *first = &slab->slots[0].parts[0];

	slab->length = 0;
	for (unsigned i = 0; i < slab->n_made; i++)
		for (unsigned p = 0; p < slab->slots[i].n_parts; p++)
			slab->length += slab->slots[i].parts[p].length;
	slab->pinnable =
		first->memory && madvise(first->memory, first->length, MADV_POPULATE_READ) == 0;
	snprintf(slab->lock_verdict, sizeof(slab->lock_verdict),
		"kernel memory, never swapped; %s be pinned", slab->pinnable ? "can" : "cannot");
}
