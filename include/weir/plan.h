/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_PLAN_H
#define WEIR_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <weir/export.h>
#include <weir/format.h>

WEIR_BEGIN_DECLS

/* What a pipeline will do, decided before anything moves. A plan is a value: nothing in it refers
 * to live objects, and it may be printed, compared or kept until the pipeline is planned again. */

enum weir_hop_kind { WEIR_HOP_SOURCE, WEIR_HOP_STAGE, WEIR_HOP_SINK };

enum weir_hop_memory {
	WEIR_MEMORY_SAME, /* the very bytes the source wrote */
	WEIR_MEMORY_VIEW, /* the same bytes seen through another geometry */
	WEIR_MEMORY_COPY, /* new bytes: a copy */
	WEIR_MEMORY_DEVICE, /* new bytes that a device writes: the CPU copies none */
	WEIR_MEMORY_CONVERTED /* new bytes: another picture, by a stage that converts */
};

struct weir_plan_hop {
	enum weir_hop_kind kind;
	enum weir_hop_memory memory;
	const char *name;       /* URI or stage text */
	const char *reason;     /* in words */
	struct weir_video video; /* as it leaves the hop; as it reaches it for a sink */
	uint64_t bytes_copied;  /* a frame; of COPY only */
	uint64_t bytes_converted; /* a frame, at most; of CONVERTED only */
	size_t from;             /* the hop whose frames it gets; of the source 0 */
	bool may_copy;          /* SAME or VIEW, but for frames of which `reason` says when they
				 * are copied first */
	unsigned budget;        /* of a sink: frames it may hold */
};

/* A choice that was weighed: the memory kind or loop taken, or one rejected. And what was found out
 * of each memory, "lock": whether it can be swapped out, under the name of the stage that fills it,
 * or "source". */
struct weir_plan_choice {
	const char *what;   /* "memory", "lock", "loop"; "format" where there was a choice */
	const char *name;   /* "slab", "host", "uring", "YUYV" … */
	int chosen;
	const char *reason; /* why, or why not and the remedy */
};

struct weir_plan {
	struct weir_video video;   /* from the source */
	const char *memory;        /* the kind chosen; "given": the program's dma-bufs */
	const char *loop;
	unsigned slots;
	unsigned private_slots;    /* beside these, for frames that have to be copied while running
				    */
	size_t slot_bytes;         /* the frame's, without headroom and tailroom */
	unsigned n_parts;          /* dma-bufs that a frame lies in: 1, or one for each plane … */
	size_t part_bytes[WEIR_MAX_PLANES]; /* … and what it takes of each */
	uint64_t bytes_copied;     /* a frame, over all hops … */
	uint64_t bytes_converted;  /* … and while somebody wants what stages convert, at most */
	const struct weir_plan_hop *hops; /* the source, the stages in order, those of
					    * the planner's last, and the sinks */
	size_t n_hops;
	const struct weir_plan_choice *choices;
	size_t n_choices;
};

WEIR_END_DECLS

#endif
