/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <fcntl.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "capture/v4l2/device.h"
#include "capture/v4l2/identity.h"
#include "core/log.h"
#include "core/node.h"

#define MAX_NODES 256

/* A camera for `weir list`, while it is looked at. */
struct entry {
	struct weir_v4l2_device device;
	struct weir_v4l2_identity identity;
	char detail[640], remedy[256];
	struct weir_device_driver driver;
};

static int by_number(const void *a, const void *b)
{
	return *(const int *)a - *(const int *)b;
}

static size_t find_nodes(int *numbers)
{
	DIR *nodes = opendir("/sys/class/video4linux");
	struct dirent *entry;
	size_t n = 0;

	if (!nodes)
		return 0;
	while (n < MAX_NODES && (entry = readdir(nodes))) {
		numbers[n] = weir_v4l2_node_number(entry->d_name);
		n += numbers[n] >= 0;
	}
	closedir(nodes);
	qsort(numbers, n, sizeof(*numbers), by_number);
	return n;
}

static void add_detail(struct entry *entry, const char *before, const char *text)
{
	size_t used = strlen(entry->detail);

	if (*text)
		snprintf(entry->detail + used, sizeof(entry->detail) - used, "%s%s%s",
			used ? ", " : "", before, text);
}

/* Releasing the buffers that we have not is refused only while somebody else has some. */
static bool is_busy(struct entry *entry)
{
	struct v4l2_requestbuffers none = { .type = entry->device.type,
		.memory = V4L2_MEMORY_MMAP };

	return weir_v4l2_ioctl(&entry->device, VIDIOC_REQBUFS, &none) == -EBUSY;
}

static void describe_use(struct entry *entry)
{
	char holder[160] = "a program that only root can see";
	bool held = weir_node_holder(entry->device.path, holder, sizeof(holder));
	bool busy = is_busy(entry);

	if (busy)
		snprintf(
			entry->remedy, sizeof(entry->remedy), "in use by %s: end it first", holder);
	else if (held)
		add_detail(entry, "open in ", holder);
}

static struct weir_device_driver driver_of(const struct v4l2_capability *caps)
{
	struct weir_device_driver driver = {
		.version = caps->version,
		.capabilities = caps->capabilities,
		.node_capabilities = caps->device_caps,
	};

	snprintf(driver.name, sizeof(driver.name), "%s", (const char *)caps->driver);
	snprintf(driver.bus, sizeof(driver.bus), "%s", (const char *)caps->bus_info);
	return driver;
}

/* What would be said if it were opened for capture; this asks without saying. */
static int look_at(struct entry *entry, const char *path)
{
	static const struct weir_log silent = { .level = WEIR_LOG_SILENT };
	int err = weir_v4l2_device_open(&entry->device, path, &silent);

	if (err == -EACCES) /* may be a camera: the first node of a device most often is */
		weir_v4l2_access_remedy(path, entry->remedy, sizeof(entry->remedy));
	else if (err == -EBUSY)
		snprintf(entry->remedy, sizeof(entry->remedy), "in use by another program");
	if (err == -EACCES || err == -EBUSY)
		return entry->identity.index ? err : 0;
	if (err)
		return err;
	entry->driver = driver_of(&entry->device.caps);
	add_detail(entry, "", entry->driver.bus);
	describe_use(entry);
	weir_v4l2_device_close(&entry->device);
	return 0;
}

static int show(
	const char *path, int (*found)(void *data, const struct weir_device *device), void *data)
{
	struct entry entry = { .device.fd = -1 };
	const char *card = (const char *)entry.device.caps.card;
	struct weir_device device = {
		.kind = WEIR_DEVICE_CAMERA,
		.uri = path,
		.detail = entry.detail,
		.remedy = entry.remedy,
	};

	if (weir_v4l2_identify(path, &entry.identity) || look_at(&entry, path))
		return 0;
	add_detail(&entry, "by-id/", entry.identity.by_id);
	add_detail(&entry, "by-path/", entry.identity.by_path);
	device.name = *card ? card : entry.identity.name;
	device.usable = !entry.remedy[0];
	device.driver = entry.driver;
	return found(data, &device);
}

int weir_v4l2_list(int (*found)(void *data, const struct weir_device *device), void *data)
{
	int numbers[MAX_NODES + 1], result = 0;
	size_t n = find_nodes(numbers);
	char path[64];

	for (size_t i = 0; i < n && !result; i++) {
		snprintf(path, sizeof(path), "/dev/video%d", numbers[i]);
		result = show(path, found, data);
	}
	return result;
}
