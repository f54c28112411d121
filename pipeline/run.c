/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/checked.h"
#include "core/clock.h"
#include "core/log.h"
#include "pipeline/pipeline.h"
#include "pipeline/planner.h"

/* One run, from the first plan to the last book entry. The story is weir_pipeline_run(), at the
 * end, and weir_pipeline_next() where the program has frames one by one. */

/* ---- beginning ---- */

static void limit(struct weir_pipeline *pipeline)
{
	uint64_t longest = pipeline->settings.max_ns;

	if (!longest || !weir_add(weir_now_ns(), longest, &pipeline->deadline_ns))
		pipeline->deadline_ns = 0;
}

static int begin(struct weir_pipeline *pipeline)
{
	struct weir_sinks_books *books = weir_sinks_books_create(pipeline->n_sinks);

	if (!books)
		return -ENOMEM;
	weir_run_forget(pipeline);
	pthread_mutex_lock(&pipeline->lock);
	pipeline->sinks_books = books;
	weir_books_open(&pipeline->books);
	memset(pipeline->has_run, 0, sizeof(pipeline->has_run));
	weir_counter_set(&pipeline->source->lost, 0);
	weir_counter_set(&pipeline->source->kernel_copied_bytes, 0);
	for (size_t i = 0; i < pipeline->n_sinks; i++) {
		weir_counter_set(&pipeline->sinks[i]->zero_copy_sends, 0);
		weir_counter_set(&pipeline->sinks[i]->kernel_copied_sends, 0);
		weir_counter_set(&pipeline->sinks[i]->copied_bytes, 0);
		weir_counter_set(&pipeline->sinks[i]->user_copied_bytes, 0);
	}
	pthread_mutex_unlock(&pipeline->lock);
	limit(pipeline);
	pipeline->begun = true;
	return 0;
}

/* ---- from plan to plan ---- */

static void emit_plan(struct weir_pipeline *pipeline, int error)
{
	bool is_made = !error || error == -EPERM;

	weir_pipeline_emit(pipeline, &(struct weir_event){ .type = WEIR_EVENT_PLANNED,
					     .error = error,
					     .plan = is_made ? &pipeline->plan.value : NULL });
}

/* Where no plan can be made, the last one stays, for whoever reads it. */
static int plan_again(struct weir_pipeline *pipeline, struct weir_loop **loop)
{
	struct weir_plan_draft before = pipeline->plan;
	int err;

	weir_stretch_forget(pipeline);
	memset(&pipeline->plan, 0, sizeof(pipeline->plan));
	err = weir_planner_make(pipeline, loop);
	emit_plan(pipeline, err);
	if (err && err != -EPERM) {
		weir_plan_finish(&pipeline->plan);
		pipeline->plan = before;
	} else {
		weir_plan_finish(&before);
	}
	return err;
}

static void forget_sink(struct weir_sink *sink)
{
	if (sink->impl->forget)
		sink->impl->forget(sink);
}

bool weir_run_note_lost_sink(struct weir_pipeline *pipeline, size_t index, int error)
{
	forget_sink(pipeline->sinks[index]);
	pipeline->errors[index] = error;
	weir_pipeline_emit(pipeline, &(struct weir_event){ .type = WEIR_EVENT_SINK_FAILED,
					     .error = error,
					     .sink = (unsigned)index,
					     .text = pipeline->sinks[index]->uri });
	for (size_t i = 0; i < pipeline->n_sinks; i++)
		if (!pipeline->errors[i])
			return true;
	return false;
}

static bool is_over(struct weir_pipeline *pipeline)
{
	uint64_t most = pipeline->settings.max_frames;

	return atomic_load(&pipeline->stops) ||
	       (most && weir_counter_get(&pipeline->books.captured) >= most) ||
	       (pipeline->deadline_ns && weir_now_ns() >= pipeline->deadline_ns);
}

/* One stretch after the other. `loop`: of the first, or NULL where that goes on. As
 * weir_stretch_run(). */
static int run_stretches(struct weir_pipeline *pipeline, struct weir_loop *loop,
	uint64_t timeout_ns, struct weir_frame **pulled)
{
	int err = loop ? weir_stretch_start(pipeline, loop) : 0;

	if (!err)
		err = weir_stretch_run(pipeline, timeout_ns, pulled);
	while (err == WEIR_PLAN_AGAIN) {
		if (is_over(pipeline))
			return 0; /* nothing more was asked */
		err = plan_again(pipeline, &loop);
		if (!err)
			err = weir_stretch_start(pipeline, loop);
		if (!err)
			err = weir_stretch_run(pipeline, timeout_ns, pulled);
	}
	return err;
}

/* ---- closing ---- */

