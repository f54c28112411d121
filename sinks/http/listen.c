/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <unistd.h>

#include "core/clock.h"
#include "core/log.h"
#include "sinks/http/server.h"

#define MS (WEIR_NS_PER_S / 1000)

/* How exact deadlines are. */
#define TICK_NS (250 * MS)

/* Unsent bytes in a socket: what a slow viewer has there is old by the time it arrives. */
#define MAX_UNSENT (128 * 1024)

static void set(int fd, int level, int option, int value)
{
	/* One that does not know the option serves all the same. */
	(void)setsockopt(fd, level, option, &value, sizeof(value));
}

static int open_socket(struct weir_http_server *server)
{
	const struct weir_address *address = &server->settings.address;
	int fd = socket(address->value.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -errno;
	set(fd, SOL_SOCKET, SO_REUSEADDR, 1);
	if (bind(fd, (const struct sockaddr *)&address->value, address->length) ||
		listen(fd, (int)server->settings.clients)) {
		int err = -errno;

		close(fd);
		return err;
	}
	server->fd = fd;
	return 0;
}

static void tell_why_not(const struct weir_http_server *server, const char *where, int err)
{
	const struct sockaddr_in *address =
		(const struct sockaddr_in *)&server->settings.address.value;
	char text[WEIR_ERRNO_TEXT], holder[96], why[160] = "";

	if (err == -EADDRINUSE) {
		if (!weir_port_holder(ntohs(address->sin_port), holder, sizeof(holder)))
			snprintf(holder, sizeof(holder), "another program");
		snprintf(why, sizeof(why), "; %s serves there: choose another port", holder);
	} else if (err == -EACCES) {
		snprintf(why, sizeof(why), "; ports below 1024 are root's: choose a higher one");
	} else if (err == -EADDRNOTAVAIL) {
		snprintf(why, sizeof(why), "; this machine has no such address");
	}
	weir_error(server->base.log, "http: cannot serve at %s: %s%s", where,
		weir_errno_text(err, text), why);
}

/* ---- who comes ---- */

static bool is_there(const struct weir_http_client *client)
{
	return client->state != WEIR_HTTP_FREE && client->state != WEIR_HTTP_LEAVING;
}

/* Of those that ask for nothing, the one that has been there for the longest. */
static struct weir_http_client *find_idle(struct weir_http_server *server)
{
	struct weir_http_client *idle = NULL;

	for (size_t i = 0; i < server->n_clients; i++) {
		struct weir_http_client *client = &server->clients[i];

		if (client->state == WEIR_HTTP_READING &&
			(!idle || client->came_ns < idle->came_ns))
			idle = client;
	}
	return idle;
}

/* A place within the limit, made by sending an idle one away if need be; or one beyond it. */
static struct weir_http_client *find_place(struct weir_http_server *server, bool *beyond)
{
	struct weir_http_client *place = NULL, *idle;
	unsigned there = 0;

	for (size_t i = 0; i < server->n_clients; i++) {
		struct weir_http_client *client = &server->clients[i];

		there += is_there(client) && !client->too_many;
		if (client->state == WEIR_HTTP_FREE)
			place = client;
	}
	*beyond = there >= server->settings.clients;
	idle = *beyond ? find_idle(server) : NULL;
	if (!idle)
		return place;
	*beyond = idle->too_many;
	weir_http_client_leave(idle);
	return idle->state == WEIR_HTTP_FREE ? idle : place;
}

static void take_in(struct weir_http_server *server, int fd, const struct weir_address *peer)
{
	bool beyond;
	struct weir_http_client *client = find_place(server, &beyond);

	weir_counter_add(&server->base.syscalls, 3);
	if (!client) {
		close(fd);
		return;
	}
	set(fd, IPPROTO_TCP, TCP_NODELAY, 1);
	set(fd, IPPROTO_TCP, TCP_NOTSENT_LOWAT, MAX_UNSENT);
	weir_http_client_begin(client, fd, !weir_address_is_here(peer));
	client->too_many = beyond;
	weir_http_tick_soon(server, TICK_NS);
}

/* Out of descriptors, most likely: those who wait are let in when the tick looks again. */
static void pause_accepting(struct weir_http_server *server, int err)
{
	char text[WEIR_ERRNO_TEXT];

	weir_warn(server->base.log, "http: cannot accept a connection: %s",
		weir_errno_text(err, text));
	weir_loop_unwatch(server->host.loop, &server->watch);
	server->deaf = true;
	weir_http_tick_soon(server, TICK_NS);
}

/* Whether one who comes can be dealt with now: those who leave make room in a moment. */
static bool is_ready(const struct weir_http_server *server)
{
	bool leaving = false;

	for (size_t i = 0; i < server->n_clients; i++) {
		if (server->clients[i].state == WEIR_HTTP_FREE)
			return true;
		leaving |= server->clients[i].state == WEIR_HTTP_LEAVING;
	}
	return !leaving;
}

static void accept_all(struct weir_watch *watch, uint32_t events)
{
	struct weir_http_server *server = watch->data;

	(void)events;
	while (is_ready(server)) {
		struct weir_address peer = { .length = sizeof(peer.value) };
		int fd = accept4(server->fd, (struct sockaddr *)&peer.value, &peer.length,
			SOCK_NONBLOCK | SOCK_CLOEXEC);

		weir_counter_add(&server->base.syscalls, 1);
		if (fd >= 0) {
			take_in(server, fd, &peer);
			continue;
		}
		if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM)
			pause_accepting(server, -errno);
		if (errno != ECONNABORTED && errno != EINTR)
			return;
	}
}

