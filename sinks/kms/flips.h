/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_SINKS_KMS_FLIPS_H
#define WEIR_SINKS_KMS_FLIPS_H

#include "core/histogram.h"
#include "core/loop.h"
#include "core/slab.h"
#include "sinks/kms/output.h"

/* Who is on the screen. A frame goes from `next` (the newest; an older one gives way) to `coming`
 * (committed, and on the screen from the next refresh on) to `shown`, and is released when the flip
 * event says that another has taken its place: until then the display reads its memory. */

struct weir_kms_shot {
	struct weir_frame *frame; /* NULL: none */
	uint32_t framebuffer;
	uint64_t ready_ns; /* when it could have been committed, had there been room */
	bool is_read;      /* by the display, from the commit on */
};

struct weir_kms_flips;

/* Comes back with an event and says whether it is the one that is waited for. */
struct weir_kms_ticket {
	struct weir_kms_flips *flips;
};

#define WEIR_KMS_TICKETS 8

struct weir_kms_flips {
	struct weir_kms_output *output;
	struct weir_loop *loop;
	bool at_once;   /* flips do not wait for the refresh */
	bool finishing; /* nothing follows */

	/* The display does not do it any more: -errno. From the loop, never from inside show(). */
	void (*failed)(void *data, int error);
	void (*finished)(void *data); /* `finishing`, and the last frame is on the screen */
	void (*committed)(void *data, const struct weir_frame *frame, uint64_t at_ns);
	void *data;

	struct weir_watch watch;
	struct weir_timer retry;
	struct weir_task finish;
	struct weir_kms_shot shown, coming, next;
	struct weir_kms_ticket tickets[WEIR_KMS_TICKETS];
	unsigned ticket; /* of what is coming */
	uint64_t called_ns;    /* when a commit was last tried, */
	uint64_t committed_ns; /* and when that of what is coming was */
	uint64_t flipped_ns; /* when `shown` came to the screen; 0: nobody knows */
	bool begun; /* the mode is set */
	unsigned overdue; /* looks at the clock in vain */

	struct {
		uint64_t shown;
		uint64_t late;     /* missed a refresh that they were ready for */
		uint64_t repeated; /* refreshes that showed the one before in their place */
		uint64_t lost;     /* events that never came */
		struct weir_histogram latency; /* from the frame's timestamp to the flip's */
		struct weir_histogram commit;  /* how long the card takes a commit */
	} count;
};

/* Watches the card for events. `count` stays as it was; the rest begins anew. 0 or -errno. */
int weir_kms_flips_start(struct weir_kms_flips *flips, struct weir_loop *loop);

/* Takes a reference. 0, or -errno: the display refuses, and the frame was not taken. */
int weir_kms_flips_show(
	struct weir_kms_flips *flips, struct weir_frame *frame, uint32_t framebuffer);

/* Nothing follows, but what waits for us to have room: `finished` is called when all of it is on
 * the screen. */
void weir_kms_flips_finish(struct weir_kms_flips *flips);

/* To be called every now and then: finds events that were lost. 0; -ETIMEDOUT when the display does
 * not answer, or what a commit said. */
int weir_kms_flips_check(struct weir_kms_flips *flips);

/* Releases all; nothing of ours is on the screen any more. What was not shown yet gets the verdict.
 */
void weir_kms_flips_let_go(struct weir_kms_flips *flips, enum weir_drop verdict);

/* Ends the watch. */
void weir_kms_flips_stop(struct weir_kms_flips *flips);

#endif
