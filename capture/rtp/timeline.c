/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "capture/rtp/timeline.h"

#include "core/clock.h"
#include "core/rtp/packet.h"

#define WINDOW_NS (4 * WEIR_NS_PER_S)

/* A stamp that is this far from where it should be is of another clock. */
#define TORN_NS ((int64_t)WEIR_NS_PER_S)

static uint64_t ns_of(uint64_t ticks)
{
	return ticks / 9 * 100000 + ticks % 9 * 100000 / 9;
}

void weir_rtp_timeline_restart(struct weir_rtp_timeline *timeline)
{
	timeline->any = false;
}

static void open_window(struct weir_rtp_timeline *timeline, int64_t transit, uint64_t now)
{
	timeline->least = transit;
	timeline->window_end_ns = now + WINDOW_NS;
}

static int64_t least_transit(struct weir_rtp_timeline *timeline, int64_t transit, uint64_t now)
{
	if (now >= timeline->window_end_ns) {
		timeline->before = timeline->least;
		open_window(timeline, transit, now);
	} else if (transit < timeline->least) {
		timeline->least = transit;
	}
	return timeline->least < timeline->before ? timeline->least : timeline->before;
}

static void begin(struct weir_rtp_timeline *timeline, uint32_t stamp, uint64_t now)
{
	timeline->any = true;
	timeline->ticks = stamp;
	open_window(timeline, (int64_t)(now - ns_of(stamp)), now);
	timeline->before = timeline->least;
}

/* Frames from the last one to this. */
static uint64_t steps(const struct weir_rtp_timeline *timeline, uint32_t delta, bool gap)
{
	const struct weir_rate *rate = &timeline->rate;
	uint64_t frames;

	if (!rate->num || (timeline->unordered && !gap))
		return 1;
	/* Stamps tremble; but two intervals, rounded down, are no tremble of one. */
	if (!gap &&
		delta < 7 * WEIR_RTP_VIDEO_RATE * (uint64_t)rate->den / (4 * (uint64_t)rate->num))
		return 1;
	frames = ((uint64_t)delta * rate->num / rate->den + WEIR_RTP_VIDEO_RATE / 2) /
		 WEIR_RTP_VIDEO_RATE;
	return frames ? frames : 1;
}

/* A picture that is shown before others that came earlier. */
static bool goes_back(const struct weir_rtp_timeline *timeline, uint32_t delta)
{
	return timeline->any && timeline->unordered && (int32_t)delta < 0 &&
	       ns_of(-delta) < (uint64_t)TORN_NS && ns_of(-delta) < timeline->timestamp_ns;
}

struct weir_rtp_timeline_frame weir_rtp_timeline_next(
	struct weir_rtp_timeline *timeline, uint32_t stamp, uint64_t now, bool gap)
{
	struct weir_rtp_timeline_frame frame = { .sequence = timeline->sequence + 1 };
	uint32_t delta = stamp - (uint32_t)timeline->ticks;
	int64_t transit = (int64_t)(now - ns_of(timeline->ticks + delta));

	if (goes_back(timeline, delta)) {
		timeline->sequence = frame.sequence;
		frame.timestamp_ns = timeline->timestamp_ns - ns_of(-delta);
		return frame;
	}
	frame.discont = !timeline->any || transit > timeline->before + TORN_NS ||
			transit < timeline->before - TORN_NS;
	if (frame.discont) {
		begin(timeline, stamp, now);
		transit = timeline->least;
	} else {
		frame.sequence = timeline->sequence + steps(timeline, delta, gap);
		timeline->ticks += delta;
		transit = least_transit(timeline, transit, now);
	}
	frame.timestamp_ns = ns_of(timeline->ticks) + (uint64_t)transit;
	if (frame.timestamp_ns < timeline->timestamp_ns)
		frame.timestamp_ns = timeline->timestamp_ns;
	timeline->sequence = frame.sequence;
	timeline->timestamp_ns = frame.timestamp_ns;
	return frame;
}
