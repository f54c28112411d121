/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <unistd.h>

#include "core/log.h"
#include "sinks/tcp/state.h"

/* Receivers that come by themselves. */

static void refuse_client(struct weir_tcp_sink *sink, int fd, const struct weir_address *from)
{
	char text[WEIR_ENDPOINT_TEXT];

	weir_info(sink->base.log, "%s: %s is refused: %d clients are connected already",
		sink->base.uri, weir_address_text(from, text), WEIR_TCP_CLIENTS);
	close(fd);
}

static void somebody_came(struct weir_watch *watch, uint32_t events)
{
	struct weir_tcp_sink *sink = watch->data;
	struct weir_address from = { .length = sizeof(from.value) };
	int fd = accept4(sink->fd, (struct sockaddr *)&from.value, &from.length, SOCK_CLOEXEC);

	(void)events;
	/* Whoever has gone again, or comes when we have no descriptor left, is not our end. */
	if (fd >= 0 && weir_tcp_welcome(sink, fd, &from))
		refuse_client(sink, fd, &from);
}

static int complain(const struct weir_tcp_sink *sink, int error)
{
	char text[WEIR_ERRNO_TEXT], holder[128];
	const char *uri = sink->base.uri;
	unsigned port = sink->endpoint.port;

	if (error == -EADDRINUSE) {
		if (weir_port_holder(sink->endpoint.port, holder, sizeof(holder)))
			weir_error(sink->base.log,
				"%s: port %u is held by %s; end that, or take another port", uri,
				port, holder);
		else
			weir_error(sink->base.log,
				"%s: port %u is held by a program that only root can see; take "
				"another",
				uri, port);
		return -EBUSY;
	}
	if (error == -EACCES && port < 1024)
		weir_error(sink->base.log,
			"%s: only root listens on ports below 1024: take a higher one, or sudo "
			"setcap "
			"cap_net_bind_service=+ep $(command -v weir)",
			uri);
	else if (error == -EADDRNOTAVAIL)
		weir_error(sink->base.log,
			"%s: that is no address of this machine; \"ip address\" shows them, and "
			"tcp://:%u listens on all",
			uri, port);
	else
		weir_error(
			sink->base.log, "%s: cannot listen: %s", uri, weir_errno_text(error, text));
	return error == -EADDRNOTAVAIL ? -ENODEV : error;
}

static int open_listener(const struct weir_address *at, int *out)
{
	int fd = socket(at->value.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	int yes = 1, err = 0;

	if (fd < 0)
		return -errno;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
	if (bind(fd, (const struct sockaddr *)&at->value, at->length) < 0 ||
		listen(fd, WEIR_TCP_CLIENTS) < 0) {
		err = -errno;
		close(fd);
		return err;
	}
	*out = fd;
	return 0;
}

int weir_tcp_listen(struct weir_tcp_sink *sink)
{
	int err = -EADDRNOTAVAIL;

	for (unsigned i = 0; sink->fd < 0 && i < sink->endpoint.n_addresses; i++)
		err = open_listener(&sink->endpoint.address[i], &sink->fd);
	if (sink->fd < 0)
		return complain(sink, err);
	sink->watch.ready = somebody_came;
	err = weir_loop_watch(sink->host.loop, &sink->watch, sink->fd, POLLIN);
	return err ? complain(sink, err) : 0;
}
