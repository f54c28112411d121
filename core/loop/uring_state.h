/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_CORE_LOOP_URING_STATE_H
#define WEIR_CORE_LOOP_URING_STATE_H

#include <liburing.h>
#include <stdbool.h>
#include <stdint.h>

#include "core/loop/backend.h"
#include "core/loop/uring_ring.h"
#include "core/loop/uring_send.h"

/* What "uring" and "sqpoll" keep: uring.c the whole, uring_transfer.c the requests of transfers. */

/* What the kernel has of a slot. */
struct weir_uring_request {
	bool active;       /* a poll or a transfer */
	bool waits_to_try; /* a transfer that got EAGAIN and polls until it can try again */

	/* Of sends without a copy. */
	bool zero_copy, copies; /* the last try was one; no other will be */
	bool failed;            /* the last try, and its notification is to come */
	int error;
	unsigned notifications; /* to come */
};

struct weir_uring {
	struct io_uring ring;
	struct weir_uring_request *requests; /* by slot */
	unsigned in_flight;    /* requests that the kernel still has to answer */
	int epoll;             /* knows which files can be polled */
	bool lacks_multishot;  /* before Linux 5.13 */
	uint64_t alarm_ns;     /* when the kernel wakes us in any case; 0: it does not */
	struct __kernel_timespec alarm;
	struct weir_uring_region region;
};

/* How the kernel is told of a slot, and of its owner. */
static inline uint64_t weir_uring_user_data(const struct weir_loop *loop, uint32_t slot)
{
	return (uint64_t)loop->slots.table[slot].generation << 32 | slot;
}

/* The request that answers to that slot is prepared. */
void weir_uring_started(struct weir_loop *loop, uint32_t slot, struct io_uring_sqe *sqe);

/* 0, or -EAGAIN: there is no room. */
int weir_uring_prepare_poll(
	struct weir_loop *loop, uint32_t slot, int fd, uint32_t events, bool multishot);

/* Of uring_transfer.c: the kernel is asked, and has answered. */
int weir_uring_start_transfer(struct weir_loop *loop, uint32_t slot);
void weir_uring_transfer_answered(
	struct weir_loop *loop, uint32_t slot, const struct weir_uring_answer *answer);

#endif
