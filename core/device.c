/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <glob.h>
#include <unistd.h>

#include <weir/device.h>

#include "core/sink.h"
#include "core/source.h"

typedef int found_fn(void *data, const struct weir_device *device);

static int show_memory(
	const char *path, const char *name, const char *remedy, found_fn *found, void *data)
{
	struct weir_device device = {
		.kind = WEIR_DEVICE_MEMORY,
		.uri = path,
		.name = name,
		.detail = "",
		.usable = access(path, R_OK | W_OK) == 0,
	};

	device.remedy = device.usable ? "" : remedy;
	return access(path, F_OK) == 0 ? found(data, &device) : 0;
}

static int list_heaps(found_fn *found, void *data)
{
	glob_t heaps;
	int err = 0;

	if (glob("/dev/dma_heap/*", 0, NULL, &heaps) != 0)
		return 0;
	for (size_t i = 0; i < heaps.gl_pathc && !err; i++)
		err = show_memory(heaps.gl_pathv[i], "dma-heap",
			"no permission: add a udev rule for SUBSYSTEM==\"dma_heap\"", found, data);
	globfree(&heaps);
	return err;
}

static int list_memory(found_fn *found, void *data)
{
	int err = show_memory("/dev/udmabuf", "udmabuf",
		"no permission: join its group (kvm) or add a udev rule with TAG+=\"uaccess\"",
		found, data);

	return err ? err : list_heaps(found, data);
}

int weir_device_list(found_fn *found, void *data)
{
	int err = 0;

	for (size_t i = 0; weir_source_impls[i] && !err; i++)
		if (weir_source_impls[i]->list)
			err = weir_source_impls[i]->list(found, data);
	for (size_t i = 0; weir_sink_impls[i] && !err; i++)
		if (weir_sink_impls[i]->list)
			err = weir_sink_impls[i]->list(found, data);
	return err ? err : list_memory(found, data);
}
