/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pipeline/pipeline.h"

#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include "core/log.h"
#include "pipeline/planner.h"

static int check_settings(const struct weir_pipeline_settings *settings)
{
	if (settings->buffers > WEIR_MAX_BUFFERS) {
		weir_error(settings->log, "%u buffers are too many: at most %d", settings->buffers,
			WEIR_MAX_BUFFERS);
		return -EINVAL;
	}
	if (settings->realtime_priority < 0 || settings->realtime_priority > 99) {
		weir_error(settings->log, "real-time priority %d is not within 1 to 99",
			settings->realtime_priority);
		return -EINVAL;
	}
	if (settings->cpus < 0 || settings->cpus > CPU_SETSIZE) {
		weir_error(settings->log, "there is no CPU %d", settings->cpus - 1);
		return -EINVAL;
	}
	return 0;
}

int weir_pipeline_create(const struct weir_pipeline_settings *settings, struct weir_pipeline **out)
{
	static const struct weir_pipeline_settings defaults;
	struct weir_pipeline *pipeline;
	int err;

	if (!settings)
		settings = &defaults;
	err = check_settings(settings);
	if (err)
		return err;
	pipeline = calloc(1, sizeof(*pipeline));
	if (!pipeline)
		return -ENOMEM;
	pipeline->settings = *settings;
	err = weir_waker_init(&pipeline->waker);
	if (err) {
		weir_error_errno(settings->log, "eventfd", err);
		free(pipeline);
		return err;
	}
	pthread_mutex_init(&pipeline->lock, NULL);
	*out = pipeline;
	return 0;
}

void weir_pipeline_destroy(struct weir_pipeline **pipeline)
{
	struct weir_pipeline *closed = *pipeline;

	*pipeline = NULL;
	if (!closed)
		return;
	weir_run_end(closed);
	weir_run_forget(closed);
	for (size_t i = 0; i < closed->n_sinks; i++)
		weir_sink_close(&closed->sinks[i]);
	for (size_t i = 0; i < closed->n_stages; i++)
		weir_stage_close(&closed->stages[i]);
	free(closed->stages);
	weir_source_close(&closed->source);
	weir_plan_finish(&closed->plan);
	weir_given_drop(&closed->given);
	weir_waker_finish(&closed->waker);
	pthread_mutex_destroy(&closed->lock);
	free(closed);
}

int weir_pipeline_set_source(struct weir_pipeline *pipeline, struct weir_source **source)
{
	if (pipeline->running || pipeline->source)
		return -EBUSY;
	pthread_mutex_lock(&pipeline->lock);
	pipeline->source = *source;
	pthread_mutex_unlock(&pipeline->lock);
	*source = NULL;
	return 0;
}

static void emit_measured(
	void *data, const struct weir_stage *stage, const struct weir_frame *frame, double value)
{
	weir_pipeline_emit(data, &(struct weir_event){ .type = WEIR_EVENT_MEASURED,
					 .info = &frame->info,
					 .stage = stage->index,
					 .stage_name = stage->impl->name,
					 .value = value });
}

static int append_stage(struct weir_pipeline *pipeline, struct weir_stage *stage)
{
	struct weir_stage **grown =
		reallocarray(pipeline->stages, pipeline->n_stages + 1, sizeof(struct weir_stage *));

	if (!grown)
		return -ENOMEM;
	pipeline->stages = grown;
	stage->measured = emit_measured;
	stage->measured_data = pipeline;
	stage->index = (unsigned)pipeline->n_stages;
	pipeline->stages[pipeline->n_stages++] = stage;
	return 0;
}

int weir_pipeline_add_stage_now(struct weir_pipeline *pipeline, struct weir_stage *stage)
{
	int err = append_stage(pipeline, stage);

	if (err)
		weir_stage_close(&stage);
	return err;
}

int weir_pipeline_add_stage(struct weir_pipeline *pipeline, struct weir_stage **stage)
{
	int err;

	if (pipeline->running)
		return -EBUSY;
	weir_planner_drop_stages(pipeline, pipeline->n_stages - pipeline->n_own_stages);
	err = append_stage(pipeline, *stage);
	if (!err)
		*stage = NULL;
	return err;
}

int weir_pipeline_add_sink(struct weir_pipeline *pipeline, struct weir_sink **sink)
{
	if (pipeline->running)
		return -EBUSY;
	if (pipeline->n_sinks == WEIR_MAX_SINKS) {
		weir_error(pipeline->settings.log, "%d sinks are the most a pipeline can have",
			WEIR_MAX_SINKS);
		return -ENOSPC;
	}
	if ((*sink)->impl->next && pipeline->pulled) {
		weir_error(
			pipeline->settings.log, "one sink of a pipeline can be asked for frames");
		return -EINVAL;
	}
	/* The books of the last run have no line for this one. */
	weir_run_forget(pipeline);
	pthread_mutex_lock(&pipeline->lock);
	if ((*sink)->impl->make_part)
		pipeline->made_by[pipeline->n_sinks] = weir_memory_of_sink(*sink);
	if ((*sink)->impl->next)
		pipeline->pulled = *sink;
	pipeline->sinks[pipeline->n_sinks++] = *sink;
	pthread_mutex_unlock(&pipeline->lock);
	*sink = NULL;
	return 0;
}

int weir_pipeline_plan_run(
	struct weir_pipeline *pipeline, const struct weir_plan **out, struct weir_loop **loop)
{
	int err;

	if (pipeline->running)
		return -EBUSY;
	if (!pipeline->source) {
		weir_error(pipeline->settings.log, "a pipeline needs a source");
		return -EINVAL;
	}
	if (loop) {
		memset((void *)pipeline->errors, 0, sizeof(pipeline->errors));
		pipeline->running = true;
	}
	err = weir_planner_make(pipeline, loop);
	if (!err || err == -EPERM)
		*out = &pipeline->plan.value;
	return err;
}

int weir_pipeline_plan(struct weir_pipeline *pipeline, const struct weir_plan **out)
{
	return weir_pipeline_plan_run(pipeline, out, NULL);
}

void weir_pipeline_stop(struct weir_pipeline *pipeline)
{
	atomic_fetch_add(&pipeline->stops, 1);
	weir_waker_wake(&pipeline->waker);
}

void weir_pipeline_wake(struct weir_pipeline *pipeline)
{
	atomic_store(&pipeline->woken, true);
	weir_waker_wake(&pipeline->waker);
}

void weir_pipeline_emit(struct weir_pipeline *pipeline, const struct weir_event *event)
{
	if (pipeline->settings.on_event)
		pipeline->settings.on_event(pipeline->settings.event_data, event);
}

void weir_pipeline_memory(struct weir_pipeline *pipeline, struct weir_memory_report *out)
{
	const struct weir_slab *slab;

	memset(out, 0, sizeof(*out));
	pthread_mutex_lock(&pipeline->lock);
	slab = pipeline->stretch.legs[0].slab;
	if (slab) {
		out->kind = slab->kind->name;
		out->slots = slab->n_slots;
		out->slab_bytes = slab->length;
		out->locked_bytes = slab->locked_bytes;
		out->registered = pipeline->stretch.registered;
		out->lock = slab->lock_verdict;
	}
	for (size_t i = 0; i < pipeline->stretch.n_legs; i++)
		if (pipeline->stretch.legs[i].private)
			out->private_slots += pipeline->stretch.legs[i].private->n_slots;
	pthread_mutex_unlock(&pipeline->lock);
}
