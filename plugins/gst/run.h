/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_PLUGINS_GST_RUN_H
#define WEIR_PLUGINS_GST_RUN_H

#include <gst/gst.h>
#include <weir/weir.h>

/* A pipeline of weir's inside an element: its run, its words and its figures. It runs on a thread
 * of its own, or on the one that asks for frames. */

struct weir_gst_run {
	GstElement *element; /* whose run it is; not a reference */
	GstDebugCategory *category;
	/* On the run's thread; set before it starts, may be NULL. */
	void (*on_event)(void *data, const struct weir_event *event);
	void (*on_over)(void *data); /* the run that has a thread has ended, by whatever */
	void *event_data;            /* of both */
	char stage[64];      /* between the two, in weir's words; "": none. Set before it starts */
	struct weir_log log; /* to the debug log; the last error is kept for the element's */

	GMutex pipeline_lock; /* so that the pipeline stays while its books are read */
	struct weir_pipeline *pipeline;
	GstStructure *stats; /* of the last run */
	guint64 copied;      /* bytes, by the element itself; under this lock too */
	GThread *thread;

	GMutex lock; /* of what the pipeline's thread tells; nothing of weir's is called under it */
	GCond changed;
	char *error; /* in weir's words */
	gboolean started, over;
	int result;              /* once it is over */
	struct weir_video video; /* as planned, of the source */
	char *plan;              /* in words */
};

void weir_gst_run_init(struct weir_gst_run *run, GstElement *element, GstDebugCategory *category);
void weir_gst_run_clear(struct weir_gst_run *run);

/* Takes source and sink, whatever it returns, and runs them on a thread. FALSE: it could not begin;
 * weir_gst_run_complain() tells why. */
gboolean weir_gst_run_start(struct weir_gst_run *run, const struct weir_pipeline_settings *settings,
	struct weir_source **source, struct weir_sink **sink);

/* The same without a thread, where the sink is one that is asked for frames: whoever calls
 * weir_gst_run_next() runs it. */
gboolean weir_gst_run_open(struct weir_gst_run *run, const struct weir_pipeline_settings *settings,
	struct weir_source **source, struct weir_sink **sink);

/* As weir_pipeline_next(), with *frame the caller's; -EINTR: weir_gst_run_interrupt(), from any
 * thread. Once it has ended it stays so. */
int weir_gst_run_next(struct weir_gst_run *run, guint64 timeout_ns, struct weir_frame **frame);
void weir_gst_run_interrupt(struct weir_gst_run *run);

/* Frames that its sink has, or that wait for it. On the thread of weir_gst_run_next(). */
guint64 weir_gst_run_held(struct weir_gst_run *run);

/* Until it captures or is over. Whether it captures. */
gboolean weir_gst_run_wait(struct weir_gst_run *run);

/* Until it is over, or *unlocked is set and weir_gst_run_wake() called. Whether it is over. */
gboolean weir_gst_run_wait_over(struct weir_gst_run *run, const gint *unlocked);
void weir_gst_run_wake(struct weir_gst_run *run);
gboolean weir_gst_run_is_over(struct weir_gst_run *run);

/* Waits for the end of its thread. What it ended with. */
int weir_gst_run_join(struct weir_gst_run *run);

/* Ends it and waits; nobody is in weir_gst_run_next(). Frames that are out stay valid. */
void weir_gst_run_stop(struct weir_gst_run *run);

/* What went wrong before this is not what goes wrong now. */
void weir_gst_run_forget_error(struct weir_gst_run *run);

/* Posts an element error for -errno `error`, in the words of whatever went wrong. */
void weir_gst_run_complain(struct weir_gst_run *run, int error);

/* The element copied: it is in the books of the run. */
void weir_gst_run_count_copy(struct weir_gst_run *run, guint64 bytes);

/* The ledger; empty before the first run. The caller's. */
GstStructure *weir_gst_run_stats(struct weir_gst_run *run);

/* The plan in words, or NULL. The caller's. */
char *weir_gst_run_plan(struct weir_gst_run *run);

#endif
