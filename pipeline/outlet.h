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
	unsigned budget;        /* frames the sink may hold */
	bool keeps_newest;      /* one more may wait here, and gives way to newer ones */
	struct weir_frame *_Atomic waiting;
	int error;

	_Atomic uint32_t held; /* one bit a place whose view the sink has */
	_Atomic bool starved; /* somebody waits for a release here */
	_Atomic int verdict;  /* of frames released from now on: enum weir_drop */

	struct weir_frame views[WEIR_SLAB_MAX_SLOTS];
};

/* A sink that has failed already is NULL. */
void weir_outlet_init(struct weir_outlet *outlet, struct weir_sink *sink, struct weir_slab *slab,
	struct weir_sink_books *books);

/* `may_wait`: there is a slot to spare for the newest frame, which the sinks at their budget share.
 */
void weir_outlet_allow(struct weir_outlet *outlet, unsigned budget, bool may_wait);

/* Shows the sink a frame, now or when it has room, or drops one by its policy. The frame is
 * borrowed. 0, or the sink's error: it has failed with this frame. */
int weir_outlet_offer(struct weir_outlet *outlet, struct weir_frame *frame);

/* Counts a frame that never came this far. */
void weir_outlet_drop(struct weir_outlet *outlet, enum weir_drop reason);

/* Whether a frame offered now would be kept without dropping any. A "no" is followed by a wake of
 * the slab. */
bool weir_outlet_has_room(struct weir_outlet *outlet);

/* Hands on the frame that waits, if the sink has room. As weir_outlet_offer(). */
int weir_outlet_refill(struct weir_outlet *outlet);

/* Whether the sink has nothing left to do. A "no" is followed by a wake of the slab. */
bool weir_outlet_is_drained(struct weir_outlet *outlet);

/* Frames that the sink holds or that wait for it. */
unsigned weir_outlet_held(struct weir_outlet *outlet);

/* Ends the sink: what waits or is released from now on counts as dropped for `reason`. */
void weir_outlet_stop(struct weir_outlet *outlet, enum weir_drop reason);

#endif
