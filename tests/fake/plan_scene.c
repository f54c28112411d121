/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/fake/plan_scene.h"

#include <string.h>

#include "cli/text.h"
#include "core/log.h"
#include "tests/unit/cmocka_all.h"

static void write_line(void *data, enum weir_log_level level, const char *line)
{
	static const char *const levels[] = {
		[WEIR_LOG_ERROR] = "error", [WEIR_LOG_WARN] = "warning", [WEIR_LOG_INFO] = "info"
	};
	struct scene_log *log = data;

	fprintf(log->to, "%s: %s\n", levels[level], line);
}

void scene_log_to(struct scene_log *log, FILE *to)
{
	*log = (struct scene_log){ { WEIR_LOG_INFO, write_line, log }, to };
}

/* ---- a pipeline of it ---- */

static void set_source(
	struct weir_pipeline *pipeline, const struct scene *scene, const struct weir_log *log)
{
	struct weir_source_settings settings = { .log = log };
	struct weir_source *source = NULL;

	if (scene->pattern)
		assert_int_equal(weir_source_open(scene->pattern, &settings, &source), 0);
	else
		assert_int_equal(plan_camera_open(&scene->camera, log, &source), 0);
	assert_int_equal(weir_pipeline_set_source(pipeline, &source), 0);
}

static int ignore(void *data, struct weir_frame *frame)
{
	(void)data;
	(void)frame;
	return 0;
}

static void add_other_sink(
	struct weir_pipeline *pipeline, const char *uri, const struct weir_log *log)
{
	struct weir_sink_settings settings = { .log = log };
	struct weir_sink *sink = NULL;
	int err = strcmp(uri, "callback") != 0
			  ? weir_sink_open(uri, &settings, &sink)
			  : weir_sink_open_callback(ignore, NULL, &settings, &sink);

	assert_int_equal(err, 0);
	assert_int_equal(weir_pipeline_add_sink(pipeline, &sink), 0);
}

static void add_sinks(
	struct weir_pipeline *pipeline, const struct scene *scene, const struct weir_log *log)
{
	for (size_t i = 0; i < 4 && scene->sinks[i].kind; i++) {
		struct weir_sink *sink = NULL;

		assert_int_equal(plan_sink_open(&scene->sinks[i], log, &sink), 0);
		assert_int_equal(weir_pipeline_add_sink(pipeline, &sink), 0);
	}
	for (size_t i = 0; i < 3 && scene->other_sinks[i]; i++)
		add_other_sink(pipeline, scene->other_sinks[i], log);
}

struct weir_pipeline *scene_open(const struct scene *scene, const struct weir_log *log)
{
	struct weir_pipeline_settings settings = {
		.log = log,
		.memory = scene->memory,
		.loop = scene->loop ? scene->loop : "epoll",
		.buffers = scene->buffers,
		.require_zero_copy = scene->require_zero_copy,
		.no_lock = scene->no_lock,
	};
	struct weir_pipeline *pipeline = NULL;

	machine_is(&scene->machine);
	assert_int_equal(weir_pipeline_create(&settings, &pipeline), 0);
	set_source(pipeline, scene, log);
	for (size_t i = 0; i < 4 && scene->stages[i]; i++) {
		struct weir_stage *stage = NULL;

		assert_int_equal(weir_stage_open(scene->stages[i], log, &stage), 0);
		assert_int_equal(weir_pipeline_add_stage(pipeline, &stage), 0);
	}
	add_sinks(pipeline, scene, log);
	return pipeline;
}

int scene_plan(struct weir_pipeline *pipeline, FILE *to, const struct weir_plan **plan)
{
	char text[WEIR_ERRNO_TEXT];
	int err;

	*plan = NULL;
	err = weir_pipeline_plan(pipeline, plan);
	if (err)
		fprintf(to, "result: %s\n", weir_errno_text(err, text));
	if (*plan)
		text_plan(to, *plan);
	return err;
}
