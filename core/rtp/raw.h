/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_CORE_RTP_RAW_H
#define WEIR_CORE_RTP_RAW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <weir/format.h>

/* Uncompressed video in RTP (RFC 4175): what follows the RTP header. Each packet says which pieces
 * of which lines it carries, then come their pixels, as they lie in memory: formats whose memory is
 * not the wire's have no format->rtp. */

#define WEIR_RTP_RAW_EXTENSION 2 /* bytes: the upper half of the sequence number */
#define WEIR_RTP_RAW_LINE      6 /* bytes of each piece's header */
#define WEIR_RTP_RAW_MAX_LINES 256 /* pieces of a packet that are read: of the smallest pictures,
				    * in one of 9000 bytes */

struct weir_rtp_raw_line {
	uint16_t length; /* bytes of pixels, whole pixel groups */
	uint16_t line;   /* below 32768 */
	uint16_t offset; /* pixels from the line's left edge, below 32768 */
	bool second_field;
};

/* What precedes the pixels of one packet: extension and `n` line headers. Bytes written. */
size_t weir_rtp_raw_write(
	uint8_t *to, uint16_t sequence_high, const struct weir_rtp_raw_line *lines, size_t n);

/* From the wire. *pixels points behind the headers; the lengths of all lines together fit the
 * payload. How many lines, or -EBADMSG. */
int weir_rtp_raw_read(const uint8_t *payload, size_t length, uint16_t *sequence_high,
	struct weir_rtp_raw_line lines[WEIR_RTP_RAW_MAX_LINES], const uint8_t **pixels);

/* How a picture is cut for packets of at most `payload` bytes of pixels each, one piece of a line
 * in each: `pieces` for every line, equal but for the last. */
struct weir_rtp_raw_cut {
	uint32_t line_bytes;
	uint32_t piece_bytes; /* whole pixel groups; of every piece but the last of a line */
	uint32_t last_bytes;
	uint32_t pieces;
};

/* 0; -ENOTSUP: this format has no such form, or a picture is too large for the wire. */
int weir_rtp_raw_cut(const struct weir_video *video, size_t payload, struct weir_rtp_raw_cut *out);

#endif
