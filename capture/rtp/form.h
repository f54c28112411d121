/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_CAPTURE_RTP_FORM_H
#define WEIR_CAPTURE_RTP_FORM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <weir/format.h>

/* A form of video in RTP: where the bytes of a packet belong in its frame. */

#define WEIR_RTP_MAX_PARTS 256
#define WEIR_RTP_MAX_LEAD  600

struct weir_rtp_part {
	uint32_t start, length; /* bytes of the frame, the lines of a picture one after the other */
	const uint8_t *bytes;
};

struct weir_rtp_parts {
	unsigned n;
	struct weir_rtp_part part[WEIR_RTP_MAX_PARTS];
	bool leads; /* `lead` is what stands before all packets' bytes */
	uint8_t lead[WEIR_RTP_MAX_LEAD];
};

struct weir_rtp_form {
	const char *name;

	/* Bytes at the payload's beginning that differ from frame to frame. */
	unsigned loose;

	/* Bytes at a frame's beginning that do not travel, but follow from its first packet. The
	 * bytes of packets begin behind them. */
	unsigned lead;

	/* Frames end with the marker, wherever that is. */
	bool coded;

	/* 0; -EBADMSG: no such payload; -ENOTSUP: none that fits this picture, with the reason in
	 * `why`. */
	int (*read)(const struct weir_video *video, const uint8_t *payload, size_t length,
		struct weir_rtp_parts *out, char *why, size_t size);

	/* Ends a coded frame of so many bytes; how many it has then. NULL: it ends as it came. */
	uint32_t (*close)(uint8_t *frame, uint32_t bytes);
};

/* Bytes behind a coded frame that close() may need. */
#define WEIR_RTP_CLOSING 2

extern const struct weir_rtp_form weir_rtp_form_raw, weir_rtp_form_jpeg;

#endif
