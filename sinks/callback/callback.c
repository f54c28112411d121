/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sinks/callback/own.h"

#include <errno.h>
#include <stdlib.h>

#include "core/log.h"

/* Frames are shown to a function of the program's. */
struct callback {
	struct weir_own_sink own;
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
	.stride = weir_own_sink_stride,
	.take = take,
};

int weir_sink_open_callback(weir_sink_callback *on_frame, void *data,
	const struct weir_sink_settings *settings, struct weir_sink **out)
{
	struct callback *callback;
	int err;

	if (!on_frame) {
		weir_error(
			settings ? settings->log : NULL, "callback: there is no function to call");
		return -EINVAL;
	}
	callback = calloc(1, sizeof(*callback));
	if (!callback)
		return -ENOMEM;
	callback->on_frame = on_frame;
	callback->data = data;
	err = weir_own_sink_init(&callback->own, &callback_impl, settings);
	if (err) {
		free(callback);
		return err;
	}
	*out = &callback->own.base;
	return 0;
}
