/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sinks/kms/flips.h"

#include <errno.h>
#include <poll.h>
#include <unistd.h>

#include <xf86drm.h>

#include "core/checked.h"
#include "core/clock.h"
#include "core/log.h"
#include "sinks/kms/fence.h"

/* Another's commit, or the end of one of ours, may be in the way for that long. */
#define RETRY_NS (WEIR_NS_PER_S / 200)

/* After that long without an event none comes any more: slow monitors set their mode in less. */
#define LOST_NS WEIR_NS_PER_S

#define MAX_OVERDUE 4

static void release(struct weir_kms_shot *shot, enum weir_drop verdict)
{
	struct weir_frame *frame = shot->frame;
	bool is_read = shot->is_read;

	*shot = (struct weir_kms_shot){ 0 };
	if (!frame)
		return;
	if (is_read)
		weir_frame_end_device(frame);
	frame->verdict = verdict;
	weir_frame_unref(&frame);
}

/* ---- committing ---- */

static int begin(struct weir_kms_flips *flips, const struct weir_kms_shot *shot, void *ticket)
{
	int err;

	flips->called_ns = weir_now_ns();
	err = weir_kms_output_begin(flips->output, shot->framebuffer, ticket);
	flips->begun = !err;
	return err;
}

static int flip(struct weir_kms_flips *flips, const struct weir_kms_shot *shot, void *ticket)
{
	struct weir_kms_output *output = flips->output;
	int fence = -1, err;

	if (!shot->frame->slot->slab->unfenced)
		fence = weir_kms_fence_take(&output->card, &shot->frame->info);
	flips->called_ns = weir_now_ns();
	err = weir_kms_output_flip(output, shot->framebuffer, fence, flips->at_once, ticket);
	if (err == -EINVAL && flips->at_once) {
		weir_warn(output->card.log,
			"display: the driver %s does not flip at once here: frames wait for the "
			"refresh",
			output->card.driver);
		flips->at_once = false;
		err = weir_kms_output_flip(output, shot->framebuffer, fence, false, ticket);
	}
	if (fence >= 0)
		close(fence);
	return err;
}

/* 0: its event will come. */
static int commit(struct weir_kms_flips *flips, const struct weir_kms_shot *shot)
{
	unsigned number = (flips->ticket + 1) % WEIR_KMS_TICKETS;
	void *ticket = &flips->tickets[number];
	int err = flips->begun ? flip(flips, shot, ticket) : begin(flips, shot, ticket);

	if (err)
		return err;
	flips->ticket = number;
	flips->committed_ns = flips->called_ns;
	weir_histogram_add(&flips->count.commit, weir_now_ns() - flips->called_ns);
	flips->overdue = 0;
	return 0;
}

static int try_again_soon(struct weir_kms_flips *flips)
{
	return weir_loop_arm(flips->loop, &flips->retry, weir_now_ns() + RETRY_NS);
}

/* What waited was committed. */
static void advance(struct weir_kms_flips *flips)
{
	flips->coming = flips->next;
	flips->coming.is_read = true;
	flips->next = (struct weir_kms_shot){ 0 };
	weir_frame_begin_device(flips->coming.frame, "a display");
	flips->committed(flips->data, flips->coming.frame, flips->committed_ns);
}

/* Commits the newest frame, when none is on its way. */
static int go_on(struct weir_kms_flips *flips)
{
	int err;

	if (flips->coming.frame || !flips->next.frame)
		return 0;
	err = commit(flips, &flips->next);
	if (err == -EBUSY)
		return try_again_soon(flips);
	if (err)
		return err;
	advance(flips);
	return 0;
}

static bool is_idle(const struct weir_kms_flips *flips)
{
	return !flips->coming.frame && !flips->next.frame;
}

/* After those who wait for a release of ours had their turn: they may have had a frame left. */
static void finish_if_done(struct weir_kms_flips *flips)
{
	if (flips->finishing && is_idle(flips))
		weir_loop_queue(flips->loop, &flips->finish);
}

static void finish(struct weir_task *task)
{
	struct weir_kms_flips *flips = task->data;

	if (is_idle(flips))
		flips->finished(flips->data);
}

static void retry(struct weir_timer *timer)
{
	struct weir_kms_flips *flips = timer->data;
	int err = go_on(flips);

	if (err)
		flips->failed(flips->data, err);
}

int weir_kms_flips_show(
	struct weir_kms_flips *flips, struct weir_frame *frame, uint32_t framebuffer)
{
	struct weir_kms_shot replaced = flips->next;
	int err;

	flips->next = (struct weir_kms_shot){ .frame = weir_frame_ref(frame),
		.framebuffer = framebuffer,
		.ready_ns = weir_now_ns() };
	release(&replaced, WEIR_DROP_REPLACED);
	err = go_on(flips);
	if (err)
		release(&flips->next, WEIR_DROP_FAILED);
	return err;
}

/* ---- events ---- */

