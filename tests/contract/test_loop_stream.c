/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What core/loop.h promises about sends to streams: whole ones, and memory that the peer has not
 * acknowledged. */
#include "loop_send.h"

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
		cmocka_unit_test(whole_sends_are_whole),
		cmocka_unit_test(a_whole_send_ends_early_when_cancelled),
		cmocka_unit_test(memory_is_free_when_the_peer_has_it),
		cmocka_unit_test(a_reset_connection_frees_memory),
		cmocka_unit_test(a_closing_loop_does_not_wait_for_ever),
	};

	return run_on_each_backend(tests, WEIR_COUNT(tests));
}
