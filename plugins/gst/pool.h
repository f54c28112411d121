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

/* The feed stays the sink's, which calls weir_pool_close() before it closes it. `stride`: of plane 0,
 * as the plan wants it. */
GstBufferPool *weir_pool_new(
	struct weir_feed *feed, const GstVideoInfo *info, gboolean raw, gsize size);

/* Buffers that are out stay valid; there are no new ones. */
void weir_pool_close(GstBufferPool *pool);

/* Whoever waits for a buffer comes back. */
void weir_pool_flush(GstBufferPool *pool, gboolean flushing);

/* The frame under a buffer of any such pool, drawn and no longer written; the caller's. NULL: another
 * memory, or it was taken already. */
struct weir_frame *weir_pool_take_frame(GstBuffer *buffer);

#endif
