/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_CORE_RTP_H264_H
#define WEIR_CORE_RTP_H264_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* H.264 in RTP (RFC 6184). Devices write a byte stream, units with a start code before each
 * (ITU-T H.264, annex B); packets carry units without it, or fragments of them. */

#define WEIR_H264_HEADER    1 /* of a unit */
#define WEIR_H264_FU_HEADER 2 /* of a fragment, in the place of the unit's */

enum {
	WEIR_H264_IDR = 5,
	WEIR_H264_SEI = 6,
	WEIR_H264_SPS = 7,
	WEIR_H264_PPS = 8,
	WEIR_H264_DELIMITER = 9, /* the first unit of a picture, if there is one */
	WEIR_H264_MOST = 23, /* what is above it is no unit, but a form of packet */
	WEIR_H264_STAP_A = 24,
	WEIR_H264_STAP_B,
	WEIR_H264_MTAP_24 = 27,
	WEIR_H264_FU_A,
	WEIR_H264_FU_B
};

static inline uint8_t weir_h264_type(uint8_t header)
{
	return header & 31;
}

/* The unit that begins at or after *at, which then stands behind it; empty ones are passed over.
 * False: there is none. */
bool weir_h264_next(const uint8_t *stream, size_t size, size_t *at, size_t *unit, size_t *length);

/* What precedes the bytes of a fragment of the unit with that header. */
void weir_h264_write_fragment(
	uint8_t to[WEIR_H264_FU_HEADER], uint8_t header, bool first, bool last);

/* The first two parameter sets that the stream brings as sprop-parameter-sets has them; "" if it
 * does not bring both, or they do not fit. */
void weir_h264_describe(const uint8_t *stream, size_t size, char *text, size_t room);

/* The next of those sets as bytes; *text then stands behind it. How many, 0 at the end, or
 * -EBADMSG: no base64, or longer than there is room. */
int weir_h264_read_set(const char **text, uint8_t *to, size_t room);

/* The size of the pictures that a sequence parameter set speaks of, from anywhere; what is cut off
 * for display not counted. 0 or -EBADMSG. */
int weir_h264_read_size(const uint8_t *sps, size_t length, uint32_t *width, uint32_t *height);

#endif
