/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Loaded before liburing, makes the machine one without io_uring: valgrind (to 3.19 at least) lets
 * no other thread run while one waits in io_uring_enter(). */

#include <errno.h>

struct io_uring;
struct io_uring_params;

__attribute__((visibility("default"))) int io_uring_queue_init_params(
	unsigned entries, struct io_uring *ring, struct io_uring_params *params);

int io_uring_queue_init_params(
	unsigned entries, struct io_uring *ring, struct io_uring_params *params)
{
	(void)entries;
	(void)ring;
	(void)params;
	return -ENOSYS;
}
