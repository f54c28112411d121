/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "sinks/rtp/sink.h"

/* What one send carries: a run of the frame, a list of pieces of it, or a block that these were put
 * into. */

#define BLOCK      65536u     /* WEIR_RTP_TRAIN_BYTES, whole pages */
#define HUGE_PAGE  (2u << 20) /* holds all blocks, and the kernel refers to each as one piece */
#define ALL_BLOCKS UINT32_MAX

_Static_assert(WEIR_RTP_BLOCKS *BLOCK == HUGE_PAGE && WEIR_RTP_BLOCKS == 32, "one bit each");

int weir_rtp_blocks_open(struct weir_rtp_sink *sink)
{
	if (sink->blocks)
		return 0;
	sink->blocks = aligned_alloc(HUGE_PAGE, HUGE_PAGE);
	if (!sink->blocks)
		return -ENOMEM;
	(void)madvise(sink->blocks, HUGE_PAGE, MADV_HUGEPAGE);
	/* Touched here: no frame is to fault in a page. */
	explicit_bzero(sink->blocks, HUGE_PAGE);
	sink->blocks_free = ALL_BLOCKS;
	return 0;
}

void weir_rtp_blocks_close(struct weir_rtp_sink *sink)
{
	free(sink->blocks);
	sink->blocks = NULL;
}

uint32_t weir_rtp_load_stride(const struct weir_rtp_frame *frame)
{
	return frame->way == WEIR_RTP_STRIDE ? frame->pieces.stride : 0;
}

/* How many packets from `first` on, of at most `most`, one send takes. */
static uint32_t measure(const struct weir_rtp_sink *sink, const struct weir_rtp_frame *frame,
	uint32_t first, uint32_t most)
{
	uint32_t n = weir_rtp_train(&sink->geometry, weir_rtp_load_stride(frame));

	n = n < most ? n : most;
	n = n < sink->paced_segments ? n : sink->paced_segments;
	n = n < sink->most_segments ? n : sink->most_segments;
	n = weir_rtp_count_equal(&sink->geometry, &frame->pieces, first, n);
	if (frame->way == WEIR_RTP_GATHER)
		n = weir_rtp_count_referable(&sink->geometry, &frame->pieces, first, n);
	return n;
}

static void load_run(struct weir_rtp_train *train)
{
	const struct weir_rtp_pieces *pieces = &train->frame->pieces;

	train->op.io = WEIR_IO_SEND;
	train->op.buffer =
		pieces->lines + (size_t)train->first * pieces->stride - WEIR_RTP_RAW_HEADER;
	train->op.length = (size_t)train->n * pieces->stride;
}

static void load_parts(
	struct weir_rtp_sink *sink, struct weir_rtp_train *train, struct iovec *parts)
{
	train->op.io = WEIR_IO_SENDV;
	train->op.parts = parts;
	train->op.n_parts = weir_rtp_gather(
		&sink->geometry, &train->frame->pieces, train->first, train->n, parts);
}

static uint8_t *put_packet(struct weir_rtp_sink *sink, const struct weir_rtp_frame *frame,
	uint32_t packet, uint8_t *to)
{
	struct iovec parts[3];
	unsigned n = weir_rtp_gather(&sink->geometry, &frame->pieces, packet, 1, parts);

	for (unsigned i = 0; i < n; i++) {
		memcpy(to, parts[i].iov_base, parts[i].iov_len);
		to += parts[i].iov_len;
	}
	return to;
}

/* The block that was used last is in the cache still: the lowest that is free. */
static void load_block(struct weir_rtp_sink *sink, struct weir_rtp_train *train)
{
	unsigned number = (unsigned)__builtin_ctz(sink->blocks_free);
	uint8_t *block = sink->blocks + (size_t)number * BLOCK, *to = block;

	sink->blocks_free &= ~(UINT32_C(1) << number);
	for (uint32_t i = 0; i < train->n; i++)
		to = put_packet(sink, train->frame, train->first + i, to);
	train->op.io = WEIR_IO_SEND;
	train->op.buffer = block;
	train->op.length = (size_t)(to - block);
}

void weir_rtp_load(struct weir_rtp_sink *sink, struct weir_rtp_train *train)
{
	const struct weir_rtp_frame *frame = train->frame;

	train->n = measure(sink, frame, train->first, train->n);
	train->op.zero_copy = frame->way != WEIR_RTP_COPY;
	switch (frame->way) {
	case WEIR_RTP_STRIDE:
		load_run(train);
		break;
	case WEIR_RTP_GATHER:
		load_parts(sink, train, train->parts);
		break;
	case WEIR_RTP_PACK:
		load_block(sink, train);
		break;
	default:
		load_parts(sink, train, sink->parts);
	}
}

void weir_rtp_unload(struct weir_rtp_sink *sink, const struct weir_rtp_train *train)
{
	const uint8_t *block = train->op.buffer;

	if (train->frame->way == WEIR_RTP_PACK)
		sink->blocks_free |= UINT32_C(1) << (size_t)(block - sink->blocks) / BLOCK;
}

/* One list of parts serves all trains that the kernel copies. */
bool weir_rtp_can_load(const struct weir_rtp_sink *sink, const struct weir_rtp_frame *frame)
{
	if (frame->way == WEIR_RTP_COPY)
		return !sink->unsent;
	return frame->way != WEIR_RTP_PACK || sink->blocks_free;
}
