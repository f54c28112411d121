/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "core/clock.h"
#include "core/loop/backend.h"
#include "core/loop/transfer.h"

/* Watches, and operations that could not be done at once, wait for readiness. Epoll knows a file
 * descriptor once only, so what waits for the same one stands in a chain, and epoll is told the
 * union of what the chain wants. */

#define BATCH 64

/* Rings of slot numbers: one array of links, whose last elements are the heads. A slot in no ring
 * points to itself. */
struct link {
	uint32_t prev, next;
};

struct waiter {
	int fd;
	uint32_t events; /* waited for; 0: does not wait */
	uint32_t got;
};

struct epoll {
	int fd;
	bool lacks_pwait2;
	int alarm;              /* a timer; -1: there is none */
	uint64_t alarm_ns;      /* when it goes off; 0: it does not */
	struct waiter *waiters; /* by slot */
	struct link *queue;     /* by slot, then the heads */
	struct link *chain;     /* by slot, then a head for each of `buckets` */
	uint32_t slots, buckets;
	struct epoll_event events[BATCH];
};

/* Heads in `queue`. What is submitted during a turn is tried in the next one. */
static uint32_t ready_head(const struct epoll *epoll)
{
	return epoll->slots;
}

static uint32_t submitted_head(const struct epoll *epoll)
{
	return epoll->slots + 1;
}

static uint32_t chain_head(const struct epoll *epoll, int fd)
{
	return epoll->slots + (uint32_t)fd % epoll->buckets;
}

static struct link *create_links(uint32_t count)
{
	struct link *links = calloc(count, sizeof(*links));

	for (uint32_t i = 0; links && i < count; i++)
		links[i] = (struct link){ i, i };
	return links;
}

static bool is_empty(const struct link *links, uint32_t head)
{
	return links[head].next == head;
}

static void take_out(struct link *links, uint32_t slot)
{
	links[links[slot].prev].next = links[slot].next;
	links[links[slot].next].prev = links[slot].prev;
	links[slot] = (struct link){ slot, slot };
}

static void append(struct link *links, uint32_t head, uint32_t slot)
{
	take_out(links, slot);
	links[slot] = (struct link){ links[head].prev, head };
	links[links[head].prev].next = slot;
	links[head].prev = slot;
}

/* Waiting */

/* What the chain waits for on that descriptor, by edges if that is enough for everybody; 0: nobody
 * waits. */
static uint32_t interest(const struct epoll *epoll, int fd)
{
	uint32_t head = chain_head(epoll, fd), events = 0, edge = EPOLLET;

	for (uint32_t i = epoll->chain[head].next; i != head; i = epoll->chain[i].next) {
		if (epoll->waiters[i].fd != fd)
			continue;
		events |= epoll->waiters[i].events;
		edge &= epoll->waiters[i].events;
	}
	return (events & ~EPOLLET) | (events & edge);
}

static int tell_kernel(struct weir_loop *loop, int fd, uint32_t before, uint32_t after)
{
	const struct epoll *epoll = loop->state;
	struct epoll_event event = { .events = after, .data.fd = fd };
	int what = !before ? EPOLL_CTL_ADD : !after ? EPOLL_CTL_DEL : EPOLL_CTL_MOD;

	/* Told again that edges are enough, the kernel looks for one who has come to wait since. */
	if (before == after && !(after & EPOLLET))
		return 0;
	loop->syscalls++;
	return epoll_ctl(epoll->fd, what, fd, &event) < 0 ? -errno : 0;
}

static int start_waiting(struct weir_loop *loop, uint32_t slot, int fd, uint32_t events)
{
	struct epoll *epoll = loop->state;
	uint32_t before = interest(epoll, fd);
	int r;

	events |= EPOLLERR | EPOLLHUP;
	epoll->waiters[slot] = (struct waiter){ .fd = fd, .events = events };
	append(epoll->chain, chain_head(epoll, fd), slot);
	r = tell_kernel(loop, fd, before, interest(epoll, fd));
	if (r < 0) {
		take_out(epoll->chain, slot);
		epoll->waiters[slot].events = 0;
	}
	return r;
}

static void stop_waiting(struct weir_loop *loop, uint32_t slot)
{
	struct epoll *epoll = loop->state;
	struct waiter *waiter = &epoll->waiters[slot];
	uint32_t before;

	if (!waiter->events)
		return;
	before = interest(epoll, waiter->fd);
	take_out(epoll->chain, slot);
	waiter->events = 0;
	/* It fails if the descriptor was closed meanwhile, and then there is nothing to tell. */
	tell_kernel(loop, waiter->fd, before, interest(epoll, waiter->fd));
}

