/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_CAPTURE_RTP_SOURCE_H
#define WEIR_CAPTURE_RTP_SOURCE_H

#include "capture/rtp/assembly.h"
#include "capture/rtp/batch.h"
#include "capture/rtp/cut.h"
#include "capture/rtp/form.h"
#include "capture/rtp/rtp.h"
#include "capture/rtp/sender.h"
#include "capture/rtp/timeline.h"
#include "capture/rtp/wishes.h"
#include "core/paint.h"
#include "core/source.h"

/* Video from the network. Where the bytes of the packets to come belong is known in advance, since
 * senders cut one frame like the other: the kernel copies them there, headers aside (batch.h,
 * cut.h). What was foreseen wrongly is put right by a copy of ours, and counted. Frames that miss
 * packets wait a little for late ones (assembly.h). Nothing that packets say is believed before it
 * is checked, and nothing is allocated while running. */

struct weir_rtp_counts {
	uint64_t packets;        /* that were taken */
	uint64_t lost;           /* by their sequence numbers */
	uint64_t late, repeated; /* of frames that are over; of what is there already */
	uint64_t moved;          /* taken from where they had not been expected */
	uint64_t foreign, unfit; /* of others than the sender; that cannot be of this stream */
	uint64_t corrupt;        /* frames that missed something */
};

struct weir_rtp_source {
	struct weir_source base;
	struct weir_rtp_wishes wishes;
	const struct weir_rtp_form *form;

	/* While running. */
	bool running;
	int fd;
	struct weir_source_host host;
	struct weir_watch watch;
	struct weir_timer deadline; /* of frames that wait for packets */
	struct weir_timer silence;
	struct weir_timer rest; /* while armed, packets gather unwatched */
	uint64_t rest_ns;       /* 0: the buffer is too small for that */
	struct weir_rtp_batch batch;
	struct weir_rtp_sender sender;
	struct weir_rtp_assembly assembly;
	struct weir_rtp_counts counts;
	struct weir_paint black;
	unsigned said; /* one bit for each thing that is said once a run */

	/* What describe() shows. */
	struct weir_source_info info;
	struct weir_source_format format;
	struct weir_source_size size;
	struct weir_source_ability abilities[2];
	char details[2][160];
	char title[128];
};

/* capture/rtp/run.c */
int weir_rtp_start(struct weir_source *source, const struct weir_source_host *host);
void weir_rtp_stop(struct weir_source *source);

/* capture/rtp/settle.c: the room for a coded frame of that size. */
uint32_t weir_rtp_coded_bytes(const struct weir_video *video);

/* capture/rtp/describe.c */
int weir_rtp_describe(struct weir_source *source, const struct weir_source_info **out);

/* capture/rtp/packet.c: one packet that lies in one piece, from somebody. */
void weir_rtp_take_packet(struct weir_rtp_source *source, const uint8_t *packet, size_t length,
	const union weir_rtp_address *from, uint64_t now_ns);

/* What is said once a run. */
enum weir_rtp_said {
	WEIR_RTP_SAID_TYPE = 1 << 0,
	WEIR_RTP_SAID_UNFIT = 1 << 1,
	WEIR_RTP_SAID_FOREIGN = 1 << 2,
	WEIR_RTP_SAID_SLOT = 1 << 3,
	WEIR_RTP_SAID_SHORT = 1 << 4,
	WEIR_RTP_SAID_DROPS = 1 << 5,
	WEIR_RTP_SAID_SILENCE = 1 << 6,
	WEIR_RTP_SAID_SIZE = 1 << 7
};

/* Whether it is the first time. */
static inline bool weir_rtp_once(struct weir_rtp_source *source, enum weir_rtp_said what)
{
	bool first = !(source->said & (unsigned)what);

	source->said |= (unsigned)what;
	return first;
}

/* Counts what is missing before the packet of that number. Whether it is itself one that was
 * missing: when it is news, it is not lost any more. */
static inline bool weir_rtp_count(struct weir_rtp_source *source, uint16_t sequence)
{
	bool late;

	source->counts.lost += weir_rtp_sender_count(&source->sender, sequence, &late);
	return late;
}

static inline void weir_rtp_uncount(struct weir_rtp_source *source)
{
	source->counts.lost -= source->counts.lost != 0;
}

#endif
