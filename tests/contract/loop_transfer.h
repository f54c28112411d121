/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_TESTS_LOOP_TRANSFER_H
#define WEIR_TESTS_LOOP_TRANSFER_H

#include <fcntl.h>

#include "loop_fixture.h"

/* Operations for the loop's tests, and files for them. */

#define NEVER INT64_MIN

struct transfer {
	struct fixture *fixture;
	struct weir_op op;
	int64_t result;
	unsigned calls;
	bool stays; /* does not stop the loop when done */
};

static void finished(struct weir_op *op, int64_t result)
{
	struct transfer *transfer = op->data;

	transfer->calls++;
	transfer->result = result;
	if (!transfer->stays)
		weir_loop_stop(transfer->fixture->loop);
}

static void begin(
	struct transfer *transfer, enum weir_io io, int fd, const void *buffer, size_t length)
{
	transfer->op = (struct weir_op){
		.done = finished,
		.data = transfer,
		.io = io,
		.fd = fd,
		.buffer = (void *)(uintptr_t)buffer,
		.length = length,
		.offset = WEIR_IO_NO_OFFSET,
	};
	transfer->result = NEVER;
	transfer->calls = 0;
	assert_int_equal(weir_loop_submit(transfer->fixture->loop, &transfer->op), 0);
	/* Never from inside the call. */
	assert_int_equal(transfer->calls, 0);
}

static inline int64_t perform(
	struct fixture *fixture, enum weir_io io, int fd, const void *buffer, size_t length)
{
	struct transfer transfer = { .fixture = fixture };

	begin(&transfer, io, fd, buffer, length);
	run(fixture);
	assert_int_equal(transfer.calls, 1);
	return transfer.result;
}

static inline void open_pipe(int ends[2], int flags)
{
	assert_int_equal(pipe2(ends, O_CLOEXEC | flags), 0);
}

static inline void open_sockets(int ends[2], int flags)
{
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | flags, 0, ends), 0);
}

static inline void close_both(const int ends[2])
{
	close(ends[0]);
	close(ends[1]);
}

static inline int open_file(void)
{
	char path[] = "/tmp/weir-loop-XXXXXX";
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	unlink(path);
	return fd;
}

#endif
