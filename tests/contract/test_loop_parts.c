/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What core/loop.h promises about transfers of several parts. */
#include <sys/uio.h>

#include "loop_transfer.h"

static void begin_parts(
	struct transfer *transfer, int fd, const struct iovec *parts, unsigned n, uint64_t offset)
{
	transfer->op = (struct weir_op){
		.done = finished,
		.data = transfer,
		.io = WEIR_IO_WRITEV,
		.fd = fd,
		.parts = parts,
		.n_parts = n,
		.offset = offset,
	};
	transfer->result = NEVER;
	transfer->calls = 0;
	assert_int_equal(weir_loop_submit(transfer->fixture->loop, &transfer->op), 0);
	assert_int_equal(transfer->calls, 0);
}

static int64_t perform_parts(
	struct fixture *fixture, int fd, const struct iovec *parts, unsigned n, uint64_t offset)
{
	struct transfer transfer = { .fixture = fixture };

	begin_parts(&transfer, fd, parts, n, offset);
	run(fixture);
	assert_int_equal(transfer.calls, 1);
	return transfer.result;
}

static char text_of_words[] = "weir!!";
static const struct iovec words[] = { { text_of_words, 2 }, { text_of_words + 2, 1 },
	{ text_of_words + 3, 1 } };

/* All four bytes; the kernel may have taken them in several steps. */
static void write_words(struct fixture *fixture, int fd, uint64_t offset)
{
	unsigned first = 0, done = 0;

	while (done < 4) {
		int64_t r = perform_parts(fixture, fd, words + first, 3 - first, offset);

		assert_in_range(r, 1, 4 - done);
		done += (unsigned)r;
		if (offset != WEIR_IO_NO_OFFSET)
			offset += (uint64_t)r;
		first = done < 2 ? 0 : done == 2 ? 1 : 2;
		assert_int_not_equal(done, 1); /* no word is torn in two here */
	}
}

static void parts_arrive_in_order(void **state)
{
	for (int flags = 0; flags <= O_NONBLOCK; flags += O_NONBLOCK) {
		char text[8] = "";
		int ends[2];

		open_pipe(ends, flags);
		write_words(*state, ends[1], WEIR_IO_NO_OFFSET);
		assert_int_equal(read(ends[0], text, sizeof(text)), 4);
		assert_string_equal(text, "weir");
		close_both(ends);

		memset(text, 0, sizeof(text));
		open_sockets(ends, flags);
		write_words(*state, ends[1], WEIR_IO_NO_OFFSET);
		assert_int_equal(read(ends[0], text, sizeof(text)), 4);
		assert_string_equal(text, "weir");
		close_both(ends);
	}
}

static void parts_go_to_a_place_in_a_file(void **state)
{
	int file = open_file();
	char text[16] = "";

	write_words(*state, file, 3);
	write_words(*state, file, WEIR_IO_NO_OFFSET);
	assert_int_equal(pread(file, text, sizeof(text), 0), 7);
	assert_string_equal(text, "weireir"); /* "weir" from 3 on, and then from 0 on */
	close(file);
}

/* ---- more than fits ---- */

#define PART  1000
#define PARTS WEIR_IO_MAX_PARTS

static uint8_t byte_at(size_t at)
{
	return (uint8_t)(at * 7 + at / 251);
}

/* The parts of what is left. */
static unsigned rest_of(uint8_t *data, size_t done, struct iovec parts[PARTS])
{
	unsigned n = 0;

	for (; done < (size_t)PART * PARTS; done += parts[n - 1].iov_len)
		parts[n++] = (struct iovec){ data + done, PART - done % PART };
	return n;
}

static size_t check_arrived(int fd, size_t received)
{
	struct pollfd poller = { .fd = fd, .events = POLLIN };
	uint8_t bytes[4096];

	while (poll(&poller, 1, 0) == 1) {
		ssize_t r = read(fd, bytes, sizeof(bytes));

		assert_true(r > 0);
		for (ssize_t i = 0; i < r; i++)
			assert_int_equal(bytes[i], byte_at(received++));
	}
	return received;
}

