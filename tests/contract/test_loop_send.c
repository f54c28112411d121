/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What core/loop.h promises about sends: their two ends, messages of parts, whole ones. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/udp.h>

#include "loop_transfer.h"

#define LOOPBACK_SENDS 5

struct sending {
	struct transfer transfer;
	unsigned sent, done_before_sent;
	int64_t sent_result;
};

static void was_sent(struct weir_op *op, int64_t result)
{
	struct sending *sending = op->data;

	assert_true(op->loop.active);
	sending->sent++;
	sending->sent_result = result;
	sending->done_before_sent = sending->transfer.calls;
}

static void submit(struct sending *sending, const struct weir_op *op)
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
static void check_ends(const struct sending *sending, int64_t result)
{
	assert_int_equal(sending->transfer.calls, 1);
	assert_int_equal(sending->sent, 1);
	assert_int_equal(sending->done_before_sent, 0);
	assert_int_equal(sending->transfer.result, result);
	assert_int_equal(sending->sent_result, result);
}

static void send_one(struct fixture *fixture, const struct weir_op *op, int64_t result)
{
	struct sending sending = { .transfer.fixture = fixture };

	submit(&sending, op);
	run(fixture);
	check_ends(&sending, result);
	if (result > 0)
		assert_true(sending.transfer.op.copied); /* nothing here leaves this machine */
}

/* ---- sockets ---- */

static int open_bound(int type, struct sockaddr_in *at)
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

static int open_connected(int type, const struct sockaddr_in *to, int buffer)
{
	int fd = socket(AF_INET, type | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	if (buffer)
		setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &buffer, sizeof(buffer));
	assert_int_equal(connect(fd, (const struct sockaddr *)to, sizeof(*to)), 0);
	return fd;
}

/* ends[1] sends to ends[0]. */
static void open_udp(int ends[2])
{
	struct sockaddr_in at;

	ends[0] = open_bound(SOCK_DGRAM, &at);
	ends[1] = open_connected(SOCK_DGRAM, &at, 0);
}

static void open_tcp(int ends[2], int send_buffer, int receive_buffer)
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

static uint8_t byte_at(size_t at)
{
	return (uint8_t)(at * 7 + at / 251);
}

static uint8_t *open_memory(struct fixture *fixture, bool registered)
{
	uint8_t *memory = aligned_alloc(4096, LENGTH);

	assert_non_null(memory);
	for (size_t i = 0; i < LENGTH; i++)
		memory[i] = byte_at(i);
	if (registered)
		(void)weir_loop_register(fixture->loop, memory, LENGTH);
	return memory;
}

static void close_memory(struct fixture *fixture, uint8_t *memory)
{
	weir_loop_unregister(fixture->loop);
	free(memory);
}

static void check_bytes(const uint8_t *bytes, size_t length, size_t from)
{
	for (size_t i = 0; i < length; i++)
		if (bytes[i] != byte_at(from + i))
			fail_msg("byte %zu is another", from + i);
}

/* Reads what is there. Bytes received so far. */
static size_t drain(int fd, size_t received)
{
	static uint8_t bytes[65536];
	ssize_t r;

	while ((r = recv(fd, bytes, sizeof(bytes), MSG_DONTWAIT)) > 0) {
		check_bytes(bytes, (size_t)r, received);
		received += (size_t)r;
	}
	return received;
}

/* ---- datagrams ---- */

static void a_send_tells_of_both_its_ends(void **state)
{
	struct fixture *fixture = *state;

	for (int registered = 0; registered < 2; registered++) {
		uint8_t *memory = open_memory(fixture, registered), text[2000];
		struct weir_op op = { .io = WEIR_IO_SEND,
			.buffer = memory + 100,
			.length = 1200,
			.zero_copy = true };
		int ends[2];

		open_udp(ends);
		op.fd = ends[1];
		send_one(fixture, &op, 1200);
		assert_int_equal(recv(ends[0], text, sizeof(text), 0), 1200);
		check_bytes(text, 1200, 100);
		close_both(ends);
		close_memory(fixture, memory);
	}
}

