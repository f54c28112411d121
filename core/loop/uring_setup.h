/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_CORE_LOOP_URING_SETUP_H
#define WEIR_CORE_LOOP_URING_SETUP_H

#include <liburing.h>
#include <stdbool.h>

#include "core/loop/backend.h"

/* A ring with the best flags that this kernel takes, tried with a real request: set-up may be
 * allowed where use is not. 0 or -errno, explained either way. */
int weir_uring_setup(struct weir_loop *loop, bool sqpoll, struct io_uring *ring);
void weir_uring_finish(struct io_uring *ring);

/* What the user can do about that error of it; NULL: nothing special about io_uring. */
const char *weir_uring_cure(int error);

#endif
