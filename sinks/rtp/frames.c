/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/log.h"
#include "sinks/rtp/sink.h"

/* Frames that are held, and the order in which they leave. */

#define MAX_SHEETS 8

static size_t sheet_bytes(const struct weir_rtp_sink *sink)
{
	if (sink->coding)
		return weir_rtp_slices_bytes(sink->most_packets);
	return (size_t)sink->geometry.packets * WEIR_RTP_RAW_HEADER;
}

/* Frames whose headers stand apart take room for these as their turn comes; compressed ones, as
 * they come. */
int weir_rtp_frames_open(struct weir_rtp_sink *sink)
{
	unsigned most = sink->coding ? WEIR_SLAB_MAX_SLOTS : MAX_SHEETS;
	unsigned sheets = sink->base.budget < most ? sink->base.budget : most;
	size_t bytes = sheet_bytes(sink);

	sink->sheets = malloc(sheets * bytes);
	if (!sink->sheets)
		return -ENOMEM;
	/* Touched here: no frame is to fault in a page. */
	explicit_bzero(sink->sheets, sheets * bytes);
	sink->sheet_bytes = bytes;
	sink->sheets_free = UINT32_MAX >> (32 - sheets);
	return 0;
}

void weir_rtp_frames_close(struct weir_rtp_sink *sink)
{
	free(sink->sheets);
	sink->sheets = NULL;
}

static int take_sheet(struct weir_rtp_sink *sink, struct weir_rtp_frame *frame)
{
	unsigned number;

	if (!sink->sheets_free)
		return -EAGAIN;
	number = (unsigned)__builtin_ctz(sink->sheets_free);
	sink->sheets_free &= ~(1u << number);
	frame->pieces.headers = sink->sheets + number * sink->sheet_bytes;
	return 0;
}

static void return_sheet(struct weir_rtp_sink *sink, struct weir_rtp_frame *frame)
{
	if (!frame->pieces.headers)
		return;
	sink->sheets_free |=
		1u << (size_t)(frame->pieces.headers - sink->sheets) / sink->sheet_bytes;
	frame->pieces.headers = NULL;
}

/* What is copied is read with the CPU. */
static int open_bracket(struct weir_rtp_frame *frame, struct weir_pixels *pixels)
{
	int err = weir_frame_begin_cpu(frame->frame, WEIR_CPU_READ, pixels);

	frame->bracketed = !err;
	return err;
}

static int close_bracket(struct weir_rtp_frame *frame)
{
	frame->bracketed = false;
	return weir_frame_end_cpu(frame->frame);
}

/* ---- the queue ---- */

static void say_uncut(struct weir_rtp_sink *sink, int err, const char *why)
{
	if (err == -ENOTSUP)
		weir_error(sink->base.log, "%s: %s", sink->base.uri, why);
	else if (!sink->said_damaged)
		weir_warn(
			sink->base.log, "%s: damaged frames are not sent: %s", sink->base.uri, why);
	sink->said_damaged = true;
}

/* Finds the packets of a compressed frame. */
static int cut(struct weir_rtp_sink *sink, struct weir_rtp_frame *frame)
{
	struct weir_rtp_pieces *pieces = &frame->pieces;
	size_t bytes = weir_frame_info(frame->frame)->bytes_used;
	struct weir_rtp_slices slices;
	struct weir_pixels pixels;
	char why[200] = "its memory cannot be read";
	int err = take_sheet(sink, frame);

	if (!err)
		err = open_bracket(frame, &pixels);
	if (err)
		goto out;
	weir_rtp_slices_init(&slices, pieces->headers, sink->most_packets, sink->geometry.room);
	err = sink->coding->cut(&slices, pixels.data[0], bytes, why, sizeof(why));
	if (err)
		goto out;
	weir_rtp_describe_frame(sink, pixels.data[0], bytes);
	frame->packets = slices.n;
	frame->sheet = weir_rtp_number(sink, frame->frame, slices.n);
	weir_rtp_slices_number(&slices, &frame->sheet);
	pieces->headers = slices.headers;
	pieces->slices = slices.slice;
	if (!weir_rtp_is_copying(sink->way)) /* nobody else reads it */
		err = close_bracket(frame);
out:
	if (err)
		say_uncut(sink, err, why);
	return err;
}

