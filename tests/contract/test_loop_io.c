/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What core/loop.h promises about transfers: files of every kind, ends, errors and SIGPIPE. */
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <termios.h>

#include "loop_transfer.h"

static void bytes_cross(struct fixture *fixture, enum weir_io io, int out, int in)
{
	char text[8] = "";

	assert_int_equal(perform(fixture, io, out, "weir", 4), 4);
	assert_int_equal(perform(fixture, WEIR_IO_READ, in, text, sizeof(text)), 4);
	assert_string_equal(text, "weir");
}

static void pipes_and_sockets_carry_bytes(void **state)
{
	for (int flags = 0; flags <= O_NONBLOCK; flags += O_NONBLOCK) {
		int ends[2];

		open_pipe(ends, flags);
		bytes_cross(*state, WEIR_IO_WRITE, ends[1], ends[0]);
		close_both(ends);
		open_sockets(ends, flags);
		bytes_cross(*state, WEIR_IO_WRITE, ends[1], ends[0]);
		bytes_cross(*state, WEIR_IO_SEND, ends[0], ends[1]);
		close_both(ends);
	}
}

static int open_terminal(int *master, int flags)
{
	struct termios settings;
	int slave;

	*master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (*master < 0 || grantpt(*master) < 0 || unlockpt(*master) < 0)
		return -1;
	slave = open(ptsname(*master), O_RDWR | O_NOCTTY | O_CLOEXEC | flags);
	if (slave < 0)
		return -1;
	assert_int_equal(tcgetattr(slave, &settings), 0);
	cfmakeraw(&settings);
	assert_int_equal(tcsetattr(slave, TCSANOW, &settings), 0);
	return slave;
}

static void terminals_carry_bytes(void **state)
{
	struct transfer reading = { .fixture = *state };

	for (int flags = 0; flags <= O_NONBLOCK; flags += O_NONBLOCK) {
		char text[8] = "";
		int master, slave = open_terminal(&master, flags);

		if (slave < 0)
			skip();
		bytes_cross(*state, WEIR_IO_WRITE, slave, master);
		/* And when the reader comes first. */
		begin(&reading, WEIR_IO_READ, slave, text, sizeof(text));
		run_for(*state, 2 * MS);
		assert_int_equal(reading.calls, 0);
		assert_int_equal(write(master, "late", 4), 4);
		run(*state);
		assert_int_equal(reading.result, 4);
		assert_string_equal(text, "late");
		close(slave);
		close(master);
	}
}

static void a_reader_waits_for_bytes(void **state)
{
	struct transfer reading = { .fixture = *state };

	for (int flags = 0; flags <= O_NONBLOCK; flags += O_NONBLOCK) {
		char text[8] = "";
		int ends[2];

		open_pipe(ends, flags);
		begin(&reading, WEIR_IO_READ, ends[0], text, sizeof(text));
		run_for(*state, 2 * MS);
		assert_int_equal(reading.calls, 0);
		assert_int_equal(weir_loop_submit(reading.fixture->loop, &reading.op), -EBUSY);
		assert_int_equal(write(ends[1], "weir", 4), 4);
		run(*state);
		assert_int_equal(reading.result, 4);
		assert_string_equal(text, "weir");
		close_both(ends);
	}
}

static void the_end_is_zero_bytes(void **state)
{
	char text[8];
	int ends[2], file = open_file();

	open_pipe(ends, 0);
	close(ends[1]);
	assert_int_equal(perform(*state, WEIR_IO_READ, ends[0], text, sizeof(text)), 0);
	close(ends[0]);
	open_sockets(ends, 0);
	close(ends[1]);
	assert_int_equal(perform(*state, WEIR_IO_READ, ends[0], text, sizeof(text)), 0);
	close(ends[0]);
	assert_int_equal(perform(*state, WEIR_IO_READ, file, text, sizeof(text)), 0);
	close(file);
}

/* Reads what is there, from a pipe or a socket, whatever its flags. */
static size_t drain(int fd)
{
	struct pollfd poller = { .fd = fd, .events = POLLIN };
	char sink[65536];
	size_t total = 0;

	while (poll(&poller, 1, 0) == 1) {
		ssize_t r = read(fd, sink, sizeof(sink));

		assert_true(r > 0);
		total += (size_t)r;
	}
	return total;
}

