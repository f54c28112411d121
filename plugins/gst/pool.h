/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_PLUGINS_GST_POOL_H
#define WEIR_PLUGINS_GST_POOL_H

#include <gst/gst.h>
#include <gst/video/video.h>
#include <weir/weir.h>

/* Memory of a sink's for upstream to draw into: each buffer is a slot that the network, the display
 * or the disk reads in place. What is drawn there needs no copy to be sent. */

G_DECLARE_FINAL_TYPE(WeirPool, weir_pool, WEIR, POOL, GstBufferPool)

/* Whose feed it is. lend() is called by whoever wants a buffer, on any thread: so that a run begins
 * only where somebody draws into it. 0, and *feed stays valid until weir_pool_close() returns, or
 * is NULL: draw elsewhere; or -errno, and the sink has posted its error. */
struct weir_pool_owner {
	int (*lend)(void *data, struct weir_feed **feed);
	void *data;
};

GstBufferPool *weir_pool_new(const struct weir_pool_owner *owner, const GstVideoInfo *info);

/* What upstream has said of the frames that it draws. */
struct weir_pool_wishes {
	gboolean strides;        /* it goes by those that buffers tell */
	GstVideoAlignment align; /* room around the picture, and what strides are multiples of */
	guint buffers;           /* it needs so many at a time */
};

void weir_pool_wishes(GstBufferPool *pool, struct weir_pool_wishes *out);

/* Forgets its owner. Buffers that are out stay valid, and new ones lie elsewhere: who asked for the
 * pool may go on with it. Whether it ever lent a slot. */
gboolean weir_pool_close(GstBufferPool *pool);

/* The frame under a buffer of any such pool, drawn and no longer written; the caller's. NULL:
 * another memory, or it was taken already. */
struct weir_frame *weir_pool_take_frame(GstBuffer *buffer);

#endif
