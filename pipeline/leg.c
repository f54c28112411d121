/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pipeline/leg.h"

#include "core/clock.h"
#include "pipeline/pipeline.h"
#include "pipeline/private.h"

/* Those that go out from a leg, one after the other: begins with the leg itself. */
static struct weir_leg *next_from(const struct weir_leg *leg, const struct weir_leg *before)
{
	struct weir_stretch *stretch = &leg->pipeline->stretch;

	for (size_t i = (size_t)(before - stretch->legs) + 1; i < stretch->n_legs; i++)
		if (stretch->legs[i].from == leg)
			return &stretch->legs[i];
	return NULL;
}

static void drop_for(struct weir_pipeline *pipeline, uint32_t sinks, enum weir_drop reason)
{
	for (; sinks; sinks &= sinks - 1)
		weir_outlet_drop(pipeline->stretch.outlets[__builtin_ctz(sinks)], reason);
}

/* ---- frames ---- */

/* Takes the frame; NULL when a stage dropped it. */
static struct weir_frame *pass_stages(struct weir_leg *leg, struct weir_frame *frame)
{
	struct weir_pipeline *pipeline = leg->pipeline;

	for (size_t i = leg->first; i < leg->end && frame; i++) {
		struct weir_stage *stage = pipeline->stages[i];
		int err = 0;

		if (stage->impl->access == WEIR_STAGE_WRITE && !weir_frame_is_private(frame))
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

static bool is_wanted(const struct weir_leg *leg)
{
	for (uint32_t sinks = leg->all_sinks; sinks; sinks &= sinks - 1)
		if (weir_outlet_wants(leg->pipeline->stretch.outlets[__builtin_ctz(sinks)]))
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

/* The time of a frame is that of the sinks that see it first. */
static bool is_first_with_sinks(const struct weir_leg *leg)
{
	const struct weir_leg *at = leg->pipeline->stretch.legs;

	while (!at->sinks)
		at++;
	return at == leg;
}

/* One that masks it may put another frame in its place, or none. */
static void show_sinks(struct weir_leg *leg, struct weir_frame **frame)
{
	struct weir_pipeline *pipeline = leg->pipeline;
	uint64_t taken_ns = (*frame)->info.timestamp_ns, now;

	for (uint32_t sinks = leg->sinks; sinks; sinks &= sinks - 1) {
		unsigned i = (unsigned)__builtin_ctz(sinks);
		int err = show_sink(leg, pipeline->stretch.outlets[i], frame);

		if (err)
			weir_stretch_lose_sink(pipeline, i, err);
	}
	if (!leg->sinks || !is_first_with_sinks(leg))
		return;
	now = weir_now_ns();
	weir_histogram_add(&pipeline->books.latency, now > taken_ns ? now - taken_ns : 0);
}

/* `live`: a source that waits for nobody, so that a slow sink or branch loses frames alone. Where
 * everything waits for one stage, it is the same for all. */
static bool flows(const struct weir_leg *leg, bool live)
{
	struct weir_outlet *const *outlets = leg->pipeline->stretch.outlets;

	for (const struct weir_leg *next = leg; (next = next_from(leg, next));)
		if (next->waiting && !(live && next->is_branch))
			return false;
	for (uint32_t sinks = live ? 0 : leg->sinks; sinks; sinks &= sinks - 1)
		if (!weir_outlet_has_room(outlets[__builtin_ctz(sinks)]))
			return false;
	return true;
}

bool weir_leg_flows(struct weir_leg *leg)
{
	return flows(leg, false);
}

/* A source that waits for whoever takes its frames is not to lose any on the way either. */
static bool may_feed(struct weir_leg *leg)
{
	return leg->pipeline->source->live || weir_leg_flows(leg);
}

static bool has_room(const struct weir_leg *leg)
{
	return leg->started && leg->head->engine->has_room(leg->head);
}

static void feed(struct weir_leg *leg)
{
	struct weir_frame *frame = leg->waiting;

	if (!frame || !has_room(leg) || !may_feed(leg))
		return;
	leg->waiting = NULL;
	leg->in_work++;
	leg->head->engine->take(leg->head, frame);
}

/* Takes the frame, the newest there is. */
static void offer_head(struct weir_leg *leg, struct weir_frame *frame)
{
	if (leg->waiting) {
		drop_for(leg->pipeline, leg->all_sinks, WEIR_DROP_BUSY);
		weir_frame_unref(&leg->waiting);
	}
	leg->waiting = frame;
	feed(leg);
	if (!leg->waiting || leg->waits)
		return;
	drop_for(leg->pipeline, leg->all_sinks, WEIR_DROP_BUSY);
	weir_frame_unref(&leg->waiting);
}

/* Borrows the frame. */
static void offer_legs(const struct weir_leg *leg, struct weir_frame *frame)
{
	for (struct weir_leg *next = NULL, *at = next_from(leg, leg); at; at = next) {
		next = next_from(leg, at);
		if (is_wanted(at))
			offer_head(at, weir_frame_ref(frame));
		else
			drop_for(leg->pipeline, at->all_sinks, WEIR_DROP_UNWANTED);
	}
}

void weir_leg_enter(struct weir_leg *leg, struct weir_frame *frame)
{
	frame = pass_stages(leg, frame);
	if (!frame) {
		drop_for(leg->pipeline, leg->all_sinks, WEIR_DROP_STAGE);
		return;
	}
	show_sinks(leg, &frame);
	offer_legs(leg, frame);
	weir_frame_unref(&frame);
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
	if (!leg->head->engine->is_device) {
		weir_counter_add(&leg->conversion->frames, 1);
		weir_counter_add(&leg->conversion->bytes, frame->info.bytes_used);
	}
	weir_leg_enter(leg, frame);
}

static void skipped(void *data)
{
	struct weir_leg *leg = data;

	leg->in_work--;
	drop_for(leg->pipeline, leg->all_sinks, WEIR_DROP_STAGE);
}

static bool wanted(void *data)
{
	const struct weir_leg *leg = data;

	return flows(leg, leg->pipeline->source->live);
}

static void ready(void *data)
{
	struct weir_leg *leg = data;

	weir_loop_queue(leg->pipeline->stretch.loop, &leg->pipeline->stretch.attend);
}

/* What a branch makes is missed by its own sinks alone. */
static void lose_branch(const struct weir_leg *leg, int error)
{
	for (uint32_t sinks = leg->all_sinks; sinks; sinks &= sinks - 1)
		weir_stretch_lose_sink(leg->pipeline, (unsigned)__builtin_ctz(sinks), error);
}

static void failed(void *data, int error)
{
	struct weir_leg *leg = data;

	if (leg->is_branch)
		lose_branch(leg, error);
	else
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
			.from = leg->from->slab,
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
		if (err && leg->is_branch) {
			lose_branch(leg, err);
			err = stretch->ending ? stretch->result : 0;
		}
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
			drop_for(pipeline, leg->all_sinks, WEIR_DROP_STOPPED);
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
