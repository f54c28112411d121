/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_PIPELINE_PLAN_H
#define WEIR_PIPELINE_PLAN_H

#include <weir/ledger.h>
#include <weir/plan.h>

#include "core/slab.h"
#include "pipeline/leg.h"
#include "pipeline/masked.h"

/* The memory of one leg of the way (pipeline/leg.h). */
struct weir_leg_plan {
	struct weir_video video;
	const struct weir_memory_kind *kind;
	struct weir_memory_traits traits;
	size_t slot_bytes;
	unsigned slots, own_slots; /* in all; that the leg's head or source needs for itself */
	size_t first, end;         /* of the stages that its frames pass */
	size_t from;               /* the leg whose frames its head takes */
	size_t hop;                /* the last one on it that is no sink's */
	size_t branch;             /* whose it is */
	bool waits;                /* the leg before has a slot for the newest one to wait in */
	bool synced;               /* CPU access needs cache syncs */
	bool kept;   /* somebody may hold what comes out of the last stage so far */
	bool copies; /* a stage writes in place what somebody before may hold */
	const struct weir_memory_kind *private_kind;
	unsigned private_slots; /* beside the others, for copies */
	unsigned lag_slots;     /* of those, for sinks that lag: what slots are missing */
	unsigned masked_slots;  /* and for those that get masked copies */
};

/* A memory kind while it is weighed. */
struct weir_kind_weight {
	const struct weir_memory_kind *kind;
	struct weir_memory_traits traits; /* as tried on this source */
	bool tried, accepted, serves;     /* by the source; by the sinks too */
	uint64_t copied;                  /* a frame, by all sinks */
	const char *reason;               /* why it does not serve, or is not the best */
};

#define WEIR_MAX_KINDS 16

/* What frames that stages make lie in. */
struct weir_made {
	const struct weir_memory_kind *kind;
	struct weir_memory_traits traits;
};

/* Sinks that get the same pictures, and the stages that make these. The first is the trunk: the
 * source, and the stages that the user asked for. The others begin at the trunk's end, with stages
 * that the planner adds for sinks that do not take what comes there. */
struct weir_branch {
	uint32_t sinks;    /* a bit each */
	size_t first, end; /* of the stages */
	size_t leg;        /* the last one of it: that the sinks are at */
	struct weir_made made; /* for its sinks; of the trunk only where a stage makes that */
};

/* The sinks at the worst, and the trunk. */
#define WEIR_MAX_BRANCHES (WEIR_MAX_SINKS + 1)

/* A plan and the memory of its words. Building it needs no error checks on the way: the first
 * failed allocation is kept in `error`, and later additions do nothing. */
struct weir_plan_draft {
	struct weir_plan value;
	struct weir_plan_hop *hops;
	struct weir_plan_choice *choices;
	size_t hops_room, choices_room;
	struct weir_plan_text *texts;
	int error;

	/* For the run, which the value cannot name. */
	struct weir_kind_weight kinds[WEIR_MAX_KINDS];
	size_t n_kinds;
	struct weir_branch branches[WEIR_MAX_BRANCHES];
	size_t n_branches;
	const struct weir_memory_kind *makeable[WEIR_MAX_KINDS]; /* kinds that were probed */
	size_t n_makeable;
	struct weir_branch asked; /* whom the planner's questions go to */
	struct weir_leg_plan legs[WEIR_MAX_LEGS];
	size_t n_legs;
	enum weir_masking masking[WEIR_MAX_SINKS];
	unsigned shares[WEIR_MAX_SINKS]; /* of the own slots of their leg: what a sink may hold */
	const char *sink_reasons[WEIR_MAX_SINKS]; /* before what is said of budgets */
	bool may_wait[WEIR_MAX_LEGS]; /* a slot is left for the newest frame to wait in, for sinks
				       * at their budget */
};

/* Zeroed before the first init; init empties a used one. */
void weir_plan_init(struct weir_plan_draft *draft);
void weir_plan_finish(struct weir_plan_draft *draft);

/* A string that lives with the plan; "" after an error. */
const char *weir_plan_text(struct weir_plan_draft *draft, const char *format, ...)
	WEIR_PRINTF(2, 3);

void weir_plan_add_hop(struct weir_plan_draft *draft, const struct weir_plan_hop *hop);
void weir_plan_add_choice(struct weir_plan_draft *draft, const char *what, const char *name,
	bool chosen, const char *reason);

#endif
