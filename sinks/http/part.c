/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sinks/http/part.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "core/frame.h"
#include "core/jpeg_huffman.h"

#define IMAGE_HEAD    "Content-Type: image/jpeg\r\n"
#define NEXT_BOUNDARY "\r\n--" WEIR_HTTP_BOUNDARY "\r\n"
#define NEXT_HEAD     NEXT_BOUNDARY IMAGE_HEAD "\r\n"

const char *weir_http_opening(enum weir_http_dress dress)
{
	return dress == WEIR_HTTP_EARLY ? NEXT_HEAD : NEXT_BOUNDARY;
}

/* Room for a copy is kept from one lag to the next: a part is given frames of one size. */
int weir_http_part_begin(struct weir_http_part *part, struct weir_frame *frame)
{
	const struct weir_frame_info *info = weir_frame_info(frame);
	struct weir_pixels pixels;
	int err = weir_frame_begin_cpu(frame, WEIR_CPU_READ, &pixels);

	if (err)
		return err;
	assert(!part->refs && !part->frame);
	part->frame = weir_frame_ref(frame);
	part->refs = part->users = 1;
	part->image = pixels.data[0];
	part->length = info->bytes_used;
	part->tables = weir_jpeg_huffman_place(part->image, part->length);
	part->began_ns = weir_now_ns();
	part->copied = part->arrived = false;
	part->head_length = (size_t)snprintf(part->head, sizeof(part->head),
		IMAGE_HEAD "Content-Length: %zu\r\nX-Timestamp: %llu.%06u\r\n\r\n",
		weir_http_part_bytes(part),
		(unsigned long long)(info->timestamp_ns / WEIR_NS_PER_S),
		(unsigned)(info->timestamp_ns % WEIR_NS_PER_S / 1000));
	return 0;
}

static int let_go(struct weir_http_part *part)
{
	int err = weir_frame_end_cpu(part->frame);

	if (err || !part->arrived)
		part->frame->verdict = err ? WEIR_DROP_FAILED : WEIR_DROP_UNWANTED;
	weir_frame_unref(&part->frame);
	part->image = NULL;
	return err;
}

int weir_http_part_unref(struct weir_http_part *part, bool uses)
{
	part->refs--;
	part->users -= uses;
	return uses && !part->users ? let_go(part) : 0;
}

/* The first send that leaves makes the copy; the last one lets the frame go. */
static int make_copy(struct weir_http_part *part, uint64_t *bytes)
{
	if (part->copy_size < part->length) {
		uint8_t *copy = realloc(part->copy, part->length);

		if (!copy)
			return -ENOMEM;
		part->copy = copy;
		part->copy_size = part->length;
	}
	memcpy(part->copy, part->image, part->length);
	*bytes += part->length;
	return 0;
}

int weir_http_part_leave(struct weir_http_part *part, uint64_t *bytes)
{
	int err = 0;

	if (!part->copied)
		err = make_copy(part, bytes);
	if (err)
		return err;
	part->copied = part->arrived = true;
	return --part->users ? 0 : let_go(part);
}

size_t weir_http_part_bytes(const struct weir_http_part *part)
{
	return part->length + (part->tables != SIZE_MAX ? WEIR_JPEG_HUFFMAN : 0);
}

/* ---- pieces ---- */

void weir_http_pieces_add(struct weir_http_pieces *pieces, const void *bytes, size_t n)
{
	size_t skipped = n < pieces->skip ? n : pieces->skip;

	pieces->skip -= skipped;
	if (n == skipped)
		return;
	pieces->at[pieces->n++] = (struct iovec){
		(uint8_t *)(uintptr_t)bytes + skipped,
		n - skipped,
	};
}

void weir_http_part_pieces(const struct weir_http_part *part, enum weir_http_dress dress,
	bool from_frame, struct weir_http_pieces *pieces)
{
	const uint8_t *image = from_frame ? part->image : part->copy;
	size_t first = part->tables != SIZE_MAX ? part->tables : part->length;

	if (dress == WEIR_HTTP_PART)
		weir_http_pieces_add(pieces, part->head, part->head_length);
	weir_http_pieces_add(pieces, image, first);
	if (first < part->length) {
		weir_http_pieces_add(pieces, weir_jpeg_huffman, WEIR_JPEG_HUFFMAN);
		weir_http_pieces_add(pieces, image + first, part->length - first);
	}
	if (dress == WEIR_HTTP_PART)
		weir_http_pieces_add(pieces, NEXT_BOUNDARY, sizeof(NEXT_BOUNDARY) - 1);
	else if (dress == WEIR_HTTP_EARLY)
		weir_http_pieces_add(pieces, NEXT_HEAD, sizeof(NEXT_HEAD) - 1);
}

void weir_http_part_free(struct weir_http_part *part)
{
	free(part->copy);
}