static void write_slowly(struct fixture *fixture, const int ends[2])
{
	struct transfer writing = { .fixture = fixture, .stays = true };
	size_t length = (size_t)PART * PARTS, sent = 0, received = 0;
	uint8_t *data = malloc(length);
	struct iovec parts[PARTS];

	for (size_t i = 0; i < length; i++)
		data[i] = byte_at(i);
	begin_parts(&writing, ends[1], parts, rest_of(data, 0, parts), WEIR_IO_NO_OFFSET);
	while (received < length) {
		run_for(fixture, MS / 4);
		if (writing.calls) {
			assert_true(writing.result > 0);
			sent += (size_t)writing.result;
			writing.calls = 0;
			if (sent < length)
				begin_parts(&writing, ends[1], parts, rest_of(data, sent, parts),
					WEIR_IO_NO_OFFSET);
		}
		received = check_arrived(ends[0], received);
	}
	while (sent < length) {
		run_for(fixture, MS / 4);
		sent += writing.calls ? (size_t)writing.result : 0;
	}
	free(data);
}

static void short_writes_can_be_gone_on_with(void **state)
{
	for (int flags = 0; flags <= O_NONBLOCK; flags += O_NONBLOCK) {
		int ends[2];

		open_pipe(ends, flags);
		fcntl(ends[1], F_SETPIPE_SZ, 4096);
		write_slowly(*state, ends);
		close_both(ends);
		open_sockets(ends, flags);
		write_slowly(*state, ends);
		close_both(ends);
	}
}

/* Memory that is registered is no other in parts. */
static void registered_memory_may_be_in_parts(void **state)
{
	struct fixture *fixture = *state;
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	uint8_t *memory = aligned_alloc(page, page);
	const struct iovec parts[] = { { memory, 2 }, { memory + 100, 2 } };
	char text[8] = "";
	int ends[2];

	memset(memory, 0, page);
	memcpy(memory, "we", 2);
	memcpy(memory + 100, "ir", 2);
	(void)weir_loop_register(fixture->loop, memory, page);
	open_sockets(ends, 0);
	assert_int_equal(perform_parts(fixture, ends[1], parts, 2, WEIR_IO_NO_OFFSET), 4);
	assert_int_equal(read(ends[0], text, sizeof(text)), 4);
	assert_string_equal(text, "weir");
	close_both(ends);
	weir_loop_unregister(fixture->loop);
	free(memory);
}

static void errors_and_cancellation_are_as_ever(void **state)
{
	struct fixture *fixture = *state;
	struct transfer writing = { .fixture = fixture };
	static char full[65536];
	int ends[2];

	open_pipe(ends, 0);
	close(ends[0]);
	assert_int_equal(perform_parts(fixture, ends[1], words, 3, WEIR_IO_NO_OFFSET), -EPIPE);
	close(ends[1]);

	open_pipe(ends, O_NONBLOCK);
	while (write(ends[1], full, sizeof(full)) > 0)
		;
	begin_parts(&writing, ends[1], words, 3, WEIR_IO_NO_OFFSET);
	run_for(fixture, MS);
	assert_int_equal(writing.calls, 0);
	weir_loop_cancel(fixture->loop, &writing.op);
	run(fixture);
	assert_int_equal(writing.result, -ECANCELED);
	close_both(ends);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parts_arrive_in_order),
		cmocka_unit_test(parts_go_to_a_place_in_a_file),
		cmocka_unit_test(short_writes_can_be_gone_on_with),
		cmocka_unit_test(registered_memory_may_be_in_parts),
		cmocka_unit_test(errors_and_cancellation_are_as_ever),
	};

	return run_on_each_backend(tests, WEIR_COUNT(tests));
}
