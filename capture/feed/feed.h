/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_CAPTURE_FEED_FEED_H
#define WEIR_CAPTURE_FEED_FEED_H

#include <pthread.h>
#include <sys/types.h>

#include <weir/feed.h>

#include "core/source.h"

/* Two ends and a queue between them. The program's threads take slots, fill and queue them; the
 * loop's thread delivers. Both ends hold a reference to what they share, so that each may go first.
 *
 * The lock is held for moments only, and never while a frame is released: that may call back. */

/* A frame on its way to the loop. */
struct weir_feed_entry {
	struct weir_frame *frame;
	struct weir_feed_stamp stamp;
	uint64_t arrived_ns;
};

struct weir_feed_shown;

/* Slabs of other pipelines whose frames come one after the other. */
#define WEIR_FEED_MAX_CLAIMS 4

struct weir_feed {
	const struct weir_log *log;
	unsigned refs; /* under the lock: the program's, the source's, of slabs of shown frames */
	bool dmabufs, live;
	struct weir_memory_traits traits; /* with dmabufs: of all that come */
	bool unfenced;
	unsigned n_parts;
	struct weir_video video;
	uint32_t given_stride; /* by the program; 0: as sinks want it */
	size_t frame_bytes;
	struct weir_waker waker; /* something was queued */

	pthread_mutex_t lock;
	pthread_cond_t changed;        /* any of what follows */
	struct weir_slab *slab;        /* of the run; NULL while there is none */
	struct weir_feed_shown *shown; /* of that slab, with dmabufs: what its slots stand for */
	bool interrupted;
	bool ended;                                      /* by the program */
	bool orphaned;                                   /* the source was closed */
	struct weir_slab *claimed[WEIR_FEED_MAX_CLAIMS]; /* from the first on; see gaps.c */
	bool crowded;    /* a dma-buf came, and every slot stands for another one */
	uint64_t missed; /* frames that could not be queued, since the last that could */
	struct weir_feed_entry queue[WEIR_SLAB_MAX_SLOTS];
	unsigned first, n; /* of the queue */
};

struct weir_feed_source {
	struct weir_source base;
	struct weir_feed *feed;
	struct weir_source_host host;
	bool running;
	bool told;                    /* the host, that frames end or memory changes */
	bool goes_on;                 /* the next frame does not follow the one before */
	uint64_t next;                /* frame's number */
	struct weir_source_info info; /* what describe() shows */
	struct weir_source_format format;
	struct weir_source_size size;
};

/* feed.c */
struct weir_feed *weir_feed_ref(struct weir_feed *feed);
void weir_feed_unref(struct weir_feed **feed);

/* source.c */
/* Releases what is queued, outside the lock: that may call back. How many. */
unsigned weir_feed_clear(struct weir_feed *feed);
int weir_feed_source_open(struct weir_feed *feed, struct weir_source **out);

/* Under the lock: waits until there is a free slot that `fits` likes, and takes it. As
 * weir_feed_take(). */
int weir_feed_wait_slot(struct weir_feed *feed, uint64_t timeout_ns, struct weir_slot **out,
	struct weir_slot *(*choose)(struct weir_feed *feed, const void *data), const void *data);

/* Under the lock: queues it, and takes the reference. There are no more frames than slots, and so
 * there is room. */
void weir_feed_append(
	struct weir_feed *feed, struct weir_frame *frame, const struct weir_feed_stamp *stamp);

/* gaps.c: whether sinks may write around the lines of that frame of another pipeline's, which
 * nobody else does then while this feed, or a frame of it, lives. Under the lock, or while opening.
 */
bool weir_feed_claim_gaps(struct weir_feed *feed, const struct weir_frame *frame);
void weir_feed_disclaim_gaps(struct weir_feed *feed);

/* dmabufs.c: memory that the program shows buffer by buffer. */
int weir_feed_learn(struct weir_feed *feed, const struct weir_feed_dmabufs *like);
extern const struct weir_memory_kind weir_memory_shown;
int weir_feed_make_slab(
	struct weir_feed *feed, const struct weir_slab_settings *settings, struct weir_slab **out);

#endif