static int watch_socket(struct weir_http_server *server)
{
	server->deaf = false;
	server->watch = (struct weir_watch){ .ready = accept_all, .data = server };
	return weir_loop_watch(server->host.loop, &server->watch, server->fd, POLLIN);
}

/* ---- time ---- */

static bool anybody(const struct weir_http_server *server)
{
	for (size_t i = 0; i < server->n_clients; i++)
		if (server->clients[i].state != WEIR_HTTP_FREE)
			return true;
	return false;
}

/* Pictures that take long are sent on from copies: where few frames may be held, nobody else would
 * see any meanwhile. */
static void ticked(struct weir_timer *timer)
{
	struct weir_http_server *server = timer->data;
	uint64_t now = weir_now_ns();

	server->ticking = false;
	for (size_t i = 0; i < server->n_clients; i++)
		weir_http_client_check(&server->clients[i], now);
	weir_http_relieve(server, server->draining ? UINT64_MAX : now - TICK_NS);
	if (server->deaf && watch_socket(server))
		server->deaf = true;
	if (server->deaf || anybody(server))
		weir_http_tick_soon(server, TICK_NS);
}

void weir_http_tick_soon(struct weir_http_server *server, uint64_t in_ns)
{
	if (server->ticking)
		return;
	server->tick.fired = ticked;
	server->tick.data = server;
	server->ticking = !weir_loop_arm(server->host.loop, &server->tick, weir_now_ns() + in_ns);
}

/* ---- beginning and end ---- */

int weir_http_listen(struct weir_http_server *server)
{
	int err = server->fd >= 0 ? 0 : open_socket(server);
	char where[WEIR_ENDPOINT_TEXT];

	weir_address_text(&server->settings.address, where);
	if (!err)
		err = watch_socket(server);
	if (err)
		tell_why_not(server, where, err);
	else
		weir_info(server->base.log, "http: serving at http://%s/", where);
	if (!err && anybody(server))
		weir_http_tick_soon(server, TICK_NS);
	return err == -EADDRINUSE ? -EBUSY : err;
}

void weir_http_deafen(struct weir_http_server *server)
{
	weir_loop_unwatch(server->host.loop, &server->watch);
	weir_loop_disarm(server->host.loop, &server->tick);
	server->ticking = false;
}
