/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/rtp/packet.h"

#include <errno.h>

#include "core/rtp/wire.h"

#define VERSION          (2 << 6)
#define VERSION_MASK     (3 << 6)
#define PADDING          (1 << 5)
#define EXTENSION        (1 << 4)
#define SOURCES_MASK     0xf
#define MARKER           (1 << 7)
#define EXTENSION_HEADER 4

void weir_rtp_write(uint8_t to[WEIR_RTP_HEADER], const struct weir_rtp_header *header)
{
	to[0] = VERSION | (header->padding ? PADDING : 0);
	to[1] = (uint8_t)((header->marker ? MARKER : 0) | (header->payload_type & ~MARKER));
	weir_put_16(to + 2, header->sequence);
	weir_put_32(to + 4, header->timestamp);
	weir_put_32(to + 8, header->ssrc);
}

/* Bytes before the payload, or 0 when the packet ends before. */
static size_t header_bytes(const uint8_t *packet, size_t length)
{
	size_t bytes = WEIR_RTP_HEADER + 4u * (packet[0] & SOURCES_MASK);

	if (packet[0] & EXTENSION) {
		if (bytes + EXTENSION_HEADER > length)
			return 0;
		bytes += EXTENSION_HEADER + 4u * weir_get_16(packet + bytes + 2);
	}
	return bytes <= length ? bytes : 0;
}

int weir_rtp_read(const uint8_t *packet, size_t length, struct weir_rtp_header *out,
	const uint8_t **payload, size_t *payload_length)
{
	size_t before, after = 0;

	if (length < WEIR_RTP_HEADER || (packet[0] & VERSION_MASK) != VERSION)
		return -EBADMSG;
	before = header_bytes(packet, length);
	if (!before)
		return -EBADMSG;
	if (packet[0] & PADDING) {
		after = packet[length - 1];
		if (!after || after > length - before)
			return -EBADMSG;
	}
	*out = (struct weir_rtp_header){
		.marker = packet[1] & MARKER,
		.padding = packet[0] & PADDING,
		.payload_type = packet[1] & ~MARKER,
		.sequence = weir_get_16(packet + 2),
		.timestamp = weir_get_32(packet + 4),
		.ssrc = weir_get_32(packet + 8),
	};
	*payload = packet + before;
	*payload_length = length - before - after;
	return 0;
}

/* A tick is 100000 / 9 ns; the whole hundred thousands apart, so that no product overflows. */
uint32_t weir_rtp_ticks(uint64_t time_ns, uint32_t offset)
{
	return (uint32_t)(time_ns / 100000 * 9 + time_ns % 100000 * 9 / 100000) + offset;
}
