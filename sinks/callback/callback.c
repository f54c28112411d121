/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "core/log.h"
#include "core/sink.h"

/* The library user's own sink. */
struct callback {
	struct weir_sink base;
	weir_sink_callback *on_frame;
	void *data;
};

static void close_callback(struct weir_sink *sink)
{
	free(sink);
}

static int take(struct weir_sink *sink, struct weir_frame *frame)
{
	struct callback *callback = (struct callback *)sink;
	char text[WEIR_ERRNO_TEXT];
	int err = callback->on_frame(callback->data, frame);

	if (err)
		weir_error(sink->log, "callback: the program's function refused a frame: %s",
			weir_errno_text(err, text));
	return err;
}

static const struct weir_sink_impl callback_impl = {
	.scheme = "callback",
	.summary = "a function of the program's",
	.program_holds = true,
	.close = close_callback,
	.take = take,
};

int weir_sink_open_callback(weir_sink_callback *on_frame, void *data,
	const struct weir_sink_settings *settings, struct weir_sink **out)
{
	static const struct weir_sink_settings defaults;
	struct weir_masks masks = { 0 };
	struct callback *callback;
	int err;

	if (!settings)
		settings = &defaults;
	err = weir_sink_check_settings(settings);
	if (!err && settings->masks)
		err = weir_masks_parse(settings->masks, settings->log, &masks);
	if (err)
		return err;
	if (!on_frame) {
		weir_error(settings->log, "callback: there is no function to call");
		return -EINVAL;
	}
	callback = calloc(1, sizeof(*callback));
	if (!callback)
		return -ENOMEM;
	callback->base.impl = &callback_impl;
	callback->base.log = settings->log;
	callback->base.budget = settings->budget ? settings->budget : WEIR_DEFAULT_BUDGET;
	callback->base.policy = settings->policy;
	callback->base.masks = masks;
	callback->base.deadline_ns = settings->deadline_ms * (WEIR_NS_PER_S / 1000);
	callback->base.uri = strdup(callback_impl.scheme);
	callback->on_frame = on_frame;
	callback->data = data;
	if (!callback->base.uri) {
		free(callback);
		return -ENOMEM;
	}
	*out = &callback->base;
	return 0;
}
