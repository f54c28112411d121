/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* weir: dispatch to the subcommands. stdout carries data only, stderr everything else. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/commands.h"
#include "cli/console.h"
#include "cli/exit_code.h"
#include "cli/help.h"
#include "cli/nearest.h"
#include "cli/output.h"

static const struct command *find_command(const char *name)
{
	for (const struct command *c = commands; c->name; c++)
		if (strcmp(c->name, name) == 0)
			return c;
	return NULL;
}

static int unknown_command(const char *word, struct console *console)
{
	struct nearest nearest = { .word = word };

	for (const struct command *c = commands; c->name; c++)
		nearest_try(&nearest, c->name);
	if (*word == '-')
		console_error(
			console, "unknown option %s; options follow a command: weir --help", word);
	else if (nearest.best)
		console_error(
			console, "unknown command '%s'; did you mean %s?", word, nearest.best);
	else
		console_error(console,
			"unknown command '%s'; there are capture, receive, explain, list, info, "
			"doctor",
			word);
	return EXIT_CODE_USAGE;
}

static void set_level(const struct options *options, struct console *console)
{
	static const enum weir_log_level levels[] = { WEIR_LOG_INFO, WEIR_LOG_DEBUG };

	if (options->verbosity < 0)
		console->log.level = WEIR_LOG_ERROR;
	else if (options->verbosity > 0)
		console->log.level = levels[options->verbosity - 1];
}

static int run(
	const struct command *command, const struct options *options, struct console *console)
{
	if (options->help) {
		help_command(stdout, command);
		return EXIT_CODE_OK;
	}
	if (options->json && !json_output) {
		console_error(console, "--json: this build has none, it was made without json-c");
		return EXIT_CODE_REFUSED;
	}
	set_level(options, console);
	return command->run(options, console);
}

static int run_command(
	const struct command *command, int argc, char **argv, struct console *console)
{
	struct options options;
	int code, err = options_parse(command, argc, argv, console, &options);

	if (err == -ENOMEM)
		console_error(console, "%s", strerror(ENOMEM));
	code = err ? exit_code_of(err) : run(command, &options, console);
	options_finish(&options);
	return code;
}

static int dispatch(int argc, char **argv, struct console *console)
{
	const char *word = argc > 1 ? argv[1] : NULL;
	const struct command *command = word ? find_command(word) : NULL;

	if (command)
		return run_command(command, argc - 1, argv + 1, console);
	if (!word) {
		console_error(console, "no command: weir --help shows them");
		return EXIT_CODE_USAGE;
	}
	if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0)
		help_program(stdout);
	else if (strcmp(word, "--version") == 0)
		help_version(stdout);
	else
		return unknown_command(word, console);
	return EXIT_CODE_OK;
}

/* What is still buffered goes out now, while its failure can be told: unless an error was. */
static int finish_stdout(int code, struct console *console)
{
	if (fflush(stdout) == 0 || errno == EPIPE || (code != EXIT_CODE_OK && console->errors))
		return code;
	console_error(console, "stdout: %s", strerror(errno));
	return EXIT_CODE_RUNTIME;
}

/* Where a standard stream is closed, the next file opened would take its number, and our output.
 * What takes its place refuses what a stream of that number is for: frames that go nowhere are an
 * error. */
static void open_standard_streams(void)
{
	int fd;

	do {
		fd = open("/dev/null", fcntl(STDIN_FILENO, F_GETFD) < 0 ? O_WRONLY : O_RDONLY);
	} while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd >= 0)
		close(fd);
}

int main(int argc, char **argv)
{
	static char buffer[65536];
	struct console console;
	int code = EXIT_CODE_USAGE;

	open_standard_streams();
	/* Whole lines go out when we say so. Touched now, the buffer costs a run no page faults. */
	memset(buffer, ' ', sizeof(buffer));
	setvbuf(stdout, buffer, _IOFBF, sizeof(buffer));
	/* A pipe without a reader and a file at its limit are errors to tell, not deaths. */
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN);
	if (console_init(&console) == 0)
		code = finish_stdout(dispatch(argc, argv, &console), &console);
	console_finish(&console);
	return code;
}
