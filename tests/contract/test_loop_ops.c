/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What core/loop.h promises about the life of operations: early ends, capacity, fairness. */
#include "loop_transfer.h"

static void a_cancelled_operation_ends(void **state)
{
	struct fixture *fixture = *state;
	struct transfer reading = { .fixture = fixture };
	char text[8];
	int ends[2];

	open_pipe(ends, 0);
	begin(&reading, WEIR_IO_READ, ends[0], text, sizeof(text));
	run_for(fixture, MS);
	weir_loop_cancel(fixture->loop, &reading.op);
	weir_loop_cancel(fixture->loop, &reading.op);
	assert_int_equal(reading.calls, 0);
	run(fixture);
	assert_int_equal(reading.result, -ECANCELED);
	begin(&reading, WEIR_IO_READ, ends[0], text, sizeof(text));
	weir_loop_cancel(fixture->loop, &reading.op);
	run(fixture);
	assert_int_equal(reading.result, -ECANCELED);
	assert_int_equal(write(ends[1], "weir", 4), 4);
	/* It took nothing. */
	assert_int_equal(perform(fixture, WEIR_IO_READ, ends[0], text, sizeof(text)), 4);
	close_both(ends);
}

static void close_ends_what_is_active(void **state)
{
	struct fixture *fixture = *state;
	struct transfer readings[5];
	struct weir_watch watch = { 0 };
	char text[5][8] = { "" };
	int ends[2];

	open_pipe(ends, 0);
	assert_int_equal(weir_loop_watch(fixture->loop, &watch, ends[0], POLLIN), 0);
	for (int i = 0; i < 5; i++) {
		readings[i] = (struct transfer){ .fixture = fixture, .stays = true };
		begin(&readings[i], WEIR_IO_READ, ends[0], text[i], sizeof(text[i]));
		/* Some the kernel knows of, some not yet. */
		if (i == 2)
			run_for(fixture, MS);
	}
	weir_loop_close(&fixture->loop);
	assert_false(watch.loop.active);
	for (int i = 0; i < 5; i++) {
		assert_int_equal(readings[i].calls, 1);
		assert_int_equal(readings[i].result, -ECANCELED);
		assert_false(readings[i].op.loop.active);
	}
	/* Nobody reads into that memory any more. */
	assert_int_equal(write(ends[1], "weir", 4), 4);
	for (int i = 0; i < 5; i++)
		assert_string_equal(text[i], "");
	close_both(ends);
}

static void submit_when_done(struct weir_op *op, int64_t result)
{
	struct transfer *transfer = op->data;

	transfer->calls++;
	transfer->result = weir_loop_submit(transfer->fixture->loop, op);
	(void)result;
}

static void a_closing_loop_takes_nothing(void **state)
{
	struct fixture *fixture = *state;
	struct transfer reading = { .fixture = fixture };
	char text[8];
	int ends[2];

	open_pipe(ends, 0);
	begin(&reading, WEIR_IO_READ, ends[0], text, sizeof(text));
	reading.op.done = submit_when_done;
	/* The callback needs the loop that is being closed. */
	struct weir_loop *closing = fixture->loop;
	weir_loop_close(&closing);
	fixture->loop = NULL;
	assert_int_equal(reading.calls, 1);
	assert_int_equal(reading.result, -ECANCELED);
	close_both(ends);
}

static void submit_again(struct weir_op *op, int64_t result)
{
	struct transfer *transfer = op->data;

	assert_true(result > 0);
	transfer->calls++;
	assert_int_equal(weir_loop_submit(transfer->fixture->loop, op), 0);
}

static void a_chain_of_operations_starves_nobody(void **state)
{
	struct fixture *fixture = *state;
	struct transfer reading = { .fixture = fixture };
	char text[8];
	int zero = open("/dev/zero", O_RDONLY | O_CLOEXEC);

	begin(&reading, WEIR_IO_READ, zero, text, sizeof(text));
	reading.op.done = submit_again;
	while (reading.calls < 100)
		run_for(fixture, MS);
	reading.op.done = finished;
	run(fixture);
	close(zero);
}

static void seen(struct weir_watch *watch, uint32_t events)
{
	unsigned *calls = watch->data;

	assert_true(events & POLLIN);
	++*calls;
}

/* Both directions and a watch on one socket, all waiting at once. */
static void one_socket_serves_many(void **state)
{
	struct fixture *fixture = *state;
	struct transfer reading = { .fixture = fixture };
	struct transfer writing = { .fixture = fixture, .stays = true };
	unsigned calls = 0;
	struct weir_watch watch = { .ready = seen, .data = &calls };
	size_t length = 1 << 20;
	char *data = calloc(1, length), text[8] = "";
	int ends[2];

	open_sockets(ends, 0);
	assert_int_equal(weir_loop_watch(fixture->loop, &watch, ends[0], POLLIN), 0);
	/* Fill it, so that the next write waits. */
	while (send(ends[0], data, length, MSG_DONTWAIT) > 0)
		;
	begin(&reading, WEIR_IO_READ, ends[0], text, sizeof(text));
	begin(&writing, WEIR_IO_SEND, ends[0], data, length);
	run_for(fixture, MS);
	assert_int_equal(reading.calls + writing.calls + calls, 0);
	assert_int_equal(write(ends[1], "weir", 4), 4);
	run(fixture);
	assert_string_equal(text, "weir");
	assert_int_equal(writing.calls, 0);
	while (!writing.calls) {
		while (recv(ends[1], data, length, MSG_DONTWAIT) > 0)
			;
		run_for(fixture, MS);
	}
	assert_true(writing.result > 0);
	weir_loop_unwatch(fixture->loop, &watch);
	close_both(ends);
	free(data);
}

static void room_ends_at_the_entries(void **state)
{
	struct fixture *fixture = *state;
	struct transfer transfers[3];
	char text[3][8];
	int ends[2];

	weir_loop_close(&fixture->loop);
	assert_int_equal(open_loop(fixture->backend, 2, &fixture->loop), 0);
	open_pipe(ends, 0);
	for (int i = 0; i < 2; i++) {
		transfers[i] = (struct transfer){ .fixture = fixture, .stays = true };
		begin(&transfers[i], WEIR_IO_READ, ends[0], text[i], sizeof(text[i]));
	}
	transfers[2].op = transfers[0].op;
	transfers[2].op.loop.active = false;
	assert_int_equal(weir_loop_submit(fixture->loop, &transfers[2].op), -ENOSPC);
	weir_loop_cancel(fixture->loop, &transfers[1].op);
	while (!transfers[1].calls)
		run_for(fixture, MS);
	begin(&transfers[1], WEIR_IO_READ, ends[0], text[1], sizeof(text[1]));
	weir_loop_close(&fixture->loop);
	close_both(ends);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_cancelled_operation_ends),
		cmocka_unit_test(close_ends_what_is_active),
		cmocka_unit_test(a_closing_loop_takes_nothing),
		cmocka_unit_test(a_chain_of_operations_starves_nobody),
		cmocka_unit_test(one_socket_serves_many),
		cmocka_unit_test(room_ends_at_the_entries),
	};

	return run_on_each_backend(tests, WEIR_COUNT(tests));
}
