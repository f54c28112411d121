/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_CAPTURE_RTP_ASSEMBLY_H
#define WEIR_CAPTURE_RTP_ASSEMBLY_H

#include "capture/rtp/chain.h"
#include "capture/rtp/coverage.h"
#include "capture/rtp/cut.h"
#include "capture/rtp/form.h"
#include "capture/rtp/timeline.h"
#include "core/slab.h"

/* Frames that are being put together: the newest one, which packets come for; older ones that wait
 * for late packets; and one ahead, which no packet has come for yet, so that the first packets of
 * the next frame have a place to land in. */

#define WEIR_RTP_FRAMES 4

struct weir_rtp_source;

struct weir_rtp_frame {
	struct weir_frame *frame; /* inside its CPU bracket; NULL: this place is free */
	uint64_t serial;          /* tells the frames apart that this place has had */
	uint8_t *memory;
	uint32_t stride;
	bool stamped; /* packets have come */
	uint32_t timestamp;
	bool led; /* what stands before all packets' bytes is there */
	bool gap; /* packets are missing since the frame before began */
	uint64_t arrived_ns;
	uint64_t deadline_ns; /* when it is delivered as it is; 0: packets still come */
	uint32_t next;        /* the byte behind its latest packet */
	uint32_t end;         /* where it ends; UINT32_MAX: a coded one, untold so far */
	struct weir_coverage coverage;
	struct weir_rtp_chain chain; /* instead, of forms that have a link() */
};

struct weir_rtp_assembly {
	struct weir_rtp_frame frames[WEIR_RTP_FRAMES];
	struct weir_rtp_frame *order[WEIR_RTP_FRAMES]; /* oldest first */
	unsigned n;
	uint64_t serials;
	uint32_t total;      /* bytes of a frame, lines without padding; of a coded one, at most */
	bool has_lead;
	uint8_t lead[WEIR_RTP_MAX_LEAD]; /* what the first packet that is foreseen leads with */
	uint32_t line_bytes; /* 0: it has no lines */
	bool any;            /* packets of a frame have come */
	uint32_t timestamp;  /* of the newest frame, whatever became of it */
	bool skipping;       /* there was no memory for that frame, or we came in its middle */
	uint64_t lost_then;  /* packets lost when it began */
	uint64_t span_ns;    /* from the first packet of a frame to its last one, of late */
	bool goes_on;        /* the next one to be delivered follows another start's */
	bool delivered;      /* one was, in this run */
	struct weir_cut cut;
	struct weir_rtp_timeline timeline;
	struct weir_rtp_chains chains;
};

/* Where the next packet's bytes will belong: a frame, and the byte in it. NULL: nobody knows. May
 * open the frame ahead. */
struct weir_rtp_frame *weir_rtp_assembly_next(struct weir_rtp_source *source);

/* The frame ahead, which is opened if there is memory, or NULL. */
struct weir_rtp_frame *weir_rtp_assembly_ahead(struct weir_rtp_source *source);

/* The frame that a packet of this time belongs to; one that is new is begun. NULL: it is over, or
 * is not received. */
struct weir_rtp_frame *weir_rtp_assembly_find(
	struct weir_rtp_source *source, uint32_t timestamp, uint64_t now_ns);

/* A frame of that time, which is new. NULL: there is no memory, and it is not received. */
struct weir_rtp_frame *weir_rtp_assembly_new(
	struct weir_rtp_source *source, uint32_t timestamp, uint64_t now_ns);

/* Makes the frame the one of that time; those before it get their deadline. */
void weir_rtp_assembly_begin(struct weir_rtp_source *source, struct weir_rtp_frame *frame,
	uint32_t timestamp, uint64_t now_ns);

/* Copies a part to its place. Whether anything of it was missing. */
bool weir_rtp_assembly_place(struct weir_rtp_source *source, struct weir_rtp_frame *frame,
	const struct weir_rtp_part *part);

/* Its last packet has come. */
void weir_rtp_assembly_mark(
	struct weir_rtp_source *source, struct weir_rtp_frame *frame, uint32_t end);

/* No more packets of it will come but late ones. */
void weir_rtp_assembly_end(
	struct weir_rtp_source *source, struct weir_rtp_frame *frame, uint64_t now_ns);

/* How long packets of the newest frame should still come, if they come as those of the last one
 * did; 0: it is over, or there is none. */
uint64_t weir_rtp_assembly_left(const struct weir_rtp_assembly *assembly, uint64_t now_ns);

/* Delivers what is whole or due, oldest first. May stop the source. */
void weir_rtp_assembly_settle(struct weir_rtp_source *source, uint64_t now_ns);

/* The sender is another one: what is unfinished is delivered as it is, and the next stamp is taken
 * as it comes. May stop the source. */
void weir_rtp_assembly_restart(struct weir_rtp_source *source, uint64_t now_ns);

/* Lets go of every frame. */
void weir_rtp_assembly_clear(struct weir_rtp_source *source);

/* The frame's bytes from `start` on that are together in memory: *length is cut to that. */
uint8_t *weir_rtp_assembly_at(const struct weir_rtp_assembly *assembly,
	const struct weir_rtp_frame *frame, uint32_t start, uint32_t *length);

#endif
