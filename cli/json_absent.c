/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/output.h"

/* Stands in for json.c and json_run.c in builds without json-c. */
const struct output *const json_output = NULL;
