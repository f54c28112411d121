/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_PLUGINS_GST_POOL_H
#define WEIR_PLUGINS_GST_POOL_H

#include <gst/gst.h>
#include <gst/video/video.h>
#include <weir/weir.h>

#include "plugins/gst/loans.h"

/* Memory of a sink's for upstream to draw into: each buffer is a slot that the network, the display
 * or the disk reads in place. What is drawn there needs no copy to be sent. There is no end to
 * buffers: where slots have one, more lie in memory that the sink copies from. */

G_DECLARE_FINAL_TYPE(WeirPool, weir_pool, WEIR, POOL, GstBufferPool)

/* Slots, and who has them. */
struct weir_pool_loan {
	struct weir_feed *feed; /* NULL: draw elsewhere */
	struct weir_loans *loans;
};

/* Whose feed it is. lend() is called by whoever wants a buffer, on any thread: so that a run begins
 * only where somebody draws into it. 0, and *loan stays valid until weir_pool_close() returns; or
 * -errno, and the sink has posted its error. is_idle() as in weir_loans_waiter; is_flushing():
 * nothing is taken now, and nobody is to wait for what somebody else has to let go. */
struct weir_pool_owner {
	int (*lend)(void *data, struct weir_pool_loan *loan);
	gboolean (*is_idle)(void *data);
	gboolean (*is_flushing)(void *data);
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

#endif
