/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/node.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/scan.h"

/* Who has a node open. */

#define MAX_NAMED 3

/* Looks at the link first: following one to a file system that hangs would hang us. */
static bool is_node(int folder, const char *name, dev_t node)
{
	char target[32] = "";
	struct stat status;

	if (readlinkat(folder, name, target, sizeof(target) - 1) < 0 || strncmp(target, "/dev/", 5))
		return false;
	return fstatat(folder, name, &status, 0) == 0 && S_ISCHR(status.st_mode) &&
	       status.st_rdev == node;
}

static bool holds(const char *pid, dev_t node)
{
	bool found = false;
	struct dirent *entry;
	char path[300];
	DIR *folder;

	snprintf(path, sizeof(path), "/proc/%s/fd", pid);
	folder = opendir(path);
	if (!folder)
		return false;
	while (!found && (entry = readdir(folder)))
		found = weir_is_digit(entry->d_name[0]) &&
			is_node(dirfd(folder), entry->d_name, node);
	closedir(folder);
	return found;
}

static void name_of(const char *pid, char *name, size_t size)
{
	char path[300];
	ssize_t length = -1;
	int fd;

	snprintf(path, sizeof(path), "/proc/%s/comm", pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd >= 0) {
		length = read(fd, name, size - 1);
		close(fd);
	}
	name[length > 0 ? length : 0] = '\0';
	name[strcspn(name, "\n")] = '\0';
}

static void add_name(const char *pid, char *text, size_t size)
{
	size_t used = strlen(text);
	char name[32];

	name_of(pid, name, sizeof(name));
	snprintf(text + used, size - used, "%s%s (pid %s)", used ? ", " : "",
		name[0] ? name : "a program", pid);
}

bool weir_node_holder(const char *path, char *text, size_t size)
{
	struct dirent *entry;
	struct stat status;
	unsigned n = 0;
	DIR *proc;

	if (stat(path, &status) < 0)
		return false;
	proc = opendir("/proc");
	if (!proc)
		return false;
	text[0] = '\0';
	while (n < MAX_NAMED && (entry = readdir(proc))) {
		if (!weir_is_digit(entry->d_name[0]) || atoi(entry->d_name) == getpid() ||
			!holds(entry->d_name, status.st_rdev))
			continue;
		add_name(entry->d_name, text, size);
		n++;
	}
	closedir(proc);
	return n > 0;
}
