/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_SINKS_RTP_SLICES_H
#define WEIR_SINKS_RTP_SLICES_H

#include <stddef.h>
#include <stdint.h>

#include "core/rtp/sdp.h"
#include "sinks/rtp/geometry.h"

/* How compressed frames become packets: each is a header of ours and a slice of the frame, where it
 * lies. No two frames are cut alike. No sockets here. */

/* The longest header of a packet that is not an image's first one, RTP's included. */
#define WEIR_RTP_SLICE_HEADER 24
#define WEIR_RTP_SLICES_MORE  160 /* bytes that the first one may take beside that */

struct weir_rtp_slice {
	uint32_t header; /* where it is among the headers */
	uint32_t at;     /* where the bytes are in the frame */
	uint16_t header_bytes, bytes;
};

/* Of one frame. */
struct weir_rtp_slices {
	struct weir_rtp_slice *slice;
	uint32_t n, capacity;
	uint8_t *headers;
	uint32_t header_bytes;
	uint32_t room; /* of a packet */
};

struct weir_rtp_coding {
	const char *summary;
	enum weir_rtp_payload payload;
	uint8_t payload_type; /* unless another is asked for */
	uint32_t header;      /* of most packets, RTP's included */
	uint32_t units;       /* that a frame may have of what begins a packet of its own */

	/* Whether pictures like this one can be sent: 0, or -ENOTSUP with what helps. */
	int (*accepts)(const struct weir_video *video, char *why, size_t size);

	/* Cuts a frame. 0; -EBADMSG: it is damaged; -ENOTSUP: none like it can be sent. Why, in
	 * words. */
	int (*cut)(struct weir_rtp_slices *slices, const uint8_t *frame, size_t bytes, char *why,
		size_t size);

	/* What the session description is to tell of the stream that this frame is of, in `size`
	 * bytes: its sprop-parameter-sets; "" if it brings none. NULL: nothing. */
	void (*describe)(const uint8_t *frame, size_t bytes, char *text, size_t size);
};

extern const struct weir_rtp_coding weir_rtp_coding_jpeg, weir_rtp_coding_h264;

/* The one for that format, or NULL. */
const struct weir_rtp_coding *weir_rtp_coding_of(const struct weir_format *format);

/* Most packets of a frame of so many bytes. */
uint32_t weir_rtp_slices_most(
	const struct weir_rtp_coding *coding, size_t frame_bytes, uint32_t room);

/* Memory for the slices of a frame of so many packets at most; `memory` is aligned as they are. */
size_t weir_rtp_slices_bytes(uint32_t packets);
void weir_rtp_slices_init(
	struct weir_rtp_slices *slices, uint8_t *memory, uint32_t packets, uint32_t room);

/* One packet more, with so many bytes of header behind RTP's: where these go. NULL: there are too
 * many. */
uint8_t *weir_rtp_slices_add(
	struct weir_rtp_slices *slices, size_t header, size_t at, size_t bytes);

/* RTP's headers of all of them. */
void weir_rtp_slices_number(struct weir_rtp_slices *slices, const struct weir_rtp_sheet *sheet);

/* How many slices from `first` on, of at most `most`, are cut right when the network cuts what they
 * make every `bytes`: packets of that size, and a last one that may be shorter. */
uint32_t weir_rtp_slices_equal(
	const struct weir_rtp_slice *slices, uint32_t first, uint32_t most, uint32_t bytes);

#endif
