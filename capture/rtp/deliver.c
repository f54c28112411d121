/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <inttypes.h>
#include <string.h>

#include "capture/rtp/socket.h"
#include "capture/rtp/source.h"
#include "core/log.h"

/* The end of a frame's assembly: what is missing is made up for and told, and the frame goes on. */

static void blacken(struct weir_rtp_source *source, const struct weir_rtp_frame *frame,
	uint32_t begin, uint32_t end)
{
	while (begin < end) {
		uint32_t length = end - begin;
		uint8_t *to = weir_rtp_assembly_at(&source->assembly, frame, begin, &length);

		weir_paint_run(&source->black, WEIR_BLACK, 0, to, length);
		begin += length;
	}
}

static void say_drops(struct weir_rtp_source *source)
{
	uint64_t drops = weir_rtp_socket_drops(source->fd);

	weir_counter_add(&source->base.syscalls, 1);
	if (drops && weir_rtp_once(source, WEIR_RTP_SAID_DROPS))
		weir_warn(source->base.log,
			"rtp: %" PRIu64 " packets found no room in the socket's buffer: raise "
			"net.core.rmem_max (sysctl) to 16777216 or more",
			drops);
}

/* Of a coded frame whose last packet is missing, as far as packets came. */
static uint32_t end_of(const struct weir_rtp_frame *frame)
{
	return frame->end == UINT32_MAX ? frame->coverage.reached : frame->end;
}

static void say_missing(
	struct weir_rtp_source *source, const struct weir_rtp_frame *frame, uint32_t missing)
{
	const struct weir_coverage *coverage = &frame->coverage;
	uint32_t total = end_of(frame), line = source->assembly.line_bytes;
	uint32_t first = coverage->n ? coverage->hole[0].begin : coverage->reached;

	if (source->counts.lost == 0 && coverage->n == 0 && !source->form->coded &&
		weir_rtp_once(source, WEIR_RTP_SAID_SHORT))
		weir_warn(source->base.log,
			"rtp: frames end after %" PRIu32 " of %" PRIu32
			" lines, although no packet is missing: is size= right?",
			coverage->reached / (line ? line : 1), source->base.video.height);
	weir_debug(source->base.log,
		"rtp: a frame misses %" PRIu32 " of %" PRIu32 " bytes in %u places, the first in "
		"line %" PRIu32,
		missing, total, coverage->n + (coverage->reached < total),
		line ? first / line : first);
	say_drops(source);
}

/* Whether something is missing. */
static bool conceal(struct weir_rtp_source *source, const struct weir_rtp_frame *frame)
{
	const struct weir_coverage *coverage = &frame->coverage;
	uint32_t missing = weir_coverage_missing(coverage, end_of(frame));
	bool headless = source->form->lead && !frame->led && !source->assembly.has_lead;

	if (!missing && !headless && frame->end != UINT32_MAX)
		return false;
	source->counts.corrupt++;
	say_missing(source, frame, missing);
	if (source->wishes.lost != WEIR_RTP_LOST_BLACK || source->form->coded)
		return true;
	for (unsigned i = 0; i < coverage->n; i++)
		blacken(source, frame, coverage->hole[i].begin, coverage->hole[i].end);
	blacken(source, frame, coverage->reached, source->assembly.total);
	return true;
}

/* Number, time and flags. Numbers that are passed over are frames that never came, or found no
 * memory. */
static void describe(struct weir_rtp_source *source, const struct weir_rtp_frame *frame,
	struct weir_frame_info *info, bool corrupt)
{
	struct weir_rtp_assembly *assembly = &source->assembly;
	uint64_t last = assembly->timeline.sequence;
	struct weir_rtp_timeline_frame at = weir_rtp_timeline_next(
		&assembly->timeline, frame->timestamp, frame->arrived_ns, frame->gap);

