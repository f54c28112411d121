/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_CORE_RTP_PACKET_H
#define WEIR_CORE_RTP_PACKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* RTP packets (RFC 3550), as both ends see them. */

#define WEIR_RTP_HEADER     12
#define WEIR_RTP_VIDEO_RATE 90000 /* ticks a second of every video payload */

struct weir_rtp_header {
	bool marker;  /* the last packet of a frame */
	bool padding; /* the packet's last byte says how many bytes at its end mean nothing */
	uint8_t payload_type;
	uint16_t sequence;
	uint32_t timestamp;
	uint32_t ssrc;
};

void weir_rtp_write(uint8_t to[WEIR_RTP_HEADER], const struct weir_rtp_header *header);

/* From the wire, where everything is possible: contributing sources, extension and padding are
 * passed over. *payload points into the packet. 0, or -EBADMSG: no RTP, or cut short. */
int weir_rtp_read(const uint8_t *packet, size_t length, struct weir_rtp_header *out,
	const uint8_t **payload, size_t *payload_length);

/* Packets that are sent again (RFC 4588): a stream of their own, whose payload is the number that
 * the packet had, and then what it carried. */
#define WEIR_RTP_RTX_NUMBER 2 /* bytes */

/* The payload type of that stream where nobody tells. */
static inline uint8_t weir_rtp_rtx_type(uint8_t payload_type)
{
	return payload_type < 96 ? 97 : payload_type < 127 ? payload_type + 1 : 126;
}

/* The 90 kHz stamp of a time on CLOCK_MONOTONIC, `offset` of the stream added. */
uint32_t weir_rtp_ticks(uint64_t time_ns, uint32_t offset);

#endif
