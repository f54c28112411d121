/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pipeline/leg.h"

#include "core/clock.h"
#include "pipeline/pipeline.h"
#include "pipeline/private.h"

static struct weir_leg *next_of(const struct weir_leg *leg)
{
	struct weir_stretch *stretch = &leg->pipeline->stretch;
	size_t next = (size_t)(leg - stretch->legs) + 1;

	return next < stretch->n_legs ? &stretch->legs[next] : NULL;
}

static void drop_everywhere(struct weir_pipeline *pipeline, enum weir_drop reason)
{
	struct weir_outlets *outlets = pipeline->stretch.outlets;

	for (size_t i = 0; i < outlets->n; i++)
		weir_outlet_drop(&outlets->outlet[i], reason);
}

/* ---- frames ---- */

/* Takes the frame; NULL when a stage dropped it. */
static struct weir_frame *pass_stages(struct weir_leg *leg, struct weir_frame *frame)
{
	struct weir_pipeline *pipeline = leg->pipeline;

	for (size_t i = leg->first; i < leg->end && frame; i++) {
		struct weir_stage *stage = pipeline->stages[i];
		int err = 0;

		if (stage->impl->access == WEIR_STAGE_WRITE && !weir_frame_is_sole(frame))
			err = weir_private_replace(
				leg, stage->text, &pipeline->books.private_bytes, &frame);
		if (!err && frame)
			err = stage->impl->process(stage->state, stage, &frame);

		if (err) {
			weir_frame_unref(&frame);
			weir_stretch_end(pipeline, err);
		}
	}
	return frame;
}

static bool is_wanted(const struct weir_pipeline *pipeline)
{
	const struct weir_outlets *outlets = pipeline->stretch.outlets;

	for (size_t i = 0; i < outlets->n; i++)
		if (weir_outlet_wants(&outlets->outlet[i]))
			return true;
	return false;
}

static int show_sink(struct weir_leg *leg, struct weir_outlet *outlet, struct weir_frame **frame)
{
	bool is_masked = outlet->masked.how == WEIR_MASKING_IN_PLACE ||
			 outlet->masked.how == WEIR_MASKING_COPY;

	if (outlet->sink && !weir_outlet_wants(outlet)) {
		weir_outlet_drop(outlet, WEIR_DROP_UNWANTED);
		return 0;
	}
	return is_masked ? weir_masked_offer(leg, outlet, frame)
			 : weir_outlet_offer(outlet, *frame);
}

static void show_sinks(struct weir_leg *leg, struct weir_frame *frame)
{
	struct weir_pipeline *pipeline = leg->pipeline;
	struct weir_outlets *outlets = pipeline->stretch.outlets;
	uint64_t taken_ns = frame->info.timestamp_ns, now;

	for (size_t i = 0; i < outlets->n; i++) {
		int err = show_sink(leg, &outlets->outlet[i], &frame);

		if (err)
			weir_stretch_lose_sink(pipeline, i, err);
	}
	weir_frame_unref(&frame);
	now = weir_now_ns();
	weir_histogram_add(&pipeline->books.latency, now > taken_ns ? now - taken_ns : 0);
}

/* A source that waits for whoever takes its frames is not to lose any on the way either. */
static bool may_feed(struct weir_leg *leg)
{
	return leg->pipeline->source->live || weir_leg_flows(leg);
}

static void feed(struct weir_leg *leg)
{
	struct weir_frame *frame = leg->waiting;

	if (!frame || !leg->started || !leg->head->engine->has_room(leg->head) || !may_feed(leg))
		return;
	leg->waiting = NULL;
	leg->in_work++;
	leg->head->engine->take(leg->head, frame);
}

/* Takes the frame, the newest there is. */
static void offer_head(struct weir_leg *leg, struct weir_frame *frame)
{
	if (leg->waiting) {
		drop_everywhere(leg->pipeline, WEIR_DROP_BUSY);
		weir_frame_unref(&leg->waiting);
	}
	leg->waiting = frame;
	feed(leg);
}

void weir_leg_enter(struct weir_leg *leg, struct weir_frame *frame)
{
	struct weir_leg *next = next_of(leg);

	frame = pass_stages(leg, frame);
	if (!frame) {
		drop_everywhere(leg->pipeline, WEIR_DROP_STAGE);
	} else if (next && !is_wanted(leg->pipeline)) {
		drop_everywhere(leg->pipeline, WEIR_DROP_UNWANTED);
		weir_frame_unref(&frame);
	} else if (next) {
		offer_head(next, frame);
	} else {
		show_sinks(leg, frame);
	}
}

bool weir_leg_flows(struct weir_leg *leg)
{
	struct weir_outlets *outlets = leg->pipeline->stretch.outlets;
	struct weir_leg *next = next_of(leg);

	if (next)
		return !next->waiting;
	for (size_t i = 0; i < outlets->n; i++)
		if (!weir_outlet_has_room(&outlets->outlet[i]))
			return false;
	return true;
}

