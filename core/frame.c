/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/frame.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/slab.h"

/* A frame used after its last release is a bug of the holder that would show somebody else's
 * picture or a torn one: every build stops here. */
static void die(
	const struct weir_frame *frame, const char *what, const char *relation, const char *other)
{
	fprintf(stderr, "weir: bug: %s (slot %u, generation %u%s%s)\n", what, frame->info.slot,
		frame->info.generation, other ? relation : "", other ? other : "");
	abort();
}

const struct weir_frame_info *weir_frame_info(const struct weir_frame *frame)
{
	return &frame->info;
}

struct weir_frame *weir_frame_ref(struct weir_frame *frame)
{
	if (atomic_fetch_add_explicit(&frame->refs, 1, memory_order_relaxed) == 0)
		die(frame, "a frame was used after it was handed back", NULL, NULL);
	return frame;
}

/* Debug builds stop; others end the bracket, so that the device's next picture is not synced
 * wrongly. */
static void close_brackets(struct weir_frame *frame)
{
#ifdef WEIR_DEBUG_CHECKS
	die(frame, "a frame was released inside a CPU bracket", ", bracket opened at ",
		atomic_load(&frame->opened_at));
#endif
	while (atomic_load_explicit(&frame->brackets, memory_order_relaxed))
		weir_frame_end_cpu(frame);
}

static void release(struct weir_frame *frame)
{
	if (atomic_load_explicit(&frame->brackets, memory_order_relaxed))
		close_brackets(frame);
	frame->released(frame, frame->data);
}

void weir_frame_unref(struct weir_frame **frame)
{
	struct weir_frame *dropped = *frame;

	*frame = NULL;
	while (dropped) {
		struct weir_frame *parent = dropped->parent;
		uint32_t refs = atomic_fetch_sub_explicit(&dropped->refs, 1, memory_order_acq_rel);

		if (refs == 0)
			die(dropped, "a frame was released once too often", NULL, NULL);
		if (refs > 1)
			return;
		/* From here on the view may be used again, and the slot's frame be gone. */
		release(dropped);
		dropped = parent;
	}
}

void weir_frame_init_view(struct weir_frame *view, struct weir_frame *parent,
	void (*released)(struct weir_frame *frame, void *data), void *data)
{
	view->info = parent->info;
	view->slot = parent->slot;
	view->parent = parent;
	view->released = released;
	view->data = data;
	view->verdict = WEIR_DROP_NONE;
	atomic_store_explicit(&view->refs, 1, memory_order_release);
}

struct weir_frame *weir_frame_root(struct weir_frame *frame)
{
	return &frame->slot->frame;
}

bool weir_frame_is_sole(const struct weir_frame *frame)
{
	for (; frame; frame = frame->parent)
		if (atomic_load_explicit(&frame->refs, memory_order_acquire) != 1)
			return false;
	return true;
}

bool weir_frame_is_private(const struct weir_frame *frame)
{
	return !frame->slot->slab->shown && weir_frame_is_sole(frame);
}

static bool is_compressed(const struct weir_frame_info *info)
{
	return info->format->flags & WEIR_FORMAT_COMPRESSED;
}

uint32_t weir_frame_lines(const struct weir_frame_info *info, unsigned plane)
{
	uint32_t height =
		is_compressed(info) ? info->height : info->format->plane[plane].block_height;

	return (info->height + height - 1) / height;
}

size_t weir_frame_line_bytes(const struct weir_frame_info *info, unsigned plane)
{
	return is_compressed(info) ? info->bytes_used
				   : weir_format_line_bytes(info->format, plane, info->width);
}

bool weir_frame_is_current(const struct weir_frame *frame, uint32_t generation)
{
	const struct weir_frame *root = &frame->slot->frame;

	/* The references between two looks at the generation: they are that use's own. */
	return atomic_load_explicit(&root->generation, memory_order_acquire) == generation &&
	       atomic_load_explicit(&root->refs, memory_order_acquire) > 0 &&
	       atomic_load_explicit(&root->generation, memory_order_acquire) == generation;
}

/* ---- devices ---- */

void weir_frame_begin_device(struct weir_frame *frame, const char *who)
{
	atomic_store_explicit(&frame->slot->device, who, memory_order_relaxed);
	atomic_fetch_add_explicit(&frame->slot->devices, 1, memory_order_relaxed);
}

void weir_frame_end_device(struct weir_frame *frame)
{
#ifdef WEIR_DEBUG_CHECKS
	if (!weir_frame_is_current(frame, frame->info.generation))
		die(frame, "a frame went back while a device read it", ", by ",
			atomic_load(&frame->slot->device));
#endif
	atomic_fetch_sub_explicit(&frame->slot->devices, 1, memory_order_release);
}

void weir_frame_check_devices(const struct weir_frame *frame)
{
#ifdef WEIR_DEBUG_CHECKS
	if (atomic_load_explicit(&frame->slot->devices, memory_order_acquire))
		die(frame, "a buffer goes back while a device reads it", ", by ",
			atomic_load(&frame->slot->device));
#else
	(void)frame;
#endif
}
