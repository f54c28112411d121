/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef TESTS_UNIT_FRAMES_H
#define TESTS_UNIT_FRAMES_H

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "core/slab.h"

/* Frames for tests without a pipeline: what it would do to a slab before a run, and a log to look
 * at. */

static inline struct weir_video video_of(const char *format, uint32_t width, uint32_t height)
{
	struct weir_video video = {
		.format = weir_format_by_name(format), .width = width, .height = height
	};

	assert_non_null(video.format);
	return video;
}

static inline void describe_slots(struct weir_slab *slab, const struct weir_video *video)
{
	struct weir_layout layout = { .n_planes = 1 };

	if (!(video->format->flags & WEIR_FORMAT_COMPRESSED))
		assert_int_equal(weir_format_layout(video, &layout), 0);
	for (unsigned i = 0; i < slab->n_slots; i++) {
		struct weir_frame_info *info = &slab->slots[i].frame.info;

		info->format = video->format;
		info->width = video->width;
		info->height = video->height;
		info->n_planes = layout.n_planes;
		for (unsigned p = 0; p < layout.n_planes; p++) {
			info->plane[p].fd = -1;
			info->plane[p].offset = (uint32_t)layout.plane[p].offset;
			info->plane[p].stride = (uint32_t)layout.plane[p].stride;
			info->plane[p].length = (uint32_t)layout.plane[p].size;
		}
		info->bytes_used = (uint32_t)layout.size;
	}
}

/* `bytes` a slot, or as many as the video takes when 0. */
static inline struct weir_slab *make_slab(
	const struct weir_video *video, unsigned slots, size_t bytes)
{
	struct weir_slab_settings settings = {
		.slots = slots, .frame_bytes = bytes, .no_lock = true
	};
	struct weir_layout layout;
	struct weir_slab *slab;

	if (!bytes) {
		assert_int_equal(weir_format_layout(video, &layout), 0);
		settings.frame_bytes = layout.size;
	}
	assert_int_equal(weir_slab_create(&weir_memory_host, &settings, &slab), 0);
	describe_slots(slab, video);
	return slab;
}

static inline struct weir_frame *make_frame(struct weir_slab *slab, uint64_t sequence)
{
	struct weir_slot *slot = weir_slab_take(slab);
	struct weir_frame *frame;

	assert_non_null(slot);
	frame = weir_slot_issue(slot);
	frame->info.sequence = sequence;
	return frame;
}

/* Keeps the last line that was logged, and how many there were. */
struct heard {
	struct weir_log log;
	unsigned lines;
	char last[512];
};

static inline void hear(void *data, enum weir_log_level level, const char *line)
{
	struct heard *heard = data;

	(void)level;
	heard->lines++;
	snprintf(heard->last, sizeof(heard->last), "%s", line);
}

static inline void listen_to(struct heard *heard)
{
	*heard = (struct heard){ .log = { WEIR_LOG_ERROR, hear, heard } };
}

#endif
