/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_SINKS_RTP_GEOMETRY_H
#define WEIR_SINKS_RTP_GEOMETRY_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/uio.h>

#include "core/rtp/packet.h"
#include "core/rtp/raw.h"

/* Where each packet of a frame has its header and its pixels. No sockets here.
 *
 * With headers between the lines, a packet is one line, and all of a frame are one run of memory
 * that the network cuts into equal segments; it begins in the slot's headroom:
 *
 *	      | header | line 0 ........... | pad | header | line 1 ........... | pad | header | …
 *	slot: ^ -20    ^ 0                        ^ stride - 20
 *
 * What the stride has to spare is RTP padding. With headers apart they stand one after the other,
 * and a packet is gathered from its header and a piece of a line. */

#define WEIR_RTP_RAW_HEADER    (WEIR_RTP_HEADER + WEIR_RTP_RAW_EXTENSION + WEIR_RTP_RAW_LINE)
#define WEIR_RTP_MAX_PADDING   255   /* the count is a byte */
#define WEIR_RTP_TRAIN_BYTES   65487 /* what one send may be, over IPv6 as well */
#define WEIR_RTP_TRAIN_MOST    64    /* segments, before Linux 6.9 */
#define WEIR_RTP_MAX_PARTS     (3 * WEIR_RTP_TRAIN_MOST)
#define WEIR_RTP_MAX_FRAGMENTS 17 /* pieces of pages that a packet of the kernel's refers to */

struct weir_rtp_geometry {
	struct weir_rtp_raw_cut cut;
	uint32_t height;
	uint32_t packets; /* of a frame; of a compressed one, which has its own number, 1 */
	uint32_t segment; /* bytes of each, headers apart; of compressed ones, the longest */
	uint32_t room;    /* of a datagram for what follows UDP's header */
	uint32_t piece_pixels;
	uint8_t padding[WEIR_RTP_MAX_PADDING]; /* what makes the last pieces of lines equal */
	uint32_t padding_bytes;
};

/* What the headers of one frame say beside that. */
struct weir_rtp_sheet {
	uint32_t ssrc, timestamp;
	uint32_t sequence; /* of the first packet, all 32 bits */
	uint8_t payload_type;
};

/* 0 or -ENOTSUP: no such format on the wire, or not in datagrams of that size. */
int weir_rtp_geometry_init(
	struct weir_rtp_geometry *geometry, const struct weir_video *video, uint32_t room);

/* Of frames that are cut one by one (slices.h). */
void weir_rtp_geometry_init_slices(struct weir_rtp_geometry *geometry, uint32_t room);

/* Whether headers fit between lines so far apart. */
bool weir_rtp_fits_stride(const struct weir_rtp_geometry *geometry, uint32_t stride);

/* The least stride from `least` on between whose lines headers fit, or 0. */
uint32_t weir_rtp_find_stride(const struct weir_rtp_geometry *geometry, uint32_t least);

/* Bytes of a segment, headers between lines (stride > 0) or apart (0). */
uint32_t weir_rtp_segment(const struct weir_rtp_geometry *geometry, uint32_t stride);

/* Most packets of one send. */
uint32_t weir_rtp_train(const struct weir_rtp_geometry *geometry, uint32_t stride);

/* All headers of a frame: before and between its lines, or into packets * WEIR_RTP_RAW_HEADER bytes
 * of memory of their own. */
void weir_rtp_write_between(const struct weir_rtp_geometry *geometry,
	const struct weir_rtp_sheet *sheet, uint8_t *lines, uint32_t stride);
void weir_rtp_write_apart(const struct weir_rtp_geometry *geometry,
	const struct weir_rtp_sheet *sheet, uint8_t *headers);

/* Where a frame lies whose headers are apart. */
struct weir_rtp_pieces {
	uint8_t *headers;
	uint8_t *lines;
	uint32_t stride;
	const struct weir_rtp_slice *slices; /* of a compressed frame (slices.h), else NULL */
};

/* Parts of `n` packets from number `first` on; how many parts. */
unsigned weir_rtp_gather(const struct weir_rtp_geometry *geometry,
	const struct weir_rtp_pieces *pieces, uint32_t first, uint32_t n, struct iovec *parts);

/* How many packets from `first` on, of at most `most`, one send can be cut into: all of one size
 * but for the last. At least one. */
uint32_t weir_rtp_count_equal(const struct weir_rtp_geometry *geometry,
	const struct weir_rtp_pieces *pieces, uint32_t first, uint32_t most);

/* How many packets from `first` on the kernel can refer to in one of its own: at least one, and at
 * most `most`. */
uint32_t weir_rtp_count_referable(const struct weir_rtp_geometry *geometry,
	const struct weir_rtp_pieces *pieces, uint32_t first, uint32_t most);

#endif
