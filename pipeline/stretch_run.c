/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/checked.h"
#include "core/clock.h"
#include "pipeline/pipeline.h"

/* A stretch while it runs, at one go or from frame to frame, and its close. */

/* What came back while the run stood still woke nobody. */
static int go_on(struct weir_pipeline *pipeline, uint64_t timeout_ns)
{
	struct weir_stretch *stretch = &pipeline->stretch;
	uint64_t deadline_ns;

	for (size_t i = 0; i < stretch->n_legs; i++)
		weir_slab_go_on(stretch->legs[i].slab);
	weir_loop_queue(stretch->loop, &stretch->attend);
	if (timeout_ns == WEIR_FOREVER || !weir_add(weir_now_ns(), timeout_ns, &deadline_ns))
		return 0;
	return weir_loop_arm(stretch->loop, &stretch->patience, deadline_ns);
}

static void rest(struct weir_pipeline *pipeline)
{
	struct weir_stretch *stretch = &pipeline->stretch;

	weir_loop_disarm(stretch->loop, &stretch->patience);
	for (size_t i = 0; i < stretch->n_legs; i++)
		weir_slab_rest(stretch->legs[i].slab);
	for (size_t i = 0; i < pipeline->n_sinks; i++)
		weir_outlet_rest(stretch->outlets[i]);
}

/* Stages and sinks let go first, then the loop: what it still transfers is cancelled, and released
 * with that. */
static void close_flow(struct weir_pipeline *pipeline)
{
	struct weir_stretch *stretch = &pipeline->stretch;

	weir_legs_stop(pipeline);
	for (size_t i = 0; i < stretch->n_started; i++)
		weir_outlet_stop(stretch->outlets[i], WEIR_DROP_STOPPED);
	for (size_t i = 0; i < stretch->n_legs; i++)
		weir_slab_ignore(stretch->legs[i].slab, stretch->loop);
	weir_waker_ignore(&pipeline->waker, stretch->loop);
	if (stretch->registered)
		weir_loop_unregister(stretch->loop);
}

int weir_stretch_close(struct weir_pipeline *pipeline, int err)
{
	struct weir_stretch *stretch = &pipeline->stretch;

	if (!stretch->draining) /* also of a source that did not start: memory may be its own */
		pipeline->source->impl->stop(pipeline->source);
	close_flow(pipeline);
	weir_loop_close(&stretch->loop);
	return err ? err : stretch->result;
}

int weir_stretch_run(
	struct weir_pipeline *pipeline, uint64_t timeout_ns, struct weir_frame **pulled)
{
	struct weir_stretch *stretch = &pipeline->stretch;
	int err = pipeline->pulled ? go_on(pipeline, timeout_ns) : 0;

	if (!err && !stretch->over)
		err = weir_loop_run(stretch->loop);
	if (!err && pipeline->pulled) {
		rest(pipeline);
		*pulled = pipeline->pulled->impl->next(pipeline->pulled);
		if (*pulled)
			return 0;
		if (!stretch->over)
			return WEIR_RUN_RESTS;
	}
	return weir_stretch_close(pipeline, err);
}
