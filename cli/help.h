/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_CLI_HELP_H
#define WEIR_CLI_HELP_H

#include <stdio.h>

#include "cli/options.h"

void help_program(FILE *to);
void help_command(FILE *to, const struct command *command);
void help_version(FILE *to);

#endif
