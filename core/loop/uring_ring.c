/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/loop/uring_ring.h"

#include "core/clock.h"
#include "core/loop/sigpipe.h"

static bool kernel_polls(const struct io_uring *ring)
{
	return ring->flags & IORING_SETUP_SQPOLL;
}

static unsigned kernel_flags(const struct io_uring *ring)
{
	return __atomic_load_n(ring->sq.kflags, __ATOMIC_SEQ_CST);
}

/* Returns how many requests wait to be taken. */
static unsigned publish(struct io_uring_sq *queue)
{
	queue->sqe_head = queue->sqe_tail;
	/* Ordered before the load of the flags: either the kernel's polling thread sees this tail,
	 * or we see that it sleeps. */
	__atomic_store_n(queue->ktail, queue->sqe_tail, __ATOMIC_SEQ_CST);
	return queue->sqe_tail - __atomic_load_n(queue->khead, __ATOMIC_ACQUIRE);
}

int weir_uring_enter(struct weir_loop *loop, struct io_uring *ring, uint64_t wait_ns)
{
	struct __kernel_timespec timeout = {
		.tv_sec = (long long)(wait_ns / WEIR_NS_PER_S),
		.tv_nsec = (long long)(wait_ns % WEIR_NS_PER_S),
	};
	struct io_uring_getevents_arg argument = {
		.ts = wait_ns == WEIR_LOOP_FOREVER ? 0 : (uintptr_t)&timeout,
	};
	unsigned flags = IORING_ENTER_GETEVENTS | IORING_ENTER_EXT_ARG;
	unsigned requests = publish(&ring->sq), kernel = kernel_flags(ring);
	unsigned reasons = IORING_SQ_TASKRUN | IORING_SQ_CQ_OVERFLOW;
	int r;

	if (kernel_polls(ring)) {
		requests = 0;
		reasons |= IORING_SQ_NEED_WAKEUP;
		if (kernel & IORING_SQ_NEED_WAKEUP)
			flags |= IORING_ENTER_SQ_WAKEUP;
	}
	if (!requests && !wait_ns && !(kernel & reasons))
		return 0;
	loop->syscalls++;
	if (ring->enter_ring_fd != ring->ring_fd)
		flags |= IORING_ENTER_REGISTERED_RING;
	r = io_uring_enter2((unsigned)ring->enter_ring_fd, requests, wait_ns ? 1 : 0, flags,
		(sigset_t *)&argument, sizeof(argument));
	return r < 0 ? r : 0;
}

int weir_uring_flush(struct weir_loop *loop, struct io_uring *ring)
{
	struct weir_loop_sigpipe held;
	int r;

	/* What is flushed may write at once, here and now. */
	loop->syscalls += weir_loop_sigpipe_hold(&held);
	r = weir_uring_enter(loop, ring, 0);
	loop->syscalls += weir_loop_sigpipe_release(&held);
	return r;
}

struct io_uring_sqe *weir_uring_prepare(struct weir_loop *loop, struct io_uring *ring)
{
	struct io_uring_sqe *sqe = io_uring_get_sqe(ring);
	int r = 0;

	/* There is room for two requests a slot: this is a storm of watch and unwatch. */
	while (!sqe && r == 0) {
		r = weir_uring_flush(loop, ring);
		if (kernel_polls(ring)) {
			loop->syscalls++;
			io_uring_sqring_wait(ring);
		}
		sqe = io_uring_get_sqe(ring);
	}
	return sqe;
}

bool weir_uring_pending(const struct io_uring *ring)
{
	return io_uring_sq_ready(ring) || io_uring_cq_ready(ring) ||
	       (kernel_flags(ring) & (IORING_SQ_TASKRUN | IORING_SQ_CQ_OVERFLOW));
}

bool weir_uring_take(struct io_uring *ring, struct weir_uring_answer *out)
{
	struct io_uring_cqe *cqe;
	unsigned head;

	io_uring_for_each_cqe(ring, head, cqe)
	{
		*out = (struct weir_uring_answer){
			.user_data = cqe->user_data,
			.result = cqe->res,
			.more = cqe->flags & IORING_CQE_F_MORE,
			.notification = cqe->flags & IORING_CQE_F_NOTIF,
		};
		io_uring_cq_advance(ring, 1);
		return true;
	}
	return false;
}
