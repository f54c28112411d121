/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_CORE_STAGE_H
#define WEIR_CORE_STAGE_H

#include <sched.h>

#include <weir/stage.h>

#include "core/frame.h"
#include "core/loop.h"
#include "core/slab.h"

/* What the running pipeline offers a stage that makes frames of its own. start() copies the struct;
 * what it points to stays until stop(). */
struct weir_stage_host {
	const struct weir_log *log;
	struct weir_loop *loop;
	struct weir_slab *slab; /* for what comes out; described by the stage's output */
	const cpu_set_t *cpus;  /* for threads of its own; NULL: as the caller's */

	/* What came of the oldest frame taken. Takes the frame. */
	void (*deliver)(void *data, struct weir_frame *frame);

	/* Nothing comes of the oldest frame taken. */
	void (*skipped)(void *data);

	/* It has room again, after has_room() had said no. */
	void (*ready)(void *data);

	/* It is broken, logged: the run ends. */
	void (*failed)(void *data, int error);
	void *data;
};

/* What a stage has used on threads of its own. */
struct weir_stage_usage {
	uint64_t cpu_ns, minor_faults, major_faults, syscalls;
};

/* How a stage that makes frames of its own works while frames flow: on a worker, on a device. All
 * calls come on the loop's thread. */
struct weir_stage_engine {
	/* 0, or -errno, logged: nothing is left of it then. */
	int (*start)(struct weir_stage *stage, const struct weir_stage_host *host);

	/* Whether take() can be called. A "no" is followed by host->ready() or a wake of the slab.
	 */
	bool (*has_room)(struct weir_stage *stage);

	/* Takes a frame with its reference, and lets go of it when the last read is over. */
	void (*take)(struct weir_stage *stage, struct weir_frame *frame);

	/* No frame follows: whatever is taken comes out soon. NULL: it always does. */
	void (*drain)(struct weir_stage *stage);

	/* Lets go of whatever is left; what was taken and not delivered is lost. */
	void (*stop)(struct weir_stage *stage);

	/* NULL: nothing. */
	void (*usage)(const struct weir_stage *stage, struct weir_stage_usage *out);

	bool shows_dmabufs; /* to a device: CPU access on either side of it needs cache syncs */
	unsigned own_slots; /* of those for its output, that it needs for itself */
	unsigned takes;     /* frames that it holds at once */
};

/* A stage as the pipeline sees it. */
struct weir_stage {
	const struct weir_stage_impl *impl;
	const struct weir_stage_engine *engine; /* of CONVERT stages, else NULL */
	void *state;
	void *running; /* the engine's, between start() and stop() */
	char *text;    /* as it was opened */
	struct weir_frame
		*views; /* one a slot, for RESHAPE stages; belongs to the slab of the run */

	/* What weir_stage_report() calls; set by the pipeline that takes the stage. */
	void (*measured)(void *data, const struct weir_stage *stage, const struct weir_frame *frame,
		double value);
	void *measured_data;
	unsigned index; /* in that pipeline */
};

/* pipeline/worker.c: calls impl->convert() on a thread. */
extern const struct weir_stage_engine weir_stage_worker;

/* Defined in pipeline/stages/stages.c: every stage of this build, ended by NULL. */
extern const struct weir_stage_impl *const weir_stage_impls[];

#endif
