/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_PIPELINE_H
#define WEIR_PIPELINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <weir/export.h>
#include <weir/frame.h>
#include <weir/ledger.h>
#include <weir/log.h>
#include <weir/plan.h>
#include <weir/sink.h>
#include <weir/source.h>
#include <weir/stage.h>

WEIR_BEGIN_DECLS

/* One source, any stages, any sinks. The smallest program that gets frames:
 *
 *	#include <stdio.h>
 *	#include <weir/weir.h>
 *
 *	static int on_frame(void *data, struct weir_frame *frame)
 *	{
 *		const struct weir_frame_info *info = weir_frame_info(frame);
 *		printf("%llu %ux%u\n", (unsigned long long)info->sequence, info->width,
 *info->height); return 0;
 *	}
 *
 *	int main(void)
 *	{
 *		struct weir_pipeline_settings settings = { .max_frames = 30 };
 *		struct weir_pipeline *pipeline = NULL;
 *		struct weir_source *source = NULL;
 *		struct weir_sink *sink = NULL;
 *		int err = weir_source_open(NULL, NULL, &source);
 *
 *		if (!err)
 *			err = weir_sink_open_callback(on_frame, NULL, NULL, &sink);
 *		if (!err)
 *			err = weir_pipeline_create(&settings, &pipeline);
 *		if (!err)
 *			err = weir_pipeline_set_source(pipeline, &source);
 *		if (!err)
 *			err = weir_pipeline_add_sink(pipeline, &sink);
 *		if (!err)
 *			err = weir_pipeline_run(pipeline);
 *		weir_pipeline_destroy(&pipeline);
 *		weir_sink_close(&sink);
 *		weir_source_close(&source);
 *		return err ? 1 : 0;
 *	}
 *
 * A pipeline runs on the thread that calls weir_pipeline_run(), and starts one of its own for each
 * stage that converts. Several pipelines run on several threads without knowing of each other. */
struct weir_pipeline;

enum weir_event_type {
	/* The plan is made, or refused with `error`. Again in the middle of a run, when the
	 * source's picture changed (another signal at its input) or memory did not do what it
	 * promised: the run goes on by the new plan with the same books, and plans of before are
	 * gone. */
	WEIR_EVENT_PLANNED,
	WEIR_EVENT_STARTED,      /* the source is asked for frames; after each plan */
	WEIR_EVENT_FRAME,        /* a frame was captured (settings.frame_events) */
	WEIR_EVENT_LOST,         /* the device lost `count` frames before `info` */
	WEIR_EVENT_SINK_FAILED,  /* sink number `sink` ended with `error`; the others go on */
	WEIR_EVENT_SOURCE_ENDED, /* no more frames; `error` is 0 at the end of a file */
	WEIR_EVENT_STOPPED,      /* the last event of a run */
	WEIR_EVENT_MEASURED      /* stage number `stage` has measured `value` of the frame `info` */
};

struct weir_event {
	enum weir_event_type type;
	int error;
	unsigned sink;
	uint64_t count;
	const struct weir_frame_info
		*info; /* of FRAME, LOST and MEASURED, else NULL; borrowed for the call */
	const struct weir_plan *plan; /* of PLANNED, as from weir_pipeline_plan(), else NULL */
	const char *text;             /* for people; borrowed for the call */
	unsigned stage;               /* of MEASURED: counts from 0, in their order */
	const char *stage_name;       /* of MEASURED: the name in its table, else NULL */
	double value;                 /* of MEASURED: what it means the stage says */
};

#define WEIR_DEFAULT_BUFFERS 4
#define WEIR_MAX_BUFFERS     32

struct weir_pipeline_settings {
	const struct weir_log *log; /* borrowed; NULL: stderr */
	unsigned buffers;           /* slots of frame memory; 0: WEIR_DEFAULT_BUFFERS */
	const char *memory;         /* a memory kind's name; NULL or "auto": the planner's choice */
	const char *loop;           /* "uring", "sqpoll", "epoll"; NULL or "auto" */
	uint64_t max_frames;        /* stop after so many captured frames; 0: none */
	uint64_t max_ns;            /* stop after so long; 0: never */
	bool require_zero_copy;     /* refuse any plan that copies, and stop if a run has to */
	bool no_lock;               /* do not lock frame memory */
	bool frame_events;          /* WEIR_EVENT_FRAME for each frame */
	int realtime_priority;      /* SCHED_FIFO while running; 0: as the thread is */
	int cpus;                   /* 1 + the CPU to run on; 0: any */
	/* Called on the pipeline's thread; must not block. */
	void (*on_event)(void *data, const struct weir_event *event);
	void *event_data;
};

/* Settings are copied, what they point to is borrowed; NULL means defaults. *out is the caller's.
 * 0, -EINVAL (a value out of range) or -ENOMEM. */
WEIR_API int weir_pipeline_create(
	const struct weir_pipeline_settings *settings, struct weir_pipeline **out);

/* Ends whatever runs not, frees what the pipeline took and sets *pipeline to NULL. Frames that the
 * program still holds stay valid until released. Not while weir_pipeline_run() or _next() runs. */