static void sends_overlap(void **state)
{
	struct fixture *fixture = *state;
	struct sending sendings[LOOPBACK_SENDS];
	uint8_t *memory = open_memory(fixture, true), text[64];
	int ends[2];

	open_udp(ends);
	for (unsigned i = 0; i < LOOPBACK_SENDS; i++) {
		struct weir_op op = { .io = WEIR_IO_SEND,
			.fd = ends[1],
			.buffer = memory + i,
			.length = 8,
			.zero_copy = true };

		sendings[i] = (struct sending){ .transfer = { .fixture = fixture, .stays = true } };
		submit(&sendings[i], &op);
	}
	for (unsigned i = 0; i < LOOPBACK_SENDS; i++) {
		while (!sendings[i].transfer.calls)
			run_for(fixture, MS);
		check_ends(&sendings[i], 8);
		assert_int_equal(recv(ends[0], text, sizeof(text), 0), 8);
		check_bytes(text, 8, i);
	}
	close_both(ends);
	close_memory(fixture, memory);
}

/* Parts are one message, whether they lie in registered memory, elsewhere, or both. */
static void parts_are_one_message(void **state)
{
	struct fixture *fixture = *state;
	uint8_t *memory = open_memory(fixture, true), text[64];
	char header[] = "head";
	const struct iovec inside[] = { { memory, 3 }, { memory + 3, 5 } };
	const struct iovec mixed[] = { { header, 4 }, { memory + 4, 4 } };
	struct weir_op op = { .io = WEIR_IO_SENDV, .n_parts = 2 };
	int ends[2];

	open_udp(ends);
	op.fd = ends[1];
	for (int zero_copy = 0; zero_copy < 2; zero_copy++) {
		op.zero_copy = zero_copy;
		for (int i = 0; i < 2; i++) {
			struct sending sending = { .transfer.fixture = fixture };

			op.parts = i ? mixed : inside;
			submit(&sending, &op);
			run(fixture);
			assert_int_equal(sending.transfer.result, 8);
			assert_int_equal(sending.sent, zero_copy);
			assert_int_equal(sending.transfer.op.copied, zero_copy);
			assert_int_equal(recv(ends[0], text, sizeof(text), 0), 8);
			if (i)
				assert_memory_equal(text, "head", 4);
			check_bytes(text + 4, 4, 4);
		}
	}
	close_both(ends);
	close_memory(fixture, memory);
}

static void segments_are_cut_by_the_kernel(void **state)
{
	struct fixture *fixture = *state;
	uint8_t *memory = open_memory(fixture, true), text[2000];
	const struct iovec parts[] = { { memory, 4000 }, { memory + 4000, 5500 } };
	struct weir_op ops[] = {
		{ .io = WEIR_IO_SEND, .buffer = memory, .length = 9500, .zero_copy = true },
		{ .io = WEIR_IO_SENDV, .parts = parts, .n_parts = 2, .zero_copy = true },
	};
	int ends[2], segment = 1000;

	open_udp(ends);
	assert_int_equal(
		setsockopt(ends[1], IPPROTO_UDP, UDP_SEGMENT, &segment, sizeof(segment)), 0);
	for (size_t i = 0; i < WEIR_COUNT(ops); i++) {
		ops[i].fd = ends[1];
		send_one(fixture, &ops[i], 9500);
		for (size_t at = 0; at < 9500; at += 1000) {
			size_t length = at == 9000 ? 500 : 1000;

			assert_int_equal(recv(ends[0], text, sizeof(text), 0), length);
			check_bytes(text, length, at);
		}
	}
	close_both(ends);
	close_memory(fixture, memory);
}

/* ---- where nothing but a copy works, and where nothing does ---- */

static void sockets_that_cannot_get_a_copy(void **state)
{
	struct fixture *fixture = *state;
	uint8_t *memory = open_memory(fixture, true), text[16];
	const struct iovec parts[] = { { memory, 3 }, { memory + 3, 5 } };
	struct weir_op ops[] = {
		{ .io = WEIR_IO_SEND, .buffer = memory, .length = 8, .zero_copy = true },
		{ .io = WEIR_IO_SENDV, .parts = parts, .n_parts = 2, .zero_copy = true },
	};
	int ends[2];

	open_sockets(ends, 0);
	for (size_t i = 0; i < WEIR_COUNT(ops); i++) {
		ops[i].fd = ends[1];
		send_one(fixture, &ops[i], 8);
		assert_int_equal(recv(ends[0], text, sizeof(text), 0), 8);
		check_bytes(text, 8, 0);
	}
	close_both(ends);
	close_memory(fixture, memory);
}

