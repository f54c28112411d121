/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sinks/callback/own.h"

#include <errno.h>
#include <stdlib.h>

#include "core/loop.h"
#include "core/slab.h"

/* Frames wait for weir_pipeline_next(). The loop stops for each, so that mostly one is here; a
 * source that was not looked at for a while may bring several at once. */
struct pull {
	struct weir_own_sink own;
	struct weir_loop *loop;
	struct weir_frame *queue[WEIR_SLAB_MAX_SLOTS];
	unsigned first, n;
};

static struct weir_frame *next(struct weir_sink *sink)
{
	struct pull *pull = (struct pull *)sink;
	struct weir_frame *frame = pull->queue[pull->first];

	if (!pull->n)
		return NULL;
	pull->first = (pull->first + 1) % WEIR_SLAB_MAX_SLOTS;
	pull->n--;
	return frame;
}

static int start(
	struct weir_sink *sink, const struct weir_sink_host *host, const struct weir_video *video)
{
	(void)video;
	((struct pull *)sink)->loop = host->loop;
	return 0;
}

static int take(struct weir_sink *sink, struct weir_frame *frame)
{
	struct pull *pull = (struct pull *)sink;

	pull->queue[(pull->first + pull->n++) % WEIR_SLAB_MAX_SLOTS] = weir_frame_ref(frame);
	weir_loop_stop(pull->loop);
	return 0;
}

static void stop(struct weir_sink *sink)
{
	struct weir_frame *frame;

	while ((frame = next(sink))) {
		frame->verdict = WEIR_DROP_STOPPED;
		weir_frame_unref(&frame);
	}
}

static void close_pull(struct weir_sink *sink)
{
	free(sink);
}

static const struct weir_sink_impl pull_impl = {
	.scheme = "pull",
	.summary = "the program, which asks for each frame",
	.program_holds = true,
	.close = close_pull,
	.stride = weir_own_sink_stride,
	.start = start,
	.take = take,
	.next = next,
	.stop = stop,
};

int weir_sink_open_pull(const struct weir_sink_settings *settings, struct weir_sink **out)
{
	struct pull *pull = calloc(1, sizeof(*pull));
	int err = pull ? weir_own_sink_init(&pull->own, &pull_impl, settings) : -ENOMEM;

	if (err) {
		free(pull);
		return err;
	}
	*out = &pull->own.base;
	return 0;
}
