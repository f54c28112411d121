/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_CLI_COMMANDS_H
#define WEIR_CLI_COMMANDS_H

#include "cli/options.h"

/* The subcommands, ended by one without a name. */
extern const struct command commands[];

/* Each returns the program's exit code. */
int capture_command(const struct options *options, struct console *console);
int explain_command(const struct options *options, struct console *console);
int list_command(const struct options *options, struct console *console);
int info_command(const struct options *options, struct console *console);
int doctor_command(const struct options *options, struct console *console);

#endif
