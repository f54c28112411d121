/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "core/clock.h"
#include "core/log.h"
#include "pipeline/pipeline.h"
#include "pipeline/planner.h"

/* One stretch of a run: what happens by one plan. The story is weir_stretch_start(), at the end. */

/* How long sinks may take to finish what they hold after the end. */
#define DRAIN_NS (WEIR_NS_PER_S * 2)

/* ---- ending ---- */

static void finish(struct weir_stretch *stretch)
{
	stretch->over = true;
	weir_loop_stop(stretch->loop);
}

/* What the source brought goes all the way: first the stages finish, then the sinks. */
static void drain(struct weir_pipeline *pipeline)
{
	struct weir_stretch *stretch = &pipeline->stretch;
	bool drained = true;

	weir_legs_drain(pipeline);
	if (!weir_legs_are_idle(pipeline))
		return;
	for (size_t i = 0; i < pipeline->n_sinks && !stretch->sinks_drain; i++)
		if (stretch->outlets[i]->sink && pipeline->sinks[i]->impl->drain)
			pipeline->sinks[i]->impl->drain(pipeline->sinks[i]);
	stretch->sinks_drain = true;
	for (size_t i = 0; i < pipeline->n_sinks; i++)
		drained &= weir_outlet_is_drained(stretch->outlets[i]);
	if (drained)
		finish(stretch);
}

static void attend(struct weir_task *task)
{
	struct weir_pipeline *pipeline = task->data;
	struct weir_stretch *stretch = &pipeline->stretch;

	for (size_t i = 0; i < pipeline->n_sinks; i++) {
		int err = weir_outlet_refill(stretch->outlets[i]);

		if (err)
			weir_stretch_lose_sink(pipeline, i, err);
	}
	weir_legs_feed(pipeline);
	if (!stretch->ending)
		pipeline->source->impl->resume(pipeline->source);
	else if (stretch->draining)
		drain(pipeline);
}

/* Slots or sinks have room again. */
static void returned(void *data)
{
	struct weir_pipeline *pipeline = data;

	weir_loop_queue(pipeline->stretch.loop, &pipeline->stretch.attend);
}

static void drain_expired(struct weir_timer *timer)
{
	struct weir_pipeline *pipeline = timer->data;

	if (!weir_legs_are_idle(pipeline))
		weir_warn(pipeline->settings.log,
			"a stage did not finish within %d s: what it held counts as dropped",
			(int)(DRAIN_NS / WEIR_NS_PER_S));
	for (size_t i = 0; i < pipeline->n_sinks; i++)
		if (!weir_outlet_is_drained(pipeline->stretch.outlets[i]))
			weir_warn(pipeline->settings.log,
				"%s did not finish within %d s: what it held counts as dropped",
				pipeline->sinks[i]->uri, (int)(DRAIN_NS / WEIR_NS_PER_S));
	finish(&pipeline->stretch);
}

/* From a task of its own, never from inside the source's or a sink's call. */
static void end(struct weir_task *task)
{
	struct weir_pipeline *pipeline = task->data;
	struct weir_stretch *stretch = &pipeline->stretch;

	pipeline->source->impl->stop(pipeline->source);
	weir_flow_sample(pipeline);
	stretch->draining = true;
	weir_loop_arm(stretch->loop, &stretch->drain_limit, weir_now_ns() + DRAIN_NS);
	weir_loop_queue(stretch->loop, &stretch->attend);
}

void weir_stretch_end(struct weir_pipeline *pipeline, int result)
{
	struct weir_stretch *stretch = &pipeline->stretch;

	if (stretch->ending)
		return;
	stretch->ending = true;
	stretch->result = result;
	weir_loop_queue(stretch->loop, &stretch->end);
}

/* What the sink may hold of frames in their first memory. */
static unsigned share_of(struct weir_pipeline *pipeline, size_t index)
{
	if (pipeline->stretch.outlets[index]->masked.how == WEIR_MASKING_COPY)
		return weir_planner_sink_hop(pipeline, index)->budget;
	return pipeline->plan.shares[index];
}

/* What each sink may hold from now on, and what may wait. */
static void allow_outlets(struct weir_pipeline *pipeline)
{
	struct weir_stretch *stretch = &pipeline->stretch;
	const struct weir_plan_draft *plan = &pipeline->plan;

	for (size_t i = 0; i < pipeline->n_sinks; i++) {
		unsigned budget = weir_planner_sink_hop(pipeline, i)->budget;
		bool has_copies = stretch->outlets[i]->masked.how == WEIR_MASKING_COPY;

		weir_outlet_allow(stretch->outlets[i], budget, share_of(pipeline, i),
			has_copies || plan->may_wait[weir_planner_leg_of(pipeline, i)]);
	}
	for (size_t i = 1; i < stretch->n_legs; i++)
		stretch->legs[i].waits = plan->legs[i].waits;
}

