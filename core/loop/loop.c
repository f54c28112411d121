/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/loop.h"

#include <errno.h>
#include <poll.h>

#include "core/clock.h"
#include "core/log.h"
#include "core/loop/backend.h"

/* A loop that is kept busy by tasks looks at the kernel after so many turns or so long, whichever
 * comes first: cheap for short turns, and in time for long ones. */
#define LOOK_TURNS 32
#define LOOK_NS    1000000

/* The kernel's arithmetic overflows on the longest waits, and a wake-up a day costs nothing. */
#define LONGEST_WAIT_NS (86400 * WEIR_NS_PER_S)

const char *weir_loop_backend(const struct weir_loop *loop)
{
	return loop->backend->name;
}

const char *weir_loop_reason(const struct weir_loop *loop)
{
	return loop->reason;
}

uint64_t weir_loop_syscalls(const struct weir_loop *loop)
{
	return loop->syscalls;
}

/* Watches and operations */

int weir_loop_watch(struct weir_loop *loop, struct weir_watch *watch, int fd, uint32_t events)
{
	uint32_t slot;
	int r;

	if (watch->loop.active)
		return -EBUSY;
	if (loop->closing)
		return -ECANCELED;
	slot = weir_loop_slots_take(&loop->slots, WEIR_LOOP_SLOT_WATCH, watch);
	if (slot == WEIR_LOOP_NO_SLOT)
		return -ENOSPC;
	watch->fd = fd;
	watch->events = events;
	watch->loop.slot = slot;
	r = loop->backend->watch(loop, slot);
	if (r < 0)
		weir_loop_slots_release(&loop->slots, slot);
	watch->loop.active = r == 0;
	return r;
}

void weir_loop_unwatch(struct weir_loop *loop, struct weir_watch *watch)
{
	if (!watch->loop.active)
		return;
	loop->backend->unwatch(loop, watch->loop.slot);
	weir_loop_slots_release(&loop->slots, watch->loop.slot);
	watch->loop.active = false;
}

bool weir_loop_deliver(struct weir_loop *loop, uint32_t slot, uint32_t events)
{
	struct weir_watch *watch = weir_loop_watch_at(loop, slot);
	uint32_t generation = loop->slots.table[slot].generation;

	if (events & POLLNVAL) {
		weir_loop_slots_release(&loop->slots, slot);
		watch->loop.active = false;
	}
	watch->ready(watch, events);
	return loop->slots.table[slot].generation == generation;
}

/* While it runs, and only for a loop that writes: a run may be as short as a frame is. */
static void hold_sigpipe(struct weir_loop *loop)
{
	if (!loop->writes || !loop->running || loop->holds_sigpipe)
		return;
	loop->syscalls += weir_loop_sigpipe_hold(&loop->sigpipe);
	loop->holds_sigpipe = true;
}

static void release_sigpipe(struct weir_loop *loop)
{
	if (loop->holds_sigpipe)
		loop->syscalls += weir_loop_sigpipe_release(&loop->sigpipe);
	loop->holds_sigpipe = false;
}

int weir_loop_submit(struct weir_loop *loop, struct weir_op *op)
{
	uint32_t slot;
	int r;

	if (op->loop.active)
		return -EBUSY;
	if (loop->closing)
		return -ECANCELED;
	slot = weir_loop_slots_take(&loop->slots, WEIR_LOOP_SLOT_OP, op);
	if (slot == WEIR_LOOP_NO_SLOT)
		return -ENOSPC;
	op->loop.slot = slot;
	op->loop.cancelled = op->loop.sent = false;
	op->loop.result = 0;
	op->copied = false;
	loop->writes |= op->io == WEIR_IO_WRITE || op->io == WEIR_IO_WRITEV;
	hold_sigpipe(loop);
	r = loop->backend->submit(loop, slot);
	if (r < 0)
		weir_loop_slots_release(&loop->slots, slot);
	op->loop.active = r == 0;
	return r;
}

void weir_loop_cancel(struct weir_loop *loop, struct weir_op *op)
{
	if (!op->loop.active || op->loop.cancelled || op->loop.sent)
		return;
	op->loop.cancelled = true;
	loop->backend->cancel(loop, op->loop.slot);
}

void weir_loop_sent(struct weir_loop *loop, uint32_t slot, int64_t result)
{
	struct weir_op *op = weir_loop_op_at(loop, slot);

	op->loop.sent = true;
	op->loop.result = result;
	if (op->zero_copy && op->sent)
		op->sent(op, result);
}

