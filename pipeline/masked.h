/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_PIPELINE_MASKED_H
#define WEIR_PIPELINE_MASKED_H

#include "core/frame.h"
#include "core/mask.h"

/* Masks that one sink alone has, and that it does not leave out itself. It is never shown a frame
 * without them: where none can be made the frame is dropped, or the sink lost. */

struct weir_leg;
struct weir_outlet;

/* How a sink's masks come about. */
enum weir_masking {
	WEIR_MASKING_NONE,     /* it has none, or is lost */
	WEIR_MASKING_GATHER,   /* it leaves them out of what it transfers */
	WEIR_MASKING_IN_PLACE, /* nobody else sees the frame */
	WEIR_MASKING_COPY      /* it gets a copy of each frame */
};

struct weir_masked {
	enum weir_masking how;
	struct weir_masks masks; /* fitted */
	struct weir_paint paint;
};

/* For pictures like that. 0 or -ENOTSUP, which the planner has seen before. */
int weir_masked_init(struct weir_masked *masked, enum weir_masking how,
	const struct weir_masks *asked, const struct weir_video *video);

/* Shows the sink of that outlet the frame with its masks. In place, the frame may become another,
 * or NULL. 0, or the sink's error: it has failed with this frame. */
int weir_masked_offer(
	struct weir_leg *leg, struct weir_outlet *outlet, struct weir_frame **frame);

#endif
