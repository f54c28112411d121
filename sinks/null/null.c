/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sinks/null/null.h"

#include <errno.h>
#include <stdlib.h>

/* Every frame has arrived as soon as it is shown: what is left to measure is the way here. */

static int open_null(const struct weir_uri *uri, const struct weir_sink_settings *settings,
	struct weir_sink **out)
{
	struct weir_sink *sink = calloc(1, sizeof(*sink));

	(void)uri;
	(void)settings;
	if (!sink)
		return -ENOMEM;
	sink->impl = &weir_sink_null;
	*out = sink;
	return 0;
}

static void close_null(struct weir_sink *sink)
{
	free(sink);
}

static int take(struct weir_sink *sink, struct weir_frame *frame)
{
	(void)sink;
	(void)frame;
	return 0;
}

const struct weir_sink_impl weir_sink_null = {
	.scheme = "null",
	.summary = "null, takes every frame and does nothing with it: for measuring",
	.open = open_null,
	.close = close_null,
	.take = take,
};
