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

/* Whether a packet is the first one of its frame. */
enum weir_rtp_heads {
	WEIR_RTP_HEADS_NOT, /* or nobody knows */
	WEIR_RTP_HEADS_UNDELIMITED, /* unless this stream begins its frames with delimiters */
	WEIR_RTP_HEADS_SURELY
};

/* What a packet is whose bytes belong behind those of the packet before it (chain.h). */
struct weir_rtp_link {
	uint32_t bytes; /* that it makes in the frame */
	bool continues; /* it begins within a unit of the stream, which a packet before has begun */
	bool open;      /* it ends within one */
	uint8_t unit;   /* names that unit; one that goes on has the same name */
	enum weir_rtp_heads heads;
	bool key;       /* a decoder can begin with this frame … */
	bool idr;       /* … and keeps nothing of before */
	const uint8_t *sps; /* of H.264: the sequence parameter set that it brings, or NULL */
	size_t sps_length;
};

#define WEIR_RTP_FORESEEN 4

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

	/* Of forms whose packets do not tell where their bytes belong; else NULL. For these, read()
	 * gives the payload as the one part, with `start` 0 if a frame may begin with it. */

	/* 0; -EBADMSG, -ENOTSUP. */
	int (*link)(const uint8_t *payload, size_t length, struct weir_rtp_link *out);

	/* Writes what link() has measured. */
	void (*unpack)(const uint8_t *payload, size_t length, uint8_t *to);

	/* The first bytes of the payloads that follow one that ends open, and of which all others
	 * go into the frame as they are. How many bytes, WEIR_RTP_FORESEEN at most. */
	unsigned (*foresee)(const uint8_t *payload, uint8_t *header);

	/* Ends a coded frame of so many bytes; how many it has then. NULL: it ends as it came. */
	uint32_t (*close)(uint8_t *frame, uint32_t bytes);
};

/* Bytes behind a coded frame that close() may need. */
#define WEIR_RTP_CLOSING 2

extern const struct weir_rtp_form weir_rtp_form_raw, weir_rtp_form_jpeg, weir_rtp_form_h264;

#endif
