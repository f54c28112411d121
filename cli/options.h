/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_CLI_OPTIONS_H
#define WEIR_CLI_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include <weir/format.h>
#include <weir/pipeline.h>

#include "cli/console.h"

/* The subcommands an option belongs to. */
enum command_bit {
	COMMAND_CAPTURE = 1 << 0,
	COMMAND_EXPLAIN = 1 << 1,
	COMMAND_LIST = 1 << 2,
	COMMAND_INFO = 1 << 3,
	COMMAND_DOCTOR = 1 << 4,
	COMMAND_RECEIVE = 1 << 5
};

struct words {
	const char **item; /* ended by NULL */
	size_t n;
};

/* What the command line asks for. Strings are argv's. */
struct options {
	const char *source; /* NULL: none given */
	struct weir_video wanted;
	struct weir_pipeline_settings pipeline;
	struct words controls, stages, sinks;
	const char *sdp; /* file for the first rtp sink's session description; NULL: none */
	bool json;
	bool frames;
	bool watch;
	bool no_reconnect;
	bool help;
	int verbosity; /* -1 quiet … 2 debug */
};

/* An option as it stood on the command line. */
struct given {
	const char *what;  /* "-s", "--memory" */
	const char *value; /* NULL for options without one */
	struct console *console;
};

/* One option: how it is typed, what help says about it, and what it sets. */
struct option_row {
	char letter;       /* 0: long form only */
	const char *name;
	const char *value; /* "WxH"; NULL: takes none */
	const char *help;
	unsigned commands; /* enum command_bit */
	/* 0, or -EINVAL with one line on the console that names the word. */
	int (*set)(struct options *options, const struct given *given);
};

extern const struct option_row option_rows[];
extern const size_t n_option_rows;

enum source_use { SOURCE_NONE, SOURCE_OPTIONAL, SOURCE_NEEDED, SOURCE_NETWORK };

/* Of what is received from: sources of this scheme. */
#define NETWORK_SCHEME "rtp"

struct command {
	const char *name;
	const char *synopsis; /* after the name */
	const char *summary;
	const char *examples; /* whole lines */
	enum command_bit bit;
	enum source_use source;
	/* The program's exit code. */
	int (*run)(const struct options *options, struct console *console);
};

/* Reads what stands after the subcommand; argv[0] is the subcommand. Starts nothing.
 * 0; -EINVAL with one line on the console; -ENOMEM. `options` needs options_finish() always. */
int options_parse(const struct command *command, int argc, char **argv, struct console *console,
	struct options *options);
void options_finish(struct options *options);

#endif
