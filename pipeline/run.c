/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/checked.h"
#include "core/clock.h"
#include "core/log.h"
#include "pipeline/pipeline.h"
#include "pipeline/planner.h"
#include "pipeline/scheduling.h"

/* One run, from the plan to the last book entry. The story is weir_pipeline_run(), at the end. */

/* How long sinks may take to finish what they hold after the end. */
#define DRAIN_NS (WEIR_NS_PER_S * 2)

/* ---- ending ---- */

static void attend(struct weir_task *task)
{
	struct weir_pipeline *pipeline = task->data;
	struct weir_run *run = &pipeline->run;
	bool drained = true;

	for (size_t i = 0; i < run->outlets->n; i++) {
		int err = weir_outlet_refill(&run->outlets->outlet[i]);

		if (err)
			weir_run_lose_sink(pipeline, i, err);
		if (run->draining)
			drained &= weir_outlet_is_drained(&run->outlets->outlet[i]);
	}
	if (!run->ending)
		pipeline->source->impl->resume(pipeline->source);
	else if (run->draining && drained)
		weir_loop_stop(run->loop);
}

/* Slots or sinks have room again. */
static void returned(void *data)
{
	struct weir_pipeline *pipeline = data;

	weir_loop_queue(pipeline->run.loop, &pipeline->run.attend);
}

static void drain_expired(struct weir_timer *timer)
{
	struct weir_pipeline *pipeline = timer->data;

	for (size_t i = 0; i < pipeline->n_sinks; i++)
		if (!weir_outlet_is_drained(&pipeline->run.outlets->outlet[i]))
			weir_warn(pipeline->settings.log,
				"%s did not finish within %d s: what it held counts as dropped",
				pipeline->sinks[i]->uri, (int)(DRAIN_NS / WEIR_NS_PER_S));
	weir_loop_stop(pipeline->run.loop);
}

/* From a task of its own, never from inside the source's or a sink's call. */
static void end(struct weir_task *task)
{
	struct weir_pipeline *pipeline = task->data;
	struct weir_run *run = &pipeline->run;

	pipeline->source->impl->stop(pipeline->source);
	weir_flow_sample(pipeline);
	for (size_t i = 0; i < pipeline->n_sinks; i++)
		if (run->outlets->outlet[i].sink && pipeline->sinks[i]->impl->drain)
			pipeline->sinks[i]->impl->drain(pipeline->sinks[i]);
	run->draining = true;
	weir_loop_arm(run->loop, &run->drain_limit, weir_now_ns() + DRAIN_NS);
	weir_loop_queue(run->loop, &run->attend);
}

void weir_run_end(struct weir_pipeline *pipeline, int result)
{
	struct weir_run *run = &pipeline->run;

	if (run->ending)
		return;
	run->ending = true;
	run->result = result;
	weir_loop_queue(run->loop, &run->end);
}

void weir_run_lose_sink(struct weir_pipeline *pipeline, size_t index, int error)
{
	struct weir_run *run = &pipeline->run;
	struct weir_outlets *outlets = run->outlets;
	bool any = false;

	if (pipeline->errors[index])
		return;
	pipeline->errors[index] = error;
	weir_outlet_stop(&outlets->outlet[index], WEIR_DROP_FAILED);
	weir_pipeline_emit(pipeline,
		&(struct weir_event){ .type = WEIR_EVENT_SINK_FAILED,
			.error = error,
			.sink = (unsigned)index,
			.text = pipeline->sinks[index]->uri });
	for (size_t i = 0; i < outlets->n; i++)
		any |= outlets->outlet[i].sink != NULL;
	if (any)
		return;
	weir_run_end(pipeline, error);
	/* What had ended well has not when its last frames are lost. */
	if (!run->result)
		run->result = error;
}

static void sink_failed(void *data, struct weir_sink *sink, int error)
{
	struct weir_pipeline *pipeline = data;

	for (size_t i = 0; i < pipeline->n_sinks; i++)
		if (pipeline->sinks[i] == sink)
			weir_run_lose_sink(pipeline, i, error);
}

/* Not an error of the run's: weir_pipeline_run() plans again without that kind. */
#define REFUTED (-ESTALE)

static void memory_refuted(void *data, const char *why)
{
	struct weir_pipeline *pipeline = data;
	struct weir_refuted *refuted = &pipeline->refuted[pipeline->n_refuted];
	const char *kind = pipeline->plan.kind->name;

	if (pipeline->n_refuted == WEIR_MAX_REFUTED ||
		weir_counter_get(&pipeline->run.books.captured)) {
		weir_error(pipeline->settings.log, "memory kind %s cannot be trusted any more: %s",
			kind, why);
		weir_run_end(pipeline, -EIO);
		return;
	}
	weir_warn(pipeline->settings.log, "memory kind %s cannot be trusted: %s", kind, why);
	refuted->kind = pipeline->plan.kind;
	snprintf(refuted->why, sizeof(refuted->why), "%s", why);
	pipeline->n_refuted++;
	weir_run_end(pipeline, REFUTED);
}

