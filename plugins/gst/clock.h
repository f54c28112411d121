/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_PLUGINS_GST_CLOCK_H
#define WEIR_PLUGINS_GST_CLOCK_H

#include <gst/gst.h>

/* weir stamps by CLOCK_MONOTONIC, an element by running time on its pipeline's clock. Exact where
 * that clock counts CLOCK_MONOTONIC too, else by how long ago it was, which both agree upon. */

/* Weir's time. */
guint64 weir_gst_clock_now(void);

/* What is known of an element's clock, so that it is not asked again for each frame. */
struct weir_gst_clock {
	GstClock *clock; /* a reference; NULL: none yet */
	gboolean monotonic;
};
void weir_gst_clock_forget(struct weir_gst_clock *known);

/* GST_CLOCK_TIME_NONE: the element has no clock. What was before the pipeline ran is 0. Not from
 * two threads at once. */
GstClockTime weir_gst_clock_to_running(
	GstElement *element, struct weir_gst_clock *known, guint64 monotonic_ns);

/* 0: the element has no clock. */
guint64 weir_gst_clock_from_running(GstElement *element, GstClockTime running);

#endif