/* More than fits: what is done is told, the rest waits for the reader, and nobody else waits. */
static void send_slowly(struct fixture *fixture, enum weir_io io, const int ends[2])
{
	struct transfer writing = { .fixture = fixture, .stays = true };
	size_t length = 1 << 20, sent = 0, received = 0;
	int flags = fcntl(ends[1], F_GETFL);
	char *data = calloc(1, length);

	begin(&writing, io, ends[1], data, length);
	while (received < length) {
		run_for(fixture, MS / 4);
		if (writing.calls) {
			assert_true(writing.result > 0);
			sent += (size_t)writing.result;
			writing.calls = 0;
			if (sent < length)
				begin(&writing, io, ends[1], data + sent, length - sent);
		}
		received += drain(ends[0]);
	}
	while (sent < length) {
		run_for(fixture, MS / 4);
		sent += writing.calls ? (size_t)writing.result : 0;
	}
	/* Others may share the description: its flags are none of ours. */
	assert_int_equal(fcntl(ends[1], F_GETFL), flags);
	free(data);
}

static void a_full_pipe_or_socket_does_not_block_the_loop(void **state)
{
	for (int flags = 0; flags <= O_NONBLOCK; flags += O_NONBLOCK) {
		int ends[2];

		open_pipe(ends, flags);
		send_slowly(*state, WEIR_IO_WRITE, ends);
		close_both(ends);
		open_sockets(ends, flags);
		send_slowly(*state, WEIR_IO_WRITE, ends);
		send_slowly(*state, WEIR_IO_SEND, ends);
		close_both(ends);
	}
}

static bool sigpipe_is_pending(void)
{
	sigset_t pending;

	sigpending(&pending);
	return sigismember(&pending, SIGPIPE) == 1;
}

static void a_closed_peer_is_epipe_and_no_signal(void **state)
{
	sigset_t mask;
	int ends[2];

	/* A SIGPIPE would kill this program. */
	assert_ptr_not_equal(signal(SIGPIPE, SIG_DFL), SIG_ERR);
	open_pipe(ends, 0);
	close(ends[0]);
	assert_int_equal(perform(*state, WEIR_IO_WRITE, ends[1], "weir", 4), -EPIPE);
	close(ends[1]);
	open_sockets(ends, 0);
	close(ends[0]);
	assert_int_equal(perform(*state, WEIR_IO_SEND, ends[1], "weir", 4), -EPIPE);
	assert_int_equal(perform(*state, WEIR_IO_WRITE, ends[1], "weir", 4), -EPIPE);
	close(ends[1]);
	assert_false(sigpipe_is_pending());
	assert_int_equal(pthread_sigmask(SIG_BLOCK, NULL, &mask), 0);
	assert_int_equal(sigismember(&mask, SIGPIPE), 0);
}

static void a_sigpipe_from_before_stays_pending(void **state)
{
	sigset_t sigpipe;
	int ends[2], number = 0;

	sigemptyset(&sigpipe);
	sigaddset(&sigpipe, SIGPIPE);
	assert_int_equal(pthread_sigmask(SIG_BLOCK, &sigpipe, NULL), 0);
	assert_int_equal(raise(SIGPIPE), 0);
	open_pipe(ends, 0);
	close(ends[0]);
	assert_int_equal(perform(*state, WEIR_IO_WRITE, ends[1], "weir", 4), -EPIPE);
	close(ends[1]);
	assert_true(sigpipe_is_pending());
	assert_int_equal(sigwait(&sigpipe, &number), 0);
	assert_int_equal(pthread_sigmask(SIG_UNBLOCK, &sigpipe, NULL), 0);
}

static void closing_after_submitting_raises_no_signal(void **state)
{
	struct fixture *fixture = *state;
	struct transfer writing = { .fixture = fixture, .stays = true };
	int ends[2];

	open_pipe(ends, 0);
	close(ends[0]);
	begin(&writing, WEIR_IO_WRITE, ends[1], "weir", 4);
	weir_loop_close(&fixture->loop);
	assert_int_equal(writing.calls, 1);
	assert_true(writing.result == -EPIPE || writing.result == -ECANCELED);
	close(ends[1]);
}

