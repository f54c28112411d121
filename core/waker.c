/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/waker.h"

#include <errno.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

int weir_waker_init(struct weir_waker *waker)
{
	*waker = (struct weir_waker){ .fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK) };
	return waker->fd < 0 ? -errno : 0;
}

void weir_waker_finish(struct weir_waker *waker)
{
	if (waker->fd >= 0)
		close(waker->fd);
	waker->fd = -1;
}

static void ready(struct weir_watch *watch, uint32_t events)
{
	struct weir_waker *waker = watch->data;
	uint64_t wakes;

	(void)events;
	/* Emptied before the call: a wake during it must lead to another one. */
	if (read(waker->fd, &wakes, sizeof(wakes)) == (ssize_t)sizeof(wakes))
		waker->woken(waker->data);
}

int weir_waker_listen(
	struct weir_waker *waker, struct weir_loop *loop, void (*woken)(void *data), void *data)
{
	waker->woken = woken;
	waker->data = data;
	waker->watch.ready = ready;
	waker->watch.data = waker;
	return weir_loop_watch(loop, &waker->watch, waker->fd, POLLIN);
}

void weir_waker_ignore(struct weir_waker *waker, struct weir_loop *loop)
{
	weir_loop_unwatch(loop, &waker->watch);
}

void weir_waker_wake(const struct weir_waker *waker)
{
	int saved = errno;
	uint64_t one = 1;

	/* A full counter (EAGAIN) wakes as well. */
	while (write(waker->fd, &one, sizeof(one)) < 0 && errno == EINTR)
		;
	errno = saved;
}
