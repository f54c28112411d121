/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_CAPTURE_RTP_FORM_H
#define WEIR_CAPTURE_RTP_FORM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <weir/format.h>

/* A form of video in RTP: where the bytes of a packet belong in its frame. */

#define WEIR_RTP_MAX_PARTS 16

struct weir_rtp_part {
	uint32_t start, length; /* bytes of the frame, the lines of a picture one after the other */
	const uint8_t *bytes;
};

struct weir_rtp_parts {
	unsigned n;
	struct weir_rtp_part part[WEIR_RTP_MAX_PARTS];
};

struct weir_rtp_form {
	const char *name;

	/* Bytes at the payload's beginning that differ from frame to frame. */
	unsigned loose;

	/* 0; -EBADMSG: no such payload; -ENOTSUP: none that fits this picture, with the reason in
	 * `why`. */
	int (*read)(const struct weir_video *video, const uint8_t *payload, size_t length,
		struct weir_rtp_parts *out, char *why, size_t size);
};

extern const struct weir_rtp_form weir_rtp_form_raw;

#endif
