/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_TESTS_FAKE_V4L2_SCENE_H
#define WEIR_TESTS_FAKE_V4L2_SCENE_H

#include <dirent.h>
#include <stdio.h>
#include <string.h>

#include <weir/weir.h>

#include "core/source.h"
#include "tests/fake/v4l2.h"
#include "tests/unit/cmocka_all.h"

/* One pipeline from the fake camera to a sink that looks at every frame. */

#define SCENE_LINES 64

struct scene {
	struct weir_log log;
	char lines[SCENE_LINES][200], last_error[200];
	unsigned n_lines, n_errors, n_kind_lines;
	int fds; /* open before it began */

	const char *uri;      /* instead of the camera as it is */
	const char *const *controls;
	const char *sink_uri; /* instead of the sink that looks */
	const char *stage;
	struct weir_pipeline_settings settings;
	struct weir_source *source; /* the pipeline's */
	struct weir_pipeline *pipeline;

	/* Called for every frame seen, if set. */
	void (*on_frame)(struct scene *scene, struct weir_frame *frame);
	unsigned budget, deadline_ms;
	const int *given; /* dma-bufs of the program's own … */
	unsigned n_given, n_given_parts; /* … so many buffers, of so many each */
	bool keeps_offsets;
	uint32_t offsets[64];

	unsigned seen, seen_corrupt, wrong_pixels, without_dmabuf, out_of_order, time_guessed;
	unsigned discontinuities;
	uint32_t least_bytes;
	struct weir_frame_info last;

	struct weir_ledger ledger;
	struct weir_memory_report memory;
};

static inline void scene_hear(void *data, enum weir_log_level level, const char *line)
{
	struct scene *scene = data;

	if (level == WEIR_LOG_ERROR) {
		scene->n_errors++;
		scene->n_kind_lines += !strncmp(line, "memory kind ", 12);
		snprintf(scene->last_error, sizeof(scene->last_error), "%s", line);
	}
	if (scene->n_lines < SCENE_LINES)
		snprintf(scene->lines[scene->n_lines++], sizeof(scene->lines[0]), "%s", line);
}

static inline unsigned scene_lines_with(const struct scene *scene, const char *words)
{
	unsigned n = 0;

	for (unsigned i = 0; i < scene->n_lines; i++)
		n += strstr(scene->lines[i], words) != NULL;
	if (n != 1)
		for (unsigned i = 0; i < scene->n_lines; i++)
			print_message("log: %s\n", scene->lines[i]);
	return n;
}

static inline int scene_open_fds(void)
{
	DIR *folder = opendir("/proc/self/fd");
	int n = 0;

	assert_non_null(folder);
	while (readdir(folder))
		n++;
	closedir(folder);
	return n;
}

/* The whole line 0 of each plane shows one value, the same in all, that is never the slot's old one
 * since numbers step by seven. */
static inline int scene_look_at_pixels(struct scene *scene, struct weir_frame *frame)
{
	struct weir_pixels pixels;
	bool same = true;
	int err = weir_frame_begin_cpu(frame, WEIR_CPU_READ, &pixels);

	if (err)
		return err;
	for (unsigned p = 0; p < pixels.n_planes; p++)
		for (unsigned x = 0; x < 16; x++)
			same &= pixels.data[p][x] == pixels.data[0][0];
	scene->wrong_pixels += !same;
	return weir_frame_end_cpu(frame);
}

static inline int scene_look(void *data, struct weir_frame *frame)
{
	struct scene *scene = data;
	const struct weir_frame_info *info = weir_frame_info(frame);

	if (scene->seen && (info->sequence <= scene->last.sequence ||
				   info->timestamp_ns <= scene->last.timestamp_ns))
		scene->out_of_order++;
	if (!scene->seen || info->bytes_used < scene->least_bytes)
		scene->least_bytes = info->bytes_used;
	if (scene->keeps_offsets)
		scene->offsets[scene->seen] = info->plane[0].offset;
	scene->seen++;
	scene->seen_corrupt += (info->flags & WEIR_FRAME_CORRUPT) != 0;
	scene->discontinuities += (info->flags & WEIR_FRAME_DISCONT) != 0;
	scene->time_guessed += (info->flags & WEIR_FRAME_TIME_GUESSED) != 0;
	scene->without_dmabuf += info->plane[0].fd < 0;
	scene->last = *info;
	if (scene->on_frame)
		scene->on_frame(scene, frame);
	return scene_look_at_pixels(scene, frame);
}

/* Makes the camera; the test may change it before scene_begin(). */
static inline void scene_prepare(
	struct scene *scene, const char *format, uint32_t width, uint32_t height)
{
	memset(scene, 0, sizeof(*scene));
	scene->fds = scene_open_fds();
	scene->log = (struct weir_log){ WEIR_LOG_INFO, scene_hear, scene };
	scene->settings.log = &scene->log;
	scene->settings.no_lock = true;
	fake_init(format, width, height);
}

static inline int scene_try_to_begin(struct scene *scene)
{
	struct weir_source_settings settings = { .log = &scene->log, .controls = scene->controls };

	return weir_source_open(scene->uri ? scene->uri : FAKE_PATH, &settings, &scene->source);
}

static inline void scene_begin(struct scene *scene)
{
	assert_int_equal(scene_try_to_begin(scene), 0);
}

static inline void scene_open(
	struct scene *scene, const char *format, uint32_t width, uint32_t height)
{
	scene_prepare(scene, format, width, height);
	scene_begin(scene);
}

static inline void scene_add_stage(struct scene *scene)
{
	struct weir_stage *stage = NULL;

	if (!scene->stage)
		return;
	assert_int_equal(weir_stage_open(scene->stage, &scene->log, &stage), 0);
	assert_int_equal(weir_pipeline_add_stage(scene->pipeline, &stage), 0);
}

static inline int scene_run(struct scene *scene, uint64_t frames)
{
	struct weir_sink_settings sink_settings = { .log = &scene->log,
		.budget = scene->budget,
		.deadline_ms = scene->deadline_ms };
	struct weir_source *source = scene->source;
	struct weir_sink *sink = NULL;
	char why[160] = "";
	int err;

	scene->settings.max_frames = frames;
	if (scene->sink_uri)
		assert_int_equal(weir_sink_open(scene->sink_uri, &sink_settings, &sink), 0);
	else
		assert_int_equal(
			weir_sink_open_callback(scene_look, scene, &sink_settings, &sink), 0);
	assert_int_equal(weir_pipeline_create(&scene->settings, &scene->pipeline), 0);
	assert_int_equal(weir_pipeline_set_source(scene->pipeline, &source), 0);
	scene_add_stage(scene);
	assert_int_equal(weir_pipeline_add_sink(scene->pipeline, &sink), 0);
	if (scene->n_given)
		assert_int_equal(weir_pipeline_use_dmabufs(scene->pipeline, scene->given,
					 scene->n_given, scene->n_given_parts),
			0);
	err = weir_pipeline_run(scene->pipeline);
	weir_pipeline_ledger(scene->pipeline, &scene->ledger);
	weir_pipeline_memory(scene->pipeline, &scene->memory);
	if (weir_ledger_reconcile(&scene->ledger, why, sizeof(why)))
		fail_msg("the books do not add up: %s", why);
	return err;
}

/* Nothing may be left of it. */
static inline void scene_close(struct scene *scene)
{
	weir_pipeline_destroy(&scene->pipeline);
	fake_finish();
	assert_int_equal(scene_open_fds(), scene->fds);
	assert_int_equal(fake.opens, fake.closes);
}

#endif
