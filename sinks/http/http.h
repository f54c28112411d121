/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_SINKS_HTTP_HTTP_H
#define WEIR_SINKS_HTTP_HTTP_H

#include "core/sink.h"

/* Serves the picture, a page around it, and what is to be known of the run. */
extern const struct weir_sink_impl weir_sink_http;

/* URI keys, known also where the sink is not in the build. */
extern const char *const weir_http_options[];
extern const char *const weir_http_secrets[];

#endif
