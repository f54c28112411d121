/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "capture/v4l2/v4l2.h"

/* From a driver's buffer to a frame. */

static bool is_compressed(const struct weir_v4l2 *v4l2)
{
	return v4l2->format.video.format->flags & WEIR_FORMAT_COMPRESSED;
}

static unsigned piece_of(const struct weir_v4l2 *v4l2, unsigned plane)
{
	return v4l2->format.n_buffers_planes > 1 ? plane : 0;
}

/* Up to the last pixel: whether a driver counts the padding after it is its own business. */
void weir_v4l2_measure(struct weir_v4l2 *v4l2)
{
	const struct weir_v4l2_format *format = &v4l2->format;
	const struct weir_layout *layout = &format->layout;

	memset(v4l2->least, 0, sizeof(v4l2->least));
	if (is_compressed(v4l2)) {
		v4l2->least[0] = 1;
		return;
	}
	for (unsigned i = 0; i < layout->n_planes; i++) {
		size_t *least = &v4l2->least[piece_of(v4l2, i)];
		size_t line = weir_format_line_bytes(format->video.format, i, format->video.width);
		size_t end = layout->plane[i].offset + line +
			     (layout->plane[i].lines - 1) * layout->plane[i].stride;

		if (*least < end)
			*least = end;
	}
}

static void place_slot(const struct weir_layout *layout, struct weir_slot *slot)
{
	struct weir_frame_info *info = &slot->frame.info;

	info->n_planes = layout->n_planes;
	info->bytes_used = 0;
	for (unsigned p = 0; p < layout->n_planes; p++) {
		info->bytes_used += (uint32_t)layout->plane[p].size;
		info->plane[p] = (struct weir_frame_plane){
			.fd = weir_slot_part(slot, p)->dmabuf,
			.offset = (uint32_t)layout->plane[p].offset,
			.stride = (uint32_t)layout->plane[p].stride,
			.length = (uint32_t)layout->plane[p].size,
		};
	}
}

/* A frame that outlasts a restart is read as it was issued, and its slot stays what it is. */
void weir_v4l2_place_planes(const struct weir_v4l2 *v4l2, struct weir_slab *slab)
{
	for (unsigned i = 0; i < slab->n_slots; i++)
		if (!atomic_load(&slab->slots[i].frame.refs))
			place_slot(&v4l2->format.layout, &slab->slots[i]);
}

struct payload {
	size_t offset, bytes;
	bool whole;
};

/* What the driver wrote into a piece. What it says of bytes outside the memory is no use, and nor
 * are planes that end there: who reads them goes by their length. */
static struct payload read_piece(
	const struct weir_v4l2 *v4l2, const struct v4l2_buffer *buffer, unsigned piece)
{
	size_t room = v4l2->queue.slab->slots[buffer->index].parts[piece].length;
	size_t taken = v4l2->format.piece[piece].taken;
	size_t end = buffer->bytesused, begin = 0;

	if (V4L2_TYPE_IS_MULTIPLANAR(buffer->type)) {
		end = buffer->m.planes[piece].bytesused;
		begin = buffer->m.planes[piece].data_offset;
	}
	if (end > room || begin > end || begin > room - taken)
		return (struct payload){ 0 };
	return (struct payload){ begin, end - begin, end - begin >= v4l2->least[piece] };
}

void weir_v4l2_fill(
	struct weir_v4l2 *v4l2, const struct v4l2_buffer *buffer, struct weir_frame_info *info)
{
	const struct weir_layout *layout = &v4l2->format.layout;
	struct payload payload[WEIR_MAX_PLANES] = { { 0 } };
	bool whole = true;

	for (unsigned i = 0; i < v4l2->format.n_buffers_planes; i++) {
		payload[i] = read_piece(v4l2, buffer, i);
		whole &= payload[i].whole;
	}
	if (!whole || (buffer->flags & V4L2_BUF_FLAG_ERROR))
		info->flags |= WEIR_FRAME_CORRUPT;
	for (unsigned i = 0; i < info->n_planes; i++)
		info->plane[i].offset =
			(uint32_t)(layout->plane[i].offset + payload[piece_of(v4l2, i)].offset);
	if (is_compressed(v4l2))
		info->bytes_used = (uint32_t)payload[0].bytes;
}
