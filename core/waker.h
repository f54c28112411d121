/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_CORE_WAKER_H
#define WEIR_CORE_WAKER_H

#include "core/loop.h"

/* An eventfd: how other threads and signal handlers reach a loop. It belongs to whoever is woken,
 * not to the loop, so that a late wake never touches a closed loop. */
struct weir_waker {
	int fd;
	struct weir_watch watch;
	void (*woken)(void *data);
	void *data;
};

/* 0 or -errno. A failed or finished waker has fd -1. */
int weir_waker_init(struct weir_waker *waker);
void weir_waker_finish(struct weir_waker *waker);

/* Calls `woken` on the loop's thread once after any number of wakes. 0 or -errno. */
int weir_waker_listen(struct weir_waker *waker, struct weir_loop *loop,
	void (*woken)(void *data), void *data);
void weir_waker_ignore(struct weir_waker *waker, struct weir_loop *loop);

/* Any thread, async-signal-safe, keeps errno. Also before anybody listens: the wake waits. */
void weir_waker_wake(const struct weir_waker *waker);

#endif
