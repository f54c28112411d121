/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_PLUGINS_GST_SINK_H
#define WEIR_PLUGINS_GST_SINK_H

#include <gst/video/gstvideosink.h>
#include <weir/weir.h>

#include "plugins/gst/loans.h"
#include "plugins/gst/policy.h"
#include "plugins/gst/pool.h"
#include "plugins/gst/run.h"

/* weirsink: sink.c is the element, with its properties and its life; opening.c is what its frames
 * are to lie in and go to; input.c is how a buffer gets into weir. */

G_DECLARE_FINAL_TYPE(WeirSink, weir_gst_sink, WEIR, SINK, GstVideoSink)
#define WEIR_TYPE_SINK weir_gst_sink_get_type()

/* What frames lie in: decided by the first one, or when upstream asks for memory of ours. */
enum weir_gst_input { WEIR_GST_INPUT_NONE, WEIR_GST_INPUT_SLOTS, WEIR_GST_INPUT_DMABUFS };

struct _WeirSink {
	GstVideoSink parent;

	/* Properties, under the object's lock. */
	char *uri;
	guint buffers;
	enum weir_gst_policy policy;

	struct weir_gst_run run;
	GMutex life; /* of run, sink, feed and input: upstream's wish for a buffer may be what
		      * begins it
		      */
	struct weir_sink *sink; /* open and not running */
	struct weir_feed *feed;
	struct weir_loans *loans; /* of its slots; NULL where nobody draws into them */
	enum weir_gst_input input;
	GstBufferPool *pool; /* NULL: nobody asked for one */
	GstVideoInfo info;   /* of raw caps */
	gboolean raw;
	struct weir_video video;        /* that the caps tell; no format: no caps yet */
	struct weir_pool_wishes wishes; /* of whoever draws into memory of ours */
	guint32 stride;                 /* of frames in dma-bufs */
	guint n_parts;                  /* of those */
	gboolean warned;                /* of copies */
	gboolean pushed;                /* a frame, into the feed that is open */
	gint unlocked;                  /* atomic: whoever waits comes back */
};

/* opening.c */
/* What frames are to go to, for the run that is to come. FALSE: it cannot be, and why was told. */
gboolean weir_gst_sink_open(WeirSink *self);

/* What is open now; and who has its slots, or NULL. Once it is, it stays until
 * weir_gst_sink_close(). */
enum weir_gst_input weir_gst_sink_input(WeirSink *self);
struct weir_loans *weir_gst_sink_loans(WeirSink *self);

/* Opens it, where it is not or `anew` wants another one like it: what was shown before goes all its
 * way. `like`: what dma-bufs are like. */
GstFlowReturn weir_gst_sink_ensure(WeirSink *self, enum weir_gst_input input,
	const struct weir_feed_dmabufs *like, gboolean anew);
void weir_gst_sink_close(WeirSink *self);

/* How far apart lines best lie for what frames go to; 0: it does not matter, or a run has begun. */
guint weir_gst_sink_stride(WeirSink *self);

/* Everything that was shown goes all its way, and the run is over. From where
 * gst_base_sink_wait_preroll() may be called. GST_FLOW_OK; else it was cut off, or had failed and
 * that was told, and it is closed. */
GstFlowReturn weir_gst_sink_drain(WeirSink *self);

/* What was shown and has not gone to weir's sink yet does not go there. */
void weir_gst_sink_flush(WeirSink *self);

/* For weir_pool_new(). */
int weir_gst_sink_lend(void *data, struct weir_pool_loan *loan);
gboolean weir_gst_sink_is_idle(void *data);
gboolean weir_gst_sink_is_flushing(void *data);

/* For weir_gst_run. */
void weir_gst_sink_run_is_over(void *data);

/* input.c */
GstFlowReturn weir_gst_sink_show(WeirSink *self, GstBuffer *buffer);

#endif