static void mark_ready(struct epoll *epoll, int fd, uint32_t events)
{
	uint32_t head = chain_head(epoll, fd);

	for (uint32_t i = epoll->chain[head].next; i != head; i = epoll->chain[i].next) {
		struct waiter *waiter = &epoll->waiters[i];

		if (waiter->fd != fd || !(waiter->events & events))
			continue;
		waiter->got = waiter->events & events;
		append(epoll->queue, ready_head(epoll), i);
	}
}

static int wait_for_events(struct weir_loop *loop, uint64_t timeout_ns)
{
	struct epoll *epoll = loop->state;
	struct timespec timeout = {
		.tv_sec = (time_t)(timeout_ns / WEIR_NS_PER_S),
		.tv_nsec = (long)(timeout_ns % WEIR_NS_PER_S),
	};
	bool forever = timeout_ns == WEIR_LOOP_FOREVER;
	uint64_t ms = timeout_ns / 1000000 + (timeout_ns % 1000000 != 0);
	int r;

	if (!epoll->lacks_pwait2) {
		loop->syscalls++;
		r = epoll_pwait2(epoll->fd, epoll->events, BATCH, forever ? NULL : &timeout, NULL);
		if (r >= 0 || errno != ENOSYS)
			return r < 0 ? -errno : r;
		epoll->lacks_pwait2 = true;
	}
	/* Before Linux 5.11: late by less than a millisecond, never early. */
	loop->syscalls++;
	r = epoll_wait(epoll->fd, epoll->events, BATCH, forever ? -1 : (int)ms);
	return r < 0 ? -errno : r;
}

/* The backend */

static bool pending(const struct weir_loop *loop)
{
	const struct epoll *epoll = loop->state;

	return !is_empty(epoll->queue, ready_head(epoll)) ||
	       !is_empty(epoll->queue, submitted_head(epoll));
}

/* Sees to it that the alarm goes off at `deadline_ns` at the latest. False: it cannot. */
static bool set_alarm(struct weir_loop *loop, uint64_t deadline_ns)
{
	struct epoll *epoll = loop->state;
	struct itimerspec at = {
		.it_value.tv_sec = (time_t)(deadline_ns / WEIR_NS_PER_S),
		.it_value.tv_nsec = (long)(deadline_ns % WEIR_NS_PER_S),
	};

	if (epoll->alarm_ns && epoll->alarm_ns <= deadline_ns)
		return true;
	if (epoll->alarm < 0)
		return false;
	loop->syscalls++;
	if (timerfd_settime(epoll->alarm, TFD_TIMER_ABSTIME, &at, NULL) < 0)
		return false;
	epoll->alarm_ns = deadline_ns;
	return true;
}

static int look(struct weir_loop *loop, uint64_t timeout_ns)
{
	bool far = timeout_ns >= WEIR_LOOP_FAR_NS && timeout_ns != WEIR_LOOP_FOREVER;
	struct epoll *epoll = loop->state;
	int r;

	if (far && !pending(loop) && set_alarm(loop, loop->looked_ns + timeout_ns))
		timeout_ns = WEIR_LOOP_FOREVER;
	r = wait_for_events(loop, pending(loop) ? 0 : timeout_ns);
	if (r < 0)
		return r == -EINTR ? 0 : r;
	while (!is_empty(epoll->queue, submitted_head(epoll)))
		append(epoll->queue, ready_head(epoll), epoll->queue[submitted_head(epoll)].next);
	for (int i = 0; i < r; i++) {
		if (epoll->events[i].data.fd == epoll->alarm)
			epoll->alarm_ns = 0;
		else
			mark_ready(epoll, epoll->events[i].data.fd, epoll->events[i].events);
	}
	return 0;
}

static void finish(struct weir_loop *loop, uint32_t slot, int64_t result)
{
	stop_waiting(loop, slot);
	weir_loop_finish(loop, slot, result);
}

static void give_back(struct weir_loop *loop, uint32_t slot)
{
	finish(loop, slot, weir_loop_unfinished(weir_loop_op_at(loop, slot)));
}

