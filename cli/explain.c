/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/commands.h"

#include "cli/exit_code.h"
#include "cli/job.h"
#include "cli/output.h"

int explain_command(const struct options *options, struct console *console)
{
	const struct output *output = options->json ? json_output : &text_output;
	const struct weir_plan *plan = NULL;
	struct job job;
	unsigned errors;
	int err = job_open(options, console, NULL, NULL, &job);

	if (err)
		return exit_code_of(err);
	errors = console->errors;
	err = weir_pipeline_plan(job.pipeline, &plan);
	if (err)
		console_failed(console, errors, "plan", err);
	/* A plan that is refused because it copies is there all the same: it shows where. */
	if (plan)
		output->plan(stdout, plan);
	weir_pipeline_destroy(&job.pipeline);
	return exit_code_of(err);
}