/* Not out of slots that others need: those of a plan for more buffers than there are now. */
static void allow_copies(struct weir_pipeline *pipeline)
{
	const struct weir_leg_plan *plan = &pipeline->plan.legs[0];
	const struct weir_leg *leg = &pipeline->stretch.legs[0];

	if (!plan->lag_slots || !leg->private || leg->private->n_slots < plan->private_slots)
		return;
	for (size_t i = 0; i < pipeline->n_sinks; i++)
		if (leg->sinks & 1u << i)
			weir_outlet_allow_copies(pipeline->stretch.outlets[i], leg->private,
				weir_planner_deadline_ns(pipeline, i));
}

void weir_stretch_lose_sink(struct weir_pipeline *pipeline, size_t index, int error)
{
	struct weir_stretch *stretch = &pipeline->stretch;

	if (pipeline->errors[index])
		return;
	weir_outlet_stop(stretch->outlets[index], WEIR_DROP_FAILED);
	if (weir_run_note_lost_sink(pipeline, index, error)) {
		weir_planner_share(pipeline);
		allow_outlets(pipeline);
		return;
	}
	weir_stretch_end(pipeline, error);
	/* What had ended well has not when its last frames are lost. */
	if (!stretch->result)
		stretch->result = error;
}

static void sink_failed(void *data, struct weir_sink *sink, int error)
{
	struct weir_pipeline *pipeline = data;

	for (size_t i = 0; i < pipeline->n_sinks; i++)
		if (pipeline->sinks[i] == sink)
			weir_stretch_lose_sink(pipeline, i, error);
}

static void sink_copied(void *data, struct weir_sink *sink, uint64_t bytes, const char *why)
{
	struct weir_pipeline *pipeline = data;

	weir_counter_add(&sink->copied_bytes, bytes);
	if (!pipeline->settings.require_zero_copy || pipeline->stretch.ending)
		return;
	weir_error(pipeline->settings.log, "zero copy was required, but %s copied %llu bytes: %s",
		sink->uri, (unsigned long long)bytes, why);
	weir_stretch_end(pipeline, -EPERM);
}

static void sink_handed(
	void *data, struct weir_sink *sink, const struct weir_frame *frame, uint64_t at_ns)
{
	struct weir_pipeline *pipeline = data;

	for (size_t i = 0; i < pipeline->n_sinks; i++)
		if (pipeline->stretch.outlets[i]->sink == sink)
			weir_outlet_note_handed(pipeline->stretch.outlets[i], &frame->info, at_ns);
}

static void sink_changed(void *data, struct weir_sink *sink)
{
	struct weir_pipeline *pipeline = data;

	if (pipeline->stretch.ending)
		return;
	weir_info(pipeline->settings.log, "%s has changed: planning anew", sink->uri);
	weir_stretch_end(pipeline, WEIR_PLAN_AGAIN);
}

static bool sink_pauses(void *data)
{
	const struct weir_stretch *stretch = &((struct weir_pipeline *)data)->stretch;

	return stretch->ending && stretch->result == WEIR_PLAN_AGAIN;
}

static void memory_refuted(void *data, const char *why)
{
	struct weir_pipeline *pipeline = data;
	struct weir_refuted *refuted = &pipeline->refuted[pipeline->n_refuted];
	const char *kind = pipeline->plan.legs[0].kind->name;

	if (pipeline->stretch.ending)
		return;
	if (pipeline->n_refuted == WEIR_MAX_REFUTED) {
		weir_error(
			pipeline->settings.log, "memory kind %s cannot be trusted: %s", kind, why);
		weir_stretch_end(pipeline, -EIO);
		return;
	}
	weir_warn(pipeline->settings.log, "memory kind %s cannot be trusted: %s", kind, why);
	refuted->kind = pipeline->plan.legs[0].kind;
	snprintf(refuted->why, sizeof(refuted->why), "%s", why);
	pipeline->n_refuted++;
	weir_stretch_end(pipeline, WEIR_PLAN_AGAIN);
}

static void source_changed(void *data)
{
	weir_stretch_end(data, WEIR_PLAN_AGAIN);
}

