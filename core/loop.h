/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_CORE_LOOP_H
#define WEIR_CORE_LOOP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <weir/log.h>

/* One thread, one loop: device readiness, timers, tasks and I/O of one pipeline.
 *
 * A loop belongs to the thread that opened it, and every call is made from there; other threads and
 * signal handlers reach it through a waker (core/waker.h) that it watches. Watches, timers, tasks
 * and operations are the caller's memory, zeroed before first use, embedded in whatever they serve;
 * the loop borrows them while they are active. Callbacks run on the loop's thread, from
 * weir_loop_run() (and those of operations from weir_loop_close()) only, and may start and stop
 * anything, themselves included. No call allocates once the loop is open. SIGPIPE is blocked in the
 * thread while the loop runs, from the first transfer on that can raise it.
 *
 * Two backends pass one contract suite: "uring" (with "sqpoll" as its mode) and "epoll". */

struct weir_loop;

struct weir_watch {
	void (*ready)(struct weir_watch *watch, uint32_t events); /* POLLIN … as from poll(2) */
	void *data;
	bool edge; /* the owner's, before weir_loop_watch(): tell only what is new */
	int fd;
	uint32_t events;
	struct {
		bool active;
		uint32_t slot;
	} loop; /* the loop's own */
};

struct weir_timer {
	void (*fired)(struct weir_timer *timer);
	void *data;
	uint64_t deadline_ns; /* CLOCK_MONOTONIC */
	struct {
		size_t index; /* 1 + place in the heap; 0 when idle */
	} loop;
};

struct weir_task {
	void (*run)(struct weir_task *task);
	void *data;
	struct {
		bool queued;
		struct weir_task *next, *prev;
	} loop;
};

enum weir_io {
	WEIR_IO_READ,
	WEIR_IO_WRITE,
	WEIR_IO_SEND,
	WEIR_IO_WRITEV, /* of `parts`, one after the other, in the place of buffer and length */
	WEIR_IO_SENDV   /* the same to a socket, as one message */
};

#define WEIR_IO_MAX_PARTS 256

/* Position for files without one: pipes, terminals, sockets, and files used at their own
 * position. */
#define WEIR_IO_NO_OFFSET UINT64_MAX

/* One transfer. Short results happen: the caller goes on with the rest. */
struct weir_op {
	void (*done)(struct weir_op *op, int64_t result); /* bytes, or -errno; -ECANCELED */

	/* Of sends with zero_copy, may be NULL: they are in the socket's queue (or failed), and the
	 * next may follow. Their memory is in use until done(), which comes later, with the same
	 * result. */
	void (*sent)(struct weir_op *op, int64_t result);

	void *data;
	enum weir_io io;
	int fd;
	void *buffer;
	size_t length;
	const struct iovec *parts; /* of …V: one at least, and none of them empty */
	unsigned n_parts;
	void *control; /* of SENDV: ancillary data, as of sendmsg(2), or NULL */
	size_t control_length;
	uint64_t offset;

	/* Of SEND and SENDV: from this very memory, if the backend and the kernel can; done() comes
	 * when the network has let go of it. */
	bool zero_copy;
	bool whole;  /* of SEND and SENDV to a stream: not done before all of it is sent */
	bool copied; /* set before done(): the kernel copied it all the same */
	struct {
		bool active;
		bool cancelled;
		bool sent; /* the result is there, the memory still in use */
		uint32_t slot;
		int64_t result; /* of a send: bytes so far, and then what sent() was told */
		struct msghdr message; /* of SENDV */
	} loop;
};

struct weir_loop_settings {
	const struct weir_log *log;
	const char *backend; /* "uring", "sqpoll", "epoll"; NULL or "auto": uring, else epoll */
	unsigned entries;    /* most watches and operations active at once, and most timers;
			      * 0: 256, at most 16384 */
};

/* 0; -EINVAL: no such backend; -ENOSYS, -EPERM, -ENOMEM … of a backend that was asked for by
 * name and does not work here, logged with the remedy. "auto" falls back and never fails for
 * lack of io_uring. */
int weir_loop_open(const struct weir_loop_settings *settings, struct weir_loop **out);

/* Cancels whatever is active (operations are done here and now, with -ECANCELED or with what was
 * done; the kernel uses no memory of theirs afterwards) and sets *loop to NULL. It waits for the
 * network to let go of what was sent, but not for ever: when nothing has moved for a second it says
 * so and goes on. The pages stay with the kernel then, and the peer gets what stands there when it
 * asks. */
