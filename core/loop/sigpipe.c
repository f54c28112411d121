/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/loop/sigpipe.h"

#include <errno.h>
#include <time.h>

static sigset_t only_sigpipe(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGPIPE);
	return set;
}

unsigned weir_loop_sigpipe_hold(struct weir_loop_sigpipe *held)
{
	sigset_t sigpipe = only_sigpipe(), pending;

	sigpending(&pending);
	held->pending = sigismember(&pending, SIGPIPE) == 1;
	pthread_sigmask(SIG_BLOCK, &sigpipe, &held->mask);
	return 2;
}

unsigned weir_loop_sigpipe_release(const struct weir_loop_sigpipe *held)
{
	sigset_t sigpipe = only_sigpipe();
	struct timespec at_once = { 0 };
	unsigned syscalls = 1;

	if (!held->pending) {
		syscalls++;
		while (sigtimedwait(&sigpipe, NULL, &at_once) < 0 && errno == EINTR)
			syscalls++;
	}
	pthread_sigmask(SIG_SETMASK, &held->mask, NULL);
	return syscalls;
}
