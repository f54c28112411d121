/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <glob.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <weir/device.h>

#include "core/sink.h"
#include "core/source.h"

typedef int found_fn(void *data, const struct weir_device *device);

static int show_memory(const char *path, const char *name, const char *remedy, found_fn *found,
	void *data)
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

/* The first line of a connector's attribute. */
static void read_attribute(const char *connector, const char *name, char *text, size_t size)
{
	char path[280];
	FILE *file;

	text[0] = '\0';
	snprintf(path, sizeof(path), "%s/%s", connector, name);
	file = fopen(path, "re");
	if (!file)
		return;
	if (fgets(text, (int)size, file))
		text[strcspn(text, "\n")] = '\0';
	fclose(file);
}

/* "/sys/class/drm/card0-HDMI-A-1" is display:HDMI-A-1. */
static int show_display(const char *connector, found_fn *found, void *data)
{
	const char *name = strchr(strrchr(connector, '/'), '-') + 1;
	char status[32], mode[32], uri[96], detail[80];
	struct weir_device device = {
		.kind = WEIR_DEVICE_DISPLAY,
		.uri = uri,
		.name = name,
		.detail = detail,
		.remedy = "this version shows no frames on displays yet",
	};

	read_attribute(connector, "status", status, sizeof(status));
	read_attribute(connector, "modes", mode, sizeof(mode));
	snprintf(uri, sizeof(uri), "display:%.80s", name);
	snprintf(detail, sizeof(detail), "%s%s%s", status, mode[0] ? ", " : "", mode);
	return found(data, &device);
}

static int list_displays(found_fn *found, void *data)
{
	glob_t connectors;
	int err = 0;

	if (glob("/sys/class/drm/card*-*", 0, NULL, &connectors) != 0)
		return 0;
	for (size_t i = 0; i < connectors.gl_pathc && !err; i++)
		err = show_display(connectors.gl_pathv[i], found, data);
	globfree(&connectors);
	return err;
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
	if (!err)
		err = list_displays(found, data);
	return err ? err : list_memory(found, data);
}
