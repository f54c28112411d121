/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_CAPTURE_RTP_SENDER_H
#define WEIR_CAPTURE_RTP_SENDER_H

#include <stdbool.h>
#include <stdint.h>

#include "capture/rtp/address.h"
#include "core/rtp/packet.h"

/* Whom we listen to: the first one whose packets fit, until it has been silent for a while. */

#define WEIR_RTP_SILENCE_NS 500000000ull

struct weir_rtp_sender {
	bool locked;
	bool connected; /* the kernel passes nobody else's packets */
	uint32_t ssrc;
	union weir_rtp_address address;
	uint64_t heard_ns;
	uint32_t next; /* sequence number that comes next, extended */
};

/* Whether a packet that fits is of the sender. */
bool weir_rtp_sender_is(
	const struct weir_rtp_sender *sender, uint32_t ssrc, const union weir_rtp_address *from);

/* From now on this is the sender. */
void weir_rtp_sender_lock(struct weir_rtp_sender *sender, const struct weir_rtp_header *header,
	const union weir_rtp_address *from);

/* Notes a packet's number. How many are missing before it; 0 also for one that comes late: *late.
 */
uint32_t weir_rtp_sender_count(struct weir_rtp_sender *sender, uint16_t sequence, bool *late);

/* All 32 bits of the number of a packet that has been noted, or comes late. */
static inline uint32_t weir_rtp_sender_number(
	const struct weir_rtp_sender *sender, uint16_t sequence)
{
	return sender->next - (uint16_t)(sender->next - sequence);
}

#endif