static void try_transfer(struct weir_loop *loop, uint32_t slot)
{
	const struct epoll *epoll = loop->state;
	struct weir_op *op = weir_loop_op_at(loop, slot);
	int64_t r;

	if (op->loop.cancelled) {
		give_back(loop, slot);
		return;
	}
	r = weir_loop_transfer_now(op, &loop->syscalls);
	if (r >= 0 && weir_loop_is_send(op)) {
		op->copied = op->zero_copy;
		r = weir_loop_went(op, r) ? -EAGAIN : op->loop.result;
	}
	if (r == -EAGAIN) {
		if (epoll->waiters[slot].events)
			return;
		r = start_waiting(loop, slot, op->fd, op->io == WEIR_IO_READ ? EPOLLIN : EPOLLOUT);
		if (r == 0)
			return;
		/* A file that cannot be polled: one on a disk. */
		if (r == -EPERM)
			r = weir_loop_transfer_blocking(op, &loop->syscalls);
	}
	finish(loop, slot, r);
}

static bool next(struct weir_loop *loop)
{
	struct epoll *epoll = loop->state;
	uint32_t slot = epoll->queue[ready_head(epoll)].next;

	if (slot == ready_head(epoll))
		return false;
	take_out(epoll->queue, slot);
	if (loop->slots.table[slot].kind == WEIR_LOOP_SLOT_WATCH)
		weir_loop_deliver(loop, slot, epoll->waiters[slot].got);
	else
		try_transfer(loop, slot);
	return true;
}

static int start_watch(struct weir_loop *loop, uint32_t slot)
{
	const struct weir_watch *watch = weir_loop_watch_at(loop, slot);

	return start_waiting(loop, slot, watch->fd, watch->events | (watch->edge ? EPOLLET : 0));
}

static void stop_watch(struct weir_loop *loop, uint32_t slot)
{
	struct epoll *epoll = loop->state;

	take_out(epoll->queue, slot);
	stop_waiting(loop, slot);
}

static int submit(struct weir_loop *loop, uint32_t slot)
{
	struct epoll *epoll = loop->state;

	append(epoll->queue, submitted_head(epoll), slot);
	return 0;
}

static void cancel(struct weir_loop *loop, uint32_t slot)
{
	struct epoll *epoll = loop->state;

	append(epoll->queue, submitted_head(epoll), slot);
}

static void free_state(struct epoll *epoll)
{
	if (epoll->alarm >= 0)
		close(epoll->alarm);
	if (epoll->fd >= 0)
		close(epoll->fd);
	free(epoll->chain);
	free(epoll->queue);
	free(epoll->waiters);
	free(epoll);
}

static void close_epoll(struct weir_loop *loop)
{
	for (uint32_t i = 0; i < loop->slots.count; i++)
		if (loop->slots.table[i].kind == WEIR_LOOP_SLOT_OP)
			give_back(loop, i);
	free_state(loop->state);
}

/* A loop does without, too. Edges are enough: it is never read. */
static int open_alarm(const struct epoll *epoll)
{
	int fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	struct epoll_event event = { .events = EPOLLIN | EPOLLET, .data.fd = fd };

	if (fd < 0 || epoll_ctl(epoll->fd, EPOLL_CTL_ADD, fd, &event) == 0)
		return fd;
	close(fd);
	return -1;
}

static int open_epoll(struct weir_loop *loop)
{
	uint32_t slots = loop->slots.count;
	struct epoll *epoll = calloc(1, sizeof(*epoll));
	int r;

	if (!epoll)
		return weir_loop_refuse(loop, "loop", -ENOMEM, NULL);
	epoll->slots = epoll->buckets = slots;
	epoll->waiters = calloc(slots, sizeof(*epoll->waiters));
	epoll->queue = create_links(slots + 2);
	epoll->chain = create_links(2 * slots);
	epoll->fd = epoll_create1(EPOLL_CLOEXEC);
	r = epoll->fd < 0 ? -errno : 0;
	epoll->alarm = r < 0 ? -1 : open_alarm(epoll);
	if (!epoll->waiters || !epoll->queue || !epoll->chain)
		r = -ENOMEM;
	if (r < 0) {
		free_state(epoll);
		return weir_loop_refuse(loop, "epoll_create1", r, NULL);
	}
	loop->state = epoll;
	weir_loop_explain(loop, "epoll works everywhere");
	return 0;
}

const struct weir_loop_backend weir_loop_epoll = {
	.name = "epoll",
	.automatic = true,
	.open = open_epoll,
	.close = close_epoll,
	.pending = pending,
	.look = look,
	.next = next,
	.watch = start_watch,
	.unwatch = stop_watch,
	.submit = submit,
	.cancel = cancel,
};
