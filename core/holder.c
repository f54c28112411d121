/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/endpoint.h"
#include "core/node.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/scan.h"

/* Who has a node open, or listens on a port. */

#define MAX_NAMED 3

#define MAX_SOCKETS 8

struct wanted {
	dev_t node;
	unsigned long long socket[MAX_SOCKETS]; /* inodes */
	unsigned n_sockets;                     /* 0: the node */
};

static bool is_socket(const struct wanted *wanted, const char *target)
{
	unsigned long long inode;

	if (sscanf(target, "socket:[%llu]", &inode) != 1)
		return false;
	for (unsigned i = 0; i < wanted->n_sockets; i++)
		if (wanted->socket[i] == inode)
			return true;
	return false;
}

/* Looks at the link first: following one to a file system that hangs would hang us. */
static bool is_wanted(int folder, const char *name, const struct wanted *wanted)
{
	char target[48] = "";
	struct stat status;

	if (readlinkat(folder, name, target, sizeof(target) - 1) < 0)
		return false;
	if (wanted->n_sockets)
		return is_socket(wanted, target);
	return strncmp(target, "/dev/", 5) == 0 && fstatat(folder, name, &status, 0) == 0 &&
	       S_ISCHR(status.st_mode) && status.st_rdev == wanted->node;
}

static bool holds(const char *pid, const struct wanted *wanted)
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
			is_wanted(dirfd(folder), entry->d_name, wanted);
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

static bool name_holders(const struct wanted *wanted, char *text, size_t size)
{
	struct dirent *entry;
	unsigned n = 0;
	DIR *proc = opendir("/proc");

	if (!proc)
		return false;
	text[0] = '\0';
	while (n < MAX_NAMED && (entry = readdir(proc))) {
		bool ours = atoi(entry->d_name) == getpid();

		/* Ours has the node open, or fails to, but a port may be another sink's. */
		if (!weir_is_digit(entry->d_name[0]) || (ours && !wanted->n_sockets) ||
			!holds(entry->d_name, wanted))
			continue;
		add_name(entry->d_name, text, size);
		n++;
	}
	closedir(proc);
	return n > 0;
}

bool weir_node_holder(const char *path, char *text, size_t size)
{
	struct wanted wanted = { 0 };
	struct stat status;

	if (stat(path, &status) < 0)
		return false;
	wanted.node = status.st_rdev;
	return name_holders(&wanted, text, size);
}

/* Lines of /proc/net/tcp: number, local address:port, remote one, state (0A: listens), queues,
 * timer, retransmissions, user, timeout, inode. */
static void find_listeners(const char *path, uint16_t port, struct wanted *wanted)
{
	FILE *file = fopen(path, "re");
	char line[256];

	while (file && wanted->n_sockets < MAX_SOCKETS && fgets(line, sizeof(line), file)) {
		unsigned at, state;
		unsigned long long inode;

		if (sscanf(line, "%*d: %*[0-9A-Fa-f]:%x %*s %x %*s %*s %*s %*s %*s %llu", &at,
			    &state, &inode) == 3 &&
			at == port && state == 0x0a)
			wanted->socket[wanted->n_sockets++] = inode;
	}
	if (file)
		fclose(file);
}

bool weir_port_holder(uint16_t port, char *text, size_t size)
{
	struct wanted wanted = { 0 };

	find_listeners("/proc/net/tcp", port, &wanted);
	find_listeners("/proc/net/tcp6", port, &wanted);
	return wanted.n_sockets && name_holders(&wanted, text, size);
}
