/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_SINKS_RTP_SINK_H
#define WEIR_SINKS_RTP_SINK_H

#include <stdbool.h>
#include <stdint.h>

#include "core/histogram.h"
#include "core/sink.h"
#include "sinks/rtp/geometry.h"
#include "sinks/rtp/options.h"
#include "sinks/rtp/resend.h"
#include "sinks/rtp/route.h"
#include "sinks/rtp/rtp.h"
#include "sinks/rtp/slices.h"

/* One stream to one receiver or group.
 *
 * A frame's life here: take() keeps it and puts it into the queue (frames.c); its turn comes, and
 * it leaves in trains, runs of packets that are one send each (trains.c); what goes wrong with
 * these is dealt with in trouble.c; when the network has let go of the last one, the frame goes
 * back, or is kept a while for those who miss packets of it (resend.c). */

#define WEIR_RTP_TRAINS 64 /* operations in flight */
#define WEIR_RTP_BLOCKS 32 /* of those, put together by us */

struct weir_rtp_sink;

/* What numbers the packets. */
struct weir_rtp_stream {
	uint32_t ssrc;
	uint32_t next;         /* sequence number of the next frame's first packet, all 32 bits */
	uint32_t stamp_offset; /* RTP's times begin anywhere */
	uint8_t payload_type;
};

/* Of what is written between the lines (between.c). Streams that go to several receivers are one
 * there: the same headers for all. Belongs to the slab. */
struct weir_rtp_shared;

struct weir_rtp_frame {
	struct weir_frame *frame; /* NULL: this place is free */
	enum weir_rtp_way way;
	struct weir_rtp_sheet sheet;
	struct weir_rtp_pieces pieces; /* headers NULL: they stand between the lines */
	uint32_t packets;
	uint32_t next;     /* the first packet that has not been on its way yet */
	unsigned trains;   /* on their way, or to be tried again */
	unsigned resends;  /* of it, on their way */
	unsigned n_wanted; /* packets that are to be sent again */
	bool between, begun, bracketed, failed;
	bool kept, spent; /* for those that miss packets of it; and it was */
};

struct weir_rtp_train {
	struct weir_op op;
	struct weir_rtp_sink *sink;
	struct weir_rtp_frame *frame;
	uint32_t first, n;           /* packets */
	struct weir_rtp_train *next; /* of those that are free, or to be tried again */
	struct iovec parts[WEIR_RTP_MAX_FRAGMENTS];
};

/* Which of some ways costs least is found out with the first frames (choose.c). */
struct weir_rtp_trial {
	bool running;
	enum weir_rtp_way ways[WEIR_RTP_N_WAYS]; /* in turn */
	unsigned n_ways;
	unsigned n; /* frames so far */
	uint64_t since_ns;
	uint64_t least_ns[WEIR_RTP_N_WAYS];
};

struct weir_rtp_sink {
	struct weir_sink base;
	struct weir_rtp_options options;
	struct weir_rtp_route route;
	struct weir_rtp_stream stream;

	/* Of one start. */
	struct weir_sink_host host;
	struct weir_loop_zero_copy abilities;
	bool running, draining;
	struct weir_video video;
	struct weir_rtp_geometry geometry;
	const struct weir_rtp_coding *coding; /* NULL: uncompressed */
	uint32_t most_packets;                /* of a compressed frame */
	enum weir_rtp_way way;                /* of frames to come */
	struct weir_rtp_trial trial;
	struct weir_rtp_shared *shared; /* NULL: headers stand apart */
	uint8_t *sheets;                /* room for the headers of some frames … */
	size_t sheet_bytes;
	uint32_t sheets_free; /* … one bit each that is free */

	struct weir_rtp_frame frames[WEIR_SLAB_MAX_SLOTS]; /* by place */
	struct weir_rtp_frame *queue[WEIR_SLAB_MAX_SLOTS]; /* not wholly on their way yet */
	unsigned queue_first, queued;

	struct weir_rtp_train trains[WEIR_RTP_TRAINS];
	struct weir_rtp_train *idle;
	struct weir_rtp_train *again, **again_end; /* to be tried again, before all others */
	struct iovec parts[WEIR_RTP_MAX_PARTS];    /* of the one that is being copied */
	uint8_t *blocks;      /* that trains are put together in; NULL: no need of it yet */
	uint32_t blocks_free; /* one bit each */
	unsigned unsent;    /* trains given to the loop and not in the socket's queue yet */
	unsigned stumbled;  /* of those, answered with an error that done() will deal with */
	unsigned in_flight; /* trains whose memory is in use */
	unsigned window;    /* as many fit the socket's buffer */
	uint32_t segment;   /* what the socket cuts sends into; 0: nothing yet */
	uint32_t most_segments;

	struct weir_timer pace; /* the next trains may go */
	uint64_t paced_ns;      /* when the last ones were allowed to */
	uint64_t step_ns;
	unsigned credit, step_trains;
	uint32_t paced_segments; /* of a train at most */

	struct weir_timer hold; /* trying again */
	bool held;
	int away;       /* -errno for which nothing leaves; 0: it does */
	bool replanned; /* packets are to be others: nothing leaves until then */
	bool said_refused, said_full, said_damaged;
	uint64_t refused, stalls;
	unsigned copied_in_a_row;

