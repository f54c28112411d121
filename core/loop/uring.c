/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <liburing.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "core/clock.h"
#include "core/loop/backend.h"
#include "core/loop/uring_ring.h"
#include "core/loop/uring_setup.h"

/* Watches are one-shot polls, armed again after their callback: a poll of a file that is still
 * ready completes at once, which is what level-triggered means. The new poll travels with the next
 * io_uring_enter, so it costs no system call. Multishot polls report edges, and serve the watches
 * that ask for no more. */

/* What the kernel has of a slot. */
struct request {
	bool active;       /* a poll or a transfer */
	bool waits_to_try; /* a transfer that got EAGAIN and polls until it can try again */
};

struct uring {
	struct io_uring ring;
	struct request *requests; /* by slot */
	unsigned in_flight;       /* requests that the kernel still has to answer */
	int epoll;                /* knows which files can be polled */
	bool lacks_multishot;     /* before Linux 5.13 */
	uint64_t alarm_ns;        /* when the kernel wakes us in any case; 0: it does not */
	struct __kernel_timespec alarm;
	uintptr_t base; /* registered memory; length 0: none */
	size_t length;
};

/* Answers to cancellations, which interest nobody, and the alarm's. */
#define NOBODY 0
#define ALARM  UINT64_MAX

/* Deadlines further away than this are left with the kernel as an alarm, which a wait before them
 * needs not set and take back. */
#define FAR_NS (WEIR_NS_PER_S / 20)

/* How long a closing loop waits for cancellations before it asks again. */
#define PATIENCE_NS WEIR_NS_PER_S

static uint64_t user_data(const struct weir_loop *loop, uint32_t slot)
{
	return (uint64_t)loop->slots.table[slot].generation << 32 | slot;
}

static void started(struct weir_loop *loop, uint32_t slot, struct io_uring_sqe *sqe)
{
	struct uring *uring = loop->state;

	sqe->user_data = user_data(loop, slot);
	uring->requests[slot].active = true;
	uring->in_flight++;
}

static int prepare_poll(
	struct weir_loop *loop, uint32_t slot, int fd, uint32_t events, bool multishot)
{
	struct uring *uring = loop->state;
	struct io_uring_sqe *sqe = weir_uring_prepare(loop, &uring->ring);

	if (!sqe)
		return -EAGAIN;
	if (multishot)
		io_uring_prep_poll_multishot(sqe, fd, events);
	else
		io_uring_prep_poll_add(sqe, fd, events);
	started(loop, slot, sqe);
	return 0;
}

static int prepare_watch(struct weir_loop *loop, uint32_t slot)
{
	const struct weir_watch *watch = weir_loop_watch_at(loop, slot);
	struct uring *uring = loop->state;

	return prepare_poll(
		loop, slot, watch->fd, watch->events, watch->edge && !uring->lacks_multishot);
}

static void prepare_cancel(struct weir_loop *loop, uint32_t slot)
{
	struct uring *uring = loop->state;
	struct io_uring_sqe *sqe = weir_uring_prepare(loop, &uring->ring);

	/* Without room the request lives on until the loop is closed, and answers nobody. */
	if (!sqe)
		return;
	io_uring_prep_cancel64(sqe, user_data(loop, slot), 0);
	sqe->user_data = NOBODY;
}

static bool is_registered(const struct uring *uring, const struct weir_op *op)
{
	uintptr_t start = (uintptr_t)op->buffer;

	return uring->length && op->io != WEIR_IO_WRITEV && start >= uring->base &&
	       op->length <= uring->length && start - uring->base <= uring->length - op->length;
}

static int prepare_transfer(struct weir_loop *loop, uint32_t slot)
{
	struct uring *uring = loop->state;
	const struct weir_op *op = weir_loop_op_at(loop, slot);
	/* The kernel's own limit of one transfer; the caller goes on with the rest. */
	unsigned length = op->length < 0x7ffff000 ? (unsigned)op->length : 0x7ffff000;
	bool fixed = is_registered(uring, op);
	struct io_uring_sqe *sqe = weir_uring_prepare(loop, &uring->ring);

	if (!sqe)
		return -EAGAIN;
	if (op->io == WEIR_IO_SEND)
		io_uring_prep_send(sqe, op->fd, op->buffer, length, MSG_NOSIGNAL);
	else if (op->io == WEIR_IO_WRITEV)
		io_uring_prep_writev(sqe, op->fd, op->parts, op->n_parts, op->offset);
	else if (op->io == WEIR_IO_READ && fixed)
		io_uring_prep_read_fixed(sqe, op->fd, op->buffer, length, op->offset, 0);
	else if (op->io == WEIR_IO_READ)
		io_uring_prep_read(sqe, op->fd, op->buffer, length, op->offset);
	else if (fixed)
		io_uring_prep_write_fixed(sqe, op->fd, op->buffer, length, op->offset, 0);
	else
		io_uring_prep_write(sqe, op->fd, op->buffer, length, op->offset);
	uring->requests[slot].waits_to_try = false;
	started(loop, slot, sqe);
	return 0;
}