static void refresh(struct weir_leg *leg)
{
	feed(leg);
	if (leg->started && leg->head->engine->resume)
		leg->head->engine->resume(leg->head);
}

void weir_legs_feed(struct weir_pipeline *pipeline)
{
	struct weir_stretch *stretch = &pipeline->stretch;

	for (size_t i = stretch->n_legs; i-- > 1;)
		refresh(&stretch->legs[i]);
}

/* ---- what a head says ---- */

static void deliver(void *data, struct weir_frame *frame)
{
	struct weir_leg *leg = data;

	leg->in_work--;
	if (!leg->head->engine->is_device)
		weir_counter_add(&leg->pipeline->books.converted_bytes, frame->info.bytes_used);
	weir_leg_enter(leg, frame);
}

static void skipped(void *data)
{
	struct weir_leg *leg = data;

	leg->in_work--;
	drop_everywhere(leg->pipeline, WEIR_DROP_STAGE);
}

/* A live source does not wait for its sinks, so that a slow one loses frames alone. Stages that
 * follow are the same for all. */
static bool wanted(void *data)
{
	struct weir_leg *leg = data;
	struct weir_leg *next = next_of(leg);

	return next ? !next->waiting : may_feed(leg);
}

static void ready(void *data)
{
	struct weir_leg *leg = data;

	weir_loop_queue(leg->pipeline->stretch.loop, &leg->pipeline->stretch.attend);
}

static void failed(void *data, int error)
{
	struct weir_leg *leg = data;

	weir_stretch_end(leg->pipeline, error);
}

static void changed(void *data)
{
	struct weir_leg *leg = data;

	weir_stretch_end(leg->pipeline, WEIR_PLAN_AGAIN);
}

static void keeps(void *data, int frames)
{
	struct weir_leg *leg = data;

	leg->in_work -= (uint64_t)frames;
	leg->pipeline->kept += (uint64_t)frames;
}

/* ---- beginning and end ---- */

int weir_legs_start(struct weir_pipeline *pipeline)
{
	struct weir_stretch *stretch = &pipeline->stretch;
	int err = 0;

	for (size_t i = stretch->n_legs; i-- > 1 && !err;) {
		struct weir_leg *leg = &stretch->legs[i];
		const struct weir_stage_host host = {
			.log = pipeline->settings.log,
			.loop = stretch->loop,
			.slab = leg->slab,
			.from = stretch->legs[i - 1].slab,
			.cpus = pipeline->scheduling.cpus_changed ? &pipeline->scheduling.cpus
								  : NULL,
			.deliver = deliver,
			.skipped = skipped,
			.wanted = wanted,
			.ready = ready,
			.failed = failed,
			.changed = changed,
			.keeps = keeps,
			.data = leg,
		};

		err = leg->head->engine->start(leg->head, &host);
		leg->started = !err;
	}
	return err;
}

void weir_legs_drain(struct weir_pipeline *pipeline)
{
	struct weir_stretch *stretch = &pipeline->stretch;

	for (size_t i = 1; i < stretch->n_legs; i++) {
		struct weir_leg *leg = &stretch->legs[i];

		if (leg->waiting || leg->in_work) {
			if (!leg->waiting && leg->head->engine->drain)
				leg->head->engine->drain(leg->head);
			return; /* what comes after it gets something yet */
		}
	}
}

bool weir_legs_are_idle(const struct weir_pipeline *pipeline)
{
	const struct weir_stretch *stretch = &pipeline->stretch;

	for (size_t i = 1; i < stretch->n_legs; i++)
		if (stretch->legs[i].waiting || stretch->legs[i].in_work)
			return false;
	return true;
}

void weir_legs_stop(struct weir_pipeline *pipeline)
{
	struct weir_stretch *stretch = &pipeline->stretch;

	for (size_t i = 1; i < stretch->n_legs; i++) {
		struct weir_leg *leg = &stretch->legs[i];
		uint64_t lost = leg->in_work + (leg->waiting != NULL);

		if (leg->started)
			leg->head->engine->stop(leg->head);
		leg->started = false;
		weir_frame_unref(&leg->waiting);
		leg->in_work = 0;
		while (lost--)
			drop_everywhere(pipeline, WEIR_DROP_STOPPED);
	}
}

void weir_legs_usage(const struct weir_pipeline *pipeline, struct weir_stage_usage *sum)
{
	const struct weir_stretch *stretch = &pipeline->stretch;

	for (size_t i = 1; i < stretch->n_legs; i++) {
		const struct weir_leg *leg = &stretch->legs[i];
		struct weir_stage_usage used = { 0 };

		if (leg->started && leg->head->engine->usage)
			leg->head->engine->usage(leg->head, &used);
		sum->cpu_ns += used.cpu_ns;
		sum->minor_faults += used.minor_faults;
		sum->major_faults += used.major_faults;
		sum->syscalls += used.syscalls;
	}
}
