/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_TESTS_FAKE_M2M_H
#define WEIR_TESTS_FAKE_M2M_H

#include "pipeline/stages/m2m/m2m.h"
#include "tests/unit/captured.h"

/* A codec behind weir_m2m_ioctl() (the linker's --wrap) that does nothing by itself: a test says
 * what it gives back, in whatever order. It keeps the rules that the V4L2 API sets for us, and
 * fails the test when one is broken. */

#define CODEC_BUFFERS 32

/* One side. */
struct codec_side {
	uint32_t code, width, height, stride, bytes;
	bool no_import;
	unsigned grants;       /* buffers at most; 0: any number */
	unsigned n_buffers;
	bool streaming;
	uint32_t queued;
	uint64_t order[CODEC_BUFFERS], n_queued;
	int fd[CODEC_BUFFERS]; /* as queued last */
	unsigned remapped;     /* buffers that came with another dma-buf than before */
	struct {
		unsigned index;
		uint32_t bytes, flags;
		uint64_t stamp_us;
		int error;     /* in place of a buffer */
	} done[CODEC_BUFFERS];
	unsigned n_done;
	uint64_t stamp_us[CODEC_BUFFERS];
};

struct codec {
	struct codec_side in, out;
	uint32_t visible_width, visible_height; /* of what it decodes */
	bool no_stop, no_events;
	bool event;            /* a change waits to be dequeued */
	bool ended;            /* the last buffer was taken: DQBUF says EPIPE */
	unsigned stops;        /* commands for the end */
	uint32_t least_in, least_out;
	bool gone;
	bool writes_elsewhere;
	uint32_t first_byte;   /* of what it writes */

	const char *fail_call; /* fails with fail_error, on the side that fail_in says */
	bool fail_in;
	int fail_error;
	unsigned calls;
};

extern struct codec codec;

void codec_init(const char *in, const char *out, uint32_t width, uint32_t height);

/* It is done with the oldest buffer of frames to it; returns the stamp. */
uint64_t codec_return(uint32_t flags);

/* It gives a picture of so many bytes (0: an empty buffer) for the frame with that stamp. */
void codec_give(uint64_t stamp_us, uint32_t bytes, uint32_t flags);

/* DQBUF on that side fails so, once. */
void codec_fail_dqbuf(struct codec_side *side, int error);

#endif
