/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/log.h"
#include "core/memory/parts.h"

static int create(struct weir_slab *slab, const struct weir_slab_settings *settings)
{
	const int *fd = settings->given;
	int err = 0;

	for (unsigned i = 0; i < slab->n_slots && !err; i++)
		for (unsigned p = 0; p < slab->slots[i].n_parts && !err; p++)
			err = weir_parts_adopt(&slab->slots[i].parts[p], *fd++);
	if (err) {
		weir_error_errno(settings->log, "a dma-buf of the program's", err);
		weir_parts_release_all(slab);
		return err;
	}
	weir_parts_judge(slab);
	return 0;
}

const struct weir_memory_kind weir_memory_given = {
	.name = "given",
	.summary = "dma-bufs of the program's own",
	.traits = { .dmabuf = true, .contiguous = true }, /* as the program knows */
	.create = create,
	.destroy = weir_parts_release_all,
};
