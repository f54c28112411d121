/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/options.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "cli/nearest.h"

#define MAX_ROWS   64
#define LONG_FIRST 256 /* getopt's value of a row's long form: this plus the row's index */
#define PLAIN_WORD 1   /* what getopt returns for words that are no option */

/* One parse: getopt's tables for a subcommand's options. */
struct parse {
	const struct command *command;
	struct console *console;
	char letters[2 + 2 * MAX_ROWS + 1];
	struct option names[MAX_ROWS + 1];
};

static void make_tables(struct parse *parse)
{
	/* '-': plain words come in order even under POSIXLY_CORRECT; ':': missing values are told
	 * from unknown options. */
	char *letter = stpcpy(parse->letters, "-:");
	struct option *name = parse->names;

	for (size_t i = 0; i < n_option_rows && i < MAX_ROWS; i++) {
		const struct option_row *row = &option_rows[i];

		if (!(row->commands & (unsigned)parse->command->bit))
			continue;
		if (row->letter) {
			*letter++ = row->letter;
			if (row->value)
				*letter++ = ':';
		}
		name->name = row->name;
		name->has_arg = row->value ? required_argument : no_argument;
		name->val = LONG_FIRST + (int)i;
		name++;
	}
}

static const struct option_row *row_of(int code)
{
	if (code >= LONG_FIRST)
		return &option_rows[code - LONG_FIRST];
	for (size_t i = 0; i < n_option_rows; i++)
		if (option_rows[i].letter == code)
			return &option_rows[i];
	return NULL;
}

/* As the user typed it. */
static void name_of(int code, char *out, size_t size)
{
	if (code >= LONG_FIRST)
		snprintf(out, size, "--%s", row_of(code)->name);
	else
		snprintf(out, size, "-%c", code);
}

static int unknown_long(const struct parse *parse, const char *word)
{
	char name[64];
	struct nearest nearest = { .word = name };

	snprintf(name, sizeof(name), "%.*s", (int)strcspn(word + 2, "="), word + 2);
	for (const struct option *o = parse->names; o->name; o++)
		nearest_try(&nearest, o->name);
	/* What begins several options is nearest to the first of them. */
	for (const struct option *o = parse->names; o->name; o++)
		if (!nearest.best && *name && strncmp(o->name, name, strlen(name)) == 0)
			nearest.best = o->name;
	if (nearest.best)
		console_error(parse->console, "unknown option %s; did you mean --%s?", word,
			nearest.best);
	else
		console_error(parse->console, "unknown option %s; see weir %s --help", word,
			parse->command->name);
	return -EINVAL;
}

/* After getopt's '?'. */
static int refuse(const struct parse *parse, char **argv)
{
	if (optopt >= LONG_FIRST)
		console_error(parse->console, "%s: --%s takes no value", argv[optind - 1],
			row_of(optopt)->name);
	else if (optopt)
		console_error(parse->console, "unknown option -%c; see weir %s --help", optopt,
			parse->command->name);
	else
		return unknown_long(parse, argv[optind - 1]);
	return -EINVAL;
}

static int missing_value(const struct parse *parse)
{
	char what[64];

	name_of(optopt, what, sizeof(what));
	console_error(parse->console, "%s needs a value: %s %s", what, what, row_of(optopt)->value);
	return -EINVAL;
}

static int take_source(const struct parse *parse, struct options *options, const char *word)
{
	if (parse->command->source == SOURCE_NONE)
		console_error(parse->console, "'%s': weir %s takes no SOURCE", word,
			parse->command->name);
	else if (options->source)
		console_error(parse->console, "'%s': there is a SOURCE already, '%s'", word,
			options->source);
	else if (!*word)
		console_error(parse->console, "'': the SOURCE is empty");
	else
		options->source = word;
	return options->source == word ? 0 : -EINVAL;
}

static int take(struct parse *parse, int code, char **argv, struct options *options)
{
	char what[64];
	struct given given = { .what = what, .value = optarg, .console = parse->console };

	switch (code) {
	case PLAIN_WORD:
		return take_source(parse, options, optarg);
	case '?':
		return refuse(parse, argv);
	case ':':
		return missing_value(parse);
	default:
		name_of(code, what, sizeof(what));
		return row_of(code)->set(options, &given);
	}
}

static bool is_network(const char *source)
{
	return source && strncasecmp(source, NETWORK_SCHEME ":", sizeof(NETWORK_SCHEME)) == 0;
}

static int check(const struct parse *parse, const struct options *options)
{
	if (parse->command->source == SOURCE_NETWORK && !is_network(options->source)) {
		console_error(parse->console,
			"%s%s%sweir %s needs a URI, such as " NETWORK_SCHEME
			"://0.0.0.0:5004?sdp=stream.sdp",
			options->source ? "'" : "", options->source ? options->source : "",
			options->source ? "': " : "", parse->command->name);
		return -EINVAL;
	}
	if (parse->command->source == SOURCE_NEEDED && !options->source) {
		console_error(parse->console, "weir %s needs a SOURCE, such as /dev/video0",
			parse->command->name);
		return -EINVAL;
	}
	if (options->frames && !options->json) {
		console_error(parse->console, "--frames prints JSON: add --json");
		return -EINVAL;
	}
	return 0;
}

/* Each list has room for every word there is, so that nothing needs to grow. */
static int make_lists(struct options *options, int argc)
{
	struct words *lists[] = { &options->controls, &options->stages, &options->sinks };

	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		lists[i]->item = calloc((size_t)argc + 1, sizeof(char *));
		if (!lists[i]->item)
			return -ENOMEM;
	}
	return 0;
}

int options_parse(const struct command *command, int argc, char **argv, struct console *console,
	struct options *options)
{
	struct parse parse = { .command = command, .console = console };
	int err, code;

	*options = (struct options){ 0 };
	err = make_lists(options, argc);
	make_tables(&parse);
	opterr = 0;
	while (!err && !options->help &&
		(code = getopt_long(argc, argv, parse.letters, parse.names, NULL)) >= 0)
		err = take(&parse, code, argv, options);
	while (!err && !options->help && optind < argc)
		err = take_source(&parse, options, argv[optind++]);
	if (!err && !options->help)
		err = check(&parse, options);
	return err;
}

void options_finish(struct options *options)
{
	free(options->controls.item);
	free(options->stages.item);
	free(options->sinks.item);
}
