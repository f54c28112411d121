/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <weir/format.h>

#include <errno.h>

#include "core/checked.h"
#include "core/scan.h"

static bool is_size(uint64_t pixels)
{
	return pixels >= WEIR_MIN_SIZE && pixels <= WEIR_MAX_SIZE;
}

int weir_size_parse(const char *text, uint32_t *width, uint32_t *height)
{
	uint64_t w, h;

	if (weir_scan_u64(&text, &w) == -EINVAL || *text++ != 'x')
		return -EINVAL;
	if (weir_scan_u64(&text, &h) == -EINVAL || *text)
		return -EINVAL;
	if (!is_size(w) || !is_size(h))
		return -ERANGE;
	*width = (uint32_t)w;
	*height = (uint32_t)h;
	return 0;
}

size_t weir_format_line_bytes(const struct weir_format *format, unsigned plane, uint32_t width)
{
	size_t blocks, bytes;
	unsigned block;

	if (format->flags & WEIR_FORMAT_COMPRESSED || plane >= format->n_planes)
		return 0;
	block = format->plane[plane].block_width;
	blocks = width / block + (width % block != 0);
	return weir_mul(blocks, format->plane[plane].block_bytes, &bytes) ? bytes : 0;
}

static bool can_lay_out(const struct weir_format *format, uint32_t width, uint32_t height)
{
	if (!format || format->flags & WEIR_FORMAT_COMPRESSED || !is_size(width) ||
		!is_size(height))
		return false;
	for (unsigned i = 0; i < format->n_planes; i++)
		if (width % format->plane[i].block_width || height % format->plane[i].block_height)
			return false;
	return true;
}

/* V4L2 states one bytesperline, plane 0's, for all planes of a buffer; the others follow in the
 * proportion of their lines. */
static int place_plane(
	const struct weir_video *video, size_t first_line, unsigned i, struct weir_layout *layout)
{
	size_t line = weir_format_line_bytes(video->format, i, video->width);
	uint64_t stride = (video->stride ? video->stride : first_line) * (uint64_t)line;
	uint64_t lines = video->height / video->format->plane[i].block_height;
	uint64_t size;

	if (stride % first_line)
		return -EINVAL;
	stride /= first_line;
	/* A frame's planes are described in 32 bits. */
	if (!weir_mul(stride, lines, &size) || size > UINT32_MAX - layout->size)
		return -EOVERFLOW;
	layout->plane[i].offset = layout->size;
	layout->plane[i].stride = (size_t)stride;
	layout->plane[i].lines = (size_t)lines;
	layout->plane[i].size = (size_t)size;
	layout->size += (size_t)size;
	return 0;
}

int weir_format_layout(const struct weir_video *video, struct weir_layout *out)
{
	struct weir_layout layout = { 0 };
	size_t line;
	int error = 0;

	if (!can_lay_out(video->format, video->width, video->height))
		return -EINVAL;
	line = weir_format_line_bytes(video->format, 0, video->width);
	if (!line || (video->stride && video->stride < line))
		return -EINVAL;
	layout.n_planes = video->format->n_planes;
	for (unsigned i = 0; !error && i < layout.n_planes; i++)
		error = place_plane(video, line, i, &layout);
	if (!error)
		*out = layout;
	return error;
}