void weir_loop_finish(struct weir_loop *loop, uint32_t slot, int64_t result)
{
	struct weir_op *op = weir_loop_op_at(loop, slot);

	if (!op->loop.sent)
		weir_loop_sent(loop, slot, result);
	weir_loop_slots_release(&loop->slots, slot);
	op->loop.active = false;
	op->done(op, result);
}

int weir_loop_register(struct weir_loop *loop, void *base, size_t length)
{
	if (!loop->backend->register_memory)
		return -EOPNOTSUPP;
	weir_loop_unregister(loop);
	return loop->backend->register_memory(loop, base, length);
}

void weir_loop_unregister(struct weir_loop *loop)
{
	if (loop->backend->unregister_memory)
		loop->backend->unregister_memory(loop);
}

struct weir_loop_zero_copy weir_loop_zero_copy(const struct weir_loop *loop)
{
	return loop->zero_copy;
}

/* Timers and tasks */

int weir_loop_arm(struct weir_loop *loop, struct weir_timer *timer, uint64_t deadline_ns)
{
	return weir_loop_timers_arm(&loop->timers, timer, deadline_ns);
}

void weir_loop_disarm(struct weir_loop *loop, struct weir_timer *timer)
{
	weir_loop_timers_disarm(&loop->timers, timer);
}

void weir_loop_queue(struct weir_loop *loop, struct weir_task *task)
{
	weir_loop_tasks_append(&loop->queued, task);
}

void weir_loop_unqueue(struct weir_loop *loop, struct weir_task *task)
{
	(void)loop;
	weir_loop_tasks_remove(task);
}

/* Running */

static void run_timers(struct weir_loop *loop)
{
	struct weir_timer *timer;

	if (!loop->timers.count)
		return;
	weir_loop_timers_begin(&loop->timers, weir_now_ns());
	while (!loop->stopping && (timer = weir_loop_timers_take(&loop->timers)))
		timer->fired(timer);
}

/* Those queued from here on have their turn after the next look at I/O. */
static void run_tasks(struct weir_loop *loop)
{
	struct weir_task *task;

	weir_loop_tasks_prepend_all(&loop->due, &loop->queued);
	while (!loop->stopping && (task = weir_loop_tasks_first(&loop->due))) {
		weir_loop_tasks_remove(task);
		task->run(task);
	}
	weir_loop_tasks_prepend_all(&loop->queued, &loop->due);
}

static bool must_look(const struct weir_loop *loop, uint64_t now_ns)
{
	return loop->turns_unlooked >= LOOK_TURNS || now_ns - loop->looked_ns >= LOOK_NS ||
	       loop->backend->pending(loop);
}

static int look(struct weir_loop *loop)
{
	bool busy = weir_loop_tasks_first(&loop->queued);
	uint64_t now = weir_now_ns();
	uint64_t wait = busy ? 0 : weir_loop_timers_wait(&loop->timers, now);

	loop->turns_unlooked++;
	if (wait == 0 && !must_look(loop, now))
		return 0;
	if (wait != WEIR_LOOP_FOREVER && wait > LONGEST_WAIT_NS)
		wait = LONGEST_WAIT_NS;
	loop->turns_unlooked = 0;
	loop->looked_ns = now;
	return loop->backend->look(loop, wait);
}

static int turn(struct weir_loop *loop)
{
	int r = look(loop);

	if (r < 0) {
		char text[WEIR_ERRNO_TEXT];

		weir_error(loop->log, "loop backend %s stopped working: %s", loop->backend->name,
			weir_errno_text(r, text));
		return r;
	}
	while (!loop->stopping && loop->backend->next(loop))
		;
	if (!loop->stopping)
		run_timers(loop);
	if (!loop->stopping)
		run_tasks(loop);
	return 0;
}

int weir_loop_run(struct weir_loop *loop)
{
	int r = 0;

	if (loop->running)
		return -EBUSY;
	loop->running = true;
	hold_sigpipe(loop);
	/* What was queued before is not kept waiting by what is to be waited for; but who runs it
	 * from task to task hears of stops, timers and the rest as well. */
	if (!loop->stopping && loop->turns_unlooked++ < LOOK_TURNS)
		run_tasks(loop);
	while (r == 0 && !loop->stopping)
		r = turn(loop);
	release_sigpipe(loop);
	loop->running = false;
	loop->stopping = false;
	return r;
}

void weir_loop_stop(struct weir_loop *loop)
{
	loop->stopping = true;
}
