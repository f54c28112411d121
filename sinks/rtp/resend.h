/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_SINKS_RTP_RESEND_H
#define WEIR_SINKS_RTP_RESEND_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

#include "core/loop.h"
#include "core/rtp/packet.h"
#include "core/rtp/raw.h"
#include "core/slab.h"

/* Packets that are sent again because a receiver misses them (nack=1).
 *
 * A frame that has left is kept for as long as the next few take, in its slot: what is asked for is
 * gathered from there once more, behind a header of its own stream (RFC 4588). Who asks for more
 * than a share of what is sent does not get it, and all of it goes to the stream's receiver,
 * whoever asks. */

#define WEIR_RTP_RESENDS        8  /* operations in flight */
#define WEIR_RTP_RESEND_PACKETS 16 /* of each, at most */
#define WEIR_RTP_RESEND_HEADER  24 /* bytes, those of a raw packet included */

struct weir_rtp_sink;
struct weir_rtp_frame;

struct weir_rtp_resend {
	struct weir_op op;
	struct weir_rtp_sink *sink;
	struct weir_rtp_frame *frame;
	struct weir_rtp_resend *next; /* of those that are free */
	uint32_t n;                   /* packets */
	struct iovec parts[3 * WEIR_RTP_RESEND_PACKETS];
	uint8_t headers[WEIR_RTP_RESEND_PACKETS][WEIR_RTP_RESEND_HEADER];
	char control[CMSG_SPACE(sizeof(uint16_t))] __attribute__((aligned(sizeof(size_t))));
};

struct weir_rtp_resends {
	bool on;
	bool over; /* nothing is kept any more */
	uint32_t ssrc;
	uint16_t sequence;
	uint8_t payload_type;
	uint64_t credit, most_credit; /* bytes that may be sent again */
	size_t words;                 /* of a frame's row in … */
	uint64_t *wanted;             /* … one bit a packet, by place */
	unsigned n_wanted;
	struct weir_rtp_frame *kept[WEIR_SLAB_MAX_SLOTS]; /* oldest first */
	unsigned n_kept, n_held;
	struct weir_rtp_resend pool[WEIR_RTP_RESENDS];
	struct weir_rtp_resend *idle;
	struct weir_watch watch;  /* of what receivers say */
	struct weir_timer rest;   /* while armed, nobody is listened to */
	struct weir_timer linger; /* after the last frame */

	unsigned asked_now;       /* packets asked for in this turn of the loop */

	/* Packets: asked for; sent again, and their bytes; not kept any more when they were asked
	 * for, or not yet sent; beyond the share. Messages of others than the receiver. */
	uint64_t asked, resent, bytes, gone, refused, foreign;
};

/* resend.c. For a start: 0 or -ENOMEM. */
int weir_rtp_resends_open(struct weir_rtp_sink *sink);
void weir_rtp_resends_stop(struct weir_rtp_sink *sink); /* what is kept may go */
void weir_rtp_resends_close(struct weir_rtp_sink *sink);

/* The stream's packet of that number is missed. */
void weir_rtp_ask(struct weir_rtp_sink *sink, uint32_t ssrc, uint16_t sequence);

/* Sends some of what is asked for. Whether it did. */
bool weir_rtp_resend(struct weir_rtp_sink *sink);

/* Nothing of that frame is wanted any more. */
void weir_rtp_forget(struct weir_rtp_sink *sink, struct weir_rtp_frame *frame);

/* kept.c. No frame follows: what has been sent is kept for a little while, and then no more. */
void weir_rtp_resends_drain(struct weir_rtp_sink *sink);

/* A frame was taken: one that is kept goes if there would be no room for the next. */
void weir_rtp_make_room(struct weir_rtp_sink *sink);

/* A frame has left. Whether it is kept. */
bool weir_rtp_keep(struct weir_rtp_sink *sink, struct weir_rtp_frame *frame);

/* So many bytes were sent. */
void weir_rtp_earn(struct weir_rtp_sink *sink, uint64_t bytes);

/* None is kept from now on. */
void weir_rtp_let_all_go(struct weir_rtp_sink *sink);

/* feedback.c: listens to receivers. 0 or -errno. */
int weir_rtp_feedback_open(struct weir_rtp_sink *sink);
void weir_rtp_feedback_close(struct weir_rtp_sink *sink);

#endif
