/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_CAPTURE_RTP_BATCH_H
#define WEIR_CAPTURE_RTP_BATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include "capture/rtp/address.h"
#include "capture/rtp/cut.h"

/* One recvmmsg(): what is expected of each message, and what came.
 *
 * A message is a packet or, where the kernel kept one together, a train of equal ones. For each
 * packet that is foreseen the kernel finds three places: for its header, here; for its bytes, in
 * the frame; for its padding, here. Whatever else the message has goes to its spare room. A packet
 * that is another one than foreseen is put together anew in its second spare room, before any byte
 * of a frame is touched. */

#define WEIR_RTP_MESSAGES 64
#define WEIR_RTP_EXPECTED 128
#define WEIR_RTP_MESSAGE  65536 /* bytes, and no datagram has more */

struct weir_rtp_source;
struct weir_rtp_frame;

/* A packet that is foreseen. */
struct weir_rtp_expected {
	struct weir_rtp_frame *frame;
	uint64_t serial; /* of the frame */
	uint32_t start;
	uint16_t length, sequence;
	uint8_t head, tail;
	uint32_t at; /* byte of its message */
	bool marker;
	bool came; /* just so */
	uint32_t timestamp;
	const struct weir_cut_piece *piece; /* until the cut changes */
	uint8_t header[WEIR_CUT_HEAD];
	uint8_t padding[UINT8_MAX + 1];
};

struct weir_rtp_message {
	unsigned first, n; /* packets that are foreseen */
	uint32_t foreseen; /* bytes of these */
	uint32_t segment;  /* bytes of each of its packets but the last */
	char control[CMSG_SPACE(sizeof(int))] __attribute__((aligned(sizeof(size_t))));
	union weir_rtp_address from;
};

struct weir_rtp_batch {
	unsigned n, n_expected, n_parts;
	unsigned hint;   /* of the cut: the piece that comes next */
	bool strayed;    /* a packet did not come as foreseen */
	unsigned trains; /* not 0: packets come several in one message */
	struct weir_rtp_message messages[WEIR_RTP_MESSAGES];
	struct mmsghdr headers[WEIR_RTP_MESSAGES];
	struct weir_rtp_expected expected[WEIR_RTP_EXPECTED];
	struct iovec parts[WEIR_RTP_EXPECTED * 6 + WEIR_RTP_MESSAGES];
	uint8_t *room; /* spare: twice WEIR_RTP_MESSAGE for each message; touched when needed */
};

/* 0 or -ENOMEM. */
int weir_rtp_batch_init(struct weir_rtp_batch *batch);
void weir_rtp_batch_finish(struct weir_rtp_batch *batch);

/* Receives once and takes what came. How many messages, 0 when there are none, or -errno. May stop
 * the source. `full`: there may be more. */
int weir_rtp_batch_run(struct weir_rtp_source *source, bool *full);

/* capture/rtp/plan.c: lays out what is expected. */
void weir_rtp_batch_plan(struct weir_rtp_source *source);

static inline uint8_t *weir_rtp_batch_spare(struct weir_rtp_batch *batch, unsigned message)
{
	return batch->room + (size_t)message * 2 * WEIR_RTP_MESSAGE;
}

#endif
