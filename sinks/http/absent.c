/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>

#include "core/log.h"
#include "sinks/http/http.h"

/* In place of the HTTP sink, in builds without a parser. */

static int refuse(const struct weir_uri *uri, const struct weir_sink_settings *settings,
	struct weir_sink **out)
{
	(void)uri;
	(void)out;
	weir_error(settings->log,
		"http: this weir was built without an HTTP parser: install libllhttp-dev or "
		"libhttp-parser-dev and build it again");
	return -ENOTSUP;
}

const struct weir_sink_impl weir_sink_http = {
	.scheme = "http",
	.summary = "http://ADDR:PORT, not in this build",
	.options = weir_http_options,
	.secrets = weir_http_secrets,
	.has_address = true,
	.open = refuse,
};
