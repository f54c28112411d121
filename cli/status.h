/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_CLI_STATUS_H
#define WEIR_CLI_STATUS_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include <weir/pipeline.h>

#include "cli/console.h"

/* The live status: a thread of the program's own reads the ledger five times a second, so that the
 * pipeline's thread spends nothing on it. */
struct status {
	struct console *console;
	struct weir_pipeline *pipeline;
	pthread_t thread;
	pthread_mutex_t mutex;
	pthread_cond_t changed;
	bool running;
	bool stop;           /* under the mutex */
	uint64_t started_ns;
	uint64_t last_frames, last_ns; /* the thread's: when the rate was last taken */
};

/* Without a terminal on stderr, or when the thread cannot start, this shows nothing. The pipeline
 * must live until status_stop(). */
void status_start(struct status *status, struct console *console, struct weir_pipeline *pipeline);

/* Takes the line away. Fine without a start that showed anything. */
void status_stop(struct status *status);

#endif
