/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_CORE_LOOP_BACKEND_H
#define WEIR_CORE_LOOP_BACKEND_H

#include "core/clock.h"
#include "core/loop.h"
#include "core/loop/sigpipe.h"
#include "core/loop/slots.h"
#include "core/loop/tasks.h"
#include "core/loop/timers.h"

#define WEIR_LOOP_FOREVER UINT64_MAX

/* Deadlines further away than this are left with the kernel as an alarm, which a wait before them
 * needs not set and take back. */
#define WEIR_LOOP_FAR_NS (WEIR_NS_PER_S / 20)

/* What a way of waiting for the kernel has to do. The front (loop.c) checks every argument and owns
 * slots, timers and tasks; a backend trusts what it gets and moves readiness and bytes.
 *
 * It hands things out through weir_loop_deliver() and weir_loop_finish(), from next() and close()
 * only. Slots and their generations are the front's: a backend remembers a slot by number, and by
 * generation where the kernel may still answer for an earlier owner. */
struct weir_loop_backend {
	const char *name;
	bool automatic; /* whether "auto" may take it */

	/* 0 with weir_loop_explain() saying what it got, or -errno from weir_loop_refuse(). */
	int (*open)(struct weir_loop *loop);

	/* Takes back whatever the kernel holds, finishing every operation, and frees the state. */
	void (*close)(struct weir_loop *loop);

	/* Whether look() has something to do although nobody wants to wait. No system call. */
	bool (*pending)(const struct weir_loop *loop);

	/* Collects what happened, waiting at most `timeout_ns`. 0 (interrupted and too early as
	 * well), or -errno when the backend is broken. No callback from here. */
	int (*look)(struct weir_loop *loop, uint64_t timeout_ns);

	/* Hands out one collected thing; false when none is left. */
	bool (*next)(struct weir_loop *loop);

	int (*watch)(struct weir_loop *loop, uint32_t slot);
	void (*unwatch)(struct weir_loop *loop, uint32_t slot); /* before the slot is released */
	int (*submit)(struct weir_loop *loop, uint32_t slot);
	void (*cancel)(struct weir_loop *loop, uint32_t slot); /* once at most per operation */

	/* NULL where there is no such thing. */
	int (*register_memory)(struct weir_loop *loop, void *base, size_t length);
	void (*unregister_memory)(struct weir_loop *loop);
};

extern const struct weir_loop_backend weir_loop_uring, weir_loop_sqpoll, weir_loop_epoll;

struct weir_loop {
	const struct weir_log *log;
	const struct weir_loop_backend *backend;
	void *state; /* the backend's */
	struct weir_loop_slots slots;
	struct weir_loop_timers timers;
	struct weir_task queued, due; /* heads of rings: for the next turn, for this one */
	struct weir_loop_zero_copy zero_copy; /* what the backend found when it was opened */
	uint64_t syscalls;
	uint64_t looked_ns;     /* when the backend last looked … */
	unsigned turns_unlooked; /* … and the turns since */
	bool running, stopping, closing;
	bool writes, holds_sigpipe; /* WEIR_IO_WRITE or …V was submitted; and SIGPIPE is held */
	struct weir_loop_sigpipe sigpipe;
	char reason[256];
};

static inline struct weir_watch *weir_loop_watch_at(const struct weir_loop *loop, uint32_t slot)
{
	return loop->slots.table[slot].object;
}

static inline struct weir_op *weir_loop_op_at(const struct weir_loop *loop, uint32_t slot)
{
	return loop->slots.table[slot].object;
}

/* Calls watch->ready. False when the watch is gone afterwards: unwatched, or told POLLNVAL. */
bool weir_loop_deliver(struct weir_loop *loop, uint32_t slot, uint32_t events);

/* Calls op->sent if there is one to be called: the memory is still in use. */
void weir_loop_sent(struct weir_loop *loop, uint32_t slot, int64_t result);

/* Calls op->done, the slot released before, and before that op->sent if it was not called yet. */
void weir_loop_finish(struct weir_loop *loop, uint32_t slot, int64_t result);

/* Replaces the text of weir_loop_reason(). */
void weir_loop_explain(struct weir_loop *loop, const char *format, ...) WEIR_PRINTF(2, 3);

/* The same for an open that fails: what failed, why, and the cure (NULL: the usual one of that
 * error). Returns `error`. */
int weir_loop_refuse(struct weir_loop *loop, const char *what, int error, const char *cure);

#endif
