/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_TESTS_METRONOME_H
#define WEIR_TESTS_METRONOME_H

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <weir/weir.h>

#include "core/clock.h"
#include "core/source.h"
#include "core/stamp.h"
#include "tests/unit/cmocka_all.h"

/* A source that waits for nobody, and for no clock either: one frame each turn of the loop,
 * stamped, and a count of the turns that found no buffer. */

static const struct weir_log metronome_log = { .level = WEIR_LOG_SILENT };

struct metronome {
	struct weir_source base;
	struct weir_source_host host;
	struct weir_task task;
	uint64_t number;
	unsigned starved; /* times that no buffer was free */
};

static void tick(struct weir_task *task)
{
	struct metronome *metronome = task->data;
	struct weir_slot *slot = weir_slab_take(metronome->host.slab);
	struct weir_pixels pixels;
	struct weir_frame *frame;

	weir_loop_queue(metronome->host.loop, task);
	metronome->starved += !slot;
	if (!slot)
		return;
	frame = weir_slot_issue(slot);
	frame->info.sequence = metronome->number++;
	frame->info.timestamp_ns = weir_now_ns();
	assert_int_equal(weir_frame_begin_cpu(frame, WEIR_CPU_WRITE, &pixels), 0);
	memset(pixels.data[0], (int)metronome->number, frame->info.bytes_used);
	weir_stamp_write(&metronome->base.video, &pixels, frame->info.sequence);
	assert_int_equal(weir_frame_end_cpu(frame), 0);
	metronome->host.deliver(metronome->host.data, frame);
}

static int start_ticking(struct weir_source *source, const struct weir_source_host *host)
{
	struct metronome *metronome = (struct metronome *)source;

	metronome->host = *host;
	metronome->task = (struct weir_task){ .run = tick, .data = metronome };
	weir_loop_queue(host->loop, &metronome->task);
	return 0;
}

static void stay(struct weir_source *source)
{
	(void)source;
}

static void stop_ticking(struct weir_source *source)
{
	struct metronome *metronome = (struct metronome *)source;

	weir_loop_unqueue(metronome->host.loop, &metronome->task);
}

static int accept_own(
	struct weir_source *source, const struct weir_memory_kind *kind, char *why, size_t size)
{
	(void)source;
	snprintf(why, size, "it has no buffers of its own");
	return kind->create ? 0 : -ENOTSUP;
}

static int frame_bytes(struct weir_source *source, size_t *out)
{
	*out = (size_t)source->video.stride * source->video.height;
	return 0;
}

static void close_metronome(struct weir_source *source)
{
	free(source);
}

static const struct weir_source_impl metronome_impl = {
	.scheme = "metronome",
	.close = close_metronome,
	.accepts = accept_own,
	.frame_bytes = frame_bytes,
	.start = start_ticking,
	.resume = stay,
	.stop = stop_ticking,
};

static inline struct weir_pipeline *build_ticking(const struct weir_pipeline_settings *settings,
	uint32_t width, uint32_t height, struct metronome **out)
{
	struct metronome *metronome = calloc(1, sizeof(*metronome));
	struct weir_pipeline_settings copy = *settings;
	struct weir_source *source = &metronome->base;
	struct weir_pipeline *pipeline = NULL;

	copy.log = &metronome_log;
	copy.loop = getenv("WEIR_TEST_LOOP");
	metronome->base = (struct weir_source){ .impl = &metronome_impl,
		.log = &metronome_log,
		.uri = strdup("metronome"),
		.video = { .format = weir_format_by_name("YUYV"),
			.width = width,
			.height = height,
			.stride = width * 2,
			.rate = { 100, 1 } },
		.live = true,
		.min_slots = 1 };
	assert_int_equal(weir_pipeline_create(&copy, &pipeline), 0);
	assert_int_equal(weir_pipeline_set_source(pipeline, &source), 0);
	*out = metronome;
	return pipeline;
}

#endif
