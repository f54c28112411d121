/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_CORE_COPY_H
#define WEIR_CORE_COPY_H

#include "core/slab.h"

/* Copies what the frame shows into a taken slot of another slab with the same parts, every plane to
 * where it lies in its own, and describes it alike. *out is the copy with one reference, the
 * caller's; *bytes is raised by what was copied. Where it fails the slot is back among the free
 * ones: -ENOBUFS: too small; else as weir_frame_begin_cpu(). */
int weir_frame_copy(
	struct weir_frame *frame, struct weir_slot *slot, struct weir_frame **out, uint64_t *bytes);

#endif
