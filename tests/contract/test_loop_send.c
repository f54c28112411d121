/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What core/loop.h promises about sends: their two ends, and messages of parts. */
#include <netinet/udp.h>

#include "loop_send.h"

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
	struct sending sendings[5];
	uint8_t *memory = open_memory(fixture, true), text[64];
	int ends[2];

	open_udp(ends);
	for (unsigned i = 0; i < 5; i++) {
		struct weir_op op = { .io = WEIR_IO_SEND,
			.fd = ends[1],
			.buffer = memory + i,
			.length = 8,
			.zero_copy = true };

		sendings[i] = (struct sending){ .transfer = { .fixture = fixture, .stays = true } };
		submit(&sendings[i], &op);
	}
	for (unsigned i = 0; i < 5; i++) {
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
	};

	return run_on_each_backend(tests, WEIR_COUNT(tests));
}