static void source_ended(void *data, int error)
{
	struct weir_pipeline *pipeline = data;

	weir_pipeline_emit(pipeline,
		&(struct weir_event){ .type = WEIR_EVENT_SOURCE_ENDED,
			.error = error,
			.text = pipeline->source->uri });
	weir_run_end(pipeline, error);
}

static void time_is_up(struct weir_timer *timer)
{
	weir_run_end(timer->data, 0);
}

/* The first wish ends the run in order, a second one at once. */
static void stop_wished(void *data)
{
	struct weir_pipeline *pipeline = data;
	unsigned stops = atomic_load(&pipeline->stops);

	if (stops > 1)
		weir_loop_stop(pipeline->run.loop);
	if (stops > 0) /* none: the wish was for the run before this one */
		weir_run_end(pipeline, 0);
}

/* ---- starting ---- */

static int start_sinks(struct weir_pipeline *pipeline)
{
	struct weir_run *run = &pipeline->run;
	const struct weir_plan *plan = &pipeline->plan.value;
	struct weir_sink_host host = {
		.loop = run->loop, .slab = run->slab, .failed = sink_failed, .data = pipeline
	};

	for (; run->n_started < pipeline->n_sinks; run->n_started++) {
		struct weir_sink *sink = pipeline->sinks[run->n_started];
		int err = 0;

		weir_counter_set(&sink->zero_copy_sends, 0);
		weir_counter_set(&sink->kernel_copied_sends, 0);
		weir_counter_set(&sink->copied_bytes, 0);
		if (sink->impl->start)
			err = sink->impl->start(sink, &host, &plan->hops[plan->n_hops - 1].video);
		if (err)
			return err;
	}
	return 0;
}

static bool touches_pixels(const struct weir_pipeline *pipeline)
{
	for (size_t i = 0; i < pipeline->n_stages; i++)
		if (pipeline->stages[i]->impl->access >= WEIR_STAGE_READ)
			return true;
	for (size_t i = 0; i < pipeline->n_sinks; i++)
		if (pipeline->sinks[i]->impl->reads_pixels ||
			pipeline->sinks[i]->impl->program_holds)
			return true;
	return false;
}

/* Before the first frame: a device that granted fewer buffers leaves less to hold for the sinks. */
static void fit_budgets(struct weir_pipeline *pipeline)
{
	struct weir_outlets *outlets = pipeline->run.outlets;
	const struct weir_plan *plan = &pipeline->plan.value;
	unsigned granted = pipeline->run.slab->n_slots;

	if (granted >= plan->slots)
		return;
	weir_info(pipeline->settings.log, "%s has %u buffers, not %u: sinks may hold fewer frames",
		pipeline->source->uri, granted, plan->slots);
	weir_planner_fit(pipeline, granted);
	for (size_t i = 0; i < outlets->n; i++) {
		outlets->outlet[i].budget = plan->hops[plan->n_hops - outlets->n + i].budget;
		outlets->outlet[i].keeps_newest &= pipeline->plan.may_wait;
	}
}

static int start_source(struct weir_pipeline *pipeline)
{
	struct weir_run *run = &pipeline->run;
	int err;
	struct weir_source_host host = {
		.loop = run->loop,
		.slab = run->slab,
		.deliver = weir_flow_deliver,
		.wanted = weir_flow_wanted,
		.refuted = memory_refuted,
		.ended = source_ended,
		.holders = weir_flow_holders,
		.touched = touches_pixels(pipeline),
		.data = pipeline,
	};

	weir_counter_set(&pipeline->source->lost, 0);
	weir_pipeline_emit(pipeline, &(struct weir_event){ .type = WEIR_EVENT_STARTED });
	err = pipeline->source->impl->start(pipeline->source, &host);
	if (!err)
		fit_budgets(pipeline);
	return err;
}

static int listen_for_others(struct weir_pipeline *pipeline)
{
	struct weir_run *run = &pipeline->run;
	char text[WEIR_ERRNO_TEXT];
	int err = weir_waker_listen(&pipeline->waker, run->loop, stop_wished, pipeline);

	if (!err)
		err = weir_slab_listen(run->slab, run->loop, returned, pipeline);
	if (err)
		weir_error(pipeline->settings.log, "the %s loop cannot watch an eventfd: %s",
			pipeline->plan.value.loop, weir_errno_text(err, text));
	return err;
}

static void init_run(struct weir_pipeline *pipeline)
{
	struct weir_run *run = &pipeline->run;

	pthread_mutex_lock(&pipeline->lock);
	memset(run, 0, sizeof(*run));
	memset(pipeline->errors, 0, sizeof(pipeline->errors));
	weir_books_open(&run->books, pipeline->plan.value.slots);
	pthread_mutex_unlock(&pipeline->lock);
	run->end = (struct weir_task){ .run = end, .data = pipeline };
	run->attend = (struct weir_task){ .run = attend, .data = pipeline };
	run->time_limit = (struct weir_timer){ .fired = time_is_up, .data = pipeline };
	run->drain_limit = (struct weir_timer){ .fired = drain_expired, .data = pipeline };
}

