/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/commands.h"

#include "cli/exit_code.h"
#include "cli/output.h"

int info_command(const struct options *options, struct console *console)
{
	const struct output *output = options->json ? json_output : &text_output;
	struct weir_source_settings settings = { .log = &console->log };
	const struct weir_source_info *info = NULL;
	struct weir_source *source = NULL;
	unsigned errors = console->errors;
	int err = weir_source_open(options->source, &settings, &source);

	if (!err)
		err = weir_source_describe(source, &info);
	if (!err)
		output->source(stdout, info, weir_source_video(source));
	else
		console_failed(console, errors, options->source, err);
	weir_source_close(&source);
	return exit_code_of(err);
}
