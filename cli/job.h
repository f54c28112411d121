/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_CLI_JOB_H
#define WEIR_CLI_JOB_H

#include <stdbool.h>

#include <weir/pipeline.h>

#include "cli/console.h"
#include "cli/options.h"

/* Builds the pipeline that the options describe; nothing flows yet. The source is opened last, so
 * that a typing error elsewhere never touches a device. On success *out is the caller's; on error
 * the console has the reason. 0 or -errno. */
int job_open(const struct options *options, struct console *console,
	void (*on_event)(void *data, const struct weir_event *event), void *data,
	struct weir_pipeline **out);

/* The URI of the pipeline's sink number `index`. */
const char *job_sink(const struct options *options, size_t index);

/* Whether that sink writes frames to stdout. */
bool job_sink_is_stdout(const char *uri);

#endif
