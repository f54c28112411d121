/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "core/checked.h"
#include "core/doctor/doctor.h"
#include "core/node.h"

/* Which device nodes this user may open, and the group that opens the others. */

static const struct nodes {
	const char *ability, *pattern;
	const char *match, *group; /* of a udev rule for nodes that no group may open */
	const char *cost;
} kinds[] = {
	{ "open cameras", "/dev/video*", "SUBSYSTEM==\"video4linux\"", "video",
		"no frames from those" },
	{ "open displays", "/dev/dri/card*", "SUBSYSTEM==\"drm\"", "video", "no frames on those" },
	{ "open render nodes", "/dev/dri/renderD*", "SUBSYSTEM==\"drm\"", "render",
		"no GPU for programs that process frames" },
	{ "open udmabuf", "/dev/udmabuf", "KERNEL==\"udmabuf\"", "kvm",
		"no slab memory that devices share" },
	{ "open dma-heaps", "/dev/dma_heap/*", "SUBSYSTEM==\"dma_heap\"", "video",
		"no heap memory" },
};

/* Busy or unplugged is not forbidden. */
static bool may_open(const char *path)
{
	int fd = open(path, O_RDWR | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);

	if (fd >= 0)
		close(fd);
	return fd >= 0 || (errno != EACCES && errno != EPERM);
}

/* Nodes by the verdict on them, in words. */
struct names {
	char text[200];
	bool cut;
	unsigned n;
	const char *first;
};

static void add(struct names *names, const char *path)
{
	size_t used = strlen(names->text);
	bool fits = used + strlen(path) + strlen(", , …") < sizeof(names->text);

	if (!names->n++)
		names->first = path;
	if (!names->cut)
		snprintf(names->text + used, sizeof(names->text) - used, "%s%s", used ? ", " : "",
			fits ? path : "…");
	names->cut = names->cut || !fits;
}

static int tell(const struct weir_doctor *doctor, const struct nodes *nodes,
	const struct names *open, const struct names *closed)
{
	char remedy[256];
	const struct weir_finding finding = {
		.about = "permissions",
		.ability = nodes->ability,
		.verdict = !closed->n ? WEIR_WORKS
			   : open->n  ? WEIR_WORKS_WITH
				      : WEIR_MISSING,
		.cost = nodes->cost,
		.remedy = remedy,
	};

	if (!closed->n)
		return weir_doctor_tell(doctor, &finding, "%s", open->text);
	weir_node_remedy(closed->first, nodes->match, nodes->group, remedy, sizeof(remedy));
	return weir_doctor_tell(doctor, &finding, "%s%snot permitted: %s", open->text,
		open->n ? "; " : "", closed->text);
}

static int examine(const struct weir_doctor *doctor, const struct nodes *nodes)
{
	struct names open = { "" }, closed = { "" };
	int stopped = 0;
	glob_t found;

	if (glob(nodes->pattern, 0, NULL, &found) != 0)
		return 0; /* there are none to open */
	for (size_t i = 0; i < found.gl_pathc; i++)
		add(may_open(found.gl_pathv[i]) ? &open : &closed, found.gl_pathv[i]);
	stopped = tell(doctor, nodes, &open, &closed);
	globfree(&found);
	return stopped;
}

int weir_examine_permissions(const struct weir_doctor *doctor)
{
	int stopped = 0;

	for (size_t i = 0; i < WEIR_COUNT(kinds) && !stopped; i++)
		stopped = examine(doctor, &kinds[i]);
	return stopped;
}
