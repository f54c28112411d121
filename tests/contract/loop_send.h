/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_TESTS_LOOP_SEND_H
#define WEIR_TESTS_LOOP_SEND_H

#include <arpa/inet.h>
#include <netinet/in.h>

#include "loop_transfer.h"

/* Sends for the loop's tests, and sockets and memory for them. */

struct sending {
	struct transfer transfer;
	unsigned sent, done_before_sent;
	int64_t sent_result;
};

static inline void was_sent(struct weir_op *op, int64_t result)
{
	struct sending *sending = op->data;

	assert_true(op->loop.active);
	sending->sent++;
	sending->sent_result = result;
	sending->done_before_sent = sending->transfer.calls;
}

static inline void submit(struct sending *sending, const struct weir_op *op)
{
	sending->transfer.op = *op;
	sending->transfer.op.done = finished;
	sending->transfer.op.sent = was_sent;
	sending->transfer.op.data = sending;
	sending->transfer.result = sending->sent_result = NEVER;
	sending->transfer.calls = sending->sent = 0;
	assert_int_equal(
		weir_loop_submit(sending->transfer.fixture->loop, &sending->transfer.op), 0);
	assert_int_equal(sending->sent + sending->transfer.calls, 0);
}

/* Of sends with zero_copy: both ends are told, in order, and of the same. */
static inline void check_ends(const struct sending *sending, int64_t result)
{
	assert_int_equal(sending->transfer.calls, 1);
	assert_int_equal(sending->sent, 1);
	assert_int_equal(sending->done_before_sent, 0);
	assert_int_equal(sending->transfer.result, result);
	assert_int_equal(sending->sent_result, result);
}

static inline void send_one(struct fixture *fixture, const struct weir_op *op, int64_t result)
{
	struct sending sending = { .transfer.fixture = fixture };

	submit(&sending, op);
	run(fixture);
	check_ends(&sending, result);
	if (result > 0)
		assert_true(sending.transfer.op.copied); /* nothing here leaves this machine */
}

/* ---- sockets ---- */

static inline int open_bound(int type, struct sockaddr_in *at)
{
	int fd = socket(AF_INET, type | SOCK_CLOEXEC, 0);
	socklen_t length = sizeof(*at);

	assert_true(fd >= 0);
	*at = (struct sockaddr_in){ .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	assert_int_equal(bind(fd, (struct sockaddr *)at, sizeof(*at)), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)at, &length), 0);
	return fd;
}

static inline int open_connected(int type, const struct sockaddr_in *to, int buffer)
{
	int fd = socket(AF_INET, type | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	if (buffer)
		setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &buffer, sizeof(buffer));
	assert_int_equal(connect(fd, (const struct sockaddr *)to, sizeof(*to)), 0);
	return fd;
}

/* ends[1] sends to ends[0]. */
static inline void open_udp(int ends[2])
{
	struct sockaddr_in at;

	ends[0] = open_bound(SOCK_DGRAM, &at);
	ends[1] = open_connected(SOCK_DGRAM, &at, 0);
}

static inline void open_tcp(int ends[2], int send_buffer, int receive_buffer)
{
	struct sockaddr_in at;
	int listener = open_bound(SOCK_STREAM, &at);

	if (receive_buffer)
		setsockopt(
			listener, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof(receive_buffer));
	assert_int_equal(listen(listener, 1), 0);
	ends[1] = open_connected(SOCK_STREAM, &at, send_buffer);
	ends[0] = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	assert_true(ends[0] >= 0);
	close(listener);
}

/* ---- memory ---- */

#define LENGTH (4u << 20)

static inline uint8_t byte_at(size_t at)
{
	return (uint8_t)(at * 7 + at / 251);
}

static inline uint8_t *open_memory(struct fixture *fixture, bool registered)
{
	uint8_t *memory = aligned_alloc(4096, LENGTH);

	assert_non_null(memory);
	for (size_t i = 0; i < LENGTH; i++)
		memory[i] = byte_at(i);
	if (registered)
		(void)weir_loop_register(fixture->loop, memory, LENGTH);
	return memory;
}

static inline void close_memory(struct fixture *fixture, uint8_t *memory)
{
	weir_loop_unregister(fixture->loop);
	free(memory);
}

static inline void check_bytes(const uint8_t *bytes, size_t length, size_t from)
{
	for (size_t i = 0; i < length; i++)
		if (bytes[i] != byte_at(from + i))
			fail_msg("byte %zu is another", from + i);
}

/* Reads what is there. Bytes received so far. */
static inline size_t drain(int fd, size_t received)
{
	static uint8_t bytes[65536];
	ssize_t r;

	while ((r = recv(fd, bytes, sizeof(bytes), MSG_DONTWAIT)) > 0) {
		check_bytes(bytes, (size_t)r, received);
		received += (size_t)r;
	}
	return received;
}

#endif
