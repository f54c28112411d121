/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "capture/v4l2/timeline.h"

#include <string.h>

#include "core/clock.h"
#include "core/log.h"

/* A timestamp of the monotonic clock lies this far back at most when its frame is dequeued; one of
 * a clock that the driver does not name must be nearer to be believed. */
#define OLDEST_NS      (10 * WEIR_NS_PER_S)
#define OLDEST_ODD_NS  (1 * WEIR_NS_PER_S)
#define AHEAD_NS       (WEIR_NS_PER_S / 5)
#define DISTRUST_AFTER 3

/* A step of more than half the range is one back. */
#define BACKWARDS 0x80000000u

void weir_timeline_init(struct weir_timeline *timeline, const struct weir_log *log)
{
	memset(timeline, 0, sizeof(*timeline));
	timeline->log = log;
}

void weir_timeline_restart(struct weir_timeline *timeline)
{
	timeline->any = timeline->still = timeline->distrusted = false;
	timeline->odd = 0;
}

static void tell_order(struct weir_timeline *timeline, const char *what)
{
	if (!timeline->told_order)
		weir_info(timeline->log,
			"the driver's frame numbers %s: weir counts by itself there", what);
	timeline->told_order = true;
}

/* How many frames further this one is. */
static uint64_t step(struct weir_timeline *timeline, uint32_t raw)
{
	uint32_t ahead = raw - timeline->last_raw;

	if (!timeline->any)
		return 1;
	if (ahead == 0) {
		timeline->still = true;
		tell_order(timeline, "stand still");
		return 1;
	}
	if (ahead >= BACKWARDS) {
		tell_order(timeline, "go back");
		return 1;
	}
	/* The first step after a standstill says nothing about what happened meanwhile. */
	if (timeline->still) {
		timeline->still = false;
		return 1;
	}
	return ahead;
}

/* What is wrong with the timestamp, or NULL. */
static const char *fault(
	const struct weir_timeline *timeline, uint64_t raw_ns, bool monotonic, uint64_t now_ns)
{
	if (raw_ns == 0)
		return "are zero";
	if (raw_ns > now_ns + AHEAD_NS || now_ns > raw_ns + (monotonic ? OLDEST_NS : OLDEST_ODD_NS))
		return "are of another clock";
	if (raw_ns <= timeline->last_ns)
		return "go back";
	return NULL;
}

static uint64_t settle_time(struct weir_timeline *timeline, uint64_t raw_ns, bool monotonic,
	uint64_t now_ns, bool *guessed)
{
	const char *odd = fault(timeline, raw_ns, monotonic, now_ns);

	timeline->odd = odd ? timeline->odd + 1 : 0;
	if (odd && !timeline->told_time) {
		weir_info(timeline->log,
			"the driver's timestamps %s: the time of arrival stands in for them", odd);
		timeline->told_time = true;
	}
	/* One odd stamp is repaired; several in a row are a clock that is no use, and mixing it
	 * with ours would only make jitter. */
	timeline->distrusted |= timeline->odd >= DISTRUST_AFTER;
	/* vivid stamps the end of a frame that it delivers before: no frame is younger than its
	 * arrival. */
	*guessed = odd || timeline->distrusted || raw_ns > now_ns;
	if (!*guessed)
		return raw_ns;
	return now_ns > timeline->last_ns ? now_ns : timeline->last_ns + 1;
}

void weir_timeline_next(struct weir_timeline *timeline, uint32_t raw_sequence,
	uint64_t raw_timestamp_ns, bool monotonic, uint64_t now_ns, struct weir_timeline_frame *out)
{
	uint64_t ahead = step(timeline, raw_sequence);

	out->sequence = timeline->next + ahead - 1;
	out->lost = ahead - 1;
	out->timestamp_ns =
		settle_time(timeline, raw_timestamp_ns, monotonic, now_ns, &out->guessed);
	timeline->any = true;
	timeline->last_raw = raw_sequence;
	timeline->next = out->sequence + 1;
	timeline->last_ns = out->timestamp_ns;
}
