/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_STAGE_H
#define WEIR_STAGE_H

#include <stdbool.h>
#include <stddef.h>

#include <weir/export.h>
#include <weir/format.h>
#include <weir/frame.h>
#include <weir/log.h>

WEIR_BEGIN_DECLS

/* A step between the source and the sinks. Stages run in order on the pipeline's thread, but for
 * conversions, and each gets every frame once. A stage belongs to whoever created it until a
 * pipeline takes it. */
struct weir_stage;
struct weir_stage_engine;

/* What a stage does to pixels. The planner decides from this what is shared and what is private;
 * doing more than declared is a bug. */
enum weir_stage_access {
	WEIR_STAGE_PASS, /* looks at nothing but the frame's info: costs no memory traffic at all */
	WEIR_STAGE_RESHAPE, /* as PASS, and hands on views of the same memory (crop) */
	WEIR_STAGE_READ,    /* reads pixels */
	WEIR_STAGE_WRITE,   /* changes pixels in place */
	WEIR_STAGE_CONVERT  /* makes frames of its own, in other memory, from those that come */
};

/* What the author of a stage writes: one of these, const. */
struct weir_stage_impl {
	const char *name;    /* as users type it */
	const char *summary; /* one line for help */
	enum weir_stage_access access;

	/* Reads what stands after "name=" ("" when nothing does; NULL from weir_stage_create) and
	 * sets *state, which the other functions get. Optional: NULL takes no arguments, and
	 * `state` is what weir_stage_create() was given. 0 or -errno, logged. */
	int (*open)(const char *args, const struct weir_log *log, void **state);

	/* Told what comes in; changes *video, which comes in a copy, to what goes out. Called
	 * whenever it is planned, while nothing flows. NULL: goes out as it comes in. 0, or
	 * -ENOTSUP with the reason logged. */
	int (*configure)(void *state, struct weir_video *video, const struct weir_log *log);

	/* *frame comes with a reference that is the stage's: leave it to pass it on, unref it and
	 * put another in its place (one that was not passed on before), or unref it to NULL to drop
	 * it (the ledger counts the drop as this stage's). `stage` is for weir_stage_view(). Never
	 * blocks and, once running, never allocates. 0, or -errno: the run ends with it. */
	int (*process)(void *state, struct weir_stage *stage, struct weir_frame **frame);

	/* Of a CONVERT stage, in place of process(): fills `out`, which is as configure() said,
	 * from `in`. It has a worker thread of its own and does one frame after the other; one that
	 * comes meanwhile waits, and gives way to a newer one, so that capture waits for nothing.
	 * *bytes_used is the whole frame's; of compressed output the stage sets it. 0; -EAGAIN:
	 * nothing comes of this frame; else -errno, logged by the stage: the run ends with it. */
	int (*convert)(
		void *state, struct weir_frame *in, struct weir_frame *out, uint32_t *bytes_used);

	/* The most that a frame of the output can have, after configure(): compressed, or with more
	 * around it than its layout says. NULL: what the layout says. */
	size_t (*output_bytes)(void *state);

	/* Frees what open() made. NULL: nothing to free. */
	void (*close)(void *state);

	/* How a CONVERT stage of the library works when it does not convert() on a worker. NULL for
	 * all others. */
	const struct weir_stage_engine *engine;
};

/* A stage of the library by its text, "crop=640x360+0+0". On success *out is the caller's.
 * -EINVAL: no such stage, or bad arguments; the log names the nearest valid one. */
WEIR_API int weir_stage_open(const char *text, const struct weir_log *log, struct weir_stage **out);

/* A stage of your own. `impl` is borrowed for the stage's life; `state` is passed through, and
 * given to impl->close, which then owns it, on success only. 0 or -ENOMEM. */
WEIR_API int weir_stage_create(
	const struct weir_stage_impl *impl, void *state, struct weir_stage **out);

/* Closes and sets *stage to NULL; a NULL *stage is fine. */
WEIR_API void weir_stage_close(struct weir_stage **stage);

WEIR_API const char *weir_stage_name(const struct weir_stage *stage);

/* For process() of a RESHAPE stage: replaces *frame by a view of the same memory, whose info the
 * stage may change through *info until process() returns. Allocates nothing: each stage owns one
 * view a slot. The view holds the reference that *frame was. Each stage may make one view of a
 * frame. */
WEIR_API void weir_stage_view(
	struct weir_stage *stage, struct weir_frame **frame, struct weir_frame_info **info);

/* For process(): tells the program what the stage has measured of a frame, as WEIR_EVENT_MEASURED
 * of its pipeline, before the sinks see the frame. Allocates nothing. */
WEIR_API void weir_stage_report(
	struct weir_stage *stage, const struct weir_frame *frame, double value);

/* The stages that weir_stage_open() knows, in a fixed order; NULL past the last. */
WEIR_API const struct weir_stage_impl *weir_stage_impl_at(size_t index);

WEIR_END_DECLS

#endif