static void files_have_positions(void **state)
{
	struct fixture *fixture = *state;
	struct transfer transfer = { .fixture = fixture };
	char text[8] = "";
	int file = open_file();

	assert_int_equal(perform(fixture, WEIR_IO_WRITE, file, "weir", 4), 4);
	assert_int_equal(perform(fixture, WEIR_IO_WRITE, file, "weir", 4), 4);
	begin(&transfer, WEIR_IO_READ, file, text, 4);
	run(fixture);
	assert_int_equal(transfer.result, 0);
	transfer.op.offset = 2;
	assert_int_equal(weir_loop_submit(fixture->loop, &transfer.op), 0);
	run(fixture);
	assert_int_equal(transfer.result, 4);
	assert_string_equal(text, "irwe");
	transfer.op.io = WEIR_IO_WRITE;
	transfer.op.offset = 100000;
	assert_int_equal(weir_loop_submit(fixture->loop, &transfer.op), 0);
	run(fixture);
	assert_int_equal(lseek(file, 0, SEEK_END), 100004);
	close(file);
}

static void errors_are_results(void **state)
{
	int full = open("/dev/full", O_WRONLY | O_CLOEXEC), ends[2];

	assert_int_equal(perform(*state, WEIR_IO_WRITE, full, "weir", 4), -ENOSPC);
	close(full);
	assert_int_equal(perform(*state, WEIR_IO_WRITE, full, "weir", 4), -EBADF);
	open_pipe(ends, 0);
	assert_int_equal(perform(*state, WEIR_IO_SEND, ends[1], "weir", 4), -ENOTSOCK);
	close_both(ends);
}

static void registered_memory_serves_transfers(void **state)
{
	struct fixture *fixture = *state;
	size_t length = 1 << 20;
	char *region =
		mmap(NULL, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int ends[2], file = open_file(), r;

	assert_ptr_not_equal(region, MAP_FAILED);
	r = weir_loop_register(fixture->loop, region, length);
	if (!strcmp(fixture->backend, "epoll"))
		assert_int_equal(r, -EOPNOTSUPP);
	else
		assert_int_equal(r, 0);
	/* Whatever it said, transfers work: inside, across its end, and by socket. */
	memset(region, 'w', length);
	open_sockets(ends, 0);
	assert_int_equal(perform(fixture, WEIR_IO_WRITE, ends[0], region + 4096, 4096), 4096);
	assert_int_equal(perform(fixture, WEIR_IO_READ, ends[1], region, 4096), 4096);
	assert_int_equal(perform(fixture, WEIR_IO_SEND, ends[0], region, 10), 10);
	assert_int_equal(perform(fixture, WEIR_IO_WRITE, file, region, length), length);
	assert_int_equal(lseek(file, 0, SEEK_SET), 0);
	memset(region, 0, length);
	assert_int_equal(perform(fixture, WEIR_IO_READ, file, region, length), length);
	assert_int_equal(region[length - 1], 'w');
	weir_loop_unregister(fixture->loop);
	weir_loop_unregister(fixture->loop);
	assert_int_equal(perform(fixture, WEIR_IO_WRITE, ends[0], region, 10), 10);
	if (strcmp(fixture->backend, "epoll") != 0) {
		assert_int_equal(weir_loop_register(fixture->loop, region, length), 0);
		/* A new region takes the place of the old one. */
		assert_int_equal(weir_loop_register(fixture->loop, region, 4096), 0);
		assert_int_equal(weir_loop_register(fixture->loop, NULL, 4096), -EFAULT);
	}
	assert_int_equal(perform(fixture, WEIR_IO_WRITE, ends[0], region, 10), 10);
	close_both(ends);
	close(file);
	munmap(region, length);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pipes_and_sockets_carry_bytes),
		cmocka_unit_test(terminals_carry_bytes),
		cmocka_unit_test(a_reader_waits_for_bytes),
		cmocka_unit_test(the_end_is_zero_bytes),
		cmocka_unit_test(a_full_pipe_or_socket_does_not_block_the_loop),
		cmocka_unit_test(a_closed_peer_is_epipe_and_no_signal),
		cmocka_unit_test(a_sigpipe_from_before_stays_pending),
		cmocka_unit_test(closing_after_submitting_raises_no_signal),
		cmocka_unit_test(files_have_positions),
		cmocka_unit_test(errors_are_results),
		cmocka_unit_test(registered_memory_serves_transfers),
	};

	return run_on_each_backend(tests, WEIR_COUNT(tests));
}
