/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <poll.h>
#include <unistd.h>

#include "core/clock.h"
#include "core/log.h"
#include "sinks/tcp/state.h"

/* The way to a receiver that listens: one of its addresses after the other, and, if wished, from
 * the beginning after a while. */

#define AGAIN_NS WEIR_NS_PER_S

static const char *remedy_of(int error)
{
	switch (-error) {
	case ECONNREFUSED:
		return "nobody listens there: start the receiver first, or wait for it with "
		       "reconnect=1";
	case ENETUNREACH:
	case EHOSTUNREACH:
		return "no way leads there: see what \"ip route get\" says of the address";
	case ETIMEDOUT:
		return "no answer: is the host up, and does its firewall let this port pass?";
	case EACCES:
	case EPERM:
		return "a firewall of this machine forbids it";
	default:
		return "see whether the receiver is in order";
	}
}

static void complain(struct weir_tcp_sink *sink, int error)
{
	char text[WEIR_ERRNO_TEXT], to[WEIR_ENDPOINT_TEXT];

	weir_errno_text(error, text);
	weir_address_text(&sink->endpoint.address[sink->address - 1], to);
	if (!sink->reconnects)
		weir_error(sink->base.log, "%s: cannot connect to %s: %s; %s", sink->base.uri, to,
			text, remedy_of(error));
	else if (!sink->complained)
		weir_warn(sink->base.log, "%s: cannot connect to %s: %s; tries every second",
			sink->base.uri, to, text);
	sink->complained = true;
}

void weir_tcp_disconnect(struct weir_tcp_sink *sink)
{
	weir_loop_unwatch(sink->host.loop, &sink->watch);
	weir_loop_disarm(sink->host.loop, &sink->retry);
	if (sink->fd >= 0 && !sink->listens) {
		close(sink->fd);
		sink->fd = -1;
	}
}

static int outcome_of(int fd)
{
	int error = 0;
	socklen_t length = sizeof(error);

	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length) < 0)
		return -errno;
	return -error;
}

static int try_next(struct weir_tcp_sink *sink, int error);

static void answered(struct weir_tcp_sink *sink, int error)
{
	int fd = sink->fd;

	if (error) {
		weir_tcp_disconnect(sink);
		error = try_next(sink, error);
		if (error)
			weir_tcp_lost(sink, error);
		return;
	}
	sink->fd = -1;
	weir_tcp_disconnect(sink);
	sink->complained = false;
	weir_tcp_welcome(sink, fd, &sink->endpoint.address[sink->address - 1]);
}

static void became_ready(struct weir_watch *watch, uint32_t events)
{
	struct weir_tcp_sink *sink = watch->data;

	(void)events;
	answered(sink, outcome_of(sink->fd));
}

/* Either there was no answer, or it is time to try again. */
static void time_is_up(struct weir_timer *timer)
{
	struct weir_tcp_sink *sink = timer->data;
	int err;

	if (sink->fd >= 0) {
		answered(sink, -ETIMEDOUT);
		return;
	}
	err = weir_tcp_connect(sink);
	if (err)
		weir_tcp_lost(sink, err);
}

static int begin(struct weir_tcp_sink *sink, const struct weir_address *to)
{
	int err = 0;

	sink->fd = socket(to->value.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (sink->fd < 0)
		return -errno;
	if (connect(sink->fd, (const struct sockaddr *)&to->value, to->length) < 0 &&
		errno != EINPROGRESS)
		err = -errno;
	if (!err)
		err = weir_loop_watch(sink->host.loop, &sink->watch, sink->fd, POLLOUT);
	if (!err)
		err = weir_loop_arm(
			sink->host.loop, &sink->retry, weir_now_ns() + sink->timeout_ns);
	if (err)
		weir_tcp_disconnect(sink);
	return err;
}

/* `error` of the address before, which is told when there is no other. */
static int try_next(struct weir_tcp_sink *sink, int error)
{
	while (error && sink->address < sink->endpoint.n_addresses)
		error = begin(sink, &sink->endpoint.address[sink->address++]);
	if (!error)
		return 0;
	complain(sink, error);
	if (!sink->reconnects)
		return error;
	sink->awaits = false;
	weir_tcp_settle(sink);
	return weir_loop_arm(sink->host.loop, &sink->retry, weir_now_ns() + AGAIN_NS);
}

int weir_tcp_connect(struct weir_tcp_sink *sink)
{
	sink->watch.ready = became_ready;
	sink->retry.fired = time_is_up;
	sink->address = 0;
	return try_next(sink, -ENOENT);
}
