/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/memory/parts.h"

static int probe(char *why, size_t size)
{
	(void)why;
	(void)size;
	return 0;
}

const struct weir_memory_kind weir_memory_mmap = {
	.name = "mmap",
	.summary = "the device's own buffers, mapped and exported as dma-bufs where it can",
	.traits = { .dmabuf = true, .pinnable = true, .contiguous = true },
	.probe = probe,
	.destroy = weir_parts_release_all,
};
