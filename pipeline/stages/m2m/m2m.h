/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_PIPELINE_M2M_M2M_H
#define WEIR_PIPELINE_M2M_M2M_H

#include "core/stage.h"
#include "pipeline/stages/m2m/format.h"
#include "pipeline/stages/m2m/tickets.h"

/* A codec, scaler or converter in hardware.
 *
 * A frame that comes is queued by its dma-buf and held until the device gives that buffer back.
 * What the device makes of it lies in the stage's own slots: buffer i is slot i. The buffer's
 * timestamp, which the device copies, says which frame a picture was made of.
 *
 * A decoder learns from the stream what it will give. When that is another picture than was
 * planned, its own side stops, the pipeline plans again, and the side that takes frames goes on
 * with all it has: nothing is lost. */
struct weir_m2m {
	/* settings */
	const struct weir_format *wanted;
	uint32_t width, height; /* 0: as they come */

	/* what it was brought to */
	struct weir_m2m_device device;
	struct weir_m2m_queue input, output; /* as the pipeline sees it: frames to it, from it */
	struct weir_video comes;             /* as the frames are that it takes; empty: refused */
	struct weir_m2m_format takes, gives;
	unsigned takes_least, gives_least; /* buffers that the driver needs */
	bool decodes, encodes;
	bool stops;          /* it has a command for the end of the stream */
	bool follows_stream; /* it tells of pictures that change, the first one included */
	uint32_t refuted;    /* one bit a memory kind that did not do in a run what it promised */

	/* state: also between stop() and start(), when `kept` */
	struct weir_frame *frames[WEIR_SLAB_MAX_SLOTS]; /* those it reads, by the buffer's number */
	struct weir_m2m_tickets tickets;
	bool kept; /* the side that takes frames goes on */

	/* state, while running */
	struct weir_stage_host host;
	struct weir_watch watch;
	uint32_t unproven; /* imported slots that it has not been seen to write to */
	bool held_back;    /* there may be pictures that were not wanted */
	bool changing;     /* the picture becomes another: what was made of the old one comes yet */
	bool parted;       /* the pipeline was told to plan again */
	bool draining;
	bool over; /* nothing comes any more */
	bool gone; /* unplugged */
};

extern const struct weir_stage_impl weir_stage_m2m;
extern const struct weir_stage_engine weir_stage_m2m_engine;

/* settle.c: opens the device if it is closed, and brings both sides to `video` and what is wanted.
 * 0 or -errno, logged. */
int weir_m2m_settle(struct weir_m2m *m2m, const struct weir_video *video);
/* settle.c: the same again, for compressed frames that come in memory of so many bytes. */
int weir_m2m_settle_for(struct weir_m2m *m2m, size_t bytes);

/* settle.c: what the driver says that it needs, and what the stage then does. */
void weir_m2m_read_needs(struct weir_m2m *m2m);
void weir_m2m_needs(const struct weir_m2m *m2m, struct weir_stage_needs *out);

/* memory.c: which bit of m2m->refuted. */
unsigned weir_m2m_number_of(const struct weir_memory_kind *kind);

/* memory.c: what the engine's accepts and fills do. */
int weir_m2m_accepts(struct weir_stage *stage, const struct weir_memory_kind *kind,
	const struct weir_slab_settings *slot, char *why, size_t size);
int weir_m2m_fills(
	struct weir_stage *stage, const struct weir_memory_kind *kind, char *why, size_t size);

/* output.c: gives the device every slot and streams; and back. 0 or -errno, logged, after which
 * nothing is left. -ESTALE: m2m->refuted was set, and another plan is to be made. */
int weir_m2m_output_begin(struct weir_m2m *m2m);
void weir_m2m_output_halt(struct weir_m2m *m2m);

/* output.c: takes what the device has made; what finds no room after it stays there, held back. */
void weir_m2m_output_take(struct weir_m2m *m2m);
/* output.c: gives the device what is idle. */
void weir_m2m_output_refill(struct weir_m2m *m2m);

/* input.c: takes back what the device has read. Whether there was any. */
bool weir_m2m_input_return(struct weir_m2m *m2m);
/* input.c: whether one more can be given to it; and gives it. Takes the frame. */
bool weir_m2m_input_has_room(const struct weir_m2m *m2m);
void weir_m2m_input_give(struct weir_m2m *m2m, struct weir_frame *frame);
/* input.c: 0 or -errno, logged. */
int weir_m2m_input_begin(struct weir_m2m *m2m);
void weir_m2m_input_halt(struct weir_m2m *m2m);

/* flow.c: the last picture of the old size, or of the stream, has come. */
void weir_m2m_last(struct weir_m2m *m2m);
/* flow.c: it is broken, as was logged: the run ends. Once. */
void weir_m2m_break(struct weir_m2m *m2m, int error);
/* flow.c: plans again, without memory that was refuted: what it has is lost. */
void weir_m2m_refute(struct weir_m2m *m2m, const char *why);

#endif