static void failures_are_told_twice(void **state)
{
	struct fixture *fixture = *state;
	uint8_t *memory = open_memory(fixture, true);
	const struct iovec part = { memory, 8 };
	struct weir_op ops[] = {
		{ .io = WEIR_IO_SEND, .buffer = memory, .length = 8, .zero_copy = true },
		{ .io = WEIR_IO_SENDV, .parts = &part, .n_parts = 1, .zero_copy = true },
	};
	int ends[2], nobody = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	open_tcp(ends, 0, 0);
	shutdown(ends[1], SHUT_WR);
	for (size_t i = 0; i < WEIR_COUNT(ops); i++) {
		ops[i].fd = ends[1];
		send_one(fixture, &ops[i], -EPIPE);
		ops[i].fd = nobody;
		send_one(fixture, &ops[i], -EDESTADDRREQ);
		ops[i].fd = -1;
		send_one(fixture, &ops[i], -EBADF);
	}
	close(nobody);
	close_both(ends);
	close_memory(fixture, memory);
}

static void what_works_is_told(void **state)
{
	struct fixture *fixture = *state;
	struct weir_loop_zero_copy can = weir_loop_zero_copy(fixture->loop);

	print_message("%s: sends %d, of parts %d, of registered parts %d\n", fixture->backend,
		can.sends, can.vectors, can.registered_vectors);
	assert_true(can.sends || !can.vectors);
	assert_true(can.vectors || !can.registered_vectors);
	if (strcmp(fixture->backend, "epoll") == 0)
		assert_false(can.sends);
}

/* ---- streams ---- */

#define PARTS WEIR_IO_MAX_PARTS

/* All of it arrives by one operation, however slowly the reader reads. */
static void send_whole(struct fixture *fixture, struct weir_op op, const int ends[2])
{
	struct sending sending = { .transfer = { .fixture = fixture, .stays = true } };
	size_t received = 0;

	op.fd = ends[1];
	op.whole = true;
	submit(&sending, &op);
	run_for(fixture, MS);
	assert_int_equal(sending.transfer.calls, 0);
	while (!sending.transfer.calls) {
		received = drain(ends[0], received);
		run_for(fixture, MS / 4);
	}
	assert_int_equal(sending.transfer.result, LENGTH);
	assert_int_equal(sending.sent, op.zero_copy);
	assert_int_equal(sending.transfer.op.copied, op.zero_copy);
	while (received < LENGTH)
		received = drain(ends[0], received);
}

static void whole_sends_are_whole(void **state)
{
	struct fixture *fixture = *state;
	uint8_t *memory = open_memory(fixture, true);
	struct iovec parts[PARTS];
	const struct weir_op ops[] = {
		{ .io = WEIR_IO_SEND, .buffer = memory, .length = LENGTH },
		{ .io = WEIR_IO_SENDV, .parts = parts, .n_parts = PARTS },
	};
	int ends[2];

	for (size_t i = 0; i < PARTS; i++)
		parts[i] = (struct iovec){ memory + i * (LENGTH / PARTS), LENGTH / PARTS };
	for (unsigned way = 0; way < 8; way++) {
		struct weir_op op = ops[way & 1];

		op.zero_copy = way & 2;
		open_tcp(ends, 65536, 65536);
		if (way & 4)
			fcntl(ends[1], F_SETFL, O_NONBLOCK);
		send_whole(fixture, op, ends);
		close_both(ends);
	}
	close_memory(fixture, memory);
}

