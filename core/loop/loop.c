/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/loop.h"

#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/checked.h"
#include "core/clock.h"
#include "core/log.h"
#include "core/loop/backend.h"
#include "core/loop/sigpipe.h"

#define DEFAULT_ENTRIES 256
#define MOST_ENTRIES    16384

/* A loop that is kept busy by tasks looks at the kernel after so many turns or so long, whichever
 * comes first: cheap for short turns, and in time for long ones. */
#define LOOK_TURNS 32
#define LOOK_NS    1000000

static const struct weir_loop_backend *const backends[] = {
#ifdef WEIR_HAVE_LIBURING
	&weir_loop_uring,
	&weir_loop_sqpoll,
#endif
	&weir_loop_epoll,
};

const char *const weir_loop_backends[] = {
#ifdef WEIR_HAVE_LIBURING
	"uring",
	"sqpoll",
#endif
	"epoll",
	NULL,
};

static_assert(WEIR_COUNT(backends) + 1 == WEIR_COUNT(weir_loop_backends), "one name a backend");

/* Opening and closing */

void weir_loop_explain(struct weir_loop *loop, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(loop->reason, sizeof(loop->reason), format, arguments);
	va_end(arguments);
}

static int open_backend(struct weir_loop *loop, const struct weir_loop_backend *backend)
{
	int r;

	loop->backend = backend;
	r = backend->open(loop);
	if (r < 0)
		loop->backend = NULL;
	loop->syscalls = 0;
	return r;
}

static int refuse_name(const struct weir_loop *loop, const char *name)
{
#ifndef WEIR_HAVE_LIBURING
	if (!strcmp(name, "uring") || !strcmp(name, "sqpoll")) {
		weir_error(loop->log,
			"loop backend %s: this build has no io_uring; "
			"build with liburing or use epoll",
			name);
		return -ENOSYS;
	}
#endif
	weir_error(loop->log,
		"loop backend %s: no such backend; there are auto, uring, sqpoll and epoll", name);
	return -EINVAL;
}

static int open_named(struct weir_loop *loop, const char *name)
{
	for (size_t i = 0; i < WEIR_COUNT(backends); i++) {
		int r;

		if (strcmp(backends[i]->name, name) != 0)
			continue;
		r = open_backend(loop, backends[i]);
		if (r < 0)
			weir_error(loop->log, "loop backend %s: %s", name, loop->reason);
		return r;
	}
	return refuse_name(loop, name);
}

static int open_automatic(struct weir_loop *loop)
{
	char failed[sizeof(loop->reason)] = "";
	int r = -ENOSYS;

	for (size_t i = 0; i < WEIR_COUNT(backends); i++) {
		if (!backends[i]->automatic)
			continue;
		r = open_backend(loop, backends[i]);
		if (r == 0)
			break;
		memcpy(failed, loop->reason, sizeof(failed));
	}
	if (r < 0)
		weir_error(loop->log, "no loop backend works: %s", failed);
	else if (failed[0])
		weir_loop_explain(loop, "%s", failed);
	return r;
}

static struct weir_loop *create(const struct weir_loop_settings *settings)
{
	unsigned entries = settings->entries ? settings->entries : DEFAULT_ENTRIES;
	struct weir_loop *loop = calloc(1, sizeof(*loop));

	if (!loop)
		return NULL;
	loop->log = settings->log;
	loop->queued.loop.next = loop->queued.loop.prev = &loop->queued;
	loop->due.loop.next = loop->due.loop.prev = &loop->due;
	if (entries > MOST_ENTRIES)
		entries = MOST_ENTRIES;
	if (weir_loop_slots_init(&loop->slots, entries) == 0 &&
		weir_loop_timers_init(&loop->timers, entries) == 0)
		return loop;
	weir_loop_slots_finish(&loop->slots);
	free(loop);
	return NULL;
}

static void destroy(struct weir_loop *loop)
{
	weir_loop_timers_finish(&loop->timers);
	weir_loop_slots_finish(&loop->slots);
	free(loop);
}

int weir_loop_open(const struct weir_loop_settings *settings, struct weir_loop **out)
{
	const char *name = settings->backend;
	struct weir_loop *loop = create(settings);
	int r;

	if (!loop) {
		weir_error(settings->log, "loop: out of memory");
		return -ENOMEM;
	}
	r = !name || !strcmp(name, "auto") ? open_automatic(loop) : open_named(loop, name);
	if (r < 0) {
		destroy(loop);
		return r;
	}
	weir_debug(loop->log, "loop: %s: %s", loop->backend->name, loop->reason);
	*out = loop;
	return 0;
}

