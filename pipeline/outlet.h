/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_PIPELINE_OUTLET_H
#define WEIR_PIPELINE_OUTLET_H

#include <stdatomic.h>
#include <stdbool.h>

#include "core/frame.h"
#include "core/sink.h"
#include "core/slab.h"
#include "pipeline/books.h"
#include "pipeline/masked.h"

/* The pipeline's side of one sink in one stretch of a run: its budget and its policy.
 *
 * Every frame that a sink is shown is a view of the outlet's, one a place. The view's last release,
 * on whichever thread, is what the books call done with it, so that a sink keeps a frame by holding
 * a reference and by nothing else.
 *
 * Outlets are attached to the slab: a release long after the run still finds its books. */
struct weir_outlet {
	struct weir_sink *sink; /* while it runs; NULL once it was stopped */
	struct weir_slab *slab;
	struct weir_sink_books *books; /* the slab keeps them alive */
	unsigned budget;        /* frames the sink may hold … */
	unsigned share;         /* … and of those, how many in the slab's own slots */
	struct weir_slab *private; /* for copies of what it lags behind with (pipeline/lag.h); or
				    * NULL */
	uint64_t deadline_ns;
	struct weir_masked masked;
	bool keeps_newest;      /* one more may wait here, and gives way to newer ones */
	struct weir_frame *_Atomic waiting;
	int error;

	_Atomic uint32_t held; /* one bit a place whose view the sink has */
	_Atomic uint32_t moved; /* of those, whose frame lives on in another place */
	uint64_t came_ns[WEIR_SLAB_MAX_SLOTS]; /* when the sink got what it holds */
	_Atomic bool starved; /* somebody waits for a release here */
	_Atomic int verdict;  /* of frames released from now on: enum weir_drop */

	struct weir_frame views[WEIR_SLAB_MAX_SLOTS];
};

/* A sink that has failed already is NULL. */
void weir_outlet_init(struct weir_outlet *outlet, struct weir_sink *sink, struct weir_slab *slab,
	struct weir_sink_books *books);

/* `share`: of its budget, in the slab's own slots. `may_wait`: there is one of these to spare for
 * the newest frame, which the sinks at their budget share. */
void weir_outlet_allow(
	struct weir_outlet *outlet, unsigned budget, unsigned share, bool may_wait);

/* From here on a sink that holds a frame for longer than that lags: what it gets beyond its share
 * are copies in private slots. */
void weir_outlet_allow_copies(
	struct weir_outlet *outlet, struct weir_slab *private, uint64_t deadline_ns);

/* Shows the sink a frame, now or when it has room, or drops one by its policy. The frame is
 * borrowed. 0, or the sink's error: it has failed with this frame. */
int weir_outlet_offer(struct weir_outlet *outlet, struct weir_frame *frame);

/* Whether the sink has a use for a frame now. */
bool weir_outlet_wants(const struct weir_outlet *outlet);

/* Counts a frame that never came this far. */
void weir_outlet_drop(struct weir_outlet *outlet, enum weir_drop reason);

/* The frame went from the sink to where it goes. */
void weir_outlet_note_handed(
	struct weir_outlet *outlet, const struct weir_frame_info *info, uint64_t at_ns);

/* Whether a frame offered now would be kept without dropping any. A "no" is followed by a wake of
 * the slab. */
bool weir_outlet_has_room(struct weir_outlet *outlet);

/* The run stands still: no release wakes it. weir_outlet_refill() goes on. */
void weir_outlet_rest(struct weir_outlet *outlet);

/* Hands on the frame that waits, if the sink has room. As weir_outlet_offer(). */
int weir_outlet_refill(struct weir_outlet *outlet);

/* Whether a frame that is nobody's but the sink's would be shown to it now, or wait for it. */
bool weir_outlet_keeps(struct weir_outlet *outlet);

/* Whether the sink could be handed that frame now. */
bool weir_outlet_fits(struct weir_outlet *outlet, const struct weir_frame *frame);

/* Drops what waits, for a newer frame. */
void weir_outlet_give_way(struct weir_outlet *outlet);

/* Has the sink hold `copy` in the place of what it holds there, which it can let go. Takes `copy`.
 */
void weir_outlet_move(struct weir_outlet *outlet, unsigned place, struct weir_frame *copy);

/* Whether the sink has nothing left to do. A "no" is followed by a wake of the slab. */
bool weir_outlet_is_drained(struct weir_outlet *outlet);

/* Frames that the sink holds or that wait for it. */
unsigned weir_outlet_held(struct weir_outlet *outlet);

/* Ends the sink: what waits or is released from now on counts as dropped for `reason`. */
void weir_outlet_stop(struct weir_outlet *outlet, enum weir_drop reason);

#endif
