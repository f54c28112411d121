/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_CORE_LOOP_URING_SEND_H
#define WEIR_CORE_LOOP_URING_SEND_H

#include <liburing.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/loop/backend.h"

/* Sends, from the very memory where the kernel can do that. One without a copy answers twice: with
 * its result, and then with a notification that nobody reads the memory any more. */

/* Registered memory; length 0: none. */
struct weir_uring_region {
	uintptr_t base;
	size_t length;
};

bool weir_uring_holds(const struct weir_uring_region *region, const void *start, size_t length);

/* What this ring takes, tried with real requests on a socket that leads nowhere. */
struct weir_loop_zero_copy weir_uring_try_sends(struct weir_loop *loop, struct io_uring *ring);

/* Fills a request with what is left of a send. Whether it goes without a copy, which takes
 * op->zero_copy and one of `can`. */
bool weir_uring_prepare_send(struct io_uring_sqe *sqe, struct weir_op *op,
	const struct weir_uring_region *region, const struct weir_loop_zero_copy *can);

/* Whether that is how a send without a copy fails where one with a copy may do: a socket or memory
 * that cannot, or more pinned than RLIMIT_MEMLOCK allows. */
bool weir_uring_may_copy(int error);

/* What a notification says became of the bytes. */
bool weir_uring_copied(int result);

#endif
