/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/copy.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

static bool fits(const struct weir_frame_info *info, const struct weir_slot *slot)
{
	for (uint32_t i = 0; i < info->n_planes; i++) {
		uint64_t end = (uint64_t)info->plane[i].offset + info->plane[i].length;

		if (end > weir_slot_part(slot, i)->length)
			return false;
	}
	return true;
}

static void describe(
	struct weir_frame *copy, const struct weir_frame_info *info, const struct weir_slot *slot)
{
	uint32_t generation = copy->info.generation;

	copy->info = *info;
	copy->info.slot = slot->place;
	copy->info.generation = generation;
	for (uint32_t i = 0; i < info->n_planes; i++)
		copy->info.plane[i].fd = weir_slot_part(slot, i)->dmabuf;
}

/* Padding between the lines stays behind: it may be most of what lies there, where only a part of
 * the picture is shown. */
static size_t copy_plane(const struct weir_frame_info *info, unsigned plane,
	const struct weir_pixels *from, const struct weir_pixels *to)
{
	size_t line = weir_frame_line_bytes(info, plane), stride = from->stride[plane];
	uint32_t lines = weir_frame_lines(info, plane);

	if (line == stride || lines == 1) {
		memcpy(to->data[plane], from->data[plane], line * lines);
		return line * lines;
	}
	for (uint32_t y = 0; y < lines; y++)
		memcpy(to->data[plane] + y * stride, from->data[plane] + y * stride, line);
	return line * lines;
}

static int copy_planes(struct weir_frame *frame, struct weir_frame *copy, uint64_t *bytes)
{
	struct weir_pixels from, to;
	int err = weir_frame_begin_cpu(frame, WEIR_CPU_READ, &from), ended;

	if (err)
		return err;
	err = weir_frame_begin_cpu(copy, WEIR_CPU_WRITE, &to);
	if (!err) {
		for (uint32_t i = 0; i < frame->info.n_planes; i++)
			*bytes += copy_plane(&frame->info, i, &from, &to);
		err = weir_frame_end_cpu(copy);
	}
	ended = weir_frame_end_cpu(frame);
	return err ? err : ended;
}

int weir_frame_copy(
	struct weir_frame *frame, struct weir_slot *slot, struct weir_frame **out, uint64_t *bytes)
{
	struct weir_frame *copy;
	int err;

	assert(slot->n_parts == frame->slot->n_parts);
	if (!fits(&frame->info, slot)) {
		weir_slab_put(slot);
		return -ENOBUFS;
	}
	copy = weir_slot_issue(slot);
	describe(copy, &frame->info, slot);
	err = copy_planes(frame, copy, bytes);
	if (err)
		weir_frame_unref(&copy);
	else
		*out = copy;
	return err;
}
