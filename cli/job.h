/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_CLI_JOB_H
#define WEIR_CLI_JOB_H

#include <stdbool.h>

#include <weir/pipeline.h>

#include "cli/console.h"
#include "cli/options.h"

/* A pipeline as the options describe it. */
struct job {
	struct weir_pipeline *pipeline;
	struct weir_sink *sinks[WEIR_MAX_SINKS]; /* the pipeline's */
	unsigned n_sinks;
	unsigned n_missing; /* that were asked for, and could not be had */
};

/* Builds it; nothing flows yet. The source is opened last, so that a typing error elsewhere never
 * touches a device. A sink whose device is missing, busy or forbidden is gone on without while
 * there are others. On success job->pipeline is the caller's; on error it is NULL, and the console
 * has the reason. 0 or -errno. */
int job_open(const struct options *options, struct console *console,
	void (*on_event)(void *data, const struct weir_event *event), void *data, struct job *job);

/* The URI of the pipeline's sink number `index`. */
const char *job_sink(const struct job *job, size_t index);

/* Whether that sink writes frames to stdout. */
bool job_sink_is_stdout(const char *uri);

#endif