	info->sequence = at.sequence;
	info->timestamp_ns = at.timestamp_ns;
	if (corrupt)
		info->flags |= WEIR_FRAME_CORRUPT;
	if (assembly->goes_on || (at.discont && assembly->delivered))
		info->flags |= WEIR_FRAME_DISCONT;
	if (assembly->delivered || assembly->goes_on)
		weir_counter_add(&source->base.lost, at.sequence - last - 1);
	assembly->goes_on = false;
	assembly->delivered = true;
}

/* What a coded frame has beside the bytes of its packets. How many it has then. */
static uint32_t complete(struct weir_rtp_source *source, const struct weir_rtp_frame *frame)
{
	uint32_t bytes = end_of(frame);

	if (!frame->led)
		memcpy(frame->memory, source->assembly.lead, source->form->lead);
	return source->form->close ? source->form->close(frame->memory, bytes) : bytes;
}

/* Takes the oldest frame out. The caller has its reference. */
static struct weir_frame *take_oldest(struct weir_rtp_assembly *assembly)
{
	struct weir_frame *frame = assembly->order[0]->frame;

	assembly->order[0]->frame = NULL;
	assembly->n--;
	memmove(assembly->order, assembly->order + 1, assembly->n * sizeof(assembly->order[0]));
	weir_frame_end_cpu(frame);
	return frame;
}

static void deliver_oldest(struct weir_rtp_source *source, uint64_t now)
{
	struct weir_rtp_frame *oldest = source->assembly.order[0];
	struct weir_frame *frame;
	uint32_t bytes = 0;
	bool corrupt;

	if (source->form->link) {
		corrupt = weir_rtp_chain_close(source, oldest, &bytes);
		source->counts.corrupt += corrupt;
		if (corrupt)
			say_drops(source);
	} else {
		corrupt = conceal(source, oldest);
		bytes = source->form->coded ? complete(source, oldest) : 0;
	}
	frame = take_oldest(&source->assembly);
	if (source->form->coded && !bytes) {
		weir_frame_unref(&frame);
		return;
	}
	if (!corrupt)
		source->assembly.span_ns = now - oldest->arrived_ns;
	describe(source, oldest, &frame->info, corrupt);
	if (bytes)
		frame->info.bytes_used = bytes;
	source->host.deliver(source->host.data, frame);
}

static bool is_whole(const struct weir_rtp_source *source, const struct weir_rtp_frame *frame)
{
	return source->form->link ? weir_rtp_chain_whole(source, frame)
				  : weir_coverage_whole(&frame->coverage, frame->end);
}

static bool is_due(
	const struct weir_rtp_source *source, const struct weir_rtp_frame *frame, uint64_t now)
{
	return frame->stamped &&
	       (is_whole(source, frame) || (frame->deadline_ns && frame->deadline_ns <= now));
}

void weir_rtp_assembly_settle(struct weir_rtp_source *source, uint64_t now)
{
	struct weir_rtp_assembly *assembly = &source->assembly;
	uint64_t deadline;

	while (source->running && assembly->n && is_due(source, assembly->order[0], now))
		deliver_oldest(source, now);
	if (!source->running || !assembly->n)
		return;
	deadline = assembly->order[0]->stamped ? assembly->order[0]->deadline_ns : 0;
	if (deadline && (!source->deadline.loop.index || source->deadline.deadline_ns > deadline))
		weir_loop_arm(source->host.loop, &source->deadline, deadline);
}

void weir_rtp_assembly_restart(struct weir_rtp_source *source, uint64_t now)
{
	struct weir_rtp_assembly *assembly = &source->assembly;

	while (source->running && assembly->n && assembly->order[0]->stamped)
		deliver_oldest(source, now);
	assembly->any = false;
	assembly->skipping = false;
	assembly->lost_then = source->counts.lost;
	weir_rtp_timeline_restart(&assembly->timeline);
	weir_rtp_chain_restart(&assembly->chains);
}

void weir_rtp_assembly_clear(struct weir_rtp_source *source)
{
	while (source->assembly.n) {
		struct weir_frame *frame = take_oldest(&source->assembly);

		weir_frame_unref(&frame);
	}
}
