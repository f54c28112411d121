/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "plugins/gst/clock.h"

/* Clocks of the network are system clocks as well, by their type and by their word, and count
 * somebody else's time; nor is one that is slaved to another what it says. */
static gboolean is_monotonic(GstClock *clock)
{
	GstClockTime internal, external, num, den;
	GstClockType type;

	if (G_OBJECT_TYPE(clock) != GST_TYPE_SYSTEM_CLOCK)
		return FALSE;
	g_object_get(clock, "clock-type", &type, NULL);
	gst_clock_get_calibration(clock, &internal, &external, &num, &den);
	return type == GST_CLOCK_TYPE_MONOTONIC && internal == external && num == den;
}

/* From weir's time to the clock's. */
static GstClockTimeDiff offset_of(GstClock *clock)
{
	if (is_monotonic(clock))
		return 0;
	return GST_CLOCK_DIFF(
		(GstClockTime)g_get_monotonic_time() * GST_USECOND, gst_clock_get_time(clock));
}

GstClockTime weir_gst_clock_to_running(GstElement *element, guint64 monotonic_ns)
{
	GstClockTimeDiff base = (GstClockTimeDiff)gst_element_get_base_time(element), running;
	GstClock *clock = gst_element_get_clock(element);

	if (!clock)
		return GST_CLOCK_TIME_NONE;
	running = (GstClockTimeDiff)monotonic_ns + offset_of(clock) - base;
	gst_object_unref(clock);
	return running > 0 ? (GstClockTime)running : 0;
}

guint64 weir_gst_clock_from_running(GstElement *element, GstClockTime running)
{
	GstClockTimeDiff base = (GstClockTimeDiff)gst_element_get_base_time(element), time;
	GstClock *clock = gst_element_get_clock(element);

	if (!clock)
		return 0;
	time = base + (GstClockTimeDiff)running - offset_of(clock);
	gst_object_unref(clock);
	return time > 0 ? (guint64)time : 0;
}
