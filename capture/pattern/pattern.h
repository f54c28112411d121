/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_CAPTURE_PATTERN_PATTERN_H
#define WEIR_CAPTURE_PATTERN_PATTERN_H

#include "capture/pattern/digits.h"
#include "capture/pattern/pictures.h"
#include "capture/pattern/ticker.h"
#include "core/source.h"

/* The source that needs no device: draws a picture into each slot once, at the start, and from then
 * on touches only the stamp and the counter's digits, so that a frame costs the same at any size.
 * Stages that write in place therefore see their own traces when a slot comes round again. */

#define WEIR_PATTERN_FORMATS   7
#define WEIR_PATTERN_ABILITIES 2

struct weir_pattern_source {
	struct weir_source base;
	const struct weir_picture *picture;
	bool compressed;

	/* While running. */
	bool running;
	struct weir_source_host host;
	struct weir_task task;               /* unpaced */
	struct weir_timer timer;             /* paced */
	struct weir_ticker ticker;
	uint64_t next;                       /* frame's number */
	uint64_t first;                      /* paced: the number at tick 0 */
	bool goes_on;                        /* the next frame does not follow the one before */
	uint32_t image_bytes[WEIR_SLAB_MAX_SLOTS]; /* compressed */
	struct weir_digits digits;

	/* What describe() shows. */
	struct weir_source_info info;
	char title[64];
	struct weir_source_format formats[WEIR_PATTERN_FORMATS];
	struct weir_source_size sizes[WEIR_PATTERN_FORMATS];
	struct weir_source_ability abilities[WEIR_PATTERN_ABILITIES];
	char details[WEIR_PATTERN_ABILITIES][160];
};

extern const struct weir_source_impl weir_source_pattern;

/* capture/pattern/run.c */
int weir_pattern_start(struct weir_source *source, const struct weir_source_host *host);
void weir_pattern_resume(struct weir_source *source);
void weir_pattern_stop(struct weir_source *source);

/* capture/pattern/describe.c */
int weir_pattern_describe(struct weir_source *source, const struct weir_source_info **out);

/* capture/pattern/settle.c: fills source->base.video from `wanted`, its gaps from our defaults.
 * 0, -ENOTSUP or -EINVAL, logged. */
int weir_pattern_settle(struct weir_pattern_source *source, const struct weir_video *wanted,
	const struct weir_log *log);

#endif