static void source_copied(void *data, uint64_t bytes, const char *why)
{
	struct weir_pipeline *pipeline = data;

	weir_counter_add(&pipeline->books.brought_bytes, bytes);
	if (!pipeline->settings.require_zero_copy || pipeline->stretch.ending)
		return;
	weir_error(pipeline->settings.log, "zero copy was required, but %s copied %llu bytes: %s",
		pipeline->source->uri, (unsigned long long)bytes, why);
	weir_stretch_end(pipeline, -EPERM);
}

static void source_ended(void *data, int error)
{
	struct weir_pipeline *pipeline = data;

	weir_pipeline_emit(pipeline, &(struct weir_event){ .type = WEIR_EVENT_SOURCE_ENDED,
					     .error = error,
					     .text = pipeline->source->uri });
	weir_stretch_end(pipeline, error);
}

static void time_is_up(struct weir_timer *timer)
{
	weir_stretch_end(timer->data, 0);
}

static void patience_is_spent(struct weir_timer *timer)
{
	weir_loop_stop(((struct weir_pipeline *)timer->data)->stretch.loop);
}

/* The first wish ends the run in order, a second one at once. */
static void woken(void *data)
{
	struct weir_pipeline *pipeline = data;
	unsigned stops = atomic_load(&pipeline->stops);

	if (atomic_load(&pipeline->woken))
		weir_loop_stop(pipeline->stretch.loop);
	if (stops > 1)
		finish(&pipeline->stretch);
	if (stops > 0) /* none: the wish was for the run before this one */
		weir_stretch_end(pipeline, 0);
}

/* ---- starting ---- */

static bool goes_on(const struct weir_pipeline *pipeline)
{
	return weir_counter_get(&pipeline->books.captured) > 0;
}

static int start_sink(struct weir_pipeline *pipeline, size_t index)
{
	struct weir_stretch *stretch = &pipeline->stretch;
	struct weir_sink *sink = pipeline->sinks[index];
	const struct weir_sink_host host = {
		.loop = stretch->loop,
		.slab = stretch->legs[weir_planner_leg_of(pipeline, index)].slab,
		.share = share_of(pipeline, index),
		.zero_copy = pipeline->settings.require_zero_copy,
		.goes_on = goes_on(pipeline),
		.failed = sink_failed,
		.copied = sink_copied,
		.handed = sink_handed,
		.changed = sink_changed,
		.pauses = sink_pauses,
		.run = &weir_pipeline_run_calls,
		.data = pipeline,
	};

	if (pipeline->errors[index] || !sink->impl->start)
		return 0;
	return sink->impl->start(sink, &host, &weir_planner_sink_hop(pipeline, index)->video);
}

/* One that does not start is lost, and the others go on. */
static int start_sinks(struct weir_pipeline *pipeline)
{
	struct weir_stretch *stretch = &pipeline->stretch;

	for (; stretch->n_started < pipeline->n_sinks; stretch->n_started++) {
		int err = start_sink(pipeline, stretch->n_started);

		if (err) {
			stretch->outlets[stretch->n_started]->sink = NULL; /* no stop() */
			weir_stretch_lose_sink(pipeline, stretch->n_started, err);
		} else {
			pipeline->has_run[stretch->n_started] = true;
		}
	}
	return stretch->ending ? stretch->result : 0;
}

static bool sinks_touch_pixels(const struct weir_pipeline *pipeline)
{
	for (uint32_t sinks = pipeline->stretch.legs[0].sinks; sinks; sinks &= sinks - 1) {
		const struct weir_sink *sink = pipeline->sinks[__builtin_ctz(sinks)];

		if (sink->impl->reads_pixels || sink->impl->program_holds || sink->masks.n)
			return true;
	}
	return false;
}

/* There are private slots for the source's frames, or will be when it has started with fewer
 * buffers than were planned. */
static bool may_copy(const struct weir_pipeline *pipeline)
{
	const struct weir_leg *leg = &pipeline->stretch.legs[0];

	return leg->private || leg->slab->n_slots < pipeline->plan.value.slots;
}

/* Whether the CPU looks at what the source brought, before other memory takes over. */
static bool touches_pixels(const struct weir_pipeline *pipeline)
{
	const struct weir_stretch *stretch = &pipeline->stretch;

	if (may_copy(pipeline))
		return true;
	for (size_t i = 0; i < stretch->legs[0].end; i++)
		if (pipeline->stages[i]->impl->access >= WEIR_STAGE_READ)
			return true;
	for (size_t i = 1; i < stretch->n_legs; i++)
		if (stretch->legs[i].from == stretch->legs &&
			!stretch->legs[i].head->engine->is_device)
			return true;
	return sinks_touch_pixels(pipeline);
}

