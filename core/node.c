/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/node.h"

#include <grp.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/stat.h>

void weir_node_remedy(
	const char *path, const char *match, const char *group, char *text, size_t size)
{
	struct group entry, *found = NULL;
	struct stat status;
	char names[1024];
	bool shared = stat(path, &status) == 0 && status.st_gid != 0 &&
		      (status.st_mode & 060) == 060;

	if (shared)
		getgrgid_r(status.st_gid, &entry, names, sizeof(names), &found);
	if (found)
		snprintf(text, size, "join group %s: sudo usermod -aG %s $USER, and log in again",
			entry.gr_name, entry.gr_name);
	else if (shared) /* one without a name in this container, or with more members than fit */
		snprintf(text, size, "join the group with number %u (a container: --group-add %u)",
			status.st_gid, status.st_gid);
	else
		snprintf(text, size,
			"only root may open it: add a udev rule (/etc/udev/rules.d/70-weir.rules): "
			"%s, GROUP=\"%s\", MODE=\"0660\"",
			match, group);
}
