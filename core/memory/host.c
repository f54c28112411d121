/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/memory/memfd.h"

static int probe(char *why, size_t size)
{
	(void)why;
	(void)size;
	return 0;
}

const struct weir_memory_kind weir_memory_host = {
	.name = "host",
	.summary = "sealed memfd without dma-bufs: for the network, the disk and the CPU",
	.probe = probe,
	.create = weir_memfd_create_slots,
	.destroy = weir_memfd_destroy_slots,
};