	struct weir_rtp_resends resends;

	struct weir_timer report;
	bool reported;
	char parameters[512]; /* sprop-parameter-sets of the session description */
	uint32_t packets, octets;
	struct weir_histogram first_packet; /* from the frame's timestamp */
};

/* frames.c */
int weir_rtp_frames_open(struct weir_rtp_sink *sink); /* 0 or -ENOMEM */
void weir_rtp_frames_close(struct weir_rtp_sink *sink);
/* 0, or -ENOTSUP, logged: no such frames can be sent. */
int weir_rtp_enqueue(struct weir_rtp_sink *sink, struct weir_frame *frame);
/* Makes the queue's first frame ready to leave. 0; -EAGAIN: not now; else -errno. */
int weir_rtp_begin(struct weir_rtp_sink *sink);
void weir_rtp_pop(struct weir_rtp_sink *sink);
/* Its packets from `first` on leave once more, before all other frames. */
void weir_rtp_rewind(struct weir_rtp_sink *sink, struct weir_rtp_frame *frame, uint32_t first);
/* Lets the frame go if nothing of it is on its way any more, nor will be. */
void weir_rtp_finish(struct weir_rtp_sink *sink, struct weir_rtp_frame *frame);
void weir_rtp_drop_all(struct weir_rtp_sink *sink);

/* between.c: joins those who write between the lines of this run's frames. False: nobody can, or
 * somebody else does. */
bool weir_rtp_share(struct weir_rtp_sink *sink);
void weir_rtp_unshare(struct weir_rtp_sink *sink);
/* What numbers its packets: its own, or the one that is shared. */
struct weir_rtp_stream *weir_rtp_stream(struct weir_rtp_sink *sink);
/* What the headers of that frame, the next one, are to say. */
struct weir_rtp_sheet weir_rtp_number(
	struct weir_rtp_sink *sink, const struct weir_frame *frame, uint32_t packets);
/* Has the headers stand between the frame's lines. False: they cannot, for this one. */
bool weir_rtp_prepare_between(struct weir_rtp_sink *sink, struct weir_rtp_frame *frame);

/* load.c: how many packets of train->first … go as one send, and what it is made of. */
int weir_rtp_blocks_open(struct weir_rtp_sink *sink); /* 0 or -ENOMEM */
void weir_rtp_blocks_close(struct weir_rtp_sink *sink);
bool weir_rtp_can_load(const struct weir_rtp_sink *sink, const struct weir_rtp_frame *frame);
void weir_rtp_load(struct weir_rtp_sink *sink, struct weir_rtp_train *train);
void weir_rtp_unload(struct weir_rtp_sink *sink, const struct weir_rtp_train *train);
uint32_t weir_rtp_load_stride(const struct weir_rtp_frame *frame); /* 0: headers apart */

/* pace.c */
void weir_rtp_pace_open(struct weir_rtp_sink *sink);
void weir_rtp_pace_frame(struct weir_rtp_sink *sink, const struct weir_rtp_frame *frame);
/* Whether the next train may leave by now; else the pump runs again when it may. */
bool weir_rtp_may_go(struct weir_rtp_sink *sink);

/* trains.c */
void weir_rtp_trains_open(struct weir_rtp_sink *sink);
void weir_rtp_pump(struct weir_rtp_sink *sink);
/* So many bytes have left: into the books. */
void weir_rtp_count_send(struct weir_rtp_sink *sink, const struct weir_op *op, uint64_t bytes);
void weir_rtp_trains_stop(struct weir_rtp_sink *sink);

/* trouble.c: a train came back with an error. 0: it will be tried again; WEIR_RTP_CUT_ANEW: its
 * packets go in other trains; else the sink's own error. */
#define WEIR_RTP_CUT_ANEW 1
int weir_rtp_trouble(struct weir_rtp_sink *sink, struct weir_rtp_train *train, int error);
void weir_rtp_hold(struct weir_rtp_sink *sink, uint64_t ns);
void weir_rtp_trouble_open(struct weir_rtp_sink *sink);
void weir_rtp_trouble_over(struct weir_rtp_sink *sink); /* something left */

/* choose.c */
bool weir_rtp_zero_copy(
	const struct weir_sink *sink, const struct weir_offer *offer, char *why, size_t size);
int weir_rtp_choose(struct weir_rtp_sink *sink); /* 0 or -ENOMEM */
enum weir_rtp_way weir_rtp_way_now(struct weir_rtp_sink *sink);
void weir_rtp_note_copy(struct weir_rtp_sink *sink, bool copied);

/* report.c: of a sink that was started. As base.impl's describe_session. */
int weir_rtp_describe_session(struct weir_sink *base, char *text, size_t size);
/* Tells what the frame says of the stream, if nothing has yet. */
void weir_rtp_describe_frame(struct weir_rtp_sink *sink, const uint8_t *frame, size_t bytes);
int weir_rtp_write_sdp(struct weir_rtp_sink *sink); /* 0 or -errno, logged */
void weir_rtp_report_open(struct weir_rtp_sink *sink);
void weir_rtp_report_first(struct weir_rtp_sink *sink);
void weir_rtp_report_close(struct weir_rtp_sink *sink);

#endif
