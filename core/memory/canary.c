/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/memory/canary.h"

#include <errno.h>
#include <string.h>

/* An import that succeeds can still show other pages than ours (udmabuf on huge pages did). So
 * every imported slot gets words that no picture contains, at the beginning of lines all over each
 * plane, and its first frame must have none of them left. */

#define LINES_PER_PLANE 64

static uint64_t word_of(const struct weir_slot *slot, unsigned plane, size_t line)
{
	uint64_t word = ((uint64_t)slot->index << 40 | (uint64_t)plane << 32 | line) + 1;

	word *= 0x9e3779b97f4a7c15u;
	return word ^ word >> 29;
}

static size_t lines_of(const struct weir_frame_info *info, unsigned plane)
{
	const struct weir_frame_plane *layout = &info->plane[plane];

	/* A compressed frame has no lines; its first bytes are always written. */
	return layout->stride ? layout->length / layout->stride : 1;
}

/* Calls for each marked line. The last one is among them, but never its padding. */
static size_t step_of(size_t lines)
{
	return lines > LINES_PER_PLANE ? (lines - 1) / (LINES_PER_PLANE - 1) : 1;
}

static void plant_plane(const struct weir_slot *slot, const struct weir_pixels *pixels,
	const struct weir_frame_info *info, unsigned plane)
{
	size_t lines = lines_of(info, plane), step = step_of(lines);

	for (size_t line = 0; line < lines; line += step) {
		uint64_t word = word_of(slot, plane, line);

		memcpy(pixels->data[plane] + line * pixels->stride[plane], &word, sizeof(word));
	}
}

static bool is_gone_from_plane(const struct weir_slot *slot, const struct weir_pixels *pixels,
	const struct weir_frame_info *info, unsigned plane)
{
	size_t lines = lines_of(info, plane), step = step_of(lines);

	for (size_t line = 0; line < lines; line += step) {
		uint64_t word = word_of(slot, plane, line);

		if (!memcmp(pixels->data[plane] + line * pixels->stride[plane], &word,
			    sizeof(word)))
			return false;
	}
	return true;
}

static int plant(struct weir_slot *slot)
{
	struct weir_frame *frame = weir_slot_issue(slot);
	struct weir_pixels pixels;
	int err = weir_frame_begin_cpu(frame, WEIR_CPU_WRITE, &pixels);

	if (!err) {
		for (unsigned i = 0; i < pixels.n_planes; i++)
			plant_plane(slot, &pixels, &frame->info, i);
		err = weir_frame_end_cpu(frame);
	}
	weir_frame_unref(&frame);
	return err;
}

/* Taking goes round, so that as many takes as there are slots meet each one once. */
int weir_canary_plant(struct weir_slab *slab)
{
	int err = 0;

	for (unsigned i = 0; i < slab->n_slots && !err; i++) {
		struct weir_slot *slot = weir_slab_take(slab);

		if (!slot)
			break;
		err = plant(slot);
	}
	return err;
}

int weir_canary_check(struct weir_frame *frame)
{
	struct weir_pixels pixels;
	bool gone = true;
	int err = weir_frame_begin_cpu(frame, WEIR_CPU_READ, &pixels);

	if (err)
		return err;
	for (unsigned i = 0; i < pixels.n_planes && gone; i++)
		gone = is_gone_from_plane(frame->slot, &pixels, &frame->info, i);
	err = weir_frame_end_cpu(frame);
	return err || gone ? err : -ESTALE;
}
