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
		atomic_load_explicit(&pipeline->stretch.slab->syncs, memory_order_relaxed);

	for (size_t i = 0; i < pipeline->n_sinks; i++)
		sum += weir_counter_get(&pipeline->sinks[i]->syscalls);
	return sum;
}

void weir_flow_sample(struct weir_pipeline *pipeline)
{
	struct weir_books *books = &pipeline->books;

	weir_usage_sample(&books->now, weir_counter_get(&books->captured),
		syscalls_so_far(pipeline));
}

static void note_time(struct weir_pipeline *pipeline, uint64_t now)
{
	struct weir_books *books = &pipeline->books;
	uint64_t captured = weir_counter_get(&books->captured);

	if (captured == 1)
		weir_counter_set(&books->first_ns, now);
	weir_counter_set(&books->last_ns, now);
	if (captured == books->warm_at) {
		weir_usage_sample(&books->warm, captured, syscalls_so_far(pipeline));
		books->next_sample_ns = now + WEIR_NS_PER_S;
	} else if (captured > books->warm_at && now >= books->next_sample_ns) {
		weir_flow_sample(pipeline);
		books->next_sample_ns = now + WEIR_NS_PER_S;
	}
}

static void emit_frame(struct weir_pipeline *pipeline, const struct weir_frame *frame)
{
	weir_pipeline_emit(pipeline,
		&(struct weir_event){ .type = WEIR_EVENT_FRAME, .info = &frame->info });
}

static void note_gap(struct weir_pipeline *pipeline, const struct weir_frame *frame)
{
	struct weir_stretch *stretch = &pipeline->stretch;
	uint64_t sequence = frame->info.sequence;

	if (stretch->any_frame && sequence > stretch->next_sequence)
		weir_pipeline_emit(pipeline,
			&(struct weir_event){ .type = WEIR_EVENT_LOST,
				.count = sequence - stretch->next_sequence,
				.info = &frame->info });
	stretch->any_frame = true;
	stretch->next_sequence = sequence + 1;
}

/* Takes the frame; NULL when a stage dropped it. */
static struct weir_frame *pass_stages(struct weir_pipeline *pipeline, struct weir_frame *frame)
{
	for (size_t i = 0; i < pipeline->n_stages && frame; i++) {
		struct weir_stage *stage = pipeline->stages[i];
		int err = stage->impl->process(stage->state, stage, &frame);

		if (err) {
			weir_frame_unref(&frame);
			weir_stretch_end(pipeline, err);
		}
	}
	return frame;
}

static void drop_everywhere(struct weir_pipeline *pipeline, enum weir_drop reason)
{
	struct weir_outlets *outlets = pipeline->stretch.outlets;

	for (size_t i = 0; i < outlets->n; i++)
		weir_outlet_drop(&outlets->outlet[i], reason);
}

static void show_sinks(struct weir_pipeline *pipeline, struct weir_frame *frame)
{
	struct weir_outlets *outlets = pipeline->stretch.outlets;

	for (size_t i = 0; i < outlets->n; i++) {
		int err = weir_outlet_offer(&outlets->outlet[i], frame);

		if (err)
			weir_stretch_lose_sink(pipeline, i, err);
	}
}

/* Takes the frame. */
static void distribute(struct weir_pipeline *pipeline, struct weir_frame *frame)
{
	if ((frame->info.flags & WEIR_FRAME_CORRUPT) && !pipeline->source->delivers_corrupt) {
		drop_everywhere(pipeline, WEIR_DROP_CORRUPT);
		weir_frame_unref(&frame);
		return;
	}
	frame = pass_stages(pipeline, frame);
	if (frame)
		show_sinks(pipeline, frame);
	else
		drop_everywhere(pipeline, WEIR_DROP_STAGE);
	weir_frame_unref(&frame);
}

void weir_flow_deliver(void *data, struct weir_frame *frame)
{
	struct weir_pipeline *pipeline = data;
	struct weir_books *books = &pipeline->books;
	uint64_t taken_ns = frame->info.timestamp_ns, now;

	if (pipeline->stretch.ending) {
		weir_frame_unref(&frame);
		return;
	}
	weir_counter_add(&books->captured, 1);
	/* A frame that comes too late for this run takes the gap before it along. */
	weir_counter_set(&books->lost, weir_counter_get(&pipeline->source->lost));
	if (frame->info.flags & WEIR_FRAME_CORRUPT)
		weir_counter_add(&books->corrupt, 1);
	note_gap(pipeline, frame);
	if (pipeline->settings.frame_events)
		emit_frame(pipeline, frame);

	distribute(pipeline, frame);

	now = weir_now_ns();
	weir_histogram_add(&books->latency, now > taken_ns ? now - taken_ns : 0);
	note_time(pipeline, now);
	if (weir_counter_get(&books->captured) == pipeline->settings.max_frames)
		weir_stretch_end(pipeline, 0);
}

bool weir_flow_wanted(void *data)
{
	struct weir_pipeline *pipeline = data;
	struct weir_outlets *outlets = pipeline->stretch.outlets;

	if (pipeline->stretch.ending)
		return false;
	for (size_t i = 0; i < outlets->n; i++)
		if (!weir_outlet_has_room(&outlets->outlet[i]))
			return false;
	return true;
}

void weir_flow_holders(void *data, char *text, size_t size)
{
	struct weir_pipeline *pipeline = data;
	struct weir_outlets *outlets = pipeline->stretch.outlets;
	size_t length = 0;

	snprintf(text, size, "by the program");
	for (size_t i = 0; i < outlets->n && length < size; i++) {
		unsigned held = weir_outlet_held(&outlets->outlet[i]);

		if (held)
			length += (size_t)snprintf(text + length, size - length, "%s%u by %s",
				length ? ", " : "", held, pipeline->sinks[i]->uri);
	}
}
