/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/gather.h"

#include <errno.h>
#include <stdlib.h>

#include "core/frame.h"

/* What a step needs to know of the frame. */
struct view {
	const struct weir_gather *gather;
	const struct weir_frame_info *info;
	const struct weir_pixels *pixels;
};

/* A mask in one plane: bytes of the lines from `first` up to `end`. */
struct span {
	uint32_t first, end;
	size_t left, right;
};

int weir_gather_open(
	struct weir_gather *gather, const struct weir_masks *masks, const struct weir_video *video)
{
	size_t line[WEIR_MAX_PLANES], sum = 0;
	struct weir_gather opened = { 0 };
	struct weir_paint paint;
	uint8_t *black;
	char why[128];
	int err = weir_masks_fit(masks, video, &opened.masks, why, sizeof(why));

	if (!err && masks->n)
		err = weir_paint_init(&paint, video);
	if (err)
		return err;
	for (unsigned i = 0; i < video->format->n_planes && masks->n; i++)
		sum += line[i] = weir_format_line_bytes(video->format, i, video->width);
	black = sum ? malloc(sum) : NULL;
	if (sum && !black)
		return -ENOMEM;
	for (unsigned i = 0; i < video->format->n_planes && sum; i++) {
		weir_paint_run(&paint, WEIR_BLACK, i, black, line[i]);
		opened.black[i] = black;
		black += line[i];
	}
	*gather = opened;
	return 0;
}

void weir_gather_close(struct weir_gather *gather)
{
	free(gather->black[0]);
	*gather = (struct weir_gather){ 0 };
}

static struct span span_of(const struct view *view, unsigned mask, unsigned plane)
{
	const struct weir_rect *rect = &view->gather->masks.rect[mask];
	const struct weir_format *format = view->info->format;
	unsigned height = format->plane[plane].block_height;

	return (struct span){
		.first = rect->y / height,
		.end = (rect->y + rect->height) / height,
		.left = weir_format_line_bytes(format, plane, rect->x),
		.right = weir_format_line_bytes(format, plane, rect->x + rect->width),
	};
}

/* The first line from `line` on that a mask lies in. */
static uint32_t next_masked(const struct view *view, unsigned plane, uint32_t line)
{
	uint32_t next = weir_frame_lines(view->info, plane);

	for (unsigned i = 0; i < view->gather->masks.n; i++) {
		struct span span = span_of(view, i, plane);
		uint32_t first = span.first > line ? span.first : line;

		if (span.end > line && first < next)
			next = first;
	}
	return next;
}

/* Where a masked part that the cursor stands in ends; the cursor's own place when it stands in
 * none, and then *clear is where the next one begins. */
static size_t masked_to(const struct view *view, const struct weir_gather_cursor *at, size_t *clear)
{
	size_t end = at->byte;

	*clear = weir_frame_line_bytes(view->info, at->plane);
	for (unsigned i = 0; i < view->gather->masks.n; i++) {
		struct span span = span_of(view, i, at->plane);

		if (at->line < span.first || at->line >= span.end)
			continue;
		if (span.left <= at->byte && span.right > end)
			end = span.right;
		else if (span.left > at->byte && span.left < *clear)
			*clear = span.left;
	}
	return end;
}

/* The longest piece that lies there. */
static struct iovec piece_at(const struct view *view, const struct weir_gather_cursor *at)
{
	size_t line = weir_frame_line_bytes(view->info, at->plane), clear;
	size_t masked = masked_to(view, at, &clear), stride = view->pixels->stride[at->plane];
	uint8_t *data = view->pixels->data[at->plane] + at->line * stride + at->byte;
	uint32_t next;

	if (masked > at->byte)
		return (struct iovec){ view->gather->black[at->plane] + at->byte,
			masked - at->byte };
	if (clear < line || line != stride)
		return (struct iovec){ data, clear - at->byte };
	next = next_masked(view, at->plane, at->line + 1);
	return (struct iovec){ data, (next - at->line) * line - at->byte };
}

static bool is_at_end(const struct view *view, const struct weir_gather_cursor *at)
{
	return at->plane >= view->info->n_planes || !weir_frame_line_bytes(view->info, at->plane);
}

/* Within one piece. */
static void step(const struct view *view, struct weir_gather_cursor *at, size_t bytes)
{
	size_t line = weir_frame_line_bytes(view->info, at->plane);

	at->line += (uint32_t)((at->byte + bytes) / line);
	at->byte = (at->byte + bytes) % line;
	if (at->line < weir_frame_lines(view->info, at->plane))
		return;
	at->plane++;
	at->line = 0;
}

/* Pieces of the frame that lie side by side are one. */
static bool joins(const struct iovec *last, const struct iovec *piece)
{
	return (uint8_t *)last->iov_base + last->iov_len == piece->iov_base;
}

unsigned weir_gather_parts(const struct weir_gather *gather, const struct weir_frame_info *info,
	const struct weir_pixels *pixels, struct weir_gather_cursor at, struct iovec *parts,
	unsigned n)
{
	const struct view view = { gather, info, pixels };
	unsigned used = 0;

	while (!is_at_end(&view, &at)) {
		struct iovec piece = piece_at(&view, &at);

		if (used && joins(&parts[used - 1], &piece))
			parts[used - 1].iov_len += piece.iov_len;
		else if (used < n)
			parts[used++] = piece;
		else
			break;
		step(&view, &at, piece.iov_len);
	}
	return used;
}

void weir_gather_advance(const struct weir_gather *gather, const struct weir_frame_info *info,
	const struct weir_pixels *pixels, struct weir_gather_cursor *at, size_t bytes)
{
	const struct view view = { gather, info, pixels };

	while (bytes) {
		size_t piece = piece_at(&view, at).iov_len;
		size_t done = bytes < piece ? bytes : piece;

		step(&view, at, done);
		bytes -= done;
	}
}
