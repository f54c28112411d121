/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/memory/memfd.h"

static int probe(char *why, size_t size)
{
	(void)why;
	(void)size;
	return 0;
}

static int create(struct weir_slab *slab, const struct weir_slab_settings *settings)
{
	int err = weir_memfd_create_slots(slab, settings);

	if (err)
		return err;
	err = weir_memfd_make_resident(slab, settings);
	if (err)
		weir_memfd_destroy_slots(slab);
	return err;
}

const struct weir_memory_kind weir_memory_host = {
	.name = "host",
	.summary = "sealed memfd without dma-bufs: for the network, the disk and the CPU",
	.traits = { .pinnable = true, .headroom = true },
	.probe = probe,
	.locks = weir_memfd_length,
	.create = create,
	.destroy = weir_memfd_destroy_slots,
};
