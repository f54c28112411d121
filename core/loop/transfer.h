/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_CORE_LOOP_TRANSFER_H
#define WEIR_CORE_LOOP_TRANSFER_H

#include <errno.h>

#include "core/loop.h"

static inline bool weir_loop_is_send(const struct weir_op *op)
{
	return op->io == WEIR_IO_SEND || op->io == WEIR_IO_SENDV;
}

/* What is left of a send when op->loop.result bytes of it are gone: whole parts, or what one has
 * left. Without parts and of length 0 at its end. */
struct weir_loop_piece {
	void *buffer;
	size_t length; /* of the buffer */
	const struct iovec *parts;
	unsigned n_parts; /* 0: buffer and length count */
};
struct weir_loop_piece weir_loop_piece_left(const struct weir_op *op);

/* Counts what went; whether a send to be `whole` has something left. */
bool weir_loop_went(struct weir_op *op, int64_t bytes);

/* The result of one that ends early. */
static inline int64_t weir_loop_unfinished(const struct weir_op *op)
{
	return op->loop.result ? op->loop.result : -ECANCELED;
}

/* Does what `op` says (of a send what is left) as far as it goes without waiting, and never touches
 * O_NONBLOCK, which other processes may share. Bytes or -errno; -EAGAIN: not ready, or a regular
 * file that has to wait for its disk. Adds the system calls made to *syscalls. SIGPIPE is the
 * caller's business. */
int64_t weir_loop_transfer_now(const struct weir_op *op, uint64_t *syscalls);

/* The same, waiting as long as it takes. */
int64_t weir_loop_transfer_blocking(const struct weir_op *op, uint64_t *syscalls);

#endif
