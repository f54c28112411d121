/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_CORE_FRAME_H
#define WEIR_CORE_FRAME_H

#include <stdatomic.h>
#include <stdbool.h>

#include <weir/frame.h>
#include <weir/ledger.h>

/* Two kinds of frame share the struct. A slot's own frame is the picture; a view is somebody's
 * handle on another frame: the view of a stage has a geometry of its own, the view of a sink lets
 * the pipeline see when that sink is done. A view holds one reference to its parent. Both are
 * embedded in memory that outlives them (the slot; an attachment of the slab), so nothing is
 * allocated per frame. */

struct weir_slot;

struct weir_frame {
	_Atomic uint32_t refs; /* 0: handed back, and any use is a bug that aborts */
	struct weir_frame_info info;
	struct weir_slot *slot;
	struct weir_frame *parent; /* NULL for a slot's own frame */

	/* Called when the last reference is dropped, on the thread that dropped it, before the
	 * parent is released. For a slot's own frame it hands the slot back. */
	void (*released)(struct weir_frame *frame, void *data);
	void *data;

	_Atomic uint32_t
		generation; /* of a slot's own frame: goes up when the slot is handed back */
	enum weir_drop verdict;      /* of a sink's view: why it does not count as delivered */

	/* Brackets opened through this handle; the slot knows those of all handles. */
	_Atomic uint32_t brackets;
	const char *_Atomic opened_at;
};

/* Makes `view` a handle on `parent`, taking over the caller's reference to it. The view has one
 * reference, the caller's. info is the parent's until changed. */
void weir_frame_init_view(struct weir_frame *view, struct weir_frame *parent,
	void (*released)(struct weir_frame *frame, void *data), void *data);

/* The slot's own frame under any number of views. */
struct weir_frame *weir_frame_root(struct weir_frame *frame);

/* Whether the caller's reference is the only one, through all views. */
bool weir_frame_is_sole(const struct weir_frame *frame);

/* Whether nobody else sees what is written into its pixels. */
bool weir_frame_is_private(const struct weir_frame *frame);

/* Brackets for whoever has claimed what lies around the lines (weir_slab_claim()), and writes there
 * while others hold and read the frame: headroom, and what the stride leaves behind each line.
 * Cache lines are shared with pixels at the edges, so that both directions are synced. `pixels` are
 * as of weir_frame_begin_cpu(). 0, -EACCES or -EIO. */
int weir_frame_begin_around(struct weir_frame *frame, struct weir_pixels *pixels);
int weir_frame_end_around(struct weir_frame *frame);

/* Lines of that plane, and what each has without its padding. Of a compressed frame: one, of all
 * its bytes. */
uint32_t weir_frame_lines(const struct weir_frame_info *info, unsigned plane);
size_t weir_frame_line_bytes(const struct weir_frame_info *info, unsigned plane);

/* Generation check: whether the slot is still in the use that (slot, generation) names. For holders
 * that were told numbers instead of given a reference: peer processes, tests. */
bool weir_frame_is_current(const struct weir_frame *frame, uint32_t generation);

/* A device reads the memory on its own (a display, until another picture has taken its place):
 * between these two the slot must not go back. Debug builds stop where it would, and where it has.
 * `who` in words, for that; it stays. */
void weir_frame_begin_device(struct weir_frame *frame, const char *who);
void weir_frame_end_device(struct weir_frame *frame);

/* The slot of that frame is about to go back. */
void weir_frame_check_devices(const struct weir_frame *frame);

#endif
