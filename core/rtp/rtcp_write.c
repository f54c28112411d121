/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/rtp/rtcp.h"

#include <errno.h>
#include <string.h>

#include "core/rtp/wire.h"

#define VERSION (2 << 6)

enum { SENDER_REPORT = 200, RECEIVER_REPORT, DESCRIPTION, BYE, FEEDBACK = 205 };

#define HEADER       4
#define REPORT_BYTES 28
#define EMPTY_REPORT 8 /* a receiver's, of no source: every compound packet begins with a report   \
			*/
#define BYE_BYTES   8
#define NACK_HEADER 12
#define NACK_ENTRY  4
#define ITEM_CNAME  1
#define CNAME_MAX   255

/* `count` is the low five bits: of reports, of sources, or the kind of feedback. */
static void put_header(uint8_t *to, unsigned count, uint8_t type, size_t bytes)
{
	to[0] = (uint8_t)(VERSION | count);
	to[1] = type;
	weir_put_16(to + 2, (uint16_t)(bytes / 4 - 1));
}

static void put_empty_report(uint8_t *to, uint32_t ssrc)
{
	put_header(to, 0, RECEIVER_REPORT, EMPTY_REPORT);
	weir_put_32(to + HEADER, ssrc);
}

static void put_report(uint8_t *to, const struct weir_rtcp_report *report)
{
	put_header(to, 0, SENDER_REPORT, REPORT_BYTES);
	weir_put_32(to + 4, report->ssrc);
	weir_put_32(to + 8, (uint32_t)(report->ntp >> 32));
	weir_put_32(to + 12, (uint32_t)report->ntp);
	weir_put_32(to + 16, report->timestamp);
	weir_put_32(to + 20, report->packets);
	weir_put_32(to + 24, report->octets);
}

int weir_rtcp_write_report(
	uint8_t *to, size_t size, const struct weir_rtcp_report *report, const char *cname)
{
	size_t name = strnlen(cname, CNAME_MAX), chunk, description;

	/* A source, its one item, a zero that ends the items, and zeroes to the next word. */
	chunk = (4 + 2 + name + 1 + 3) & ~(size_t)3;
	description = HEADER + chunk;
	if (size < REPORT_BYTES + description)
		return -ENOSPC;
	put_report(to, report);
	to += REPORT_BYTES;
	memset(to, 0, description);
	put_header(to, 1, DESCRIPTION, description);
	weir_put_32(to + HEADER, report->ssrc);
	to[HEADER + 4] = ITEM_CNAME;
	to[HEADER + 5] = (uint8_t)name;
	memcpy(to + HEADER + 6, cname, name);
	return (int)(REPORT_BYTES + description);
}

int weir_rtcp_write_bye(uint8_t *to, size_t size, uint32_t ssrc)
{
	if (size < EMPTY_REPORT + BYE_BYTES)
		return -ENOSPC;
	put_empty_report(to, ssrc);
	to += EMPTY_REPORT;
	put_header(to, 1, BYE, BYE_BYTES);
	weir_put_32(to + HEADER, ssrc);
	return EMPTY_REPORT + BYE_BYTES;
}

/* An entry is one number, and a bit for each of the sixteen that follow it. */
static size_t put_entry(uint8_t *to, const uint16_t *missing, size_t n)
{
	uint16_t mask = 0;
	size_t used = 1;

	for (; used < n; used++) {
		uint16_t after = (uint16_t)(missing[used] - missing[0]);

		if (after < 1 || after > 16)
			break;
		mask |= (uint16_t)(1u << (after - 1));
	}
	weir_put_16(to, missing[0]);
	weir_put_16(to + 2, mask);
	return used;
}

int weir_rtcp_write_nack(uint8_t *to, size_t size, uint32_t sender_ssrc, uint32_t media_ssrc,
	const uint16_t *missing, size_t n)
{
	size_t bytes = NACK_HEADER;

	if (size < EMPTY_REPORT + NACK_HEADER + NACK_ENTRY)
		return -ENOSPC;
	put_empty_report(to, sender_ssrc);
	to += EMPTY_REPORT;
	size -= EMPTY_REPORT;
	while (n && bytes + NACK_ENTRY <= size) {
		size_t used = put_entry(to + bytes, missing, n);

		missing += used;
		n -= used;
		bytes += NACK_ENTRY;
	}
	put_header(to, 1, FEEDBACK, bytes);
	weir_put_32(to + 4, sender_ssrc);
	weir_put_32(to + 8, media_ssrc);
	return (int)(EMPTY_REPORT + bytes);
}
