/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <liburing.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "core/clock.h"
#include "core/log.h"
#include "core/loop/backend.h"
#include "core/loop/uring_setup.h"
#include "core/loop/uring_state.h"

/* Watches are one-shot polls, armed again after their callback: a poll of a file that is still
 * ready completes at once, which is what level-triggered means. The new poll travels with the next
 * io_uring_enter, so it costs no system call. Multishot polls report edges, and serve the watches
 * that ask for no more. */

/* Answers to cancellations, which interest nobody, and the alarm's. */
#define NOBODY 0
#define ALARM  UINT64_MAX

/* How long a closing loop waits for cancellations before it asks again. */
#define PATIENCE_NS WEIR_NS_PER_S

void weir_uring_started(struct weir_loop *loop, uint32_t slot, struct io_uring_sqe *sqe)
{
	struct weir_uring *uring = loop->state;

	sqe->user_data = weir_uring_user_data(loop, slot);
	uring->requests[slot].active = true;
	uring->in_flight++;
}

int weir_uring_prepare_poll(
	struct weir_loop *loop, uint32_t slot, int fd, uint32_t events, bool multishot)
{
	struct weir_uring *uring = loop->state;
	struct io_uring_sqe *sqe = weir_uring_prepare(loop, &uring->ring);

	if (!sqe)
		return -EAGAIN;
	if (multishot)
		io_uring_prep_poll_multishot(sqe, fd, events);
	else
		io_uring_prep_poll_add(sqe, fd, events);
	weir_uring_started(loop, slot, sqe);
	return 0;
}

static int prepare_watch(struct weir_loop *loop, uint32_t slot)
{
	const struct weir_watch *watch = weir_loop_watch_at(loop, slot);
	struct weir_uring *uring = loop->state;

	return weir_uring_prepare_poll(
		loop, slot, watch->fd, watch->events, watch->edge && !uring->lacks_multishot);
}

static void prepare_cancel(struct weir_loop *loop, uint32_t slot)
{
	struct weir_uring *uring = loop->state;
	struct io_uring_sqe *sqe = weir_uring_prepare(loop, &uring->ring);

	/* Without room the request lives on until the loop is closed, and answers nobody. */
	if (!sqe)
		return;
	io_uring_prep_cancel64(sqe, weir_uring_user_data(loop, slot), 0);
	sqe->user_data = NOBODY;
}

static int start_watch(struct weir_loop *loop, uint32_t slot)
{
	const struct weir_watch *watch = weir_loop_watch_at(loop, slot);
	struct weir_uring *uring = loop->state;
	struct epoll_event event = { 0 };

	/* A poll of a file that cannot be polled would always be ready. */
	loop->syscalls++;
	if (epoll_ctl(uring->epoll, EPOLL_CTL_ADD, watch->fd, &event) < 0)
		return -errno;
	loop->syscalls++;
	epoll_ctl(uring->epoll, EPOLL_CTL_DEL, watch->fd, NULL);
	return prepare_watch(loop, slot);
}

static void stop_watch(struct weir_loop *loop, uint32_t slot)
{
	struct weir_uring *uring = loop->state;

	if (!uring->requests[slot].active)
		return;
	prepare_cancel(loop, slot);
	uring->requests[slot].active = false;
	/* A poll holds its file open, and without a turn to come nobody would cancel it. */
	if (!loop->running && !loop->closing)
		weir_uring_flush(loop, &uring->ring);
}

static bool pending(const struct weir_loop *loop)
{
	const struct weir_uring *uring = loop->state;

	return weir_uring_pending(&uring->ring);
}

