/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pipeline/masked.h"

#include <errno.h>

#include "core/copy.h"
#include "core/log.h"
#include "pipeline/leg.h"
#include "pipeline/outlet.h"
#include "pipeline/private.h"

int weir_masked_init(struct weir_masked *masked, enum weir_masking how,
	const struct weir_masks *asked, const struct weir_video *video)
{
	char why[128];
	int err;

	masked->how = how;
	if (how != WEIR_MASKING_IN_PLACE && how != WEIR_MASKING_COPY)
		return 0;
	err = weir_masks_fit(asked, video, &masked->masks, why, sizeof(why));
	return err ? err : weir_paint_init(&masked->paint, video);
}

/* Asks for reading as well: where an edge shares a cache line with the picture, a write alone would
 * give back what the cache held of it before. */
static int fill(const struct weir_masked *masked, struct weir_frame *frame)
{
	struct weir_pixels pixels;
	int err = weir_frame_begin_cpu(frame, WEIR_CPU_RW, &pixels);

	if (err)
		return err;
	weir_masks_fill(&masked->masks, &masked->paint, &pixels);
	return weir_frame_end_cpu(frame);
}

static int lose(struct weir_outlet *outlet, int err)
{
	char text[WEIR_ERRNO_TEXT];

	weir_error(outlet->sink->log, "%s: a frame cannot be masked: %s", outlet->sink->uri,
		weir_errno_text(err, text));
	weir_outlet_drop(outlet, WEIR_DROP_FAILED);
	return err;
}

static int offer_in_place(
	struct weir_leg *leg, struct weir_outlet *outlet, struct weir_frame **frame)
{
	int err = 0;

	if (!weir_frame_is_private(*frame))
		err = weir_private_replace(
			leg, outlet->sink->uri, &outlet->books->copied_bytes, frame);
	if (!err && !*frame) {
		weir_outlet_drop(outlet, WEIR_DROP_STAGE);
		return 0;
	}
	if (!err)
		err = fill(&outlet->masked, *frame);
	return err ? lose(outlet, err) : weir_outlet_offer(outlet, *frame);
}

static int offer_copy(struct weir_leg *leg, struct weir_outlet *outlet, struct weir_frame *frame)
{
	struct weir_slot *slot = weir_outlet_keeps(outlet) ? weir_slab_take(leg->private) : NULL;
	struct weir_frame *copy = NULL;
	uint64_t bytes = 0;
	int err;

	if (!slot) {
		weir_outlet_drop(outlet, WEIR_DROP_BUDGET);
		return 0;
	}
	err = weir_frame_copy(frame, slot, &copy, &bytes);
	weir_counter_add(&outlet->books->copied_bytes, bytes);
	if (!err)
		err = fill(&outlet->masked, copy);
	err = err ? lose(outlet, err) : weir_outlet_offer(outlet, copy);
	weir_frame_unref(&copy);
	return err;
}

int weir_masked_offer(struct weir_leg *leg, struct weir_outlet *outlet, struct weir_frame **frame)
{
	/* The sink may have room since, and what waits goes first. */
	int err = weir_outlet_refill(outlet);

	if (err || !outlet->sink) {
		weir_outlet_drop(outlet, WEIR_DROP_FAILED);
		return err;
	}
	return outlet->masked.how == WEIR_MASKING_COPY ? offer_copy(leg, outlet, *frame)
						       : offer_in_place(leg, outlet, frame);
}
