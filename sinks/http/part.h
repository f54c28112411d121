/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_SINKS_HTTP_PART_H
#define WEIR_SINKS_HTTP_PART_H

#include <stdbool.h>
#include <sys/uio.h>

#include <weir/frame.h>

/* A picture on its way to viewers: the frame's own memory, and what stands around it. All viewers
 * share it.
 *
 * While a viewer is sent something of the frame's memory, the part uses the frame. A viewer that
 * lags gets the rest out of a copy of the part's own, so that the frame can go. */

#define WEIR_HTTP_BOUNDARY "weir-frame"

/* Text before a part; its head, the image up to its tables, tables, the rest, what follows. */
#define WEIR_HTTP_PIECES 7

struct weir_http_pieces {
	struct iovec at[WEIR_HTTP_PIECES];
	unsigned n;
	size_t skip; /* bytes to leave out yet: they are gone */
};

void weir_http_pieces_add(struct weir_http_pieces *pieces, const void *bytes, size_t n);

struct weir_http_part {
	unsigned refs;  /* sends that go on; 0: the part is free */
	unsigned users; /* of those, from the frame's memory */
	struct weir_frame *frame; /* NULL: it is gone */
	const uint8_t *image;     /* in the frame … */
	uint8_t *copy;            /* … or here */
	size_t length, copy_size;
	size_t tables; /* where tables go in; SIZE_MAX: nowhere */
	uint64_t began_ns;
	bool copied;  /* the copy is made */
	bool arrived; /* at one of them at least */
	char head[128];
	size_t head_length;
};

/* What is sent around an image. */
enum weir_http_dress {
	WEIR_HTTP_BARE,  /* nothing: a snapshot, whose head was sent */
	WEIR_HTTP_PART,  /* its head before it, the next boundary behind it */
	WEIR_HTTP_EARLY  /* the head of the next one, too, which then tells no length: browsers
			  * paint a picture when the next one's head comes */
};

/* How a stream of them begins. */
const char *weir_http_opening(enum weir_http_dress dress);

/* Refs the frame and looks at it. 0, or as weir_frame_begin_cpu(). The part is the caller's, with
 * one reference. */
int weir_http_part_begin(struct weir_http_part *part, struct weir_frame *frame);

/* One reference less, of one that `uses` the frame or not. With the last user the frame goes, with
 * the last reference the part is free. 0, or the frame's error. */
int weir_http_part_unref(struct weir_http_part *part, bool uses);

/* A send goes on without the frame's memory. 0 or -ENOMEM; *bytes is raised by what was copied. */
int weir_http_part_leave(struct weir_http_part *part, uint64_t *bytes);

/* Bytes of the image as it is sent, tables included. */
size_t weir_http_part_bytes(const struct weir_http_part *part);

/* Adds the pieces of what is sent: five at most. */
void weir_http_part_pieces(const struct weir_http_part *part, enum weir_http_dress dress,
	bool from_frame, struct weir_http_pieces *pieces);

void weir_http_part_free(struct weir_http_part *part);

#endif
