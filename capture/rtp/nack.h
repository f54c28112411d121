/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_CAPTURE_RTP_NACK_H
#define WEIR_CAPTURE_RTP_NACK_H

#include <stdint.h>

#include "capture/rtp/address.h"
#include "capture/rtp/missing.h"
#include "core/loop.h"

/* Asking for what is missing (nack=1, RFC 4585): at the port that the sender's reports come from.
 * Each frame is delivered a fixed time after it began, which leaves time to ask, and to ask again.
 */

struct weir_rtp_source;

struct weir_rtp_nack {
	uint64_t hold_ns; /* from a frame's first packet to its delivery; 0: nobody asks */
	int fd;
	struct weir_watch watch;
	struct weir_timer ask;
	struct weir_missing *missing;
	uint32_t ssrc;             /* ours */
	uint32_t sender;           /* the one that reported last … */
	union weir_rtp_address to; /* … and where from; family 0: none yet */
};

/* While nobody asks, all of these do nothing. open: 0 or -errno, logged. */
int weir_rtp_nack_open(struct weir_rtp_source *source);
int weir_rtp_nack_listen(struct weir_rtp_source *source);
void weir_rtp_nack_ignore(struct weir_rtp_source *source);
void weir_rtp_nack_close(struct weir_rtp_source *source);

/* The sender is another one. */
void weir_rtp_nack_restart(struct weir_rtp_source *source);

/* So many packets from that number on have not come, and later ones have. */
void weir_rtp_nack_gap(struct weir_rtp_source *source, uint32_t first, uint32_t n, uint64_t now_ns);

#endif
