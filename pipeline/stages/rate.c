/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pipeline/stages/stages.h"

#include <errno.h>
#include <stdlib.h>

#include "core/clock.h"
#include "core/log.h"
#include "core/uri.h"

/* Drops frames by their timestamps. Output is due at even times, counted from the first frame; for
 * each of them the frame passes that is nearest to it. Whether the next one would be nearer is
 * foreseen from how far frames were apart lately, so that jitter neither adds nor skips frames, and
 * nothing has to wait. */

#define SMOOTHING 8 /* frames whose distances make up the mean, about */

struct rate {
	struct weir_rate wanted;
	uint64_t period_ns;
	uint64_t nominal_ns;  /* between frames that come in, as the source says; 0: unknown */
	uint64_t distance_ns; /* as seen */
	uint64_t last_ns, due_ns;
	bool any;
};

static int open_rate(const char *args, const struct weir_log *log, void **state)
{
	struct weir_rate wanted;
	struct rate *rate;
	int err = weir_parse_rate("rate", args, log, &wanted);

	if (err)
		return err;
	if (!wanted.num) {
		weir_error(log, "rate: at 0 frames a second nothing would pass");
		return -EINVAL;
	}
	rate = calloc(1, sizeof(*rate));
	if (!rate)
		return -ENOMEM;
	rate->wanted = wanted;
	rate->period_ns = weir_rate_interval_ns(wanted);
	*state = rate;
	return 0;
}

static int configure(void *state, struct weir_video *video, const struct weir_log *log)
{
	struct rate *rate = state;

	rate->any = false;
	rate->nominal_ns = weir_rate_interval_ns(video->rate);
	if (rate->nominal_ns > rate->period_ns)
		weir_warn(log,
			"rate: frames come at %u/%u a second, and %u/%u were asked for: all "
			"of them pass",
			video->rate.num, video->rate.den, rate->wanted.num, rate->wanted.den);
	else
		video->rate = rate->wanted;
	return 0;
}

static void begin_at(struct rate *rate, uint64_t now)
{
	rate->any = true;
	rate->distance_ns = rate->nominal_ns;
	rate->due_ns = now;
}

/* A gap counts as at most twice the mean: what is missing says nothing about what comes. */
static void note_distance(struct rate *rate, uint64_t distance)
{
	uint64_t mean = rate->distance_ns;

	if (!mean)
		mean = distance;
	if (distance > 2 * mean)
		distance = 2 * mean;
	rate->distance_ns = (mean * (SMOOTHING - 1) + distance) / SMOOTHING;
}

/* How late a frame may be and stand for its own even time alone: later, it stands for the next one,
 * too, since it is nearer to that than the frame to come. Where frames come about as often as they
 * are wanted it may be as late as the next one is due: jitter would have some dropped otherwise. */
static uint64_t patience(const struct rate *rate)
{
	uint64_t distance = rate->distance_ns, period = rate->period_ns;

	if (distance >= period)
		return period;
	return period - (distance < period / 2 ? distance : period - distance) / 2;
}

static uint64_t due_after(const struct rate *rate, uint64_t now)
{
	uint64_t late = now > rate->due_ns ? now - rate->due_ns : 0;
	uint64_t missed = (late + rate->period_ns - patience(rate)) / rate->period_ns;

	return rate->due_ns + (missed + 1) * rate->period_ns;
}

static bool passes(struct rate *rate, const struct weir_frame_info *info)
{
	uint64_t now = info->timestamp_ns;

	if (!rate->any || (info->flags & WEIR_FRAME_DISCONT) || now < rate->last_ns)
		begin_at(rate, now);
	else
		note_distance(rate, now - rate->last_ns);
	rate->last_ns = now;
	if (now + rate->distance_ns / 2 < rate->due_ns)
		return false;
	rate->due_ns = due_after(rate, now);
	return true;
}

static int process(void *state, struct weir_stage *stage, struct weir_frame **frame)
{
	(void)stage;
	if (!passes(state, weir_frame_info(*frame)))
		weir_frame_unref(frame);
	return 0;
}

const struct weir_stage_impl weir_stage_rate = {
	.name = "rate",
	.summary = "FPS: drops frames evenly, by their timestamps",
	.access = WEIR_STAGE_PASS,
	.open = open_rate,
	.configure = configure,
	.process = process,
	.close = free,
};
