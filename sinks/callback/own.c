/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sinks/callback/own.h"

#include <errno.h>
#include <string.h>

#include "core/clock.h"

int weir_own_sink_init(struct weir_own_sink *own, const struct weir_sink_impl *impl,
	const struct weir_sink_settings *settings)
{
	static const struct weir_sink_settings defaults;
	struct weir_sink *sink = &own->base;
	int err;

	if (!settings)
		settings = &defaults;
	err = weir_sink_check_settings(settings);
	if (!err && settings->masks)
		err = weir_masks_parse(settings->masks, settings->log, &sink->masks);
	if (err)
		return err;
	sink->impl = impl;
	sink->log = settings->log;
	sink->budget = settings->budget ? settings->budget : WEIR_DEFAULT_BUDGET;
	sink->policy = settings->policy;
	sink->deadline_ns = settings->deadline_ms * (WEIR_NS_PER_S / 1000);
	own->stride = settings->stride;
	sink->uri = strdup(impl->scheme);
	return sink->uri ? 0 : -ENOMEM;
}

uint32_t weir_own_sink_stride(struct weir_sink *sink, const struct weir_video *video)
{
	uint32_t wished = ((const struct weir_own_sink *)sink)->stride;

	return wished >= video->stride ? wished : 0;
}
