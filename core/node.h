/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_CORE_NODE_H
#define WEIR_CORE_NODE_H

#include <stdbool.h>
#include <stddef.h>

/* What to do about a device node that this user may not open: "join group video: sudo usermod …"
 * where its group may, else a udev rule that gives the nodes which `match` (SUBSYSTEM=="drm") to
 * `group`. */
void weir_node_remedy(
	const char *path, const char *match, const char *group, char *text, size_t size);

/* "gst-launch-1.0 (pid 1234)" of the processes other than ours that have the node open, by /proc.
 * False when none is found (or none of ours to see). */
bool weir_node_holder(const char *path, char *text, size_t size);

#endif
