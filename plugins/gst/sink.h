/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_PLUGINS_GST_SINK_H
#define WEIR_PLUGINS_GST_SINK_H

#include <gst/video/gstvideosink.h>
#include <weir/weir.h>

#include "plugins/gst/policy.h"
#include "plugins/gst/pool.h"
#include "plugins/gst/run.h"

/* weirsink: sink.c is the element, with its properties and its life; input.c is how a buffer gets
 * into weir. */

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

/* input.c */
/* What frames are to go to, for the run that is to come. FALSE: it cannot be, and why was told. */
gboolean weir_gst_sink_open(WeirSink *self);

/* What is open now. Once it is, it stays until weir_gst_sink_close(). */
enum weir_gst_input weir_gst_sink_input(WeirSink *self);
void weir_gst_sink_close(WeirSink *self);

/* How far apart lines best lie for what frames go to; 0: it does not matter, or a run has begun. */
guint weir_gst_sink_stride(WeirSink *self);

/* Everything that was shown goes all its way, and the run is over. From where
 * gst_base_sink_wait_preroll() may be called. GST_FLOW_OK, or it was cut off. */
GstFlowReturn weir_gst_sink_drain(WeirSink *self);

/* For weir_pool_new(). */
int weir_gst_sink_lend(void *data, struct weir_feed **feed);
GstFlowReturn weir_gst_sink_show(WeirSink *self, GstBuffer *buffer);

#endif