/* A frame that was ready for a refresh and came with a later one: the one before it was repeated.
 * Those count from the last flip on, or from when it was ready, if that was later. What is a little
 * over a refresh became ready just before one. */
static void judge(struct weir_kms_flips *flips, uint64_t flip_ns)
{
	uint64_t interval = weir_kms_mode_interval_ns(&flips->output->placement.mode);
	uint64_t since = flips->coming.ready_ns, waited, missed;

	if (!flips->shown.frame || flips->at_once)
		return;
	if (since < flips->flipped_ns)
		since = flips->flipped_ns;
	waited = flip_ns > since ? flip_ns - since : 0;
	missed = waited > interval / 8 ? (waited - interval / 8) / interval : 0;
	flips->count.late += missed > 0;
	flips->count.repeated += missed;
}

static void flipped(int fd, unsigned sequence, unsigned seconds, unsigned microseconds,
	unsigned crtc, void *user_data)
{
	struct weir_kms_ticket *ticket = user_data;
	struct weir_kms_flips *flips = ticket->flips;
	/* Told in whole microseconds: its end, or a flip at once would be before its commit. */
	uint64_t flip_ns = seconds * WEIR_NS_PER_S + microseconds * 1000ull + 999, taken_ns;
	int err;

	(void)fd;
	(void)sequence;
	(void)crtc;
	if (!flips || !flips->coming.frame || ticket != &flips->tickets[flips->ticket])
		return; /* of a commit that was given up */
	taken_ns = flips->coming.frame->info.timestamp_ns;
	judge(flips, flip_ns);
	flips->count.shown++;
	/* After a mode was set some drivers tell the time of a refresh before that. */
	if (flip_ns >= flips->committed_ns && flip_ns >= taken_ns)
		weir_histogram_add(&flips->count.latency, flip_ns - taken_ns);
	release(&flips->shown, WEIR_DROP_NONE);
	flips->shown = flips->coming;
	flips->coming = (struct weir_kms_shot){ 0 };
	flips->flipped_ns = flip_ns;
	err = go_on(flips);
	if (err)
		flips->failed(flips->data, err);
	else
		finish_if_done(flips);
}

static void readable(struct weir_watch *watch, uint32_t events)
{
	drmEventContext context = {
		.version = 3,
		.page_flip_handler2 = flipped,
	};
	struct weir_kms_flips *flips = watch->data;

	if (flips->output->card.syscalls)
		weir_counter_add(flips->output->card.syscalls, 1);
	if (events & POLLIN) {
		drmHandleEvent(flips->output->card.fd, &context);
	} else {
		weir_loop_unwatch(flips->loop, watch);
		flips->failed(flips->data, -ENODEV);
	}
}

/* ---- lost events ---- */

/* A commit that is accepted means that the one before it is through. */
static int resync(struct weir_kms_flips *flips)
{
	const struct weir_kms_shot *newest = flips->next.frame ? &flips->next : &flips->coming;
	int err = commit(flips, newest);

	if (err == -EBUSY)
		return ++flips->overdue < MAX_OVERDUE ? 0 : -ETIMEDOUT;
	if (err)
		return err;
	flips->count.lost++;
	if (newest == &flips->next) {
		release(&flips->shown, WEIR_DROP_NONE);
		flips->shown = flips->coming;
		flips->flipped_ns = 0;
		advance(flips);
	}
	return 0;
}

int weir_kms_flips_check(struct weir_kms_flips *flips)
{
	if (!flips->coming.frame || weir_now_ns() < flips->committed_ns + LOST_NS)
		return 0;
	return resync(flips);
}

/* ---- beginning and end ---- */

int weir_kms_flips_start(struct weir_kms_flips *flips, struct weir_loop *loop)
{
	flips->loop = loop;
	flips->finishing = flips->begun = false;
	flips->overdue = 0;
	for (unsigned i = 0; i < WEIR_COUNT(flips->tickets); i++)
		flips->tickets[i].flips = flips;
	/* One read takes every event there can be. */
	flips->watch = (struct weir_watch){ .ready = readable, .data = flips, .edge = true };
	flips->retry = (struct weir_timer){ .fired = retry, .data = flips };
	flips->finish = (struct weir_task){ .run = finish, .data = flips };
	return weir_loop_watch(loop, &flips->watch, flips->output->card.fd, POLLIN);
}

void weir_kms_flips_finish(struct weir_kms_flips *flips)
{
	flips->finishing = true;
	finish_if_done(flips);
}

void weir_kms_flips_let_go(struct weir_kms_flips *flips, enum weir_drop verdict)
{
	weir_loop_disarm(flips->loop, &flips->retry);
	release(&flips->shown, WEIR_DROP_NONE);
	release(&flips->coming, verdict);
	release(&flips->next, verdict);
	flips->begun = false;
}

void weir_kms_flips_stop(struct weir_kms_flips *flips)
{
	weir_loop_unwatch(flips->loop, &flips->watch);
	weir_loop_disarm(flips->loop, &flips->retry);
	weir_loop_unqueue(flips->loop, &flips->finish);
}
