/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stddef.h>

#include "sinks/http/http.h"

const char *const weir_http_options[] = { "token", "token-file", "clients", "header", "idle",
	"stall", "zero-copy", NULL };

const char *const weir_http_secrets[] = { "token", NULL };
