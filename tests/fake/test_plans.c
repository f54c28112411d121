/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* What the planner decides in plan_scenes.c, against what was decided by hand there; and how it
 * tells of it, against plans/NAME.txt. `fake_plans --rewrite` writes those anew: read the
 * difference before you commit it. */

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/log.h"
#include "tests/fake/plan_scene.h"
#include "tests/unit/cmocka_all.h"

static bool rewrite;

static void name_file(const struct scene *scene, char *path, size_t size)
{
	snprintf(path, size, WEIR_PLANS "/%s.txt", scene->name);
}

/* ---- words ---- */

static bool is_in_file(const char *path, const char *text)
{
	size_t length = strlen(text);
	FILE *file = fopen(path, "re");
	char *there = malloc(length + 2);
	size_t n;

	assert_non_null(there);
	n = file ? fread(there, 1, length + 1, file) : 0;
	if (file)
		fclose(file);
	n = n == length && !memcmp(there, text, length);
	free(there);
	return n;
}

static void write_file(const char *path, const char *text)
{
	FILE *file = fopen(path, "we");

	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

static void show_difference(const char *path, const char *text)
{
	char now[] = "/tmp/weir-plan-XXXXXX", command[600];
	int fd = mkstemp(now);

	assert_true(fd >= 0);
	close(fd);
	write_file(now, text);
	snprintf(command, sizeof(command), "diff -u '%s' '%s' >&2", path, now);
	if (system(command) == 0)
		print_error("diff sees no difference\n");
	unlink(now);
}

static void compare_words(const struct scene *scene, const char *text)
{
	char path[400];

	name_file(scene, path, sizeof(path));
	if (is_in_file(path, text))
		return;
	if (rewrite) {
		write_file(path, text);
		print_message("rewrote %s\n", path);
		return;
	}
	show_difference(path, text);
	fail_msg(
		"%s is told in other words; if they are better: fake_plans --rewrite", scene->name);
}

/* ---- decisions ---- */

static void compare_decision(const struct scene *scene, int err, const struct weir_plan *plan)
{
	assert_int_equal(err, scene->error);
	if (!plan)
		return;
	assert_string_equal(plan->memory, scene->chosen_memory);
	assert_string_equal(plan->video.format->name, scene->chosen_format);
	if (scene->chosen_stride)
		assert_int_equal(plan->video.stride, scene->chosen_stride);
	assert_int_equal(plan->bytes_copied + plan->bytes_converted, scene->copied);
}

/* What words depend on of what the build has. */
static bool is_of_this_build(const struct scene *scene)
{
#ifndef WEIR_HAVE_LIBURING
	if (scene->machine.uring)
		return false;
#endif
#ifndef WEIR_HAVE_LIBJPEG
	if (scene->pattern && scene->sinks[0].kind) /* MJPEG is among its formats */
		return false;
#endif
	return scene->name;
}

static void look_at_scene(void **state)
{
	const struct scene *scene = *state;
	const struct weir_plan *plan;
	struct weir_pipeline *pipeline;
	struct scene_log log;
	size_t length;
	char *text;
	FILE *to;
	int err;

	if (!is_of_this_build(scene))
		skip();
	to = open_memstream(&text, &length);
	assert_non_null(to);
	scene_log_to(&log, to);
	fprintf(to, "# %s\n\n", scene->about);
	pipeline = scene_open(scene, &log.log);
	err = scene_plan(pipeline, to, &plan);
	fclose(to);
	compare_words(scene, text);
	free(text);
	compare_decision(scene, err, plan);
	weir_pipeline_destroy(&pipeline);
}

#define MOST_SCENES 100

int main(int argc, char **argv)
{
	struct CMUnitTest tests[MOST_SCENES] = { 0 };
	size_t n = 0;

	rewrite = argc > 1 && !strcmp(argv[1], "--rewrite");
	for (; n < MOST_SCENES && plan_scenes[n].name; n++)
		tests[n] = (struct CMUnitTest){
			.name = plan_scenes[n].name,
			.test_func = look_at_scene,
			.initial_state = (void *)&plan_scenes[n],
		};
	return _cmocka_run_group_tests("plans", tests, n, NULL, NULL);
}
