/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_CORE_LOOP_URING_RING_H
#define WEIR_CORE_LOOP_URING_RING_H

#include <liburing.h>
#include <stdbool.h>
#include <stdint.h>

#include "core/loop/backend.h"

/* Requests in and answers out. The kernel is entered by hand: liburing's helpers may enter more
 * than once, and every entry counts. */

/* Shows the kernel what was prepared, lets it answer, and waits at most `wait_ns` for the first
 * answer. At most one system call, none if nothing needs it. 0 or -errno, -ETIME and -EINTR too. */
int weir_uring_enter(struct weir_loop *loop, struct io_uring *ring, uint64_t wait_ns);

/* The same without waiting, from outside weir_loop_run() as well. */
int weir_uring_flush(struct weir_loop *loop, struct io_uring *ring);

/* Room for a request, made by flushing if need be. NULL: the kernel takes nothing just now. */
struct io_uring_sqe *weir_uring_prepare(struct weir_loop *loop, struct io_uring *ring);

/* Whether weir_uring_enter() has something to do, or answers wait to be taken. */
bool weir_uring_pending(const struct io_uring *ring);

struct weir_uring_answer {
	uint64_t user_data;
	int result;
	bool more;         /* to come for the same request */
	bool notification; /* of a send without a copy: its memory is free */
};

/* Takes one answer. False when there is none. */
bool weir_uring_take(struct io_uring *ring, struct weir_uring_answer *out);

#endif
