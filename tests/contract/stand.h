/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_TESTS_STAND_H
#define WEIR_TESTS_STAND_H

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/checked.h"
#include "core/clock.h"
#include "core/loop.h"
#include "core/slab.h"
#include "tests/unit/cmocka_all.h"

/* What a suite puts a backend on: a loop, frame memory, and a log that it listens to. */

#define STAND_MS 1000000ull

/* Long enough for a loaded machine under valgrind; no passing test waits that long. */
#define STAND_GIVE_UP (20000 * STAND_MS)

/* Longer than any frame interval here: what has not happened by then does not happen. */
#define STAND_A_WHILE (60 * STAND_MS)

struct stand_log {
	struct weir_log log;
	unsigned lines;
	char last[512];
};

static inline void stand_note(void *data, enum weir_log_level level, const char *line)
{
	struct stand_log *heard = data;

	(void)level;
	heard->lines++;
	snprintf(heard->last, sizeof(heard->last), "%s", line);
}

static inline void stand_listen(struct stand_log *heard)
{
	*heard = (struct stand_log){ .log = { WEIR_LOG_ERROR, stand_note, heard } };
}

static inline struct weir_loop *stand_open_loop(void)
{
	const struct weir_loop_settings settings = { .backend = getenv("WEIR_TEST_LOOP") };
	struct weir_loop *loop = NULL;

	assert_int_equal(weir_loop_open(&settings, &loop), 0);
	return loop;
}

static inline void stand_time_is_up(struct weir_timer *timer)
{
	weir_loop_stop(timer->data);
}

/* Runs the loop until somebody stops it or the time is up. */
static inline void stand_run(struct weir_loop *loop, uint64_t ns)
{
	struct weir_timer limit = { .fired = stand_time_is_up, .data = loop };

	assert_int_equal(weir_loop_arm(loop, &limit, weir_now_ns() + ns), 0);
	assert_int_equal(weir_loop_run(loop), 0);
	weir_loop_disarm(loop, &limit);
}

/* What the pipeline writes into every slot before a run. */
static inline void stand_describe_slots(struct weir_slab *slab, const struct weir_video *video)
{
	bool compressed = video->format->flags & WEIR_FORMAT_COMPRESSED;
	struct weir_layout layout = { .n_planes = 1, .plane[0].size = slab->frame_bytes };

	if (!compressed)
		assert_int_equal(weir_format_layout(video, &layout), 0);
	for (unsigned i = 0; i < slab->n_slots; i++) {
		struct weir_frame_info *info = &slab->slots[i].frame.info;

		info->format = video->format;
		info->width = video->width;
		info->height = video->height;
		info->n_planes = layout.n_planes;
		info->bytes_used = 0;
		for (unsigned p = 0; p < layout.n_planes; p++) {
			info->plane[p] = (struct weir_frame_plane){
				.fd = weir_slot_part(&slab->slots[i], p)->dmabuf,
				.offset = (uint32_t)layout.plane[p].offset,
				.stride = (uint32_t)layout.plane[p].stride,
				.length = (uint32_t)layout.plane[p].size,
			};
			info->bytes_used += info->plane[p].length;
		}
	}
}

#endif
