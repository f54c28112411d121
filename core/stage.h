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
	const struct weir_slab *from; /* that the frames it takes lie in */
	const cpu_set_t *cpus;  /* for threads of its own; NULL: as the caller's */

	/* What came of the oldest frame taken. Takes the frame. */
	void (*deliver)(void *data, struct weir_frame *frame);

	/* Nothing comes of the oldest frame taken. */
	void (*skipped)(void *data);

	/* Whether what comes out now goes on without anything giving way to it. A "no" is followed
	 * by resume(). */
	bool (*wanted)(void *data);

	/* It has room again, after has_room() had said no. */
	void (*ready)(void *data);

	/* It is broken, logged: the run ends. */
	void (*failed)(void *data, int error);

	/* What it makes from now on is another picture, or its memory does not do what it promised:
	 * the pipeline stops it, plans again, and starts it anew. */
	void (*changed)(void *data);

	/* So many of the frames taken stay with it from this stop() to the next start(), which
	 * gives them back with a negative number. */
	void (*keeps)(void *data, int frames);
	void *data;
};

/* What a stage has used on threads of its own. */
struct weir_stage_usage {
	uint64_t cpu_ns, minor_faults, major_faults, syscalls;
};

/* How many slots a stage needs. */
struct weir_stage_needs {
	unsigned own;   /* of those for its output, for itself */
	unsigned takes; /* of frames that come: those it holds at once */
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

	/* There may be slots for its output again, or somebody wants it. NULL: it looks itself,
	 * when asked for room. */
	void (*resume)(struct weir_stage *stage);

	/* No frame follows: whatever is taken comes out soon. May be called again. NULL: it always
	 * does. */
	void (*drain)(struct weir_stage *stage);

	/* Lets go of whatever is left; what was taken and not delivered is lost. */
	void (*stop)(struct weir_stage *stage);

	/* No start() follows in this run: drops what it keeps. NULL: it keeps nothing. */
	void (*forget)(struct weir_stage *stage);

	/* NULL: nothing. */
	void (*usage)(const struct weir_stage *stage, struct weir_stage_usage *out);

	/* After configure(). NULL: one each. */
	void (*needs)(const struct weir_stage *stage, struct weir_stage_needs *out);

	/* Whether it can take frames in memory of that kind, which are as `slot` says, and whether
	 * it can fill slots of that kind, its device's own ones included; after configure(). 0, or
	 * -errno with the reason in `why`. NULL: any that the CPU can read, or write. */
	int (*accepts)(struct weir_stage *stage, const struct weir_memory_kind *kind,
		const struct weir_slab_settings *slot, char *why, size_t size);
	int (*fills)(struct weir_stage *stage, const struct weir_memory_kind *kind, char *why,
		size_t size);

	/* A device reads and writes dma-bufs, of whole frames: CPU access on either side of it
	 * needs cache syncs, and nothing of what it makes counts as copied. */
	bool is_device;
};

/* A stage as the pipeline sees it. */
struct weir_stage {
	const struct weir_stage_impl *impl;
	const struct weir_stage_engine *engine; /* of CONVERT stages, else NULL */
	void *state;
	void *running; /* the engine's, between start() and stop() */
	char *text;    /* as it was opened */
	bool own;      /* the program's: it may keep frames that it passes on */
	struct weir_frame
		*views; /* one a place, for RESHAPE stages; belongs to the slab of the run */

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