/* Sees to it that the alarm goes off at `deadline_ns` at the latest. False: there is no room. */
static bool set_alarm(struct weir_loop *loop, uint64_t deadline_ns)
{
	struct weir_uring *uring = loop->state;
	struct io_uring_sqe *sqe;

	if (uring->alarm_ns && uring->alarm_ns <= deadline_ns)
		return true;
	sqe = weir_uring_prepare(loop, &uring->ring);
	if (!sqe)
		return false;
	/* The kernel reads it when it takes the request. */
	uring->alarm = (struct __kernel_timespec){
		.tv_sec = (long long)(deadline_ns / WEIR_NS_PER_S),
		.tv_nsec = (long long)(deadline_ns % WEIR_NS_PER_S),
	};
	if (uring->alarm_ns)
		io_uring_prep_timeout_update(sqe, &uring->alarm, ALARM, IORING_TIMEOUT_ABS);
	else
		io_uring_prep_timeout(sqe, &uring->alarm, 0, IORING_TIMEOUT_ABS);
	/* An alarm that is too late to be moved has gone off, and its answer wakes us. */
	sqe->user_data = uring->alarm_ns ? NOBODY : ALARM;
	uring->alarm_ns = deadline_ns;
	return true;
}

static int enter(struct weir_loop *loop, uint64_t wait_ns)
{
	struct weir_uring *uring = loop->state;
	int r = weir_uring_enter(loop, &uring->ring, io_uring_cq_ready(&uring->ring) ? 0 : wait_ns);

	switch (r) {
	case -EINTR:
	case -ETIME:
	case -EAGAIN: /* no memory for a request right now, … */
	case -EBUSY:  /* … or completions to be reaped first: what is prepared stays prepared */
		return 0;
	default:
		return r;
	}
}

static int look(struct weir_loop *loop, uint64_t timeout_ns)
{
	bool far = timeout_ns >= WEIR_LOOP_FAR_NS && timeout_ns != WEIR_LOOP_FOREVER;

	if (far && set_alarm(loop, loop->looked_ns + timeout_ns))
		timeout_ns = WEIR_LOOP_FOREVER;
	return enter(loop, timeout_ns);
}

/* `more`: the poll is still there. */
static void poll_answered(struct weir_loop *loop, uint32_t slot, int result, bool more)
{
	struct weir_uring *uring = loop->state;
	bool refused = result == -EINVAL && weir_loop_watch_at(loop, slot)->edge &&
		       !uring->lacks_multishot;

	uring->requests[slot].active = more;
	uring->lacks_multishot |= refused;
	if (!refused && !weir_loop_deliver(loop, slot, result < 0 ? POLLNVAL : (uint32_t)result))
		return;
	if (!more && prepare_watch(loop, slot) < 0)
		weir_loop_deliver(loop, slot, POLLNVAL);
}

static bool next(struct weir_loop *loop)
{
	struct weir_uring *uring = loop->state;
	struct weir_uring_answer answer;

	while (weir_uring_take(&uring->ring, &answer)) {
		uint64_t data = answer.user_data;
		uint32_t slot = (uint32_t)data;

		if (data == ALARM)
			uring->alarm_ns = 0;
		if (data == NOBODY || data == ALARM)
			continue;
		uring->in_flight -= !answer.more;
		/* Cancelled, and the slot perhaps somebody else's by now. */
		if (data != weir_uring_user_data(loop, slot))
			continue;
		if (loop->slots.table[slot].kind == WEIR_LOOP_SLOT_WATCH)
			poll_answered(loop, slot, answer.result, answer.more);
		else
			weir_uring_transfer_answered(loop, slot, &answer);
		return true;
	}
	return false;
}

/* False when there is none, but for those that wait for the network. */
static bool cancel_transfers(struct weir_loop *loop)
{
	bool any = false;

	for (uint32_t i = 0; i < loop->slots.count; i++) {
		if (loop->slots.table[i].kind != WEIR_LOOP_SLOT_OP ||
			weir_loop_op_at(loop, i)->loop.sent)
			continue;
		weir_loop_op_at(loop, i)->loop.cancelled = true;
		prepare_cancel(loop, i);
		any = true;
	}
	return any;
}

/* Ends what is left: sends that the network holds on to, and everything if the ring itself failed.
 */