void weir_loop_close(struct weir_loop **loop);

/* "uring", "sqpoll" or "epoll", and why that one. */
const char *weir_loop_backend(const struct weir_loop *loop);
const char *weir_loop_reason(const struct weir_loop *loop);

/* Names of the backends, in the order that "auto" tries them, ended by NULL. */
extern const char *const weir_loop_backends[];

/* Handles what happens until weir_loop_stop(), first of all the tasks that are queued. 0, or -errno
 * when the backend itself fails. It may be run again after that. */
int weir_loop_run(struct weir_loop *loop);

/* Makes weir_loop_run() return after the callback that runs now; before it runs, makes it return at
 * once. */
void weir_loop_stop(struct weir_loop *loop);

/* Calls watch->ready whenever one of `events` holds (level-triggered: again until the condition
 * is cleared), POLLERR and POLLHUP included, until unwatched; once in vain when another callback
 * of the same turn has cleared it. With watch->edge it is called when one comes to hold or comes
 * anew, and perhaps in vain: whoever leaves something behind is not reminded of it, and the kernel
 * has less to do. `fd` stays open meanwhile. 0, -EBADF, -EPERM (a file that
 * cannot be polled), -ENOSPC, -EBUSY (active already), -ECANCELED (the loop is closing). A watch
 * that fails later is called once with POLLNVAL and is then inactive. */
int weir_loop_watch(struct weir_loop *loop, struct weir_watch *watch, int fd, uint32_t events);

/* No call to ready follows; the watch's memory may go at once, and the fd may be closed. The kernel
 * lets go of the file with the next turn, or here and now when the loop does not run. Idle watches
 * are fine. */
void weir_loop_unwatch(struct weir_loop *loop, struct weir_watch *watch);

/* Calls timer->fired once at or after `deadline_ns` (on the next turn when past). Re-arming
 * moves it. 0 or -ENOSPC. */
int weir_loop_arm(struct weir_loop *loop, struct weir_timer *timer, uint64_t deadline_ns);
void weir_loop_disarm(struct weir_loop *loop, struct weir_timer *timer);

/* Runs the task once, at the end of this turn, or of the next one when a task queues it: I/O and
 * timers come first. A queued one stays queued once. A task that queues itself keeps the loop
 * turning without ever sleeping, and costs at most one system call in 32 turns or in a
 * millisecond, whichever is sooner, while nothing else happens. */
void weir_loop_queue(struct weir_loop *loop, struct weir_task *task);
void weir_loop_unqueue(struct weir_loop *loop, struct weir_task *task);

/* Starts the transfer; op->done comes once, never from inside this call. The buffer, or parts and
 * what they point to, are borrowed until then. Sockets never raise SIGPIPE. A backend without
 * asynchronous files (epoll) performs a transfer on a regular file in the loop's thread. 0, -EBUSY
 * (active already), -ENOSPC, -ECANCELED (the loop is closing). */
int weir_loop_submit(struct weir_loop *loop, struct weir_op *op);

/* Asks for an early end; op->done still comes, with -ECANCELED or with what was done. What is in a
 * socket's queue is no longer ours to stop: its memory comes back when it has left, or when the
 * owner resets the connection. */
void weir_loop_cancel(struct weir_loop *loop, struct weir_op *op);

/* Registers memory for transfers: operations whose buffer lies inside it take the short way in
 * the kernel. One region at a time, changed while no operation uses it. 0; -EOPNOTSUPP: this
 * backend has no such thing; -ENOMEM: over RLIMIT_MEMLOCK; -EFAULT: memory that cannot be
 * pinned, or more than 1 GiB. None of them is fatal. */
int weir_loop_register(struct weir_loop *loop, void *base, size_t length);
void weir_loop_unregister(struct weir_loop *loop);

/* Which sends this backend can do without a copy, tried for real; what the network makes of each is
 * told by op->copied. A kernel that would not tell (before Linux 6.2) is used as one that cannot.
 * Where it cannot after all (that socket, that memory, RLIMIT_MEMLOCK) it copies. */
struct weir_loop_zero_copy {
	bool sends;              /* of WEIR_IO_SEND, from registered memory the cheapest */
	bool vectors;            /* of WEIR_IO_SENDV … */
	bool registered_vectors; /* … and from registered memory, if all parts lie there */
};
struct weir_loop_zero_copy weir_loop_zero_copy(const struct weir_loop *loop);

/* System calls this loop made since it was opened. */
uint64_t weir_loop_syscalls(const struct weir_loop *loop);

#endif