static void unwatch_all(struct weir_loop *loop)
{
	for (uint32_t i = 0; i < loop->slots.count; i++)
		if (loop->slots.table[i].kind == WEIR_LOOP_SLOT_WATCH)
			weir_loop_unwatch(loop, weir_loop_watch_at(loop, i));
}

static void forget_tasks(struct weir_task *head)
{
	while (head->loop.next != head)
		weir_loop_unqueue(NULL, head->loop.next);
}

void weir_loop_close(struct weir_loop **address)
{
	struct weir_loop_sigpipe held;
	struct weir_loop *loop = *address;

	*address = NULL;
	if (!loop)
		return;
	assert(!loop->running);
	loop->closing = true;
	/* What was submitted but never looked at goes to the kernel now, writes included. */
	weir_loop_sigpipe_hold(&held);
	unwatch_all(loop);
	loop->backend->close(loop);
	weir_loop_sigpipe_release(&held);
	forget_tasks(&loop->due);
	forget_tasks(&loop->queued);
	destroy(loop);
}

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
	watch->loop.generation = loop->slots.table[slot].generation;
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
	op->loop.generation = loop->slots.table[slot].generation;
	op->loop.cancelled = false;
	r = loop->backend->submit(loop, slot);
	if (r < 0)
		weir_loop_slots_release(&loop->slots, slot);
	op->loop.active = r == 0;
	return r;
}

void weir_loop_cancel(struct weir_loop *loop, struct weir_op *op)
{
	if (!op->loop.active || op->loop.cancelled)
		return;
	op->loop.cancelled = true;
	loop->backend->cancel(loop, op->loop.slot);
}

void weir_loop_finish(struct weir_loop *loop, uint32_t slot, int64_t result)
{
	struct weir_op *op = weir_loop_op_at(loop, slot);

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
	if (task->loop.queued)
		return;
	task->loop.queued = true;
	task->loop.next = &loop->queued;
	task->loop.prev = loop->queued.loop.prev;
	task->loop.prev->loop.next = task;
	task->loop.next->loop.prev = task;
}

void weir_loop_unqueue(struct weir_loop *loop, struct weir_task *task)
{
	(void)loop;
	if (!task->loop.queued)
		return;
	task->loop.queued = false;
	task->loop.prev->loop.next = task->loop.next;
	task->loop.next->loop.prev = task->loop.prev;
	task->loop.next = task->loop.prev = NULL;
}

/* Moves all of `from` in front of `to`. */
static void splice(struct weir_task *from, struct weir_task *to)
{
	struct weir_task *first = from->loop.next, *last = from->loop.prev;

	if (first == from)
		return;
	last->loop.next = to->loop.next;
	to->loop.next->loop.prev = last;
	to->loop.next = first;
	first->loop.prev = to;
	from->loop.next = from->loop.prev = from;
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
	splice(&loop->queued, &loop->due);
	while (!loop->stopping && loop->due.loop.next != &loop->due) {
		struct weir_task *task = loop->due.loop.next;

		weir_loop_unqueue(loop, task);
		task->run(task);
	}
	splice(&loop->due, &loop->queued);
}

static int look(struct weir_loop *loop)
{
	bool busy = loop->queued.loop.next != &loop->queued;
	uint64_t now = weir_now_ns(), wait;
	int r;

	wait = busy ? 0 : weir_loop_timers_wait(&loop->timers, now);
	loop->turns_unlooked++;
	if (wait == 0 && loop->turns_unlooked < LOOK_TURNS && now - loop->looked_ns < LOOK_NS &&
		!loop->backend->pending(loop))
		return 0;
	r = loop->backend->look(loop, wait);
	loop->turns_unlooked = 0;
	loop->looked_ns = now;
	return r;
}

static int turn(struct weir_loop *loop)
{
	int r = look(loop);

	if (r < 0)
		return r;
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
	struct weir_loop_sigpipe held;
	char text[WEIR_ERRNO_TEXT];
	int r = 0;

	if (loop->running)
		return -EBUSY;
	loop->running = true;
	loop->syscalls += weir_loop_sigpipe_hold(&held);
	while (r == 0 && !loop->stopping)
		r = turn(loop);
	loop->syscalls += weir_loop_sigpipe_release(&held);
	loop->running = false;
	loop->stopping = false;
	if (r < 0)
		weir_error(loop->log, "loop backend %s: %s", loop->backend->name,
			weir_errno_text(r, text));
	return r;
}

void weir_loop_stop(struct weir_loop *loop)
{
	loop->stopping = true;
}