/* Before the first frame: a device that granted fewer buffers leaves less to hold for the sinks, or
 * more to copy for those that lag. */
static int fit_budgets(struct weir_pipeline *pipeline)
{
	const struct weir_plan *plan = &pipeline->plan.value;
	unsigned granted = pipeline->stretch.legs[0].slab->n_slots;
	int err = 0;

	if (granted < plan->slots) {
		weir_info(pipeline->settings.log,
			"%s has %u buffers, not %u: sinks may hold fewer frames of them",
			pipeline->source->uri, granted, plan->slots);
		weir_planner_fit(pipeline, granted);
		err = weir_stretch_open_private(pipeline);
	}
	allow_outlets(pipeline);
	allow_copies(pipeline);
	return err;
}

static int start_source(struct weir_pipeline *pipeline)
{
	struct weir_stretch *stretch = &pipeline->stretch;
	int err;
	struct weir_source_host host = {
		.loop = stretch->loop,
		.slab = stretch->legs[0].slab,
		.deliver = weir_flow_deliver,
		.wanted = weir_flow_wanted,
		.refuted = memory_refuted,
		.changed = source_changed,
		.copied = source_copied,
		.ended = source_ended,
		.holders = weir_flow_holders,
		.touched = touches_pixels(pipeline),
		.goes_on = goes_on(pipeline),
		.data = pipeline,
	};

	weir_pipeline_emit(pipeline, &(struct weir_event){ .type = WEIR_EVENT_STARTED });
	err = pipeline->source->impl->start(pipeline->source, &host);
	return err ? err : fit_budgets(pipeline);
}

static int listen_for_others(struct weir_pipeline *pipeline)
{
	struct weir_stretch *stretch = &pipeline->stretch;
	char text[WEIR_ERRNO_TEXT];
	int err = weir_waker_listen(&pipeline->waker, stretch->loop, woken, pipeline);

	for (size_t i = 0; i < stretch->n_legs && !err; i++)
		err = weir_slab_listen(stretch->legs[i].slab, stretch->loop, returned, pipeline);
	if (err)
		weir_error(pipeline->settings.log, "the %s loop cannot watch an eventfd: %s",
			pipeline->plan.value.loop, weir_errno_text(err, text));
	return err;
}

static void begin(struct weir_pipeline *pipeline, struct weir_loop *loop)
{
	struct weir_stretch *stretch = &pipeline->stretch;

	pthread_mutex_lock(&pipeline->lock);
	memset(stretch, 0, sizeof(*stretch));
	weir_books_warm_up(&pipeline->books, pipeline->plan.value.slots);
	pthread_mutex_unlock(&pipeline->lock);
	stretch->loop = loop;
	stretch->end = (struct weir_task){ .run = end, .data = pipeline };
	stretch->attend = (struct weir_task){ .run = attend, .data = pipeline };
	stretch->time_limit = (struct weir_timer){ .fired = time_is_up, .data = pipeline };
	stretch->drain_limit = (struct weir_timer){ .fired = drain_expired, .data = pipeline };
	stretch->patience = (struct weir_timer){ .fired = patience_is_spent, .data = pipeline };
}

static int limit_time(struct weir_pipeline *pipeline)
{
	if (!pipeline->deadline_ns)
		return 0;
	return weir_loop_arm(
		pipeline->stretch.loop, &pipeline->stretch.time_limit, pipeline->deadline_ns);
}

static int start_flow(struct weir_pipeline *pipeline)
{
	int err = listen_for_others(pipeline);

	if (err)
		return err;
	weir_stretch_register_memory(pipeline);
	err = start_sinks(pipeline);
	if (!err)
		err = weir_legs_start(pipeline);
	if (!err)
		err = start_source(pipeline);
	return err ? err : limit_time(pipeline);
}

int weir_stretch_start(struct weir_pipeline *pipeline, struct weir_loop *loop)
{
	int err;

	begin(pipeline, loop);
	err = weir_stretch_open_memory(pipeline);
	if (err) {
		weir_loop_close(&pipeline->stretch.loop);
		return err;
	}
	err = start_flow(pipeline);
	return err ? weir_stretch_close(pipeline, err) : 0;
}
