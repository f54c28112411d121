/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_PLUGINS_GST_ARRIVALS_H
#define WEIR_PLUGINS_GST_ARRIVALS_H

#include <gst/gst.h>
#include <weir/weir.h>

/* Frames on their way from weir's thread to the streaming thread. */

struct weir_gst_arrival {
	struct weir_frame *frame;
	unsigned epoch; /* another one after each plan: slots are other memory then */
};

struct weir_gst_arrivals {
	GMutex lock;
	GCond changed;
	struct weir_gst_arrival queue[WEIR_MAX_BUFFERS];
	guint first, n;
	unsigned epoch;
	gboolean wanted, flushing, over;
};

void weir_gst_arrivals_init(struct weir_gst_arrivals *arrivals);
void weir_gst_arrivals_clear(struct weir_gst_arrivals *arrivals);

/* Frames of a new run come. */
void weir_gst_arrivals_begin(struct weir_gst_arrivals *arrivals);

/* Whether frames are kept; those that nobody wants go back at once. */
void weir_gst_arrivals_want(struct weir_gst_arrivals *arrivals, gboolean wanted);

/* Takes a reference. */
void weir_gst_arrivals_put(struct weir_gst_arrivals *arrivals, struct weir_frame *frame);
void weir_gst_arrivals_next_epoch(struct weir_gst_arrivals *arrivals);

/* No frame follows. */
void weir_gst_arrivals_end(struct weir_gst_arrivals *arrivals);

/* While flushing nobody waits. */
void weir_gst_arrivals_flush(struct weir_gst_arrivals *arrivals, gboolean flushing);

/* Releases what is there. */
void weir_gst_arrivals_drop(struct weir_gst_arrivals *arrivals);

/* Waits for a frame, which is the caller's. GST_FLOW_OK, _FLUSHING, _EOS. */
GstFlowReturn weir_gst_arrivals_wait(
	struct weir_gst_arrivals *arrivals, struct weir_gst_arrival *out);

#endif
