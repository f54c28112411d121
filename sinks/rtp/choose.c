/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <inttypes.h>
#include <stdio.h>
#include <time.h>

#include "core/clock.h"
#include "core/log.h"
#include "sinks/rtp/sink.h"

/* Which way frames go. Where headers fit between the lines, nothing is cheaper. Else gathering
 * spares the copy and costs many sends, and the first frames show which of the two takes less. */

#define TRIES             4 /* frames each */
#define WARM              2 /* frames before that do not count */
#define COPIES_TO_BELIEVE 16

bool weir_rtp_zero_copy(
	const struct weir_sink *base, const struct weir_offer *offer, char *why, size_t size)
{
	const struct weir_rtp_sink *sink = (const struct weir_rtp_sink *)base;

	if (sink->options.is_forced && sink->options.way == WEIR_RTP_COPY)
		snprintf(why, size, "the kernel copies, as send=copy asks for");
	else if (sink->route.local)
		snprintf(why, size, "the kernel copies what stays on this machine");
	else if (!offer->traits.pinnable)
		snprintf(why, size, "the kernel cannot send from memory of kind %s without a copy",
			offer->memory);
	else
		return true;
	return false;
}

static enum weir_rtp_way find_way(const struct weir_rtp_sink *sink, const char **why)
{
	const struct weir_rtp_options *options = &sink->options;
	bool forced = options->is_forced;

	*why = "asked for";
	if (forced && options->way == WEIR_RTP_COPY)
		return WEIR_RTP_COPY;
	*why = "this loop cannot send without a copy";
	if (!sink->abilities.sends)
		return WEIR_RTP_COPY;
	*why = forced ? "asked for" : "headers stand between the lines";
	if (sink->shared)
		return WEIR_RTP_STRIDE;
	*why = "this memory, or this machine's own, is copied in any case";
	if (!forced && (sink->route.local || !sink->host.slab->pinnable))
		return WEIR_RTP_COPY;
	*why = "this loop cannot gather without a copy";
	if (!sink->abilities.vectors)
		return WEIR_RTP_COPY;
	*why = forced ? "asked for" : "headers do not fit between the lines";
	return WEIR_RTP_GATHER;
}

static bool wants_stride(const struct weir_rtp_sink *sink)
{
	if (sink->options.is_forced)
		return sink->options.way == WEIR_RTP_STRIDE;
	return !sink->route.local && sink->host.slab->pinnable;
}

void weir_rtp_choose(struct weir_rtp_sink *sink)
{
	const char *why;

	sink->abilities = weir_loop_zero_copy(sink->host.loop);
	if (wants_stride(sink) && sink->abilities.sends)
		weir_rtp_share(sink);
	sink->way = find_way(sink, &why);
	sink->trial = (struct weir_rtp_trial){
		.running = sink->way == WEIR_RTP_GATHER && !sink->options.is_forced &&
			   !sink->host.zero_copy,
		.least_ns = { UINT64_MAX, UINT64_MAX, UINT64_MAX },
	};
	weir_info(sink->base.log, "%s: sends by %s: %s; %u packets of %u bytes a frame",
		sink->base.uri, sink->trial.running ? "gather or copy" : weir_rtp_ways[sink->way],
		why, sink->geometry.packets,
		weir_rtp_segment(
			&sink->geometry, sink->way == WEIR_RTP_STRIDE ? sink->video.stride : 0));
}

/* ---- measuring ---- */

static uint64_t cpu_ns(void)
{
	struct timespec used;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
	return (uint64_t)used.tv_sec * WEIR_NS_PER_S + (uint64_t)used.tv_nsec;
}

static enum weir_rtp_way way_of_try(unsigned n)
{
	return n % 2 ? WEIR_RTP_COPY : WEIR_RTP_GATHER;
}

static void conclude(struct weir_rtp_sink *sink)
{
	struct weir_rtp_trial *trial = &sink->trial;
	uint64_t gather = trial->least_ns[WEIR_RTP_GATHER], copy = trial->least_ns[WEIR_RTP_COPY];

	trial->running = false;
	sink->way = copy < gather ? WEIR_RTP_COPY : WEIR_RTP_GATHER;
	weir_info(sink->base.log,
		"%s: sends by %s: a frame takes %" PRIu64 " us by gather, %" PRIu64 " us by copy",
		sink->base.uri, weir_rtp_ways[sink->way], gather / 1000, copy / 1000);
}

/* Between two frames lies what the one before cost, and what all else of this thread does, which is
 * the same for both ways. */
static void note_try(struct weir_rtp_sink *sink)
{
	struct weir_rtp_trial *trial = &sink->trial;
	uint64_t now = cpu_ns(), took = now - trial->since_ns;
	enum weir_rtp_way before = way_of_try(trial->n + 1);

	if (trial->n > WARM && took < trial->least_ns[before])
		trial->least_ns[before] = took;
	trial->since_ns = now;
	if (trial->n++ == WARM + 2 * TRIES)
		conclude(sink);
}

enum weir_rtp_way weir_rtp_way_now(struct weir_rtp_sink *sink)
{
	if (sink->trial.running)
		note_try(sink);
	if (sink->trial.running)
		return way_of_try(sink->trial.n - 1);
	/* A frame that is not as the others are. */
	if (sink->way == WEIR_RTP_STRIDE)
		return sink->abilities.vectors ? WEIR_RTP_GATHER : WEIR_RTP_COPY;
	return sink->way;
}

void weir_rtp_note_copy(struct weir_rtp_sink *sink, bool copied)
{
	sink->copied_in_a_row = copied ? sink->copied_in_a_row + 1 : 0;
	if (sink->copied_in_a_row < COPIES_TO_BELIEVE || sink->options.is_forced ||
		sink->way == WEIR_RTP_COPY)
		return;
	weir_info(sink->base.log,
		"%s: the kernel copies what this network takes, so frames go by copy from now on, "
		"with fewer sends",
		sink->base.uri);
	sink->trial.running = false;
	sink->way = WEIR_RTP_COPY;
}
