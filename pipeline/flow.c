/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdio.h>

#include "core/clock.h"
#include "pipeline/pipeline.h"

/* The way of one frame: from the source, through the stages, to every sink. */

static uint64_t syscalls_so_far(const struct weir_pipeline *pipeline)
{
	uint64_t sum = weir_loop_syscalls(pipeline->stretch.loop) +
		       weir_counter_get(&pipeline->source->syscalls) +
		       weir_stretch_syncs(&pipeline->stretch);

	for (size_t i = 0; i < pipeline->n_sinks; i++)
		sum += weir_counter_get(&pipeline->sinks[i]->syscalls);
	return sum;
}

static void sample(struct weir_pipeline *pipeline, struct weir_usage *usage)
{
	struct weir_stage_usage elsewhere = { .syscalls = syscalls_so_far(pipeline) };

	weir_legs_usage(pipeline, &elsewhere);
	weir_usage_sample(usage, weir_counter_get(&pipeline->books.captured), &elsewhere);
}

void weir_flow_sample(struct weir_pipeline *pipeline)
{
	sample(pipeline, &pipeline->books.now);
}

static void note_time(struct weir_pipeline *pipeline, uint64_t now)
{
	struct weir_books *books = &pipeline->books;
	uint64_t captured = weir_counter_get(&books->captured);

	if (captured == 1)
		weir_counter_set(&books->first_ns, now);
	weir_counter_set(&books->last_ns, now);
	if (captured == books->warm_at) {
		sample(pipeline, &books->warm);
		books->next_sample_ns = now + WEIR_NS_PER_S;
	} else if (captured > books->warm_at && now >= books->next_sample_ns) {
		weir_flow_sample(pipeline);
		books->next_sample_ns = now + WEIR_NS_PER_S;
	}
}

static void emit_frame(struct weir_pipeline *pipeline, const struct weir_frame *frame)
{
	weir_pipeline_emit(
		pipeline, &(struct weir_event){ .type = WEIR_EVENT_FRAME, .info = &frame->info });
}

static void note_gap(struct weir_pipeline *pipeline, const struct weir_frame *frame)
{
	struct weir_stretch *stretch = &pipeline->stretch;
	uint64_t sequence = frame->info.sequence;

	if (stretch->any_frame && sequence > stretch->next_sequence)
		weir_pipeline_emit(pipeline, &(struct weir_event){ .type = WEIR_EVENT_LOST,
						     .count = sequence - stretch->next_sequence,
						     .info = &frame->info });
	stretch->any_frame = true;
	stretch->next_sequence = sequence + 1;
}

static void drop_corrupt(struct weir_pipeline *pipeline, struct weir_frame *frame)
{
	for (size_t i = 0; i < pipeline->n_sinks; i++)
		weir_outlet_drop(pipeline->stretch.outlets[i], WEIR_DROP_CORRUPT);
	weir_frame_unref(&frame);
}

/* Takes the frame. */
static void distribute(struct weir_pipeline *pipeline, struct weir_frame *frame)
{
	if ((frame->info.flags & WEIR_FRAME_CORRUPT) && !pipeline->source->delivers_corrupt)
		drop_corrupt(pipeline, frame);
	else
		weir_leg_enter(&pipeline->stretch.legs[0], frame);
}

/* Before a new plan all that comes still counts, so that no number is missing. */
static bool counts(const struct weir_pipeline *pipeline)
{
	const struct weir_stretch *stretch = &pipeline->stretch;
	uint64_t most = pipeline->settings.max_frames;

	if (stretch->ending && stretch->result != WEIR_PLAN_AGAIN)
		return false;
	return !most || weir_counter_get(&pipeline->books.captured) < most;
}

void weir_flow_deliver(void *data, struct weir_frame *frame)
{
	struct weir_pipeline *pipeline = data;
	struct weir_books *books = &pipeline->books;
	uint64_t arrived_ns = frame->info.arrived_ns;

	if (!counts(pipeline)) {
		weir_frame_unref(&frame);
		return;
	}
	weir_counter_add(&books->captured, 1);
	/* A frame that comes too late for this run takes the gap before it along. */
	weir_counter_set(&books->lost, weir_counter_get(&pipeline->source->lost));
	if (frame->info.flags & WEIR_FRAME_CORRUPT)
		weir_counter_add(&books->corrupt, 1);
	if (!arrived_ns)
		arrived_ns = frame->info.arrived_ns = weir_now_ns();
	note_gap(pipeline, frame);
	if (pipeline->settings.frame_events)
		emit_frame(pipeline, frame);

	distribute(pipeline, frame);

	note_time(pipeline, arrived_ns);
	if (weir_counter_get(&books->captured) == pipeline->settings.max_frames)
		weir_stretch_end(pipeline, 0);
}

bool weir_flow_wanted(void *data)
{
	struct weir_pipeline *pipeline = data;

	return !pipeline->stretch.ending && weir_leg_flows(&pipeline->stretch.legs[0]);
}

static void tell_holder(char *text, size_t size, size_t *length, unsigned held, const char *name)
{
	if (held && *length < size)
		*length += (size_t)snprintf(text + *length, size - *length, "%s%u by %s",
			*length ? ", " : "", held, name);
}

void weir_flow_holders(void *data, char *text, size_t size)
{
	struct weir_pipeline *pipeline = data;
	const struct weir_stretch *stretch = &pipeline->stretch;
	size_t length = 0;

	snprintf(text, size, "by the program");
	for (size_t i = 1; i < stretch->n_legs; i++)
		if (stretch->legs[i].from == stretch->legs)
			tell_holder(text, size, &length,
				(unsigned)stretch->legs[i].in_work +
					(stretch->legs[i].waiting != NULL),
				stretch->legs[i].head->text);
	for (size_t i = 0; i < pipeline->n_sinks; i++)
		if (stretch->legs[0].sinks & 1u << i)
			tell_holder(text, size, &length, weir_outlet_held(stretch->outlets[i]),
				pipeline->sinks[i]->uri);
}
