/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_TESTS_STAGES_H
#define WEIR_TESTS_STAGES_H

/* Stages without a pipeline: pictures of any format for them, and what a pipeline does to them. */

#include <stdlib.h>

#include "core/checked.h"
#include "core/format_table.h"
#include "core/stage.h"
#include "tests/unit/frames.h"

#define FILL 0xa5

static inline struct weir_stage *open_stage(const char *text)
{
	static const struct weir_log silent = { .level = WEIR_LOG_SILENT };
	struct weir_stage *stage = NULL;

	assert_int_equal(weir_stage_open(text, &silent, &stage), 0);
	return stage;
}

/* For a slab of its own; *video becomes what goes out. */
static inline void ready(
	struct weir_stage *stage, struct weir_video *video, const struct weir_slab *slab)
{
	static const struct weir_log silent = { .level = WEIR_LOG_SILENT };

	if (stage->impl->access == WEIR_STAGE_RESHAPE)
		stage->views = calloc(slab->n_slots, sizeof(*stage->views));
	assert_int_equal(stage->impl->configure(stage->state, video, &silent), 0);
}

static inline void done(struct weir_stage **stage)
{
	if ((*stage)->impl->access == WEIR_STAGE_RESHAPE)
		free((*stage)->views);
	weir_stage_close(stage);
}

static inline int process(struct weir_stage *stage, struct weir_frame **frame)
{
	return stage->impl->process(stage->state, stage, frame);
}

static inline bool is_compressed(const struct weir_format *format)
{
	return format->flags & WEIR_FORMAT_COMPRESSED;
}

/* Lines a little longer than they need be. */
static inline struct weir_video padded_video(
	const struct weir_format *format, uint32_t width, uint32_t height)
{
	return (struct weir_video){
		.format = format,
		.width = width,
		.height = height,
		.stride = (uint32_t)weir_format_line_bytes(format, 0, width + 16),
	};
}

static inline struct weir_frame *make_filled(struct weir_slab *slab, uint64_t sequence)
{
	struct weir_frame *frame = make_frame(slab, sequence);

	memset(frame->slot->parts[0].memory, FILL, slab->frame_bytes);
	return frame;
}

/* A configure() that must not go well, with one line. */
static inline void assert_refused(
	const char *text, const struct weir_video *video, const char *line)
{
	struct weir_stage *stage = open_stage(text);
	struct weir_video copy = *video;
	struct heard heard;

	listen_to(&heard);
	assert_int_equal(stage->impl->configure(stage->state, &copy, &heard.log), -ENOTSUP);
	assert_string_equal(heard.last, line);
	assert_int_equal(heard.lines, 1);
	weir_stage_close(&stage);
}

/* Arguments that must not be accepted, with one line. */
static inline void assert_misspelt(const char *text)
{
	struct weir_stage *stage = NULL;
	struct heard heard;

	listen_to(&heard);
	if (weir_stage_open(text, &heard.log, &stage) != -EINVAL || heard.lines != 1)
		fail_msg("%s was accepted, or refused with %u lines", text, heard.lines);
	assert_null(stage);
}

#endif