/* The sinks' own verdicts: what they saw is wrong though nothing failed on the way. */
static int collect_verdicts(struct weir_pipeline *pipeline)
{
	int result = 0;

	for (size_t i = 0; i < pipeline->n_sinks; i++) {
		struct weir_sink *sink = pipeline->sinks[i];
		char text[256] = "";
		int err = 0;

		if (pipeline->has_run[i] && sink->impl->result)
			err = sink->impl->result(sink, text, sizeof(text));
		if (err)
			weir_error(pipeline->settings.log, "%s", text);
		if (err && !result)
			result = err;
		pthread_mutex_lock(&pipeline->lock);
		pipeline->verdicts[i] = text[0] ? strdup(text) : NULL;
		if (pipeline->has_run[i] && sink->impl->figures)
			pipeline->n_figures[i] = sink->impl->figures(sink, pipeline->figures[i]);
		pthread_mutex_unlock(&pipeline->lock);
	}
	return result;
}

void weir_run_forget(struct weir_pipeline *pipeline)
{
	struct weir_sinks_books *books = pipeline->sinks_books;

	weir_stretch_forget(pipeline);
	pthread_mutex_lock(&pipeline->lock);
	pipeline->sinks_books = NULL;
	for (size_t i = 0; i < WEIR_MAX_SINKS; i++) {
		free(pipeline->verdicts[i]);
		pipeline->verdicts[i] = NULL;
		pipeline->n_figures[i] = 0;
	}
	pthread_mutex_unlock(&pipeline->lock);
	weir_sinks_books_unref(books);
}

/* Frames and connections that were to go on under a plan that did not come. */
static void forget_kept(struct weir_pipeline *pipeline)
{
	for (size_t i = 0; i < pipeline->n_stages; i++)
		if (pipeline->stages[i]->engine && pipeline->stages[i]->engine->forget)
			pipeline->stages[i]->engine->forget(pipeline->stages[i]);
	for (size_t i = 0; i < pipeline->n_sinks; i++)
		forget_sink(pipeline->sinks[i]);
	weir_sinks_books_drop(pipeline->sinks_books, WEIR_DROP_STOPPED, pipeline->kept);
	pipeline->kept = 0;
}

/* ---- the story ---- */

static int open_run(struct weir_pipeline *pipeline, struct weir_loop **loop)
{
	const struct weir_plan *plan;
	int err = weir_pipeline_plan_run(pipeline, &plan, loop);

	emit_plan(pipeline, err);
	if (!err) {
		err = begin(pipeline);
		if (err)
			weir_loop_close(loop);
	}
	if (err)
		pipeline->running = false;
	return err;
}

static int close_run(struct weir_pipeline *pipeline, int err)
{
	int verdict;

	forget_kept(pipeline);
	verdict = collect_verdicts(pipeline);
	if (!err)
		err = verdict;
	pipeline->running = pipeline->begun = false;
	atomic_store(&pipeline->stops, 0);
	weir_pipeline_emit(
		pipeline, &(struct weir_event){ .type = WEIR_EVENT_STOPPED, .error = err });
	return err;
}

int weir_pipeline_run(struct weir_pipeline *pipeline)
{
	struct weir_frame *none = NULL;
	struct weir_loop *loop = NULL;
	int err;

	if (pipeline->running)
		return -EBUSY;
	if (pipeline->pulled) {
		weir_error(pipeline->settings.log,
			"this pipeline's frames are asked for by weir_pipeline_next()");
		return -EINVAL;
	}
	err = open_run(pipeline, &loop);
	if (err)
		return err;
	weir_scheduling_apply(&pipeline->scheduling, pipeline->settings.realtime_priority,
		pipeline->settings.cpus, pipeline->settings.log);
	err = run_stretches(pipeline, loop, WEIR_FOREVER, &none);
	weir_scheduling_restore(&pipeline->scheduling);
	return close_run(pipeline, err);
}

void weir_run_end(struct weir_pipeline *pipeline)
{
	if (pipeline->running)
		close_run(pipeline, weir_stretch_close(pipeline, 0));
}

int weir_pipeline_next(struct weir_pipeline *pipeline, uint64_t timeout_ns, struct weir_frame **out)
{
	struct weir_frame *frame = NULL;
	struct weir_loop *loop = NULL;
	int err = 0;

	if (!pipeline->pulled) {
		weir_error(pipeline->settings.log,
			"no sink of this pipeline is asked for frames (weir_sink_open_pull())");
		return -EINVAL;
	}
	if (atomic_exchange(&pipeline->woken, false))
		return -EINTR;
	if (pipeline->running && atomic_load(&pipeline->stops)) {
		err = close_run(pipeline, weir_stretch_close(pipeline, 0));
		return err ? err : -ENODATA;
	}
	if (pipeline->running)
		frame = pipeline->pulled->impl->next(pipeline->pulled);
	else
		err = open_run(pipeline, &loop);
	if (err)
		return err;
	if (!frame)
		err = run_stretches(pipeline, loop, timeout_ns, &frame);
	if (frame) {
		*out = frame;
		return 0;
	}
	if (err == WEIR_RUN_RESTS)
		return atomic_exchange(&pipeline->woken, false) ? -EINTR : -EAGAIN;
	err = close_run(pipeline, err);
	if (err == -EAGAIN || err == -EINTR) /* which say that the run goes on */
		err = -EIO;
	return err ? err : -ENODATA;
}
