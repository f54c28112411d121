/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/vm/picture.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/stamp.h"

int picture_init(
	struct picture *picture, const struct weir_format *format, uint32_t width, uint32_t height)
{
	int err;

	*picture =
		(struct picture){ .video = { .format = format, .width = width, .height = height } };
	err = weir_format_layout(&picture->video, &picture->layout);
	if (err)
		return err;
	picture->memory = malloc(picture->layout.size);
	return picture->memory ? 0 : -ENOMEM;
}

void picture_finish(struct picture *picture)
{
	free(picture->memory);
	picture->memory = NULL;
}

void picture_pixels(const struct picture *picture, struct weir_pixels *out)
{
	const struct weir_layout *layout = &picture->layout;

	*out = (struct weir_pixels){ .n_planes = layout->n_planes };
	for (uint32_t i = 0; i < layout->n_planes; i++) {
		out->data[i] = picture->memory + layout->plane[i].offset;
		out->stride[i] = (uint32_t)layout->plane[i].stride;
	}
}

void picture_draw(const struct picture *picture, uint64_t number)
{
	uint64_t state = (number + 1) * 0x9e3779b97f4a7c15u;
	struct weir_pixels pixels;
	size_t at = 0;

	for (; at + sizeof(state) <= picture->layout.size; at += sizeof(state)) {
		state ^= state << 13;
		state ^= state >> 7;
		state ^= state << 17;
		memcpy(picture->memory + at, &state, sizeof(state));
	}
	memset(picture->memory + at, 0, picture->layout.size - at);
	picture_pixels(picture, &pixels);
	weir_stamp_write(&picture->video, &pixels, number);
}

bool picture_equals(const struct picture *picture, const struct weir_pixels *pixels)
{
	const struct weir_video *video = &picture->video;
	struct weir_pixels ours;

	picture_pixels(picture, &ours);
	for (uint32_t i = 0; i < ours.n_planes; i++) {
		size_t line = weir_format_line_bytes(video->format, i, video->width);

		for (size_t y = 0; y < picture->layout.plane[i].lines; y++)
			if (memcmp(ours.data[i] + y * ours.stride[i],
				    pixels->data[i] + y * pixels->stride[i], line))
				return false;
	}
	return true;
}
