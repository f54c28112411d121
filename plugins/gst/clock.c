/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "plugins/gst/clock.h"

#include <time.h>

guint64 weir_gst_clock_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return GST_TIMESPEC_TO_TIME(now);
}

/* Clocks of the network are system clocks as well, by their type and by their word, and count
 * somebody else's time. */
static gboolean counts_monotonic(GstClock *clock)
{
	GstClockType type;

	if (G_OBJECT_TYPE(clock) != GST_TYPE_SYSTEM_CLOCK)
		return FALSE;
	g_object_get(clock, "clock-type", &type, NULL);
	return type == GST_CLOCK_TYPE_MONOTONIC;
}

/* Nor is one that is slaved to another what it says. */
static gboolean is_free(GstClock *clock)
{
	GstClockTime internal, external, num, den;

	gst_clock_get_calibration(clock, &internal, &external, &num, &den);
	return internal == external && num == den;
}

/* From weir's time to the clock's. */
static GstClockTimeDiff offset_of(GstClock *clock, gboolean monotonic)
{
	if (monotonic && is_free(clock))
		return 0;
	return GST_CLOCK_DIFF(weir_gst_clock_now(), gst_clock_get_time(clock));
}

static void get_to_know(struct weir_gst_clock *known, GstClock *clock)
{
	gst_clear_object(&known->clock);
	known->clock = gst_object_ref(clock);
	known->monotonic = counts_monotonic(clock);
}

void weir_gst_clock_forget(struct weir_gst_clock *known)
{
	gst_clear_object(&known->clock);
}

GstClockTime weir_gst_clock_to_running(
	GstElement *element, struct weir_gst_clock *known, guint64 monotonic_ns)
{
	GstClock *clock, *other = NULL;
	GstClockTimeDiff running;

	GST_OBJECT_LOCK(element);
	clock = GST_ELEMENT_CLOCK(element);
	running = (GstClockTimeDiff)(monotonic_ns - GST_ELEMENT_CAST(element)->base_time);
	if (clock && clock != known->clock)
		other = gst_object_ref(clock);
	GST_OBJECT_UNLOCK(element);
	if (!clock)
		return GST_CLOCK_TIME_NONE;
	if (other) {
		get_to_know(known, other);
		gst_object_unref(other);
	}
	running += offset_of(known->clock, known->monotonic);
	return running > 0 ? (GstClockTime)running : 0;
}

guint64 weir_gst_clock_from_running(GstElement *element, GstClockTime running)
{
	GstClockTimeDiff base = (GstClockTimeDiff)gst_element_get_base_time(element), time;
	GstClock *clock = gst_element_get_clock(element);

	if (!clock)
		return 0;
	time = base + (GstClockTimeDiff)running - offset_of(clock, counts_monotonic(clock));
	gst_object_unref(clock);
	return time > 0 ? (guint64)time : 0;
}
