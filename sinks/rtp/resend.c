/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sinks/rtp/resend.h"

#include <errno.h>
#include <netinet/udp.h>
#include <stdlib.h>
#include <string.h>

#include "core/rtp/wire.h"
#include "sinks/rtp/sink.h"

#ifndef UDP_SEGMENT
#define UDP_SEGMENT 103
#endif

#define WORD_BITS 64

_Static_assert(WEIR_RTP_RAW_HEADER + WEIR_RTP_RTX_NUMBER <= WEIR_RTP_RESEND_HEADER,
	"room for the header of a raw packet");

/* ---- what is wanted ---- */

static uint64_t *row_of(const struct weir_rtp_sink *sink, const struct weir_rtp_frame *frame)
{
	return sink->resends.wanted + (size_t)(frame - sink->frames) * sink->resends.words;
}

void weir_rtp_forget(struct weir_rtp_sink *sink, struct weir_rtp_frame *frame)
{
	if (frame->n_wanted)
		memset(row_of(sink, frame), 0, sink->resends.words * sizeof(uint64_t));
	sink->resends.n_wanted -= frame->n_wanted;
	frame->n_wanted = 0;
}

static bool is_older(const struct weir_rtp_frame *frame, const struct weir_rtp_frame *other)
{
	return (int32_t)(frame->sheet.sequence - other->sheet.sequence) < 0;
}

/* Which of the frames that have begun to leave has that packet, or NULL. Large ones have more
 * packets than there are numbers: the newest is meant. One that is spent waits for its sends only,
 * and gets no more. */
static struct weir_rtp_frame *find(struct weir_rtp_sink *sink, uint16_t sequence, uint32_t *packet)
{
	struct weir_rtp_frame *found = NULL;

	*packet = 0;
	for (size_t i = 0; i < WEIR_SLAB_MAX_SLOTS; i++) {
		struct weir_rtp_frame *frame = &sink->frames[i];
		uint16_t number = (uint16_t)(sequence - frame->sheet.sequence);

		if (!frame->frame || !frame->begun || frame->spent || number >= frame->next)
			continue;
		if (!found || is_older(found, frame)) {
			found = frame;
			*packet = number;
		}
	}
	return found;
}

void weir_rtp_ask(struct weir_rtp_sink *sink, uint32_t ssrc, uint16_t sequence)
{
	struct weir_rtp_resends *resends = &sink->resends;
	struct weir_rtp_frame *frame;
	uint64_t *word, bit;
	uint32_t packet;

	if (ssrc != weir_rtp_stream(sink)->ssrc)
		return;
	resends->asked++;
	frame = find(sink, sequence, &packet);
	if (!frame || packet / WORD_BITS >= resends->words) {
		resends->gone++;
		return;
	}
	word = &row_of(sink, frame)[packet / WORD_BITS];
	bit = UINT64_C(1) << packet % WORD_BITS;
	frame->n_wanted += !(*word & bit);
	resends->n_wanted += !(*word & bit);
	*word |= bit;
}

/* The first packet that is wanted of the frame. */
static uint32_t first_wanted(const struct weir_rtp_sink *sink, const struct weir_rtp_frame *frame)
{
	const uint64_t *row = row_of(sink, frame);
	size_t i = 0;

	while (!row[i])
		i++;
	return (uint32_t)(i * WORD_BITS) + (uint32_t)__builtin_ctzll(row[i]);
}

static void clear(struct weir_rtp_sink *sink, struct weir_rtp_frame *frame, uint32_t packet)
{
	row_of(sink, frame)[packet / WORD_BITS] &= ~(UINT64_C(1) << packet % WORD_BITS);
	frame->n_wanted--;
	sink->resends.n_wanted--;
}

/* The oldest frame of which something is wanted: it is needed first. */
static struct weir_rtp_frame *most_urgent(struct weir_rtp_sink *sink)
{
	struct weir_rtp_frame *found = NULL;

	for (size_t i = 0; i < WEIR_SLAB_MAX_SLOTS; i++) {
		struct weir_rtp_frame *frame = &sink->frames[i];

		if (frame->n_wanted && (!found || is_older(frame, found)))
			found = frame;
	}
	return found;
}

/* ---- packets ---- */

static uint16_t write_header(struct weir_rtp_sink *sink, const struct weir_rtp_frame *frame,
	uint32_t packet, uint8_t *to)
{
	const struct weir_rtp_header header = {
		.marker = packet + 1 == frame->packets,
		.payload_type = sink->resends.payload_type,
		.sequence = sink->resends.sequence,
		.timestamp = frame->sheet.timestamp,
		.ssrc = sink->resends.ssrc,
	};

	weir_rtp_write(to, &header);
	weir_put_16(to + WEIR_RTP_HEADER, (uint16_t)(frame->sheet.sequence + packet));
	return WEIR_RTP_HEADER + WEIR_RTP_RTX_NUMBER;
}

