/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdlib.h>

#include "core/rtp/packet.h"
#include "sinks/rtp/sink.h"

/* Headers between the lines of frames: written once for each frame, whichever of its streams comes
 * first, and the same for all of them. So these are one stream that several receive, and a receiver
 * for whom a frame was dropped misses its packets. */

struct weir_rtp_shared {
	struct weir_rtp_stream stream;
	struct weir_rtp_geometry geometry;
	uint32_t stride;

	struct {
		bool valid;
		uint32_t generation;
		struct weir_rtp_sheet sheet;
	} written[WEIR_SLAB_MAX_SLOTS]; /* by place */

	/* A copy of a frame in another slot is the same frame. */
	struct {
		bool valid;
		uint64_t frame;
		uint32_t sequence;
	} numbered[WEIR_SLAB_MAX_SLOTS];
};

static const char claimant;

static bool suits(const struct weir_rtp_sink *sink, const struct weir_rtp_shared *shared)
{
	return shared->stride == sink->video.stride &&
	       shared->geometry.room == sink->geometry.room &&
	       shared->stream.payload_type == sink->stream.payload_type &&
	       (!sink->options.has_ssrc || shared->stream.ssrc == sink->stream.ssrc);
}

static struct weir_rtp_shared *found(const struct weir_rtp_sink *sink)
{
	struct weir_rtp_shared *shared = calloc(1, sizeof(*shared));

	if (!shared)
		return NULL;
	shared->stream = sink->stream;
	shared->geometry = sink->geometry;
	shared->stride = sink->video.stride;
	if (!weir_slab_attach(sink->host.slab, shared, free) &&
		weir_slab_claim(sink->host.slab, &claimant, shared))
		return shared;
	return NULL;
}

bool weir_rtp_share(struct weir_rtp_sink *sink)
{
	struct weir_slab *slab = sink->host.slab;
	struct weir_rtp_shared *shared = weir_slab_claim(slab, &claimant, NULL);

	if (!weir_rtp_fits_stride(&sink->geometry, sink->video.stride) || !slab->headroom_bytes)
		return false;
	if (!shared)
		shared = slab->claimant ? NULL : found(sink);
	if (!shared || !suits(sink, shared))
		return false;
	sink->shared = shared;
	return true;
}

/* What comes after it goes on where the shared stream has ended. */
void weir_rtp_unshare(struct weir_rtp_sink *sink)
{
	if (sink->shared)
		sink->stream = sink->shared->stream;
	sink->shared = NULL;
}

struct weir_rtp_stream *weir_rtp_stream(struct weir_rtp_sink *sink)
{
	return sink->shared ? &sink->shared->stream : &sink->stream;
}

static uint32_t number(struct weir_rtp_shared *shared, uint64_t frame)
{
	size_t i = frame % WEIR_SLAB_MAX_SLOTS;

	if (!shared->numbered[i].valid || shared->numbered[i].frame != frame) {
		shared->numbered[i].valid = true;
		shared->numbered[i].frame = frame;
		shared->numbered[i].sequence = shared->stream.next;
		shared->stream.next += shared->geometry.packets;
	}
	return shared->numbered[i].sequence;
}

struct weir_rtp_sheet weir_rtp_number(
	struct weir_rtp_sink *sink, const struct weir_frame *frame, uint32_t packets)
{
	const struct weir_frame_info *info = weir_frame_info(frame);
	struct weir_rtp_stream *stream = weir_rtp_stream(sink);
	struct weir_rtp_sheet sheet = {
		.ssrc = stream->ssrc,
		.timestamp = weir_rtp_ticks(info->timestamp_ns, stream->stamp_offset),
		.sequence = stream->next,
		.payload_type = stream->payload_type,
	};

	if (sink->shared)
		sheet.sequence = number(sink->shared, info->sequence);
	else
		stream->next += packets;
	return sheet;
}

/* What a stage has cut out has pixels of others between its lines. */
static bool is_whole(const struct weir_rtp_shared *shared, struct weir_frame *frame)
{
	const struct weir_frame_info *info = weir_frame_info(frame);
	const struct weir_frame_info *root = weir_frame_info(weir_frame_root(frame));

	return frame->slot->headroom && info->plane[0].offset == 0 &&
	       info->plane[0].stride == shared->stride && root->width == info->width &&
	       root->height == info->height && root->plane[0].stride == shared->stride;
}

static bool write_headers(struct weir_rtp_shared *shared, const struct weir_rtp_sheet *sheet,
	struct weir_frame *frame)
{
	struct weir_pixels pixels;

	if (weir_frame_begin_around(frame, &pixels))
		return false;
	weir_rtp_write_between(&shared->geometry, sheet, pixels.data[0], shared->stride);
	return !weir_frame_end_around(frame);
}

bool weir_rtp_prepare_between(struct weir_rtp_sink *sink, struct weir_rtp_frame *frame)
{
	struct weir_rtp_shared *shared = sink->shared;
	unsigned place = frame->frame->slot->place;
	uint32_t generation = weir_frame_info(frame->frame)->generation;

	if (!is_whole(shared, frame->frame))
		return false;
	if (shared->written[place].valid && shared->written[place].generation == generation) {
		frame->sheet = shared->written[place].sheet;
		return true;
	}
	shared->written[place].valid = write_headers(shared, &frame->sheet, frame->frame);
	shared->written[place].generation = generation;
	shared->written[place].sheet = frame->sheet;
	return shared->written[place].valid;
}
