/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_CORE_LOOP_TRANSFER_H
#define WEIR_CORE_LOOP_TRANSFER_H

#include "core/loop.h"

/* Does what `op` says as far as it goes without waiting, and never touches O_NONBLOCK, which other
 * processes may share. Bytes or -errno; -EAGAIN: not ready, or a regular file that has to wait for
 * its disk. Adds the system calls made to *syscalls. SIGPIPE is the caller's business. */
int64_t weir_loop_transfer_now(const struct weir_op *op, uint64_t *syscalls);

/* The same, waiting as long as it takes. */
int64_t weir_loop_transfer_blocking(const struct weir_op *op, uint64_t *syscalls);

#endif
