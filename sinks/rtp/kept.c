/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "core/clock.h"
#include "sinks/rtp/sink.h"

/* Frames that have left and stay a while, in their slots, for those who miss packets of them. None
 * of them keeps a new one waiting. */

#define SHARE     4 /* one byte again for so many that are sent */
#define LINGER_NS (WEIR_NS_PER_S / 5)

static void let_go_oldest(struct weir_rtp_sink *sink)
{
	struct weir_rtp_resends *resends = &sink->resends;
	struct weir_rtp_frame *frame = resends->kept[0];

	memmove(resends->kept, resends->kept + 1, --resends->n_kept * sizeof(resends->kept[0]));
	weir_rtp_forget(sink, frame);
	frame->kept = false;
	frame->spent = true;
	weir_rtp_finish(sink, frame);
}

bool weir_rtp_keep(struct weir_rtp_sink *sink, struct weir_rtp_frame *frame)
{
	struct weir_rtp_resends *resends = &sink->resends;

	if (frame->kept)
		return true;
	if (!resends->on || resends->over || !sink->running || frame->spent || frame->failed ||
		frame->next < frame->packets)
		return false;
	frame->kept = true;
	resends->kept[resends->n_kept++] = frame;
	if (resends->n_kept > sink->options.keep)
		let_go_oldest(sink);
	return true;
}

void weir_rtp_make_room(struct weir_rtp_sink *sink)
{
	unsigned most = sink->host.share < sink->base.budget ? sink->host.share : sink->base.budget;

	while (sink->resends.n_kept && sink->resends.n_held >= most)
		let_go_oldest(sink);
}

void weir_rtp_earn(struct weir_rtp_sink *sink, uint64_t bytes)
{
	struct weir_rtp_resends *resends = &sink->resends;

	resends->credit += bytes / SHARE;
	if (resends->credit > resends->most_credit)
		resends->credit = resends->most_credit;
}

void weir_rtp_let_all_go(struct weir_rtp_sink *sink)
{
	sink->resends.over = true;
	while (sink->resends.n_kept)
		let_go_oldest(sink);
}

static void lingered(struct weir_timer *timer)
{
	weir_rtp_let_all_go(timer->data);
}

void weir_rtp_resends_drain(struct weir_rtp_sink *sink)
{
	struct weir_rtp_resends *resends = &sink->resends;

	if (!resends->on)
		return;
	resends->linger = (struct weir_timer){ .fired = lingered, .data = sink };
	weir_loop_arm(sink->host.loop, &resends->linger, weir_now_ns() + LINGER_NS);
}
