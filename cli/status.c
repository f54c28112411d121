/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/status.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <time.h>

#define PERIOD_NS 200000000
#define SECOND_NS 1000000000

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * SECOND_NS + (uint64_t)now.tv_nsec;
}

static uint64_t all_dropped(const struct weir_ledger *ledger)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < ledger->n_sinks; i++)
		sum += ledger->sinks[i].dropped;
	return sum;
}

static void show(struct status *status)
{
	struct weir_ledger ledger;
	char line[256];
	uint64_t now = now_ns(), frames;
	double seconds = (double)(now - status->started_ns) / SECOND_NS, rate;

	weir_pipeline_ledger(status->pipeline, &ledger);
	frames = ledger.captured - status->last_frames;
	rate = (double)frames * SECOND_NS / (double)(now - status->last_ns);
	status->last_frames = ledger.captured;
	status->last_ns = now;
	if (ledger.captured == 0)
		snprintf(line, sizeof(line), "%.1f s  waiting for the first frame", seconds);
	else
		snprintf(line, sizeof(line),
			"%.1f s  %" PRIu64 " frames  %.1f fps  latency %.2f ms  %" PRIu64
			" dropped  %" PRIu64 " lost  %" PRIu64 " bytes copied",
			seconds, ledger.captured, rate, (double)ledger.latency.p50 / 1e6,
			all_dropped(&ledger), ledger.lost_by_device,
			ledger.user_copied_bytes + ledger.kernel_copied_bytes);
	console_status(status->console, line);
}

static void *run(void *data)
{
	struct status *status = data;
	struct timespec next;

	clock_gettime(CLOCK_MONOTONIC, &next);
	pthread_mutex_lock(&status->mutex);
	while (!status->stop) {
		next.tv_nsec += PERIOD_NS;
		if (next.tv_nsec >= SECOND_NS) {
			next.tv_nsec -= SECOND_NS;
			next.tv_sec++;
		}
		while (!status->stop &&
			pthread_cond_timedwait(&status->changed, &status->mutex, &next) == 0)
			;
		if (!status->stop)
			show(status);
	}
	pthread_mutex_unlock(&status->mutex);
	return NULL;
}

/* Signals belong to the main thread, where they interrupt the loop. */
static int start_without_signals(struct status *status)
{
	sigset_t all, before;
	int err;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	err = pthread_create(&status->thread, NULL, run, status);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return err;
}

void status_start(struct status *status, struct console *console, struct weir_pipeline *pipeline)
{
	pthread_condattr_t attributes;

	*status = (struct status){ .console = console, .pipeline = pipeline };
	if (!console->terminal)
		return;
	status->started_ns = status->last_ns = now_ns();
	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_mutex_init(&status->mutex, NULL);
	pthread_cond_init(&status->changed, &attributes);
	pthread_condattr_destroy(&attributes);
	status->running = start_without_signals(status) == 0;
}

void status_stop(struct status *status)
{
	if (!status->running)
		return;
	pthread_mutex_lock(&status->mutex);
	status->stop = true;
	pthread_cond_signal(&status->changed);
	pthread_mutex_unlock(&status->mutex);
	pthread_join(status->thread, NULL);
	pthread_cond_destroy(&status->changed);
	pthread_mutex_destroy(&status->mutex);
	console_status(status->console, NULL);
	status->running = false;
}
