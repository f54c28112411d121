/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <inttypes.h>
#include <stdio.h>
#include <time.h>

#include "core/clock.h"
#include "core/log.h"
#include "sinks/rtp/sink.h"

/* Which way frames go. Where headers fit between the lines, nothing is cheaper. Else gathering
 * spares the copy and costs many sends, the kernel copies piece by piece, and putting packets
 * together in blocks that stay in the cache takes a copy as well, but a fast one. The first frames
 * show which takes least. */

#define TRIES             4 /* frames each */
#define WARM              3 /* frames before that do not count */
#define COPIES_TO_BELIEVE 16

bool weir_rtp_zero_copy(
	const struct weir_sink *base, const struct weir_offer *offer, char *why, size_t size)
{
	const struct weir_rtp_sink *sink = (const struct weir_rtp_sink *)base;

	if (sink->options.is_forced && sink->options.way == WEIR_RTP_COPY)
		snprintf(why, size, "the kernel copies, as send=copy asks for");
	else if (sink->options.is_forced && sink->options.way == WEIR_RTP_PACK)
		snprintf(why, size, "packets are put together, as send=pack asks for");
	else if (sink->route.local)
		snprintf(why, size, "the kernel copies what stays on this machine");
	else if (!offer->traits.pinnable)
		snprintf(why, size, "the kernel cannot send from memory of kind %s without a copy",
			offer->memory);
	else
		return true;
	return false;
}

static const char *only(struct weir_rtp_trial *trial, enum weir_rtp_way way, const char *why)
{
	trial->ways[0] = way;
	trial->n_ways = 1;
	return why;
}

/* The ways that there are beside stride, and why these. */
static const char *find_ways(const struct weir_rtp_sink *sink, struct weir_rtp_trial *trial)
{
	const struct weir_rtp_options *options = &sink->options;
	bool gathers = sink->abilities.vectors;

	if (!sink->abilities.sends)
		return only(trial, WEIR_RTP_COPY, "this loop cannot send without a copy");
	if (options->is_forced && weir_rtp_is_copying(options->way))
		return only(trial, options->way, "asked for");
	if (options->is_forced)
		return only(trial, gathers ? WEIR_RTP_GATHER : WEIR_RTP_COPY,
			gathers ? "asked for" : "this loop cannot gather without a copy");
	if (sink->route.local)
		return only(trial, WEIR_RTP_COPY, "this machine's own is copied in any case");
	gathers = gathers && sink->host.slab->pinnable;
	if (gathers && sink->host.zero_copy)
		return only(trial, WEIR_RTP_GATHER, "headers do not fit between the lines");
	trial->n_ways = 0;
	if (gathers)
		trial->ways[trial->n_ways++] = WEIR_RTP_GATHER;
	trial->ways[trial->n_ways++] = WEIR_RTP_COPY;
	trial->ways[trial->n_ways++] = WEIR_RTP_PACK;
	return "headers do not fit between the lines; the first frames show what costs least";
}

static bool wants_stride(const struct weir_rtp_sink *sink)
{
	if (sink->options.is_forced)
		return sink->options.way == WEIR_RTP_STRIDE;
	return !sink->route.local && sink->host.slab->pinnable;
}

static bool tries_pack(const struct weir_rtp_sink *sink)
{
	const struct weir_rtp_trial *trial = &sink->trial;

	return trial->n_ways && trial->ways[trial->n_ways - 1] == WEIR_RTP_PACK;
}

int weir_rtp_choose(struct weir_rtp_sink *sink)
{
	const char *why = "headers stand between the lines";

	sink->abilities = weir_loop_zero_copy(sink->host.loop);
	sink->trial = (struct weir_rtp_trial){ .n_ways = 0 };
	if (wants_stride(sink) && sink->abilities.sends)
		weir_rtp_share(sink);
	if (!sink->shared)
		why = find_ways(sink, &sink->trial);
	sink->way = sink->shared ? WEIR_RTP_STRIDE : sink->trial.ways[0];
	for (size_t i = 0; i < WEIR_RTP_N_WAYS; i++)
		sink->trial.least_ns[i] = UINT64_MAX;
	sink->trial.running = sink->trial.n_ways > 1;
	weir_info(sink->base.log, "%s: sends by %s: %s; %u packets of %u bytes a frame",
		sink->base.uri,
		sink->trial.running ? "gather, copy or pack" : weir_rtp_ways[sink->way], why,
		sink->geometry.packets,
		weir_rtp_segment(
			&sink->geometry, sink->way == WEIR_RTP_STRIDE ? sink->video.stride : 0));
	return tries_pack(sink) ? weir_rtp_blocks_open(sink) : 0;
}

/* ---- measuring ---- */

static uint64_t cpu_ns(void)
{
	struct timespec used;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
	return (uint64_t)used.tv_sec * WEIR_NS_PER_S + (uint64_t)used.tv_nsec;
}

static enum weir_rtp_way way_of_try(const struct weir_rtp_trial *trial, unsigned n)
{
	return trial->ways[n % trial->n_ways];
}

static void conclude(struct weir_rtp_sink *sink)
{
	struct weir_rtp_trial *trial = &sink->trial;
	char text[96];
	size_t used = 0;

	trial->running = false;
	for (unsigned i = 0; i < trial->n_ways; i++) {
		enum weir_rtp_way way = trial->ways[i];

		if (trial->least_ns[way] < trial->least_ns[sink->way])
			sink->way = way;
		used += (size_t)snprintf(text + used, sizeof(text) - used, "%s%" PRIu64 " us by %s",
			i ? ", " : "", trial->least_ns[way] / 1000, weir_rtp_ways[way]);
		used = used < sizeof(text) ? used : sizeof(text) - 1;
	}
	weir_info(sink->base.log, "%s: sends by %s: a frame takes %s", sink->base.uri,
		weir_rtp_ways[sink->way], text);
}

/* Between two frames lies what the one before cost, and what all else of this thread does, which is
 * the same for all ways. */
static void note_try(struct weir_rtp_sink *sink)
{
	struct weir_rtp_trial *trial = &sink->trial;
	uint64_t now = cpu_ns(), took = now - trial->since_ns;

	if (trial->n > WARM) {
		enum weir_rtp_way before = way_of_try(trial, trial->n - 1);

		if (took < trial->least_ns[before])
			trial->least_ns[before] = took;
	}
	trial->since_ns = now;
	if (trial->n++ == WARM + trial->n_ways * TRIES)
		conclude(sink);
}

enum weir_rtp_way weir_rtp_way_now(struct weir_rtp_sink *sink)
{
	if (sink->trial.running)
		note_try(sink);
	if (sink->trial.running)
		return way_of_try(&sink->trial, sink->trial.n - 1);
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
