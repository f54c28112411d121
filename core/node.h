/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_CORE_NODE_H
#define WEIR_CORE_NODE_H

#include <stddef.h>

/* What to do about a device node that this user may not open: "join group video: sudo usermod …"
 * where its group may, else a udev rule that gives the nodes which `match` (SUBSYSTEM=="drm") to
 * `group`. */
void weir_node_remedy(
	const char *path, const char *match, const char *group, char *text, size_t size);

#endif
