/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/help.h"

#include <string.h>

#include <weir/sink.h>
#include <weir/source.h>
#include <weir/stage.h>
#include <weir/version.h>

#include "cli/commands.h"
#include "cli/output.h"

#define COLUMN 28

void help_version(FILE *to)
{
	fprintf(to, "weir %s (%s, %s)\n", weir_version(), weir_build_features(),
		json_output ? "json-c" : "no json-c");
}

void help_program(FILE *to)
{
	fputs("weir: video on Linux without hidden copies\n\nUsage: weir COMMAND ...\n\n", to);
	for (const struct command *c = commands; c->name; c++)
		fprintf(to, "  %-9s %-30s %s\n", c->name, c->synopsis, c->summary);
	fputs("\n  --help      this, or after a command: its options\n"
	      "  --version   the version and what it was built with\n"
	      "\nExamples:\n",
		to);
	for (const struct command *c = commands; c->name; c++)
		fputs(c->examples, to);
	fputs("\nExit status: 0 ok, 1 runtime error, 2 usage, 3 device missing or busy,\n"
	      "4 format or ability refused, 5 copy refused. See weir(1).\n",
		to);
}

static void print_option(FILE *to, const struct option_row *row)
{
	char left[64], letter[8] = "    ";

	if (row->letter)
		snprintf(letter, sizeof(letter), "-%c, ", row->letter);
	snprintf(left, sizeof(left), "%s--%s%s%s", letter, row->name, row->value ? " " : "",
		row->value ? row->value : "");
	fprintf(to, "  %-*s  %s\n", COLUMN, left, row->help);
}

static void print_options(FILE *to, enum command_bit bit)
{
	fputs("\nOptions:\n", to);
	for (size_t i = 0; i < n_option_rows; i++)
		if (option_rows[i].commands & (unsigned)bit)
			print_option(to, &option_rows[i]);
}

static void print_sources(FILE *to, bool network)
{
	const char *summary, *scheme;

	fputs(network ? "\nURI:\n"
		      : "\nSOURCE (without one: the first camera, else pattern:bars):\n",
		to);
	for (size_t i = 0; (scheme = weir_source_scheme_at(i, &summary)); i++)
		if (!network || strcmp(scheme, NETWORK_SCHEME) == 0)
			fprintf(to, "  %s\n", summary);
}

static void print_sinks(FILE *to)
{
	const char *summary;

	fputs("\nSINK (without one: null; options follow as ?key=value&key=value):\n", to);
	for (size_t i = 0; weir_sink_scheme_at(i, &summary); i++)
		fprintf(to, "  %s\n", summary);
}

static void print_stages(FILE *to)
{
	const struct weir_stage_impl *stage;

	fputs("\nSTAGE:\n", to);
	for (size_t i = 0; (stage = weir_stage_impl_at(i)); i++)
		fprintf(to, "  %s%s%s\n", stage->name, stage->open ? "=" : ", ", stage->summary);
}

void help_command(FILE *to, const struct command *command)
{
	fprintf(to, "Usage: weir %s %s\n%s\n", command->name, command->synopsis, command->summary);
	print_options(to, command->bit);
	if (command->source != SOURCE_NONE)
		print_sources(to, command->source == SOURCE_NETWORK);
	if (command->source == SOURCE_OPTIONAL || command->source == SOURCE_NETWORK) {
		print_sinks(to);
		print_stages(to);
	}
	fprintf(to, "\nExamples:\n%s", command->examples);
}
