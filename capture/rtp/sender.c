/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "capture/rtp/sender.h"

bool weir_rtp_sender_is(
	const struct weir_rtp_sender *sender, uint32_t ssrc, const union weir_rtp_address *from)
{
	return sender->locked && sender->ssrc == ssrc &&
	       (sender->connected || weir_rtp_address_same(&sender->address, from));
}

void weir_rtp_sender_lock(struct weir_rtp_sender *sender, const struct weir_rtp_header *header,
	const union weir_rtp_address *from)
{
	sender->locked = true;
	sender->ssrc = header->ssrc;
	sender->address = *from;
	sender->next = header->sequence;
}

uint32_t weir_rtp_sender_count(struct weir_rtp_sender *sender, uint16_t sequence, bool *late)
{
	uint16_t ahead = (uint16_t)(sequence - sender->next);

	*late = ahead >= 0x8000;
	if (*late)
		return 0;
	sender->next += ahead + 1u;
	return ahead;
}
