/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_CORE_MEMORY_CANARY_H
#define WEIR_CORE_MEMORY_CANARY_H

#include "core/slab.h"

/* Proof that a device writes where we look. */

/* Marks every slot, before the device gets the first one; all are idle. 0, or as
 * weir_frame_begin_cpu(). */
int weir_canary_plant(struct weir_slab *slab);

/* Looks whether the device wrote over the marks of this frame's slot, which only the issuer holds.
 * 0; -ESTALE: it did not; or as weir_frame_begin_cpu(). */
int weir_canary_check(struct weir_frame *frame);

#endif
