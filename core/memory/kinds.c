/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include <weir/pipeline.h>

#include "core/slab.h"

const struct weir_memory_kind *const weir_memory_kinds[] = {
	&weir_memory_slab,
	&weir_memory_mmap,
	&weir_memory_heap,
	&weir_memory_host,
	&weir_memory_scanout,
	NULL,
};

const struct weir_memory_kind *weir_memory_kind_by_name(const char *name)
{
	for (size_t i = 0; weir_memory_kinds[i]; i++)
		if (!strcmp(weir_memory_kinds[i]->name, name))
			return weir_memory_kinds[i];
	return NULL;
}

const char *weir_memory_kind_at(size_t index, const char **summary)
{
	for (size_t i = 0; weir_memory_kinds[i]; i++) {
		if (i == index) {
			*summary = weir_memory_kinds[i]->summary;
			return weir_memory_kinds[i]->name;
		}
	}
	return NULL;
}
