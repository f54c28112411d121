/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_CAPTURE_RTP_CHAIN_H
#define WEIR_CAPTURE_RTP_CHAIN_H

#include <stdbool.h>
#include <stdint.h>

#include "capture/rtp/cut.h"
#include "capture/rtp/form.h"
#include "core/rtp/packet.h"
#include "core/rtp/sdp.h"

/* Frames whose packets do not tell where their bytes belong: each one's follow those of the packet
 * before it. Bytes are put into the frame in the order in which they come, the first time without
 * a guess: it is the right order but for packets that the network has reordered. Which packet is
 * where is kept as runs of numbers that follow each other, one run in nearly all frames; those of
 * other frames are put in order when the frame ends.
 *
 * What goes on with a unit whose beginning is missing is left out then: a decoder would take it for
 * something else. */

#define WEIR_RTP_RUNS 512

struct weir_rtp_source;
struct weir_rtp_frame;
struct weir_rtp_expected;

struct weir_rtp_run {
	uint16_t first, n;  /* numbers of its packets */
	uint32_t at, bytes; /* in the frame's memory */
	uint32_t loose;     /* bytes at its beginning that go on with a unit … */
	uint8_t loose_unit; /* … of this name */
	uint8_t unit;       /* that it ends in, if it is open */
	bool open;
	enum weir_rtp_heads heads;
};

/* Of one frame. */
struct weir_rtp_chain {
	unsigned n;
	struct weir_rtp_run run[WEIR_RTP_RUNS]; /* by number */
	uint32_t used;                          /* bytes of the frame's memory */
	bool ended;
	uint16_t last; /* number of the packet with the marker */
	bool broken;   /* packets contradict each other, or found no room */
	bool key, idr, brings_sets;
};

/* Of a run of the source. */
struct weir_rtp_chains {
	bool any; /* a frame has been ended */
	bool any_skipped;
	uint16_t next;      /* number of the packet behind it … */
	uint16_t skip_next; /* … and behind the frame that was skipped last */
	bool open_end;      /* whether its last packet came is not known */
	bool ready;         /* a frame that a decoder can begin with has come */
	bool waiting;       /* for one, and it was told */
	bool brings_sets;   /* the stream brings its parameter sets … */
	bool delimited;     /* … and begins frames with delimiters */
	bool foreseen;
	uint8_t unit;                /* that `piece` is of */
	struct weir_cut_piece piece; /* as packets of a unit go on, all of them but its last */
	uint8_t *scratch;            /* for frames whose packets are out of order; touched then */
	size_t room;
	uint8_t sets[WEIR_SDP_SPROP]; /* that the description brought */
	uint32_t sets_bytes;
};

/* 0 or -ENOMEM. */
int weir_rtp_chain_prepare(struct weir_rtp_source *source);
void weir_rtp_chain_release(struct weir_rtp_source *source);

/* The sender is another one. */
void weir_rtp_chain_restart(struct weir_rtp_chains *chains);

void weir_rtp_chain_clear(struct weir_rtp_chain *chain);

/* The frame that a packet belongs to, as weir_rtp_assembly_find(); `late`: a newer one came before
 * it. Times of frames need not ascend: decoders get pictures in another order than viewers. */
struct weir_rtp_frame *weir_rtp_chain_find(struct weir_rtp_source *source,
	const struct weir_rtp_header *header, bool late, uint64_t now_ns);

/* Takes a packet in: its payload is copied to where it belongs. Whether it is news. */
bool weir_rtp_chain_take(struct weir_rtp_source *source, struct weir_rtp_frame *frame,
	const struct weir_rtp_header *header, const struct weir_rtp_part *payload);

/* As this, of a packet that came as foreseen. */
bool weir_rtp_chain_came(struct weir_rtp_source *source, struct weir_rtp_frame *frame,
	const struct weir_rtp_expected *expected);

/* Foresees what follows that packet. */
void weir_rtp_chain_learn(struct weir_rtp_source *source, const uint8_t *packet, size_t length,
	const struct weir_rtp_part *payload);

/* The packet that is foreseen at that byte of the frame, or NULL. */
const struct weir_cut_piece *weir_rtp_chain_foresee(
	const struct weir_rtp_source *source, const struct weir_rtp_frame *frame, uint32_t start);

/* Whether the frame, the oldest one, has all of its packets. */
bool weir_rtp_chain_whole(const struct weir_rtp_source *source, const struct weir_rtp_frame *frame);

/* Puts the oldest frame in order and ends it. Whether something is missing; *bytes is what it has
 * then, 0: nothing for a decoder. */
bool weir_rtp_chain_close(
	struct weir_rtp_source *source, struct weir_rtp_frame *frame, uint32_t *bytes);

#endif
