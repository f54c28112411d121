/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/rtp/rtcp.h"

#include <errno.h>

#include "core/rtp/wire.h"

#define HEADER       4
#define VERSION      2
#define COUNT_MASK   0x1f
#define GENERIC_NACK 1
#define REPORT_BYTES 28 /* of a sender report without the blocks about others */
#define NACK_HEADER  12
#define NACK_ENTRY   4

enum { SENDER_REPORT = 200, BYE = 203, FEEDBACK = 205 };

static int read_report(const uint8_t *part, size_t length, const struct weir_rtcp_reader *reader)
{
	struct weir_rtcp_report report;

	if (length < REPORT_BYTES)
		return -EBADMSG;
	report = (struct weir_rtcp_report){
		.ssrc = weir_get_32(part + 4),
		.ntp = (uint64_t)weir_get_32(part + 8) << 32 | weir_get_32(part + 12),
		.timestamp = weir_get_32(part + 16),
		.packets = weir_get_32(part + 20),
		.octets = weir_get_32(part + 24),
	};
	if (reader->report)
		reader->report(reader->data, &report);
	return 0;
}

static int read_bye(const uint8_t *part, size_t length, const struct weir_rtcp_reader *reader)
{
	unsigned sources = part[0] & COUNT_MASK;

	if (length < HEADER + 4u * sources)
		return -EBADMSG;
	for (unsigned i = 0; i < sources && reader->bye; i++)
		reader->bye(reader->data, weir_get_32(part + HEADER + 4u * i));
	return 0;
}

/* An entry is one number, and a bit for each of the sixteen that follow it. */
static int read_nack(const uint8_t *part, size_t length, const struct weir_rtcp_reader *reader)
{
	uint32_t media;

	if (length < NACK_HEADER)
		return -EBADMSG;
	media = weir_get_32(part + 8);
	for (size_t at = NACK_HEADER; at + NACK_ENTRY <= length && reader->missing;
		at += NACK_ENTRY) {
		uint16_t first = weir_get_16(part + at), mask = weir_get_16(part + at + 2);

		reader->missing(reader->data, media, first);
		for (unsigned bit = 0; bit < 16; bit++)
			if (mask & 1u << bit)
				reader->missing(reader->data, media, (uint16_t)(first + bit + 1));
	}
	return 0;
}

static int read_part(const uint8_t *part, size_t length, const struct weir_rtcp_reader *reader)
{
	switch (part[1]) {
	case SENDER_REPORT:
		return read_report(part, length, reader);
	case BYE:
		return read_bye(part, length, reader);
	case FEEDBACK:
		return (part[0] & COUNT_MASK) == GENERIC_NACK ? read_nack(part, length, reader) : 0;
	default:
		return 0; /* descriptions, receivers' reports, and what is yet to be invented */
	}
}

int weir_rtcp_read(const uint8_t *packet, size_t length, const struct weir_rtcp_reader *reader)
{
	int err = length ? 0 : -EBADMSG;

	while (!err && length) {
		size_t bytes;

		if (length < HEADER || packet[0] >> 6 != VERSION)
			return -EBADMSG;
		bytes = 4u * (weir_get_16(packet + 2) + 1u);
		if (bytes > length)
			return -EBADMSG;
		err = read_part(packet, bytes, reader);
		packet += bytes;
		length -= bytes;
	}
	return err;
}