/* Padding is left out. */
static unsigned gather_raw(const struct weir_rtp_sink *sink, const struct weir_rtp_frame *frame,
	uint32_t packet, uint8_t *header, size_t used, struct iovec *parts)
{
	const struct weir_rtp_raw_cut *cut = &sink->geometry.cut;
	uint32_t line = packet / cut->pieces, piece = packet % cut->pieces;
	const struct weir_rtp_raw_line told = {
		.length = (uint16_t)(piece + 1 == cut->pieces ? cut->last_bytes : cut->piece_bytes),
		.line = (uint16_t)line,
		.offset = (uint16_t)(piece * sink->geometry.piece_pixels),
	};

	used += weir_rtp_raw_write(
		header + used, (uint16_t)((frame->sheet.sequence + packet) >> 16), &told, 1);
	parts[0] = (struct iovec){ header, used };
	parts[1] = (struct iovec){
		.iov_base = frame->pieces.lines + (size_t)line * frame->pieces.stride +
			    (size_t)piece * cut->piece_bytes,
		.iov_len = told.length,
	};
	return 2;
}

static unsigned gather_slice(const struct weir_rtp_frame *frame, uint32_t packet, uint8_t *header,
	size_t used, struct iovec *parts)
{
	const struct weir_rtp_slice *slice = &frame->pieces.slices[packet];
	unsigned n = 0;

	parts[n++] = (struct iovec){ header, used };
	if (slice->header_bytes > WEIR_RTP_HEADER)
		parts[n++] = (struct iovec){
			frame->pieces.headers + slice->header + WEIR_RTP_HEADER,
			(size_t)slice->header_bytes - WEIR_RTP_HEADER,
		};
	parts[n++] = (struct iovec){ frame->pieces.lines + slice->at, slice->bytes };
	return n;
}

static size_t bytes_of(const struct iovec *parts, unsigned n)
{
	size_t bytes = 0;

	for (unsigned i = 0; i < n; i++)
		bytes += parts[i].iov_len;
	return bytes;
}

/* ---- sends ---- */

struct train {
	size_t packet; /* bytes of the first one, which all but the last have */
	size_t bytes;  /* of all */
	unsigned pages;
};

/* Whether a packet of these parts may follow those that are in the train. */
static bool suits(const struct weir_rtp_sink *sink, const struct weir_rtp_resend *resend,
	const struct train *train, const struct iovec *parts, unsigned n_parts)
{
	size_t bytes = bytes_of(parts, n_parts);
	unsigned pages = train->pages + weir_rtp_count_pages(parts, n_parts);

	if (train->bytes + bytes > sink->resends.credit)
		return false;
	if (!resend->n)
		return true;
	return sink->most_segments > 1 && bytes <= train->packet &&
	       train->bytes + bytes <= WEIR_RTP_TRAIN_BYTES &&
	       train->bytes == resend->n * train->packet &&
	       (!resend->op.zero_copy || pages <= WEIR_RTP_MAX_FRAGMENTS);
}

/* Puts as many packets into it as one send takes. */
static void fill(struct weir_rtp_sink *sink, struct weir_rtp_resend *resend, struct train *train)
{
	struct weir_rtp_frame *frame = resend->frame;

	while (frame->n_wanted && resend->n < WEIR_RTP_RESEND_PACKETS) {
		struct iovec *parts = resend->parts + resend->op.n_parts;
		uint8_t *header = resend->headers[resend->n];
		uint32_t packet = first_wanted(sink, frame);
		size_t used = write_header(sink, frame, packet, header);
		unsigned n = frame->pieces.slices
				     ? gather_slice(frame, packet, header, used, parts)
				     : gather_raw(sink, frame, packet, header, used, parts);

		if (!suits(sink, resend, train, parts, n))
			break;
		train->packet = resend->n ? train->packet : bytes_of(parts, n);
		train->bytes += bytes_of(parts, n);
		train->pages += weir_rtp_count_pages(parts, n);
		resend->op.n_parts += n;
		resend->n++;
		sink->resends.sequence++;
		clear(sink, frame, packet);
	}
}

