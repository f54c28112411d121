/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_PIPELINE_PRIVATE_H
#define WEIR_PIPELINE_PRIVATE_H

#include "core/slab.h"
#include "pipeline/plan.h"

/* Slots beside those of a leg, which a frame is copied into when somebody is to change it or needs
 * its slot back while others hold it. Their frames go the same way as the leg's own: their places
 * follow on. */

/* Makes base->slots private slots for a leg that has that slab, or as many as there are places
 * left; none, and *out is as it was. They keep the slab alive: what is attached to it serves their
 * frames too. 0 or -errno, logged. */
int weir_private_open(const struct weir_leg_plan *plan, struct weir_slab *slab,
	const struct weir_slab_settings *base, struct weir_slab **out);

/* Puts a copy of its own in the place of a frame that others hold and that `writer`, a stage's text
 * or a sink's URI, is to change; *bytes is raised by what that copies. NULL in its place: no
 * private slot was free. 0, or -errno, logged: -EPERM where copies are not allowed. */
int weir_private_replace(struct weir_leg *leg, const char *writer, weir_counter *bytes,
	struct weir_frame **frame);

#endif
