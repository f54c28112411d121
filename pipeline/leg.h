/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_PIPELINE_LEG_H
#define WEIR_PIPELINE_LEG_H

#include <stdbool.h>
#include <stddef.h>

#include "core/slab.h"
#include "core/stage.h"
#include "pipeline/books.h"

/* The way of frames falls into legs: what one slab holds, from the source or from a stage that
 * makes frames of its own (the head of a leg), through the stages that share it, to the next heads
 * and to the sinks. A head takes frames when it has room; the newest one waits for it.
 *
 * Legs form a tree. Those of the trunk follow each other; at its end branches begin, and what goes
 * wrong in one of them is its own sinks' loss. A leg stands before those that go out from it. */

/* The source's, and fifteen that convert. */
#define WEIR_MAX_LEGS 16

struct weir_pipeline;

struct weir_leg {
	struct weir_pipeline *pipeline;
	struct weir_stage *head; /* NULL: the source's */
	const struct weir_leg *from; /* whose frames the head takes; NULL: the source's */
	struct weir_conversion_books *conversion; /* the head's */
	uint32_t sinks, all_sinks; /* that get what comes out of it, and of those beyond it */
	bool is_branch;            /* only some of the sinks are beyond it */
	bool waits;                /* the newest frame may wait, for there is a slot for it */
	bool started;
	struct weir_slab *slab;
	struct weir_slab *private; /* of further slots, for copies of its frames; or NULL */
	size_t first, end;          /* of the stages that its frames pass */
	struct weir_frame *waiting; /* for the head */
	uint64_t in_work;           /* taken by the head, and neither delivered nor skipped yet */
};

/* Starts the heads. One of a branch that does not start loses its sinks. 0 or -errno, logged. */
int weir_legs_start(struct weir_pipeline *pipeline);

/* Takes a frame of the leg's slab; passes it on. */
void weir_leg_enter(struct weir_leg *leg, struct weir_frame *frame);

/* Whether what a leg brings next can go on without anything being dropped. A "no" is followed by a
 * wake of a slab, or by a call of weir_legs_feed(). */
bool weir_leg_flows(struct weir_leg *leg);

/* Gives what waits to heads that have room again. */
void weir_legs_feed(struct weir_pipeline *pipeline);

/* No frame comes from the source any more: hurries the heads. */
void weir_legs_drain(struct weir_pipeline *pipeline);
bool weir_legs_are_idle(const struct weir_pipeline *pipeline);

/* Stops the heads; what they had counts as dropped. */
void weir_legs_stop(struct weir_pipeline *pipeline);

/* Adds what heads have used on threads of their own. */
void weir_legs_usage(const struct weir_pipeline *pipeline, struct weir_stage_usage *sum);

#endif
