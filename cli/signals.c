/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/signals.h"

#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <unistd.h>

/* A handler gets nothing but the signal's number: the one place where state has to be global. Both
 * change only while the signals are not caught. */
static struct weir_pipeline *stopped_by_signal;
static volatile sig_atomic_t caught;

static void on_signal(int number)
{
	int saved = errno;

	if (caught)
		_exit(128 + number);
	caught = 1;
	weir_pipeline_stop(stopped_by_signal);
	errno = saved;
}

static void handle(void (*handler)(int))
{
	/* SA_RESTART: stdio loses what it was writing when a write() ends with EINTR. */
	struct sigaction action = { .sa_handler = handler, .sa_flags = SA_RESTART };

	sigemptyset(&action.sa_mask);
	sigaddset(&action.sa_mask, SIGINT);
	sigaddset(&action.sa_mask, SIGTERM);
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
}

void signals_catch(struct weir_pipeline *pipeline)
{
	stopped_by_signal = pipeline;
	caught = 0;
	handle(on_signal);
}

void signals_release(void)
{
	handle(SIG_DFL);
	stopped_by_signal = NULL;
}