static int start_watch(struct weir_loop *loop, uint32_t slot)
{
	const struct weir_watch *watch = weir_loop_watch_at(loop, slot);
	struct uring *uring = loop->state;
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
	struct uring *uring = loop->state;

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
	const struct uring *uring = loop->state;

	return weir_uring_pending(&uring->ring);
}

/* Sees to it that the alarm goes off at `deadline_ns` at the latest. False: there is no room. */
static bool set_alarm(struct weir_loop *loop, uint64_t deadline_ns)
{
	struct uring *uring = loop->state;
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
	struct uring *uring = loop->state;
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
	bool far = timeout_ns >= FAR_NS && timeout_ns != WEIR_LOOP_FOREVER;

	if (far && set_alarm(loop, loop->looked_ns + timeout_ns))
		timeout_ns = WEIR_LOOP_FOREVER;
	return enter(loop, timeout_ns);
}

/* `more`: the poll is still there. */
static void poll_answered(struct weir_loop *loop, uint32_t slot, int result, bool more)
{
	struct uring *uring = loop->state;
	bool refused = result == -EINVAL && weir_loop_watch_at(loop, slot)->edge &&
		       !uring->lacks_multishot;

	uring->requests[slot].active = more;
	uring->lacks_multishot |= refused;
	if (!refused && !weir_loop_deliver(loop, slot, result < 0 ? POLLNVAL : (uint32_t)result))
		return;
	if (!more && prepare_watch(loop, slot) < 0)
		weir_loop_deliver(loop, slot, POLLNVAL);
}

static void transfer_answered(struct weir_loop *loop, uint32_t slot, int result)
{
	struct uring *uring = loop->state;
	struct request *request = &uring->requests[slot];
	const struct weir_op *op = weir_loop_op_at(loop, slot);
	bool again = result == -EINTR || (request->waits_to_try && result >= 0);
	int r = result;

	request->active = false;
	if (op->loop.cancelled && (again || result == -EAGAIN)) {
		r = -ECANCELED;
	} else if (again) {
		r = prepare_transfer(loop, slot);
	} else if (result == -EAGAIN) {
		/* A non-blocking file that io_uring does not wait for by itself. */
		r = prepare_poll(
			loop, slot, op->fd, op->io == WEIR_IO_READ ? POLLIN : POLLOUT, false);
		request->waits_to_try = true;
	}
	if (!request->active)
		weir_loop_finish(loop, slot, r);
}

static bool next(struct weir_loop *loop)
{
	struct uring *uring = loop->state;
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
		if (data != user_data(loop, slot))
			continue;
		if (loop->slots.table[slot].kind == WEIR_LOOP_SLOT_WATCH)
			poll_answered(loop, slot, answer.result, answer.more);
		else
			transfer_answered(loop, slot, answer.result);
		return true;
	}
	return false;
}

/* False when there is none. */
static bool cancel_transfers(struct weir_loop *loop)
{
	bool any = false;

	for (uint32_t i = 0; i < loop->slots.count; i++) {
		if (loop->slots.table[i].kind != WEIR_LOOP_SLOT_OP)
			continue;
		weir_loop_op_at(loop, i)->loop.cancelled = true;
		prepare_cancel(loop, i);
		any = true;
	}
	return any;
}

/* Waits for everything to end: polls as well, because a file must not stay open behind its owner's
 * back. A cancellation that had no room is repeated; polls alone are not worth a second wait. */
static void drain(struct weir_loop *loop)
{
	struct uring *uring = loop->state;

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
	struct uring *uring = loop->state;

	drain(loop);
	weir_uring_finish(&uring->ring);
	/* Some are left only if the ring itself failed. */
	for (uint32_t i = 0; i < loop->slots.count; i++)
		if (loop->slots.table[i].kind == WEIR_LOOP_SLOT_OP)
			weir_loop_finish(loop, i, -ECANCELED);
	close(uring->epoll);
	free(uring->requests);
	free(uring);
}

static int register_memory(struct weir_loop *loop, void *base, size_t length)
{
	struct uring *uring = loop->state;
	struct iovec region = { .iov_base = base, .iov_len = length };
	int r;

	loop->syscalls++;
	r = io_uring_register_buffers(&uring->ring, &region, 1);
	/* Linux before 6.5 says EOPNOTSUPP to mappings of files that it does not know. */
	if (r == -EOPNOTSUPP)
		return -EFAULT;
	if (r < 0)
		return r;
	uring->base = (uintptr_t)base;
	uring->length = length;
	return 0;
}

static void unregister_memory(struct weir_loop *loop)
{
	struct uring *uring = loop->state;

	if (!uring->length)
		return;
	loop->syscalls++;
	io_uring_unregister_buffers(&uring->ring);
	uring->length = 0;
}

static int open_uring(struct weir_loop *loop, bool sqpoll)
{
	struct uring *uring = calloc(1, sizeof(*uring));
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
	.submit = prepare_transfer,
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
	.submit = prepare_transfer,
	.cancel = prepare_cancel,
	.register_memory = register_memory,
	.unregister_memory = unregister_memory,
};
