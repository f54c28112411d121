/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_CORE_LOOP_SIGPIPE_H
#define WEIR_CORE_LOOP_SIGPIPE_H

#include <signal.h>
#include <stdbool.h>

/* Keeps SIGPIPE from this thread while a write may raise it, and swallows one that came: the
 * disposition belongs to the process and only send(2) has a flag against it. A SIGPIPE that was
 * pending before stays pending. */
struct weir_loop_sigpipe {
	sigset_t mask;
	bool pending;
};

/* Both return how many system calls that took. */
unsigned weir_loop_sigpipe_hold(struct weir_loop_sigpipe *held);
unsigned weir_loop_sigpipe_release(const struct weir_loop_sigpipe *held);

#endif