static void a_whole_send_ends_early_when_cancelled(void **state)
{
	struct fixture *fixture = *state;

	for (int zero_copy = 0; zero_copy < 2; zero_copy++) {
		struct sending sending = { .transfer.fixture = fixture };
		uint8_t *memory = open_memory(fixture, true);
		struct weir_op op = { .io = WEIR_IO_SEND,
			.buffer = memory,
			.length = LENGTH,
			.whole = true,
			.zero_copy = zero_copy };
		size_t received = 0;
		int ends[2];

		open_tcp(ends, 65536, 65536);
		op.fd = ends[1];
		submit(&sending, &op);
		run_for(fixture, MS);
		assert_int_equal(sending.transfer.calls, 0);
		sending.transfer.stays = true;
		weir_loop_cancel(fixture->loop, &sending.transfer.op);
		while (!sending.transfer.calls) {
			run_for(fixture, MS);
			received = drain(ends[0], received);
		}
		/* What it says is what arrives. */
		assert_in_range(sending.transfer.result, 1, LENGTH - 1);
		close(ends[1]);
		while (received < (size_t)sending.transfer.result)
			received = drain(ends[0], received);
		assert_int_equal(recv(ends[0], memory, 1, 0), 0);
		close(ends[0]);
		close_memory(fixture, memory);
	}
}

/* ---- between the two ends ---- */

#define QUEUED 500000

/* A send that is in the socket's queue, and a peer that does not read. False where the queue has a
 * copy. */
static bool queue_one(struct sending *sending, uint8_t *memory, int ends[2])
{
	struct weir_op op = {
		.io = WEIR_IO_SEND, .buffer = memory, .length = QUEUED, .zero_copy = true
	};

	open_tcp(ends, 4 << 20, 8192);
	op.fd = ends[1];
	sending->transfer.stays = true;
	submit(sending, &op);
	while (!sending->sent)
		run_for(sending->transfer.fixture, MS);
	assert_int_equal(sending->sent_result, QUEUED);
	run_for(sending->transfer.fixture, MS);
	return !sending->transfer.calls;
}

static void memory_is_free_when_the_peer_has_it(void **state)
{
	struct fixture *fixture = *state;
	struct sending sending = { .transfer.fixture = fixture };
	uint8_t *memory = open_memory(fixture, true);
	size_t received = 0;
	int ends[2];

	if (weir_loop_zero_copy(fixture->loop).sends)
		assert_true(queue_one(&sending, memory, ends));
	else
		assert_false(queue_one(&sending, memory, ends));
	/* It is the network's now: no cancellation takes it back. */
	weir_loop_cancel(fixture->loop, &sending.transfer.op);
	while (received < QUEUED) {
		received = drain(ends[0], received);
		run_for(fixture, MS / 4);
	}
	while (!sending.transfer.calls)
		run_for(fixture, MS);
	check_ends(&sending, QUEUED);
	close_both(ends);
	close_memory(fixture, memory);
}

static void a_reset_connection_frees_memory(void **state)
{
	struct fixture *fixture = *state;
	struct sending sending = { .transfer.fixture = fixture };
	uint8_t *memory = open_memory(fixture, true);
	const struct linger now = { .l_onoff = 1 };
	int ends[2];

	queue_one(&sending, memory, ends);
	assert_int_equal(setsockopt(ends[1], SOL_SOCKET, SO_LINGER, &now, sizeof(now)), 0);
	close(ends[1]);
	while (!sending.transfer.calls)
		run_for(fixture, MS);
	check_ends(&sending, QUEUED);
	close(ends[0]);
	close_memory(fixture, memory);
}

static void a_closing_loop_does_not_wait_for_ever(void **state)
{
	struct fixture *fixture = *state;
	struct sending sending = { .transfer.fixture = fixture };
	uint8_t *memory = open_memory(fixture, true);
	int ends[2];

	queue_one(&sending, memory, ends);
	weir_loop_close(&fixture->loop);
	check_ends(&sending, QUEUED);
	close_both(ends);
	free(memory);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_works_is_told),
		cmocka_unit_test(a_send_tells_of_both_its_ends),
		cmocka_unit_test(sends_overlap),
		cmocka_unit_test(parts_are_one_message),
		cmocka_unit_test(segments_are_cut_by_the_kernel),
		cmocka_unit_test(sockets_that_cannot_get_a_copy),
		cmocka_unit_test(failures_are_told_twice),
		cmocka_unit_test(whole_sends_are_whole),
		cmocka_unit_test(a_whole_send_ends_early_when_cancelled),
		cmocka_unit_test(memory_is_free_when_the_peer_has_it),
		cmocka_unit_test(a_reset_connection_frees_memory),
		cmocka_unit_test(a_closing_loop_does_not_wait_for_ever),
	};

	return run_on_each_backend(tests, WEIR_COUNT(tests));
}
