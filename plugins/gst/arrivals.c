/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "plugins/gst/arrivals.h"

void weir_gst_arrivals_init(struct weir_gst_arrivals *arrivals)
{
	g_mutex_init(&arrivals->lock);
	g_cond_init(&arrivals->changed);
}

void weir_gst_arrivals_clear(struct weir_gst_arrivals *arrivals)
{
	weir_gst_arrivals_drop(arrivals);
	g_mutex_clear(&arrivals->lock);
	g_cond_clear(&arrivals->changed);
}

void weir_gst_arrivals_begin(struct weir_gst_arrivals *arrivals)
{
	g_mutex_lock(&arrivals->lock);
	arrivals->over = FALSE;
	g_mutex_unlock(&arrivals->lock);
}

void weir_gst_arrivals_put(struct weir_gst_arrivals *arrivals, struct weir_frame *frame)
{
	g_mutex_lock(&arrivals->lock);
	if (arrivals->wanted && arrivals->n < WEIR_MAX_BUFFERS) {
		guint place = (arrivals->first + arrivals->n++) % WEIR_MAX_BUFFERS;

		arrivals->queue[place].frame = weir_frame_ref(frame);
		arrivals->queue[place].epoch = arrivals->epoch;
		g_cond_signal(&arrivals->changed);
	}
	g_mutex_unlock(&arrivals->lock);
}

void weir_gst_arrivals_next_epoch(struct weir_gst_arrivals *arrivals)
{
	g_mutex_lock(&arrivals->lock);
	arrivals->epoch++;
	g_mutex_unlock(&arrivals->lock);
}

void weir_gst_arrivals_end(struct weir_gst_arrivals *arrivals)
{
	g_mutex_lock(&arrivals->lock);
	arrivals->over = TRUE;
	g_cond_signal(&arrivals->changed);
	g_mutex_unlock(&arrivals->lock);
}

void weir_gst_arrivals_flush(struct weir_gst_arrivals *arrivals, gboolean flushing)
{
	g_mutex_lock(&arrivals->lock);
	arrivals->flushing = flushing;
	g_cond_signal(&arrivals->changed);
	g_mutex_unlock(&arrivals->lock);
}

/* Under the lock. */
static gboolean pop(struct weir_gst_arrivals *arrivals, struct weir_gst_arrival *out)
{
	if (!arrivals->n)
		return FALSE;
	*out = arrivals->queue[arrivals->first];
	arrivals->first = (arrivals->first + 1) % WEIR_MAX_BUFFERS;
	arrivals->n--;
	return TRUE;
}

void weir_gst_arrivals_drop(struct weir_gst_arrivals *arrivals)
{
	struct weir_gst_arrival arrival;
	gboolean any;

	do {
		g_mutex_lock(&arrivals->lock);
		any = pop(arrivals, &arrival);
		g_mutex_unlock(&arrivals->lock);
		if (any)
			weir_frame_unref(&arrival.frame);
	} while (any);
}

void weir_gst_arrivals_want(struct weir_gst_arrivals *arrivals, gboolean wanted)
{
	g_mutex_lock(&arrivals->lock);
	arrivals->wanted = wanted;
	g_mutex_unlock(&arrivals->lock);
	weir_gst_arrivals_drop(arrivals);
}

GstFlowReturn weir_gst_arrivals_wait(
	struct weir_gst_arrivals *arrivals, struct weir_gst_arrival *out)
{
	GstFlowReturn flow = GST_FLOW_OK;

	g_mutex_lock(&arrivals->lock);
	while (!arrivals->n && !arrivals->flushing && !arrivals->over)
		g_cond_wait(&arrivals->changed, &arrivals->lock);
	if (arrivals->flushing)
		flow = GST_FLOW_FLUSHING;
	else if (!pop(arrivals, out))
		flow = GST_FLOW_EOS;
	g_mutex_unlock(&arrivals->lock);
	return flow;
}