/* These packets are of other sizes than those that the socket cuts its sends into. */
static void set_segment(struct weir_rtp_resend *resend, size_t packet)
{
	const struct msghdr message = {
		.msg_control = resend->control,
		.msg_controllen = sizeof(resend->control),
	};
	struct cmsghdr *header = CMSG_FIRSTHDR(&message);
	uint16_t segment = resend->n > 1 ? (uint16_t)packet : 0;

	header->cmsg_level = IPPROTO_UDP;
	header->cmsg_type = UDP_SEGMENT;
	header->cmsg_len = CMSG_LEN(sizeof(segment));
	memcpy(CMSG_DATA(header), &segment, sizeof(segment));
	resend->op.control = resend->control;
	resend->op.control_length = sizeof(resend->control);
}

static void put_back(struct weir_rtp_sink *sink, struct weir_rtp_resend *resend)
{
	resend->next = sink->resends.idle;
	sink->resends.idle = resend;
}

static void refuse(struct weir_rtp_sink *sink, struct weir_rtp_frame *frame)
{
	sink->resends.refused += frame->n_wanted;
	weir_rtp_forget(sink, frame);
}

bool weir_rtp_resend(struct weir_rtp_sink *sink)
{
	struct weir_rtp_resends *resends = &sink->resends;
	struct weir_rtp_resend *resend = resends->idle;
	struct train train = { 0 };

	if (!resends->n_wanted || !resend || !sink->running || sink->held || sink->replanned)
		return false;
	resend->frame = most_urgent(sink);
	resend->n = resend->op.n_parts = 0;
	resend->op.zero_copy = !weir_rtp_is_copying(resend->frame->way);
	fill(sink, resend, &train);
	if (!resend->n) {
		refuse(sink, resend->frame);
		return true;
	}
	set_segment(resend, train.packet);
	/* What does not leave will be asked for again. */
	if (weir_loop_submit(sink->host.loop, &resend->op))
		return false;
	resends->idle = resend->next;
	resends->credit -= train.bytes;
	resend->frame->resends++;
	return true;
}

static void done(struct weir_op *op, int64_t result)
{
	struct weir_rtp_resend *resend = op->data;
	struct weir_rtp_sink *sink = resend->sink;

	if (result >= 0 && sink->running) {
		sink->resends.resent += resend->n;
		sink->resends.bytes += (uint64_t)result;
		weir_rtp_count_send(sink, op, (uint64_t)result);
	}
	put_back(sink, resend);
	resend->frame->resends--;
	weir_rtp_finish(sink, resend->frame);
	weir_rtp_pump(sink);
}

/* ---- beginning and end ---- */

static void fill_pool(struct weir_rtp_sink *sink)
{
	struct weir_rtp_resends *resends = &sink->resends;

	resends->idle = NULL;
	for (size_t i = 0; i < WEIR_RTP_RESENDS; i++) {
		struct weir_rtp_resend *resend = &resends->pool[i];

		memset(resend, 0, sizeof(*resend));
		resend->sink = sink;
		resend->op = (struct weir_op){
			.done = done,
			.data = resend,
			.fd = sink->route.stream,
			.io = WEIR_IO_SENDV,
			.parts = resend->parts,
		};
		put_back(sink, resend);
	}
}

int weir_rtp_resends_open(struct weir_rtp_sink *sink)
{
	struct weir_rtp_resends *resends = &sink->resends;
	uint32_t packets = sink->coding ? sink->most_packets : sink->geometry.packets;

	resends->n_wanted = resends->n_kept = resends->n_held = 0;
	resends->over = false;
	if (!resends->on)
		return 0;
	resends->words = (packets + WORD_BITS - 1) / WORD_BITS;
	resends->wanted = calloc(resends->words * WEIR_SLAB_MAX_SLOTS, sizeof(uint64_t));
	if (!resends->wanted)
		return -ENOMEM;
	resends->payload_type = weir_rtp_rtx_type(sink->stream.payload_type);
	resends->most_credit = sink->host.slab->frame_bytes;
	resends->credit = 0;
	fill_pool(sink);
	return 0;
}

void weir_rtp_resends_stop(struct weir_rtp_sink *sink)
{
	if (!sink->resends.on)
		return;
	weir_loop_disarm(sink->host.loop, &sink->resends.linger);
	for (size_t i = 0; i < WEIR_RTP_RESENDS; i++)
		if (sink->resends.pool[i].op.loop.active)
			weir_loop_cancel(sink->host.loop, &sink->resends.pool[i].op);
	weir_rtp_let_all_go(sink);
}

void weir_rtp_resends_close(struct weir_rtp_sink *sink)
{
	free(sink->resends.wanted);
	sink->resends.wanted = NULL;
}
