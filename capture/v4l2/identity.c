/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "capture/v4l2/identity.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/scan.h"

#define CLASS "/sys/class/video4linux"
#define LINKS "/dev/v4l"

int weir_v4l2_node_number(const char *name)
{
	uint64_t number;

	if (strncmp(name, "video", 5))
		return -1;
	name += 5;
	if (weir_scan_u64(&name, &number) || *name || number > INT_MAX)
		return -1;
	return (int)number;
}

/* ---- sysfs ---- */

/* The first line of folder/name. */
static bool read_attribute(const char *folder, const char *name, char *text, size_t size)
{
	char path[PATH_MAX + 64];
	ssize_t length = -1;
	int fd;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd >= 0) {
		length = read(fd, text, size - 1);
		close(fd);
	}
	text[length > 0 ? length : 0] = '\0';
	text[strcspn(text, "\n")] = '\0';
	return length >= 0;
}

/* Of the USB device above it. Vendor and product belong to it: "00000001" is popular. */
static void read_serial(const char *parent, char *serial, size_t size)
{
	char folder[PATH_MAX], vendor[8], product[8], number[128], *slash;

	snprintf(folder, sizeof(folder), "%s", parent);
	while (strlen(folder) > strlen("/sys/devices")) {
		if (read_attribute(folder, "idVendor", vendor, sizeof(vendor))) {
			read_attribute(folder, "idProduct", product, sizeof(product));
			if (read_attribute(folder, "serial", number, sizeof(number)) && number[0])
				snprintf(serial, size, "%s:%s:%s", vendor, product, number);
			return;
		}
		slash = strrchr(folder, '/');
		if (!slash)
			return;
		*slash = '\0';
	}
}

/* ---- udev's links ---- */

/* The link in /dev/v4l/`kind` that leads to /dev/`node`. */
static void find_link(const char *kind, const char *node, char *name, size_t size)
{
	char folder[32], target[PATH_MAX];
	struct dirent *entry;
	DIR *links;

	snprintf(folder, sizeof(folder), LINKS "/%s", kind);
	links = opendir(folder);
	if (!links)
		return;
	while (!name[0] && (entry = readdir(links))) {
		ssize_t length =
			readlinkat(dirfd(links), entry->d_name, target, sizeof(target) - 1);
		const char *base;

		if (length <= 0)
			continue;
		target[length] = '\0';
		base = strrchr(target, '/');
		if (!strcmp(base ? base + 1 : target, node) && strlen(entry->d_name) < size)
			strcpy(name, entry->d_name);
	}
	closedir(links);
}

int weir_v4l2_identify(const char *path, struct weir_v4l2_identity *out)
{
	const char *node = strrchr(path, '/');
	struct weir_v4l2_identity found = { .index = 0 };
	char class[64], device[sizeof(class) + 8], parent[PATH_MAX], index[16];

	node = node ? node + 1 : path;
	if (weir_v4l2_node_number(node) < 0)
		return -ENODEV;
	snprintf(class, sizeof(class), CLASS "/%s", node);
	if (!read_attribute(class, "name", found.name, sizeof(found.name)))
		return -ENODEV;
	read_attribute(class, "index", index, sizeof(index));
	found.index = (unsigned)strtoul(index, NULL, 10);
	snprintf(device, sizeof(device), "%s/device", class);
	if (realpath(device, parent)) {
		if (strlen(parent) < sizeof(found.sysfs)) /* cut short it would name another */
			strcpy(found.sysfs, parent);
		read_serial(parent, found.serial, sizeof(found.serial));
	}
	find_link("by-id", node, found.by_id, sizeof(found.by_id));
	find_link("by-path", node, found.by_path, sizeof(found.by_path));
	*out = found;
	return 0;
}

/* ---- which one is it ---- */

/* 0: another camera; else the more the likelier. */
static unsigned resemblance(
	const struct weir_v4l2_identity *wanted, const struct weir_v4l2_identity *found)
{
	unsigned same = 0;

	if (wanted->index != found->index || strcmp(wanted->name, found->name) ||
		strcmp(wanted->serial, found->serial))
		return 0;
	if (wanted->serial[0])
		same += 1;
	if (wanted->by_path[0] && !strcmp(wanted->by_path, found->by_path))
		same += 2;
	if (wanted->sysfs[0] && !strcmp(wanted->sysfs, found->sysfs))
		same += 4;
	return same;
}

int weir_v4l2_locate(const struct weir_v4l2_identity *identity, char *path, size_t size)
{
	unsigned best = 0;
	struct dirent *entry;
	DIR *nodes = opendir(CLASS);

	if (!nodes)
		return -ENODEV;
	while ((entry = readdir(nodes))) {
		struct weir_v4l2_identity found;
		unsigned same;

		if (weir_v4l2_node_number(entry->d_name) < 0 ||
			weir_v4l2_identify(entry->d_name, &found))
			continue;
		same = resemblance(identity, &found);
		if (same <= best)
			continue;
		best = same;
		snprintf(path, size, "/dev/%s", entry->d_name);
	}
	closedir(nodes);
	return best ? 0 : -ENODEV;
}

/* ---- what people type ---- */

static bool is_number(const char *text)
{
	return *text && strlen(text) <= 4 && strspn(text, "0123456789") == strlen(text);
}

static bool is_link(const char *text)
{
	return !strncmp(text, "by-id/", 6) || !strncmp(text, "by-path/", 8);
}

bool weir_v4l2_claims(const char *text)
{
	return is_number(text) || is_link(text) || !strncmp(text, "/dev/", 5);
}

int weir_v4l2_resolve(const char *text, char *path, size_t size)
{
	const char *prefix = is_number(text) ? "/dev/video" : is_link(text) ? LINKS "/" : "";
	char link[PATH_MAX], target[PATH_MAX];
	int length;

	if (!weir_v4l2_claims(text))
		return -EINVAL;
	length = snprintf(link, sizeof(link), "%s%s", prefix, text);
	if (length < 0 || (size_t)length >= sizeof(link) || !realpath(link, target))
		return -ENODEV;
	length = snprintf(path, size, "%s", target);
	return length > 0 && (size_t)length < size ? 0 : -ENODEV;
}
