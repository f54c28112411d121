/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/clock.h"
#include "sinks/rtp/sink.h"

/* When the next trains may leave: a frame is spread over most of its interval. */

/* So many parts, if the frame is not too small for it … */
#define STEPS       32
#define LEAST_STEPS 8
/* … which leave some of the interval for what comes late. */
#define SPREAD_PERCENT 80

/* Gathered trains are shorter; so many packets are what the kernel refers to. */
#define GATHERED 8

static bool is_paced(const struct weir_rtp_sink *sink)
{
	return sink->step_ns && !sink->draining && sink->queued <= 1;
}

static void settle(struct weir_rtp_sink *sink, uint32_t packets)
{
	uint64_t interval = weir_rate_interval_ns(sink->video.rate);
	uint32_t stride = sink->way == WEIR_RTP_STRIDE ? sink->video.stride : 0;
	uint32_t most = weir_rtp_train(&sink->geometry, stride), trains;

	if (sink->way == WEIR_RTP_GATHER && most > GATHERED)
		most = GATHERED;
	sink->step_ns = 0;
	sink->paced_segments = WEIR_RTP_TRAIN_MOST;
	if (sink->options.pace != WEIR_RTP_SPREAD || !interval)
		return;
	sink->paced_segments = (packets + LEAST_STEPS - 1) / LEAST_STEPS;
	most = most < sink->paced_segments ? most : sink->paced_segments;
	trains = (packets + most - 1) / most;
	sink->step_trains = (trains + STEPS - 1) / STEPS;
	trains = (trains + sink->step_trains - 1) / sink->step_trains;
	sink->step_ns = interval * SPREAD_PERCENT / 100 / trains;
}

static void fired(struct weir_timer *timer)
{
	struct weir_rtp_sink *sink = timer->data;

	sink->paced_ns += sink->step_ns;
	sink->credit += sink->step_trains;
	weir_rtp_pump(sink);
}

void weir_rtp_pace_open(struct weir_rtp_sink *sink)
{
	sink->credit = 0;
	sink->pace = (struct weir_timer){ .fired = fired, .data = sink };
	settle(sink, sink->geometry.packets);
}

void weir_rtp_pace_frame(struct weir_rtp_sink *sink, const struct weir_rtp_frame *frame)
{
	if (sink->coding)
		settle(sink, frame->packets);
	sink->paced_ns = weir_now_ns();
	sink->credit = sink->step_trains;
}

bool weir_rtp_may_go(struct weir_rtp_sink *sink)
{
	if (!is_paced(sink) || sink->credit)
		return true;
	if (!sink->pace.loop.index)
		weir_loop_arm(sink->host.loop, &sink->pace, sink->paced_ns + sink->step_ns);
	return false;
}
