/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_SINKS_HTTP_SETTINGS_H
#define WEIR_SINKS_HTTP_SETTINGS_H

#include <stdbool.h>

#include "core/endpoint.h"
#include "core/sink.h"

#define WEIR_HTTP_MIN_TOKEN 8
#define WEIR_HTTP_MAX_TOKEN 128
#define WEIR_HTTP_MAX_CLIENTS 48 /* three operations each: a loop has 256 */

enum weir_http_zero_copy { WEIR_HTTP_ZC_AUTO, WEIR_HTTP_ZC_OFF };

struct weir_http_settings {
	struct weir_address address;
	bool loopback; /* nobody from elsewhere reaches it */
	char token[WEIR_HTTP_MAX_TOKEN + 1]; /* "": none */
	unsigned clients;
	size_t header;               /* bytes of a request's head */
	uint64_t idle_ns, stall_ns;  /* without a request; for one answer or picture */
	enum weir_http_zero_copy zero_copy;
};

/* 0, or -errno, logged. */
int weir_http_settings_read(
	const struct weir_uri *uri, const struct weir_log *log, struct weir_http_settings *out);

#endif
