/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_PIPELINE_PIPELINE_H
#define WEIR_PIPELINE_PIPELINE_H

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>

#include <weir/pipeline.h>

#include "core/loop.h"
#include "core/sink.h"
#include "core/source.h"
#include "core/stage.h"
#include "core/waker.h"
#include "pipeline/books.h"
#include "pipeline/given.h"
#include "pipeline/leg.h"
#include "pipeline/outlet.h"
#include "pipeline/plan.h"
#include "pipeline/scheduling.h"

/* A memory kind that a run has proven not to work, and why. Later plans leave it out. */
#define WEIR_MAX_REFUTED 8

struct weir_refuted {
	const struct weir_memory_kind *kind;
	char why[160];
};

/* What runs by one plan. A run is one stretch after the other: when the source's picture becomes
 * another or memory does not do what it promised, a new plan is made, and the books go on.
 *
 * Of the last stretch legs (their slabs) and outlets remain, for whoever reads the books. */
struct weir_stretch {
	struct weir_loop *loop;
	struct weir_leg legs[WEIR_MAX_LEGS];
	size_t n_legs;                /* 0: nothing is left of it */
	struct weir_outlet *outlets[WEIR_MAX_SINKS]; /* the slab of each one's leg keeps it */
	size_t n_started;             /* sinks */
	struct weir_timer time_limit, drain_limit, patience; /* the last: of who asks for a frame */
	struct weir_task end, attend;
	uint64_t next_sequence;
	bool any_frame;
	bool ending;   /* no further frame counts */
	bool draining; /* the source was stopped; stages, and then sinks, finish */
	bool over;     /* nothing is left to wait for */
	bool sinks_drain;
	bool registered;
	int result;
};

struct weir_pipeline {
	struct weir_pipeline_settings settings;
	struct weir_source *source;
	struct weir_stage **stages;
	size_t n_stages;
	size_t n_own_stages; /* of them the last are the planner's own */
	/* What the source delivered by itself, before the planner brought it to what was given to
	 * it; no format: that never was. */
	struct weir_video own_video, given_video;
	struct weir_sink *sinks[WEIR_MAX_SINKS];
	char *verdicts[WEIR_MAX_SINKS]; /* of the last run, as is what follows */
	struct weir_figure figures[WEIR_MAX_SINKS][WEIR_MAX_FIGURES];
	size_t n_figures[WEIR_MAX_SINKS];
	_Atomic int errors[WEIR_MAX_SINKS];
	bool has_run[WEIR_MAX_SINKS]; /* in this run: it has something to say of it */
	size_t n_sinks;
	struct weir_sink *pulled; /* the one that the program asks for frames; NULL: none */
	struct weir_memory_kind made_by[WEIR_MAX_SINKS]; /* by those that make memory */

	struct weir_given given;
	struct weir_plan_draft plan;
	struct weir_refuted refuted[WEIR_MAX_REFUTED];
	size_t n_refuted;
	struct weir_stretch stretch;
	struct weir_books books; /* of the run, all stretches together */
	struct weir_sinks_books *sinks_books;
	uint64_t deadline_ns;              /* of the run; 0: none */
	uint64_t kept;                     /* frames that stages have between two stretches */
	struct weir_scheduling scheduling; /* as it was before the run */
	_Atomic bool running;
	bool begun; /* the run has had its first plan */
	pthread_mutex_t lock;    /* held while source, sinks, the stretch's legs, sinks_books and
				    `verdicts`, `figures` change or are read by another thread */
	struct weir_waker waker; /* of weir_pipeline_stop() and weir_pipeline_wake() */
	_Atomic unsigned stops;  /* wished for since the last run ended */
	_Atomic bool woken;      /* weir_pipeline_next() is to return */
};

/* As weir_pipeline_add_stage(), by the planner. Takes the stage in any case. 0 or -ENOMEM. */
int weir_pipeline_add_stage_now(struct weir_pipeline *pipeline, struct weir_stage *stage);

void weir_pipeline_emit(struct weir_pipeline *pipeline, const struct weir_event *event);

/* The way of a frame: what the running source delivers to. */
void weir_flow_deliver(void *data, struct weir_frame *frame);
bool weir_flow_wanted(void *data);
void weir_flow_holders(void *data, char *text, size_t size);

/* As weir_pipeline_plan(), and *loop is the caller's for a run that follows at once. The run has
 * begun with that: a sink that takes nothing of what comes is lost alone. */
int weir_pipeline_plan_run(
	struct weir_pipeline *pipeline, const struct weir_plan **out, struct weir_loop **loop);

/* Brings the figures of use up to now. */
void weir_flow_sample(struct weir_pipeline *pipeline);

/* Ends the stretch: frames that come later do not count, sinks finish what they hold. */
void weir_stretch_end(struct weir_pipeline *pipeline, int result);

/* The sink with that number has failed: stops it alone, and the run when it was the last one. What
 * it might have held is for the others to hold. */
void weir_stretch_lose_sink(struct weir_pipeline *pipeline, size_t index, int error);

/* Makes the planned slabs, and attaches the outlets and the stages' views to them. */
int weir_stretch_open_memory(struct weir_pipeline *pipeline);

/* Makes the source's private slots, if the plan has come to need them. 0 or -errno, logged. */
int weir_stretch_open_private(struct weir_pipeline *pipeline);

/* Cache syncs that its slabs have seen. */
uint64_t weir_stretch_syncs(const struct weir_stretch *stretch);

/* Lets go of its slabs: frames that are out keep theirs. */
void weir_stretch_forget(struct weir_pipeline *pipeline);

/* Registers memory with the loop: of the first leg that a sink transfers from. */
void weir_stretch_register_memory(struct weir_pipeline *pipeline);

/* Writes down that the sink has failed, and says so. Whether any other is left. */
bool weir_run_note_lost_sink(struct weir_pipeline *pipeline, size_t index, int error);

/* stretch.c: starts what the plan says. Takes the loop. 0, or as at the stretch's end, and it has
 * ended then. */
int weir_stretch_start(struct weir_pipeline *pipeline, struct weir_loop *loop);

/* stretch_run.c: runs it until it ends, and closes; or until the program has something to do:
 * *pulled is the frame that it asked for, or WEIR_RUN_RESTS is returned. 0, WEIR_PLAN_AGAIN, or the
 * error that the run ends with. */
int weir_stretch_run(
	struct weir_pipeline *pipeline, uint64_t timeout_ns, struct weir_frame **pulled);

/* stretch.c: stops and closes whatever of it has started. `err`, else what it ended with. */
int weir_stretch_close(struct weir_pipeline *pipeline, int err);

/* No errors, which stages and sinks have of their own: the stretch stands still, and is to be run
 * again; the plan does not hold any more. */
#define WEIR_RUN_RESTS  1
#define WEIR_PLAN_AGAIN 2

/* shown.c: what sinks may show of the run; `data` is the pipeline. */
extern const struct weir_sink_run weir_pipeline_run_calls;

/* Ends a run that stands still. */
void weir_run_end(struct weir_pipeline *pipeline);

/* Frees what remains of the last run. */
void weir_run_forget(struct weir_pipeline *pipeline);

#endif