static int limit_time(struct weir_pipeline *pipeline)
{
	uint64_t deadline;

	if (!pipeline->settings.max_ns ||
		!weir_add(weir_now_ns(), pipeline->settings.max_ns, &deadline))
		return 0;
	return weir_loop_arm(pipeline->run.loop, &pipeline->run.time_limit, deadline);
}

static int flow(struct weir_pipeline *pipeline)
{
	struct weir_run *run = &pipeline->run;
	int err = listen_for_others(pipeline);

	if (err)
		return err;
	weir_run_register_memory(pipeline);
	err = start_sinks(pipeline);
	if (!err)
		err = start_source(pipeline);
	if (err)
		return err;
	err = limit_time(pipeline);
	if (!err)
		err = weir_loop_run(run->loop);
	if (!run->draining)
		pipeline->source->impl->stop(pipeline->source);
	return err ? err : run->result;
}

/* ---- closing ---- */

/* The sinks' own verdicts: what they saw is wrong though nothing failed on the way. */
static int collect_verdicts(struct weir_pipeline *pipeline)
{
	int result = 0;

	for (size_t i = 0; i < pipeline->n_sinks; i++) {
		struct weir_sink *sink = pipeline->sinks[i];
		char text[256] = "";
		int err = sink->impl->result ? sink->impl->result(sink, text, sizeof(text)) : 0;

		if (err)
			weir_error(pipeline->settings.log, "%s", text);
		if (err && !result)
			result = err;
		pthread_mutex_lock(&pipeline->lock);
		pipeline->verdicts[i] = text[0] ? strdup(text) : NULL;
		pthread_mutex_unlock(&pipeline->lock);
	}
	return result;
}

/* Sinks let go first, then the loop: what it still transfers is cancelled, and released with that.
 */
static void close_flow(struct weir_pipeline *pipeline)
{
	struct weir_run *run = &pipeline->run;

	for (size_t i = 0; i < run->n_started; i++)
		weir_outlet_stop(&run->outlets->outlet[i], WEIR_DROP_STOPPED);
	weir_slab_ignore(run->slab, run->loop);
	weir_waker_ignore(&pipeline->waker, run->loop);
	if (run->registered)
		weir_loop_unregister(run->loop);
}

void weir_run_forget(struct weir_pipeline *pipeline)
{
	struct weir_slab *slab = pipeline->run.slab;

	pthread_mutex_lock(&pipeline->lock);
	pipeline->run.slab = NULL;
	pipeline->run.outlets = NULL;
	for (size_t i = 0; i < WEIR_MAX_SINKS; i++) {
		free(pipeline->verdicts[i]);
		pipeline->verdicts[i] = NULL;
	}
	pthread_mutex_unlock(&pipeline->lock);
	weir_slab_unref(&slab);
}

static int run_scheduled(struct weir_pipeline *pipeline)
{
	int err, verdict;

	err = weir_run_open_memory(pipeline);
	if (err) {
		weir_loop_close(&pipeline->run.loop);
		return err;
	}
	err = flow(pipeline);
	close_flow(pipeline);
	weir_loop_close(&pipeline->run.loop);
	verdict = collect_verdicts(pipeline);
	return err ? err : verdict;
}

/* Takes the loop. */
static int run_planned(struct weir_pipeline *pipeline, struct weir_loop *loop)
{
	struct weir_scheduling before;
	int err;

	pipeline->running = true;
	weir_run_forget(pipeline);
	init_run(pipeline);
	pipeline->run.loop = loop;
	weir_scheduling_apply(&before, pipeline->settings.realtime_priority,
		pipeline->settings.cpus, pipeline->settings.log);
	err = run_scheduled(pipeline);
	weir_scheduling_restore(&before);
	pipeline->running = false;
	return err;
}

static int plan(struct weir_pipeline *pipeline, struct weir_loop **loop)
{
	const struct weir_plan *made = NULL;
	int err = weir_pipeline_plan_run(pipeline, &made, loop);

	weir_pipeline_emit(pipeline,
		&(struct weir_event){ .type = WEIR_EVENT_PLANNED, .error = err, .plan = made });
	return err;
}

int weir_pipeline_run(struct weir_pipeline *pipeline)
{
	struct weir_loop *loop = NULL;
	int err;

	do {
		err = plan(pipeline, &loop);
		if (err)
			return err;
		err = run_planned(pipeline, loop);
	} while (err == REFUTED && !atomic_load(&pipeline->stops));
	if (err == REFUTED)
		err = 0; /* nothing came, but to stop was all that was asked */
	atomic_store(&pipeline->stops, 0);
	weir_pipeline_emit(
		pipeline, &(struct weir_event){ .type = WEIR_EVENT_STOPPED, .error = err });
	return err;
}
