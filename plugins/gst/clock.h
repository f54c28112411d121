/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_PLUGINS_GST_CLOCK_H
#define WEIR_PLUGINS_GST_CLOCK_H

#include <gst/gst.h>

/* weir stamps by CLOCK_MONOTONIC, an element by running time on its pipeline's clock. Exact where
 * that clock counts CLOCK_MONOTONIC too, else by how long ago it was, which both agree upon. */

/* GST_CLOCK_TIME_NONE: the element has no clock. What was before the pipeline ran is 0. */
GstClockTime weir_gst_clock_to_running(GstElement *element, guint64 monotonic_ns);

/* 0: the element has no clock. */
guint64 weir_gst_clock_from_running(GstElement *element, GstClockTime running);

#endif
