/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/commands.h"

#include <errno.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cli/exit_code.h"
#include "cli/job.h"
#include "cli/output.h"
#include "cli/signals.h"
#include "cli/status.h"

/* Frame lines of slow sources go out at once; those of fast ones in batches of this many ns. */
#define SLOW_INTERVAL_NS 5000000
#define BATCH_NS         50000000

struct run {
	const struct options *options;
	struct console *console;
	struct job job;
	const struct weir_plan *plan; /* NULL until it is made */
	bool batch;                   /* frame lines are batched */
	uint64_t flushed_ns;
	bool started;
	int stdout_error; /* -errno once stdout cannot be written */
};

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

static void flush(struct run *run)
{
	if (fflush(stdout) == 0)
		return;
	run->stdout_error = -errno;
	weir_pipeline_stop(run->job.pipeline);
}

static void flush_frames(struct run *run)
{
	uint64_t now = run->batch ? now_ns() : 0;

	if (run->batch && now - run->flushed_ns < BATCH_NS)
		return;
	run->flushed_ns = now;
	flush(run);
}

/* Where the picture changes and no plan can be made for it, the last one is what ran. */
static void take_plan(struct run *run, const struct weir_plan *plan)
{
	if (!plan)
		return;
	run->plan = plan;
	run->batch = weir_rate_interval_ns(plan->video.rate) < SLOW_INTERVAL_NS;
}

/* What was refused for its copies is shown whole, so that everybody sees where they are. */
static void show_refused(const struct run *run, const struct weir_event *event)
{
	if (event->type == WEIR_EVENT_PLANNED && event->error == -EPERM && event->plan &&
		!run->options->json && run->options->verbosity >= 0)
		text_output.plan(stderr, event->plan);
}

static void print_event(struct run *run, const struct weir_event *event)
{
	show_refused(run, event);
	if (!run->options->json || run->stdout_error)
		return;
	if (event->type != WEIR_EVENT_PLANNED)
		json_output->event(stdout, event, job_sink(&run->job, event->sink));
	else if (event->plan)
		json_output->plan(stdout, event->plan);
	if (event->type == WEIR_EVENT_FRAME || event->type == WEIR_EVENT_MEASURED)
		flush_frames(run);
	else
		flush(run);
}

/* A reader of our stdout that goes away has seen enough. */
static void note_closed_reader(struct run *run, const struct weir_event *event)
{
	if (event->error == -EPIPE && job_sink_is_stdout(job_sink(&run->job, event->sink)))
		run->stdout_error = -EPIPE;
}

static void on_event(void *data, const struct weir_event *event)
{
	struct run *run = data;

	if (event->type == WEIR_EVENT_PLANNED)
		take_plan(run, event->plan);
	else if (event->type == WEIR_EVENT_STARTED)
		run->started = true;
	else if (event->type == WEIR_EVENT_SINK_FAILED)
		note_closed_reader(run, event);
	print_event(run, event);
}

static bool wants_status(const struct options *options)
{
	/* Where stdout's data and the status would share a terminal, the data has it for itself. */
	return options->verbosity >= 0 && !(options->json && isatty(STDOUT_FILENO));
}

static int run_pipeline(struct run *run)
{
	struct status status = { 0 };
	unsigned errors = run->console->errors;
	int err;

	signals_catch(run->job.pipeline);
	if (wants_status(run->options))
		status_start(&status, run->console, run->job.pipeline);
	err = weir_pipeline_run(run->job.pipeline);
	status_stop(&status);
	if (err && run->stdout_error != -EPIPE)
		console_failed(run->console, errors, "capture", err);
	return err;
}

static void print_summary(struct run *run, const struct summary *summary)
{
	if (run->options->json && !run->stdout_error) {
		json_output->summary(stdout, summary);
		flush(run);
	} else if (!run->options->json && run->options->verbosity >= 0) {
		text_output.summary(stderr, summary);
	}
}

/* A sink that failed while others went on: the run is over as asked, but not all of it happened. */
static bool a_sink_failed(const struct run *run, const struct weir_ledger *ledger)
{
	for (size_t i = 0; i < ledger->n_sinks; i++) {
		int error = ledger->sinks[i].error;

		if (error && !(error == -EPIPE && run->stdout_error == -EPIPE))
			return true;
	}
	return false;
}

static int verdict(const struct run *run, const struct summary *summary)
{
	if (summary->wrong)
		return EXIT_CODE_RUNTIME;
	if (run->stdout_error && run->stdout_error != -EPIPE)
		return EXIT_CODE_RUNTIME;
	if (run->job.n_missing)
		return EXIT_CODE_RUNTIME;
	/* Of a sink in the middle of a run, an errno tells nothing about usage or policies. */
	if (a_sink_failed(run, &summary->ledger))
		return EXIT_CODE_RUNTIME;
	if (summary->error && !(summary->error == -EPIPE && run->stdout_error == -EPIPE))
		return exit_code_of(summary->error);
	return EXIT_CODE_OK;
}

static int conclude(struct run *run, int err)
{
	struct summary summary = { .plan = run->plan, .error = err };
	char wrong[256];

	if (!run->started || !run->plan)
		return exit_code_of(err);
	summary.source = run->plan->hops[0].name;
	weir_pipeline_ledger(run->job.pipeline, &summary.ledger);
	weir_pipeline_memory(run->job.pipeline, &summary.memory);
	if (weir_ledger_reconcile(&summary.ledger, wrong, sizeof(wrong)) < 0)
		summary.wrong = wrong;
	print_summary(run, &summary);
	if (summary.wrong)
		console_error(run->console, "THE BOOKS DO NOT RECONCILE: %s", summary.wrong);
	if (run->stdout_error && run->stdout_error != -EPIPE)
		console_error(run->console, "stdout: %s", strerror(-run->stdout_error));
	return verdict(run, &summary);
}

/* stdout carries one kind of data. */
static int check_stdout(const struct options *options, struct console *console)
{
	unsigned n = 0;

	for (size_t i = 0; i < options->sinks.n; i++)
		n += job_sink_is_stdout(options->sinks.item[i]);
	if (n > 1)
		console_error(console, "--to -: stdout takes the frames of one sink");
	else if (n == 1 && options->json)
		console_error(console, "--to - and --json: both want stdout");
	else
		return 0;
	return -EINVAL;
}

int capture_command(const struct options *options, struct console *console)
{
	struct run run = { .options = options, .console = console };
	int code;
	int err = check_stdout(options, console);

	if (!err)
		err = job_open(options, console, on_event, &run, &run.job);
	if (err)
		return exit_code_of(err);
	err = run_pipeline(&run);
	code = conclude(&run, err);
	signals_release();
	weir_pipeline_destroy(&run.job.pipeline);
	return code;
}