static int enqueue_compressed(struct weir_rtp_sink *sink, struct weir_rtp_frame *frame)
{
	int err = cut(sink, frame);

	if (!err)
		return 0;
	frame->failed = true;
	frame->packets = 0;
	weir_rtp_finish(sink, frame);
	return err;
}

int weir_rtp_enqueue(struct weir_rtp_sink *sink, struct weir_frame *frame)
{
	struct weir_rtp_frame *kept = &sink->frames[frame->slot->place];
	int err;

	assert(!kept->frame && sink->queued < WEIR_SLAB_MAX_SLOTS);
	*kept = (struct weir_rtp_frame){
		.frame = weir_frame_ref(frame),
		.packets = sink->geometry.packets,
	};
	sink->resends.n_held++;
	weir_rtp_make_room(sink);
	if (sink->coding) {
		err = enqueue_compressed(sink, kept);
		if (err)
			return err == -ENOTSUP ? err : 0;
	} else {
		kept->sheet = weir_rtp_number(sink, frame, kept->packets);
	}
	if (sink->way == WEIR_RTP_STRIDE && sink->shared)
		kept->between = weir_rtp_prepare_between(sink, kept);
	sink->queue[(sink->queue_first + sink->queued++) % WEIR_SLAB_MAX_SLOTS] = kept;
	return 0;
}

void weir_rtp_pop(struct weir_rtp_sink *sink)
{
	sink->queue_first = (sink->queue_first + 1) % WEIR_SLAB_MAX_SLOTS;
	sink->queued--;
}

void weir_rtp_rewind(struct weir_rtp_sink *sink, struct weir_rtp_frame *frame, uint32_t first)
{
	if (frame->next == frame->packets) {
		sink->queue_first =
			(sink->queue_first + WEIR_SLAB_MAX_SLOTS - 1) % WEIR_SLAB_MAX_SLOTS;
		sink->queue[sink->queue_first] = frame;
		sink->queued++;
	}
	if (frame->next > first)
		frame->next = first;
}

static int set_apart(struct weir_rtp_sink *sink, struct weir_rtp_frame *frame)
{
	int err = sink->coding ? 0 : take_sheet(sink, frame);

	if (err)
		return err;
	frame->way = weir_rtp_way_now(sink);
	if (!sink->coding)
		weir_rtp_write_apart(&sink->geometry, &frame->sheet, frame->pieces.headers);
	return 0;
}

int weir_rtp_begin(struct weir_rtp_sink *sink)
{
	struct weir_rtp_frame *frame = sink->queue[sink->queue_first];
	const struct weir_frame_info *info = weir_frame_info(frame->frame);
	struct weir_pixels pixels;
	int err = 0;

	if (frame->begun)
		return 0;
	frame->way = WEIR_RTP_STRIDE;
	if (!frame->between)
		err = set_apart(sink, frame);
	if (!err && weir_rtp_is_copying(frame->way) && !frame->bracketed)
		err = open_bracket(frame, &pixels);
	if (err)
		return err;
	/* No pixel is looked at: the network gets the addresses. */
	frame->pieces.lines = weir_slot_part(frame->frame->slot, 0)->memory + info->plane[0].offset;
	frame->pieces.stride = info->plane[0].stride;
	frame->begun = true;
	return 0;
}

void weir_rtp_finish(struct weir_rtp_sink *sink, struct weir_rtp_frame *frame)
{
	struct weir_frame *done = frame->frame;
	bool rest = sink->running && frame->next < frame->packets;

	if (!done || frame->trains || rest)
		return;
	if (!sink->coding) /* others cannot be written anew */
		return_sheet(sink, frame);
	if (weir_rtp_keep(sink, frame) || frame->resends)
		return;
	sink->resends.n_held--;
	weir_rtp_forget(sink, frame);
	return_sheet(sink, frame);
	if (frame->bracketed && close_bracket(frame))
		frame->failed = true;
	if (frame->failed)
		done->verdict = WEIR_DROP_FAILED;
	else if (frame->next < frame->packets)
		done->verdict = WEIR_DROP_STOPPED;
	frame->frame = NULL;
	weir_frame_unref(&done);
}

void weir_rtp_drop_all(struct weir_rtp_sink *sink)
{
	sink->queued = 0;
	for (size_t i = 0; i < WEIR_SLAB_MAX_SLOTS; i++)
		if (sink->frames[i].frame)
			weir_rtp_finish(sink, &sink->frames[i]);
}
