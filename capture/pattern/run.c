/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <assert.h>
#include <errno.h>

#include "capture/pattern/mjpeg.h"
#include "capture/pattern/pattern.h"
#include "core/clock.h"
#include "core/log.h"
#include "core/stamp.h"

/* Frames a turn of the loop when nothing paces them: enough to make the turn's own cost vanish,
 * few enough for the loop to notice other things in time. */
#define BATCH 32

static int draw(struct weir_pattern_source *source, struct weir_slot *slot,
	const struct weir_pixels *pixels)
{
	const struct weir_video *video = &source->base.video;
	struct weir_canvas canvas;

	if (source->compressed)
		return weir_pattern_mjpeg_encode(source->picture, slot->index, video,
			pixels->data[0], slot->slab->frame_bytes, source->base.log,
			&source->image_bytes[slot->index]);
	weir_canvas_init(&canvas, video, pixels);
	source->picture->draw(&canvas, slot->index);
	return 0;
}

static void mark(struct weir_pattern_source *source, struct weir_frame *frame,
	const struct weir_pixels *pixels)
{
	uint64_t number = frame->info.sequence;
	unsigned slot = frame->slot->index;

	if (source->compressed) {
		weir_stamp_jpeg_write(pixels->data[0], frame->info.bytes_used, number);
		return;
	}
	if (source->picture->counts)
		weir_digits_draw(&source->digits, pixels, slot, number);
	weir_stamp_write(&source->base.video, pixels, number);
}

static int say_no_access(struct weir_pattern_source *source, int err)
{
	char text[WEIR_ERRNO_TEXT];

	weir_error(source->base.log, "pattern: frame memory cannot be written: %s",
		weir_errno_text(err, text));
	return err;
}

/* Takes the slot's frame through the one door to pixels, and hands it back. */
static int prepare(struct weir_pattern_source *source, struct weir_slot *slot)
{
	struct weir_frame *frame = weir_slot_issue(slot);
	struct weir_pixels pixels;
	int err = weir_frame_begin_cpu(frame, WEIR_CPU_WRITE, &pixels);

	if (err) {
		say_no_access(source, err);
	} else {
		err = draw(source, slot, &pixels);
		if (weir_frame_end_cpu(frame) && !err)
			err = say_no_access(source, -EIO);
	}
	weir_frame_unref(&frame);
	return err;
}

/* Taking goes round, so that as many takes as there are slots meet each one once. */
static int prepare_all(struct weir_pattern_source *source, struct weir_slab *slab)
{
	int err = 0;

	for (unsigned i = 0; i < slab->n_slots && !err; i++) {
		struct weir_slot *slot = weir_slab_take(slab);

		assert(slot);
		err = prepare(source, slot);
	}
	return err;
}

static void fail(struct weir_pattern_source *source, int err)
{
	say_no_access(source, err);
	weir_pattern_stop(&source->base);
	source->host.ended(source->host.data, err);
}

/* False when no slot is free. Whatever it calls may have stopped the source. */
static bool produce(struct weir_pattern_source *source, uint64_t number, uint64_t now)
{
	const struct weir_source_host *host = &source->host;
	struct weir_slot *slot = weir_slab_take(host->slab);
	struct weir_pixels pixels;
	struct weir_frame *frame;
	int err;

	if (!slot)
		return false;
	frame = weir_slot_issue(slot);
	frame->info.sequence = number;
	frame->info.timestamp_ns = now;
	if (source->goes_on)
		frame->info.flags |= WEIR_FRAME_DISCONT;
	source->goes_on = false;
	source->next = number + 1;
	if (source->compressed)
		frame->info.bytes_used = source->image_bytes[slot->index];

	err = weir_frame_begin_cpu(frame, WEIR_CPU_WRITE, &pixels);
	if (!err) {
		mark(source, frame, &pixels);
		err = weir_frame_end_cpu(frame);
	}
	if (!err) {
		host->deliver(host->data, frame);
		return true;
	}
	weir_frame_unref(&frame);
	fail(source, err);
	return true;
}

static void run_unpaced(struct weir_task *task)
{
	struct weir_pattern_source *source = task->data;
	const struct weir_source_host *host = &source->host;

	for (unsigned i = 0; i < BATCH; i++) {
		if (!host->wanted(host->data))
			return;
		if (!produce(source, source->next, weir_now_ns())) {
			weir_slab_want(host->slab);
			return;
		}
		if (!source->running)
			return;
	}
	weir_loop_queue(host->loop, task);
}

static void run_paced(struct weir_timer *timer)
{
	struct weir_pattern_source *source = timer->data;
	struct weir_ticker *ticker = &source->ticker;
	uint64_t now = weir_now_ns();

	weir_counter_add(&source->base.lost, weir_ticker_skip_to(ticker, now));
	if (!produce(source, source->first + ticker->tick, now))
		weir_counter_add(&source->base.lost, 1);
	weir_ticker_advance(ticker, 1);
	if (source->running)
		weir_loop_arm(source->host.loop, timer, ticker->deadline_ns);
}

static int start_ticking(struct weir_pattern_source *source)
{
	weir_ticker_init(&source->ticker, source->base.video.rate, weir_now_ns());
	source->timer = (struct weir_timer){ .fired = run_paced, .data = source };
	return weir_loop_arm(source->host.loop, &source->timer, source->ticker.deadline_ns);
}

int weir_pattern_start(struct weir_source *base, const struct weir_source_host *host)
{
	struct weir_pattern_source *source = (struct weir_pattern_source *)base;
	int err = prepare_all(source, host->slab);

	if (err)
		return err;
	if (source->picture->counts && !source->compressed)
		weir_digits_init(&source->digits, &base->video);
	if (!host->goes_on) {
		weir_counter_set(&base->lost, 0);
		source->next = 0;
	}
	source->host = *host;
	source->first = source->next;
	source->goes_on = host->goes_on;
	source->task = (struct weir_task){ .run = run_unpaced, .data = source };
	if (base->live)
		err = start_ticking(source);
	else
		weir_loop_queue(host->loop, &source->task);
	source->running = !err;
	return err;
}

void weir_pattern_resume(struct weir_source *base)
{
	struct weir_pattern_source *source = (struct weir_pattern_source *)base;

	if (source->running && !base->live)
		weir_loop_queue(source->host.loop, &source->task);
}

void weir_pattern_stop(struct weir_source *base)
{
	struct weir_pattern_source *source = (struct weir_pattern_source *)base;

	if (!source->running)
		return;
	source->running = false;
	weir_loop_unqueue(source->host.loop, &source->task);
	weir_loop_disarm(source->host.loop, &source->timer);
}