WEIR_API void weir_pipeline_destroy(struct weir_pipeline **pipeline);

/* Each takes the object and sets the pointer to NULL on success; on error it stays the caller's.
 * -EBUSY while running, or when there is a source already; -ENOSPC past WEIR_MAX_SINKS. */
WEIR_API int weir_pipeline_set_source(struct weir_pipeline *pipeline, struct weir_source **source);
WEIR_API int weir_pipeline_add_stage(struct weir_pipeline *pipeline, struct weir_stage **stage);
WEIR_API int weir_pipeline_add_sink(struct weir_pipeline *pipeline, struct weir_sink **sink);

/* Decides how frames will flow, and changes nothing. *out is borrowed until the next plan, run or
 * destroy. -EINVAL: no source, or an unknown memory kind or loop; -ENOTSUP: a hop refuses what
 * comes to it, or the kind that was forced cannot serve; -EPERM: the plan copies and
 * require_zero_copy is set (*out is set all the same, to show why). */
WEIR_API int weir_pipeline_plan(struct weir_pipeline *pipeline, const struct weir_plan **out);

/* Frames are to live in dma-bufs of the program's own, from a heap, a display or another device, in
 * place of memory that the pipeline makes: `n_buffers` buffers of `n_parts` dma-bufs each, one
 * buffer after the other. What a frame needs is in the plan without them (n_parts, part_bytes). The
 * descriptors are duplicated, so the program may close its own at once; the memory is the
 * pipeline's to write until it is destroyed and every frame is released, or other buffers are given
 * and it has run with those. From here on plans use these (all of them, whatever settings.buffers
 * says) or are refused, never other memory. 0 buffers: the pipeline's own memory again.
 *
 * What the CPU cannot map serves cameras all the same, as long as nobody asks for pixels (-EACCES).
 * 0; -EBUSY while running; -EINVAL: too many, or no dma-buf; -EBADF, -EMFILE, -ENOMEM. */
WEIR_API int weir_pipeline_use_dmabufs(
	struct weir_pipeline *pipeline, const int *fds, unsigned n_buffers, unsigned n_parts);

/* Plans, runs until stopped, max_frames, max_ns or the source's end, and returns with every sink
 * drained. May be called again: each run starts with a new ledger.
 * 0 when it ended as asked; else as weir_pipeline_plan(), -ENODEV when the source is gone, or the
 * last sink's error when none is left. */
WEIR_API int weir_pipeline_run(struct weir_pipeline *pipeline);

/* The same from frame to frame, of a pipeline with a sink of weir_sink_open_pull(): runs it on the
 * calling thread until that sink has a frame, or for `timeout_ns` at most (WEIR_FOREVER), and
 * returns 0 with *out a frame that the caller is to release. The first call plans and starts. Until
 * the next one the run stands still: frames may be released meanwhile, on any thread, and go back
 * to the source then; the source fills the buffers that it has, and loses what comes after that.
 * Nothing wakes another thread, and a camera's frame costs three system calls.
 *
 * All calls of a run, and weir_pipeline_destroy() before its end, come from one thread, or from
 * several one after the other if settings.loop is "epoll"; priority and CPU stay the caller's own.
 *
 *	while (!(err = weir_pipeline_next(pipeline, WEIR_FOREVER, &frame))) {
 *		use(frame);
 *		weir_frame_unref(&frame);
 *	}
 *
 * -EAGAIN: the time is over; -EINTR: weir_pipeline_wake(); both leave the run as it is. -ENODATA:
 * the run has ended as asked; other errors as of weir_pipeline_run(), which end it, too. A call
 * after the end begins another run. -EINVAL: no such sink. */
#define WEIR_FOREVER UINT64_MAX
WEIR_API int weir_pipeline_next(
	struct weir_pipeline *pipeline, uint64_t timeout_ns, struct weir_frame **out);

/* Makes weir_pipeline_next() return, or the next call of it. From any thread and from signal
 * handlers. */
WEIR_API void weir_pipeline_wake(struct weir_pipeline *pipeline);

/* Ends the run soon. From any thread and from signal handlers; before a run it makes the next one
 * end at once. */
WEIR_API void weir_pipeline_stop(struct weir_pipeline *pipeline);

/* The books so far, or of the last run. From any thread while the pipeline exists. */
WEIR_API void weir_pipeline_ledger(struct weir_pipeline *pipeline, struct weir_ledger *out);

/* What became of the frame memory: valid from WEIR_EVENT_STARTED on, until the next run or until a
 * sink is added; all zero before and after. */
struct weir_memory_report {
	const char *kind;
	unsigned slots;
	uint64_t slab_bytes;
	uint64_t locked_bytes;
	bool registered;  /* with io_uring */
	const char *lock; /* the lock's verdict in words, with the remedy */
	unsigned private_slots; /* beside these, for copies: as in the plan */
};
WEIR_API void weir_pipeline_memory(struct weir_pipeline *pipeline, struct weir_memory_report *out);

/* The memory kinds that settings.memory can name, in the planner's order; NULL past the last.
 * *summary is set to one line for help. */
WEIR_API const char *weir_memory_kind_at(size_t index, const char **summary);

WEIR_END_DECLS

#endif
