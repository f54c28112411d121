/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_CORE_RTP_SDP_H
#define WEIR_CORE_RTP_SDP_H

#include <stddef.h>
#include <stdint.h>

#include <weir/format.h>

/* A stream as a session description (RFC 4566) tells of it: enough for a receiver to be set up, and
 * what weir writes for its own streams. */

#define WEIR_SDP_SPROP 512

enum weir_rtp_payload { WEIR_RTP_RAW, WEIR_RTP_JPEG, WEIR_RTP_H264 };

struct weir_sdp {
	enum weir_rtp_payload payload;
	uint8_t payload_type;
	char address[64]; /* numeric: the group, or whom it is for */
	char source[64];  /* numeric: who sends; "" where it is not told */
	uint16_t port;
	unsigned ttl;            /* of an IPv4 group; 0: none told */
	struct weir_video video; /* format, size and rate as far as they are told; stride 0 */
	char sprop[WEIR_SDP_SPROP]; /* H.264: sprop-parameter-sets; "" if not told */
	char name[64];
};

/* Bytes of the text without its end, or -ENOSPC. */
int weir_sdp_write(const struct weir_sdp *sdp, char *text, size_t size);

/* Takes the first video stream that weir can receive. 0; -EINVAL or -ENOTSUP with what is wrong,
 * and in which line, in `why`. Nothing of the text is trusted. */
int weir_sdp_parse(const char *text, size_t length, struct weir_sdp *out, char *why, size_t size);

#endif
