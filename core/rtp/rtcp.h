/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_CORE_RTP_RTCP_H
#define WEIR_CORE_RTP_RTCP_H

#include <stddef.h>
#include <stdint.h>

/* RTP's companion (RFC 3550): what a sender reports, and what a receiver asks for again (RFC 4585).
 */

#define WEIR_RTCP_MAX 512 /* bytes of what we write */

struct weir_rtcp_report {
	uint32_t ssrc;
	uint64_t ntp;       /* now, of the wall clock: seconds since 1900 in the upper half */
	uint32_t timestamp; /* the same instant in the stream's ticks */
	uint32_t packets, octets; /* sent so far */
};

/* A sender report and a source description with that name. Bytes, or -ENOSPC. */
int weir_rtcp_write_report(
	uint8_t *to, size_t size, const struct weir_rtcp_report *report, const char *cname);

/* The stream ends. */
int weir_rtcp_write_bye(uint8_t *to, size_t size, uint32_t ssrc);

/* These sequence numbers are missing, in ascending order; as many as fit. Bytes. */
int weir_rtcp_write_nack(uint8_t *to, size_t size, uint32_t sender_ssrc, uint32_t media_ssrc,
	const uint16_t *missing, size_t n);

struct weir_rtcp_reader {
	void *data;
	void (*report)(void *data, const struct weir_rtcp_report *report);
	void (*bye)(void *data, uint32_t ssrc);
	/* One after the other. */
	void (*missing)(void *data, uint32_t media_ssrc, uint16_t sequence);
};

/* From the wire: a compound packet, each part told to the callbacks that are not NULL. 0 or
 * -EBADMSG (from there on; what came before was told). */
int weir_rtcp_read(const uint8_t *packet, size_t length, const struct weir_rtcp_reader *reader);

#endif
