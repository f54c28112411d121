/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pipeline/stages/stages.h"

#include <errno.h>
#include <stdlib.h>

#include "core/log.h"
#include "core/rect.h"

/* Shows a part of the picture by moving the planes' offsets: not a byte is touched. */

struct crop {
	uint32_t width, height, x, y;
	const struct weir_format *format;
};

static int refuse(const char *args, const struct weir_log *log)
{
	weir_error(log, "crop: \"%s\" is not of the form WxH+X+Y, such as 640x360+0+0", args);
	return -EINVAL;
}

static int open_crop(const char *args, const struct weir_log *log, void **state)
{
	struct weir_rect part;
	struct crop *crop;

	if (!weir_rect_parse(args, &part))
		return refuse(args, log);
	crop = calloc(1, sizeof(*crop));
	if (!crop)
		return -ENOMEM;
	crop->width = part.width;
	crop->height = part.height;
	crop->x = part.x;
	crop->y = part.y;
	*state = crop;
	return 0;
}

/* Whole blocks only: half a chroma sample belongs to nobody. */
static bool is_on_blocks(const struct crop *crop, const struct weir_format *format)
{
	for (unsigned i = 0; i < format->n_planes; i++)
		if (crop->x % format->plane[i].block_width ||
			crop->width % format->plane[i].block_width ||
			crop->y % format->plane[i].block_height ||
			crop->height % format->plane[i].block_height)
			return false;
	return true;
}

static int check(const struct crop *crop, const struct weir_video *video,
	const struct weir_log *log)
{
	if (video->format->flags & WEIR_FORMAT_COMPRESSED) {
		weir_error(log, "crop: %s frames have no lines to crop", video->format->name);
		return -ENOTSUP;
	}
	if (crop->width < WEIR_MIN_SIZE || crop->height < WEIR_MIN_SIZE / 2 ||
		crop->width > video->width || crop->x > video->width - crop->width ||
		crop->height > video->height || crop->y > video->height - crop->height) {
		weir_error(log, "crop: %ux%u+%u+%u does not lie within %ux%u (at least %ux%u)",
			crop->width, crop->height, crop->x, crop->y, video->width, video->height,
			WEIR_MIN_SIZE, WEIR_MIN_SIZE / 2);
		return -ENOTSUP;
	}
	if (!is_on_blocks(crop, video->format)) {
		weir_error(log, "crop: %ux%u+%u+%u cuts through samples that %s shares between "
			"pixels: take even numbers",
			crop->width, crop->height, crop->x, crop->y, video->format->name);
		return -ENOTSUP;
	}
	return 0;
}

static int configure(void *state, struct weir_video *video, const struct weir_log *log)
{
	struct weir_layout layout;
	struct crop *crop = state;
	int err = check(crop, video, log);

	if (!err)
		err = weir_format_layout(video, &layout);
	if (err)
		return err;
	crop->format = video->format;
	video->stride = (uint32_t)layout.plane[0].stride;
	video->width = crop->width;
	video->height = crop->height;
	return 0;
}

/* By the frame's own stride: a device that keeps planes apart has one for each. */
static uint32_t shift_of(
	const struct crop *crop, const struct weir_frame_info *info, unsigned plane)
{
	uint32_t lines = crop->y / crop->format->plane[plane].block_height;

	return lines * info->plane[plane].stride +
	       (uint32_t)weir_format_line_bytes(crop->format, plane, crop->x);
}

static int process(void *state, struct weir_stage *stage, struct weir_frame **frame)
{
	const struct crop *crop = state;
	struct weir_frame_info *info;

	weir_stage_view(stage, frame, &info);
	info->width = crop->width;
	info->height = crop->height;
	info->bytes_used = 0;
	for (unsigned i = 0; i < info->n_planes; i++) {
		uint32_t lines = crop->height / crop->format->plane[i].block_height;

		info->plane[i].offset += shift_of(crop, info, i);
		info->plane[i].length = (lines - 1) * info->plane[i].stride +
			(uint32_t)weir_format_line_bytes(crop->format, i, crop->width);
		info->bytes_used += info->plane[i].length;
	}
	return 0;
}

const struct weir_stage_impl weir_stage_crop = {
	.name = "crop",
	.summary = "WxH+X+Y: shows a part of the picture; moves no byte",
	.access = WEIR_STAGE_RESHAPE,
	.open = open_crop,
	.configure = configure,
	.process = process,
	.close = free,
};