static void abandon(struct weir_loop *loop)
{
	unsigned sends = 0;

	for (uint32_t i = 0; i < loop->slots.count; i++) {
		const struct weir_op *op = weir_loop_op_at(loop, i);

		if (loop->slots.table[i].kind != WEIR_LOOP_SLOT_OP)
			continue;
		sends += op->loop.sent;
		weir_loop_finish(loop, i, op->loop.sent ? op->loop.result : -ECANCELED);
	}
	if (sends)
		weir_warn(loop->log,
			"closing although the network still holds the memory of %u sends: their "
			"receivers acknowledge nothing",
			sends);
}

/* Waits for everything to end: polls as well, because a file must not stay open behind its owner's
 * back. A cancellation that had no room is repeated; polls alone are not worth a second wait, and
 * what the network holds on to would perhaps wait for ever. */
static void drain(struct weir_loop *loop)
{
	struct weir_uring *uring = loop->state;

	cancel_transfers(loop);
	while (uring->in_flight && enter(loop, PATIENCE_NS) == 0) {
		if (!io_uring_cq_ready(&uring->ring) && !cancel_transfers(loop))
			break;
		while (next(loop))
			;
	}
}

static void close_uring(struct weir_loop *loop)
{
	struct weir_uring *uring = loop->state;

	drain(loop);
	weir_uring_finish(&uring->ring);
	abandon(loop);
	close(uring->epoll);
	free(uring->requests);
	free(uring);
}

static int register_memory(struct weir_loop *loop, void *base, size_t length)
{
	struct weir_uring *uring = loop->state;
	struct iovec region = { .iov_base = base, .iov_len = length };
	int r;

	loop->syscalls++;
	r = io_uring_register_buffers(&uring->ring, &region, 1);
	/* Linux before 6.5 says EOPNOTSUPP to mappings of files that it does not know. */
	if (r == -EOPNOTSUPP)
		return -EFAULT;
	if (r < 0)
		return r;
	uring->region = (struct weir_uring_region){ (uintptr_t)base, length };
	return 0;
}

static void unregister_memory(struct weir_loop *loop)
{
	struct weir_uring *uring = loop->state;

	if (!uring->region.length)
		return;
	loop->syscalls++;
	io_uring_unregister_buffers(&uring->ring);
	uring->region.length = 0;
}

static int open_uring(struct weir_loop *loop, bool sqpoll)
{
	struct weir_uring *uring = calloc(1, sizeof(*uring));
	int r;

	if (!uring)
		return weir_loop_refuse(loop, "loop", -ENOMEM, NULL);
	uring->requests = calloc(loop->slots.count, sizeof(*uring->requests));
	if (!uring->requests) {
		r = weir_loop_refuse(loop, "loop", -ENOMEM, NULL);
		goto free_uring;
	}
	uring->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (uring->epoll < 0) {
		r = weir_loop_refuse(loop, "epoll_create1", -errno, NULL);
		goto free_requests;
	}
	r = weir_uring_setup(loop, sqpoll, &uring->ring);
	if (r < 0)
		goto close_epoll;
	loop->zero_copy = weir_uring_try_sends(loop, &uring->ring);
	loop->state = uring;
	return 0;

close_epoll:
	close(uring->epoll);
free_requests:
	free(uring->requests);
free_uring:
	free(uring);
	return r;
}

static int open_plain(struct weir_loop *loop)
{
	return open_uring(loop, false);
}

static int open_sqpoll(struct weir_loop *loop)
{
	return open_uring(loop, true);
}

const struct weir_loop_backend weir_loop_uring = {
	.name = "uring",
	.automatic = true,
	.open = open_plain,
	.close = close_uring,
	.pending = pending,
	.look = look,
	.next = next,
	.watch = start_watch,
	.unwatch = stop_watch,
	.submit = weir_uring_start_transfer,
	.cancel = prepare_cancel,
	.register_memory = register_memory,
	.unregister_memory = unregister_memory,
};

const struct weir_loop_backend weir_loop_sqpoll = {
	.name = "sqpoll",
	.open = open_sqpoll,
	.close = close_uring,
	.pending = pending,
	.look = look,
	.next = next,
	.watch = start_watch,
	.unwatch = stop_watch,
	.submit = weir_uring_start_transfer,
	.cancel = prepare_cancel,
	.register_memory = register_memory,
	.unregister_memory = unregister_memory,
};
