/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Every sink of the library does what core/sink.h says. A new sink adds its row. */

#include "tests/contract/suites.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *const null[] = { "null", NULL };
static const char *const verify[] = { "verify", NULL };
static const char *const pipe_sink[] = { "-", NULL };
static const char *const rtp[] = { "rtp://127.0.0.1:5004", "rtp://127.0.0.1:5004?send=gather",
	"rtp://[::1]:5004?mtu=1500&pace=off", NULL };
static const char *const http[] = { NULL }; /* takes nothing unwatched: tests/http */
static const char *const display[] = { NULL }; /* none here: tests/fake/test_display.c */

/* Standard output goes elsewhere meanwhile. */
static int saved = -1, reader = -1;

static void enter_stdout(enum suite_mode mode)
{
	int ends[2] = { -1, -1 };

	fflush(stdout);
	saved = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
	assert_true(saved >= 0);
	if (mode == SUITE_FLOWS) {
		ends[1] = open("/dev/null", O_WRONLY | O_CLOEXEC);
	} else {
		assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	}
	assert_int_equal(dup2(ends[1], STDOUT_FILENO), STDOUT_FILENO);
	close(ends[1]);
	if (mode == SUITE_STUCK)
		reader = ends[0];
	else if (ends[0] >= 0)
		close(ends[0]);
}

static void leave_stdout(void)
{
	dup2(saved, STDOUT_FILENO);
	close(saved);
	if (reader >= 0)
		close(reader);
	saved = reader = -1;
}

/* A receiver that reads, one that does not, or one that hangs up; each in turn on the same port. */
static char tcp_uri[64];
static const char *const tcp[] = { tcp_uri, NULL };
static struct sockaddr_in tcp_address;
static int tcp_listener = -1;
static pid_t tcp_receiver = -1;

static int open_listener(void)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), yes = 1, small = 4096;

	assert_true(fd >= 0);
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
	setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof(small));
	assert_int_equal(bind(fd, (struct sockaddr *)&tcp_address, sizeof(tcp_address)), 0);
	assert_int_equal(listen(fd, 16), 0);
	return fd;
}

static void choose_port(void)
{
	socklen_t length = sizeof(tcp_address);
	int fd;

	tcp_address = (struct sockaddr_in){ .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	fd = open_listener();
	assert_int_equal(getsockname(fd, (struct sockaddr *)&tcp_address, &length), 0);
	close(fd);
	snprintf(tcp_uri, sizeof(tcp_uri), "tcp://127.0.0.1:%u", ntohs(tcp_address.sin_port));
}

static void receive(enum suite_mode mode)
{
	const struct linger now = { .l_onoff = 1 };
	static char bytes[1 << 16];

	for (;;) {
		int fd = accept(tcp_listener, NULL, NULL);

		while (mode == SUITE_FLOWS && recv(fd, bytes, sizeof(bytes), 0) > 0)
			;
		setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
		close(fd);
	}
}

static void enter_tcp(enum suite_mode mode)
{
	tcp_listener = open_listener();
	if (mode == SUITE_STUCK)
		return;
	tcp_receiver = fork();
	assert_true(tcp_receiver >= 0);
	if (tcp_receiver == 0)
		receive(mode);
}

static void leave_tcp(void)
{
	close(tcp_listener);
	if (tcp_receiver > 0) {
		kill(tcp_receiver, SIGKILL);
		waitpid(tcp_receiver, NULL, 0);
	}
	tcp_receiver = -1;
}

int main(void)
{
	static const struct suite_sink sinks[] = {
		{ "null", null, NULL, NULL },
		{ "verify", verify, NULL, NULL },
		{ "-", pipe_sink, enter_stdout, leave_stdout },
		{ "rtp", rtp, NULL, NULL },
		{ "display", display, NULL, NULL },
		{ "tcp", tcp, enter_tcp, leave_tcp },
		{ "http", http, NULL, NULL },
		{ NULL, NULL, NULL, NULL },
	};

	choose_port();
	return weir_suite_sinks(sinks);
}
