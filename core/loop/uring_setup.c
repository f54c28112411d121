/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/loop/uring_setup.h"

#include <errno.h>
#include <stdio.h>

#include "core/checked.h"

/* liburing maps and unmaps by system calls of its own, which the thread sanitizer does not see: to
 * it, a ring at the address of an older one of another thread is a race. Rings that follow each
 * other are ordered by the kernel, and these two say so. */
#ifdef __has_feature
#if __has_feature(thread_sanitizer) && !defined(__SANITIZE_THREAD__)
#define __SANITIZE_THREAD__
#endif
#endif

#ifdef __SANITIZE_THREAD__
void __tsan_acquire(void *address);
void __tsan_release(void *address);
static char mapped;

static void ring_mapped(void)
{
	__tsan_acquire(&mapped);
}

static void ring_ends(void)
{
	__tsan_release(&mapped);
}
#else
static void ring_mapped(void)
{
}

static void ring_ends(void)
{
}
#endif

/* How long the kernel's thread of "sqpoll" looks for work before it sleeps: longer than a frame of
 * the slowest usual camera, so that it stays awake while frames flow. */
#define SQPOLL_IDLE_MS 200

struct way {
	bool sqpoll;
	unsigned flags;
	const char *text;
};

/* Best first; an older kernel says EINVAL to flags it does not know. */
static const struct way ways[] = {
	{ false,
		IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN |
			IORING_SETUP_TASKRUN_FLAG | IORING_SETUP_SUBMIT_ALL,
		"io_uring with SINGLE_ISSUER and DEFER_TASKRUN" },
	{ false, IORING_SETUP_COOP_TASKRUN | IORING_SETUP_TASKRUN_FLAG | IORING_SETUP_SUBMIT_ALL,
		"io_uring with COOP_TASKRUN (DEFER_TASKRUN needs Linux 6.1)" },
	{ false, 0, "io_uring without options (COOP_TASKRUN needs Linux 5.19)" },
	{ true, IORING_SETUP_SQPOLL | IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_SUBMIT_ALL,
		"io_uring with SQPOLL and SINGLE_ISSUER" },
	{ true, IORING_SETUP_SQPOLL, "io_uring with SQPOLL (SINGLE_ISSUER needs Linux 6.0)" },
};

static const unsigned char needed_operations[] = { IORING_OP_NOP, IORING_OP_POLL_ADD,
	IORING_OP_ASYNC_CANCEL, IORING_OP_TIMEOUT, IORING_OP_TIMEOUT_REMOVE, IORING_OP_READ,
	IORING_OP_WRITE, IORING_OP_READ_FIXED, IORING_OP_WRITE_FIXED, IORING_OP_SEND,
	IORING_OP_SENDMSG };

/* 0, 1 or 2 as in the kernel's documentation; -1 if this kernel does not tell. */
static int disabled_by_sysctl(void)
{
	FILE *file = fopen("/proc/sys/kernel/io_uring_disabled", "re");
	int value = -1;

	if (!file)
		return -1;
	if (fscanf(file, "%d", &value) != 1)
		value = -1;
	fclose(file);
	return value;
}

const char *weir_uring_cure(int error)
{
	switch (-error) {
	case EPERM:
	case EACCES:
		return disabled_by_sysctl() > 0 ? "set sysctl kernel.io_uring_disabled to 0"
						: "a seccomp profile forbids it, as containers do; "
						  "allow io_uring_setup, "
						  "io_uring_enter and io_uring_register in it";
	case ENOSYS:
		return "this kernel has no io_uring, or a seccomp profile hides it";
	case EOPNOTSUPP:
		return "Linux 5.11 or newer has them";
	default:
		return NULL;
	}
}

static int refuse(struct weir_loop *loop, const char *what, int error)
{
	return weir_loop_refuse(loop, what, error, weir_uring_cure(error));
}

static int set_up(const struct weir_loop *loop, const struct way *way, struct io_uring *ring)
{
	/* Of each slot a request and its cancellation; room for an answer to each, and for the
	 * notification of a send. */
	unsigned entries = 2 * loop->slots.count;
	struct io_uring_params params = {
		.flags = way->flags | IORING_SETUP_CQSIZE | IORING_SETUP_CLAMP,
		.cq_entries = 2 * entries,
		.sq_thread_idle = SQPOLL_IDLE_MS,
	};
	int r = io_uring_queue_init_params(entries, ring, &params);

	ring_mapped();
	return r;
}

static int check_abilities(struct io_uring *ring)
{
	struct io_uring_probe *probe;
	int r = 0;

	if (!(ring->features & IORING_FEAT_EXT_ARG) || !(ring->features & IORING_FEAT_NODROP))
		return -EOPNOTSUPP;
	probe = io_uring_get_probe_ring(ring);
	if (!probe)
		return -EOPNOTSUPP;
	for (size_t i = 0; i < WEIR_COUNT(needed_operations); i++)
		if (!io_uring_opcode_supported(probe, needed_operations[i]))
			r = -EOPNOTSUPP;
	io_uring_free_probe(probe);
	return r;
}

static int try_request(struct io_uring *ring)
{
	struct io_uring_sqe *sqe = io_uring_get_sqe(ring);
	struct io_uring_cqe *cqe;
	int r;

	io_uring_prep_nop(sqe);
	do
		r = io_uring_submit_and_wait(ring, 1);
	while (r == -EINTR);
	if (r < 0)
		return r;
	r = io_uring_peek_cqe(ring, &cqe);
	if (r < 0)
		return r;
	r = cqe->res;
	io_uring_cqe_seen(ring, cqe);
	return r;
}

void weir_uring_finish(struct io_uring *ring)
{
	ring_ends();
	io_uring_queue_exit(ring);
}

int weir_uring_setup(struct weir_loop *loop, bool sqpoll, struct io_uring *ring)
{
	const char *text = NULL;
	int r = -EINVAL;

	for (size_t i = 0; i < WEIR_COUNT(ways) && r == -EINVAL; i++) {
		if (ways[i].sqpoll != sqpoll)
			continue;
		r = set_up(loop, &ways[i], ring);
		text = ways[i].text;
	}
	if (r < 0)
		return refuse(loop, "io_uring_setup", r);
	r = check_abilities(ring);
	if (r < 0) {
		refuse(loop, "io_uring lacks abilities", r);
		goto close_ring;
	}
	r = try_request(ring);
	if (r < 0) {
		refuse(loop, "io_uring_enter", r);
		goto close_ring;
	}
	/* From 5.18 on the thread can name the ring without looking up the file each time. */
	io_uring_register_ring_fd(ring);
	weir_loop_explain(loop, "%s", text);
	return 0;

close_ring:
	weir_uring_finish(ring);
	return r;
}
