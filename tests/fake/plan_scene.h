/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_TESTS_FAKE_PLAN_SCENE_H
#define WEIR_TESTS_FAKE_PLAN_SCENE_H

#include <stdio.h>

#include <weir/pipeline.h>

#include "tests/fake/machine.h"
#include "tests/fake/plan_camera.h"
#include "tests/fake/plan_sinks.h"

/* A machine, a camera and what somebody wants of them, and what the planner is to make of it. */
struct scene {
	const char *name;  /* of the file */
	const char *about; /* one sentence: who is there */
	struct machine machine;
	struct plan_camera camera;
	const char *pattern; /* in place of the camera */
	const char *stages[4];
	struct plan_sink sinks[4];
	const char *other_sinks[3]; /* of the library, by URI; "callback" too */
	const char *memory, *loop;  /* loop: epoll, where nothing else is said */
	unsigned buffers;
	bool require_zero_copy, no_lock;

	/* Decided by hand, before the planner was asked. */
	int error;
	const char *chosen_memory, *chosen_format;
	uint32_t chosen_stride;
	uint64_t copied;
};

/* Where each line of the log goes. */
struct weir_pipeline *scene_open(const struct scene *scene, const struct weir_log *log);

/* Plans, and writes the log, the result and the plan to a text that the caller frees; *plan is
 * NULL where there is none. The result. */
struct scene_log {
	struct weir_log log;
	FILE *to;
};
void scene_log_to(struct scene_log *log, FILE *to);
int scene_plan(struct weir_pipeline *pipeline, FILE *to, const struct weir_plan **plan);

/* The table, ended by one without a name. */
extern const struct scene plan_scenes[];

#endif
