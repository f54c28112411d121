/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_CLI_TEXT_H
#define WEIR_CLI_TEXT_H

#include "cli/output.h"

void text_findings(FILE *to, const struct weir_finding *findings, size_t n);
void text_plan(FILE *to, const struct weir_plan *plan);
void text_summary(FILE *to, const struct summary *summary);

#endif
