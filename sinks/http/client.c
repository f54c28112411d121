/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/clock.h"
#include "sinks/http/server.h"

/* One connection: it reads a request, is answered, reads the next one; or it watches. */

/* How long it is listened to that was told to go, so that it hears why. */
#define LINGER_NS (2 * WEIR_NS_PER_S)

/* What somebody may send who has nothing to say. */
#define MAX_IGNORED 65536

static void received(struct weir_op *op, int64_t result);

static void receive(struct weir_http_client *client)
{
	if (client->receiving)
		return;
	if (client->from == client->to)
		client->from = client->to = 0;
	client->receive = (struct weir_op){
		.done = received,
		.data = client,
		.io = WEIR_IO_READ,
		.fd = client->fd,
		.buffer = client->input + client->to,
		.length = sizeof(client->input) - client->to,
		.offset = WEIR_IO_NO_OFFSET,
	};
	if (weir_loop_submit(client->server->host.loop, &client->receive))
		weir_http_client_leave(client);
	else
		client->receiving = true;
}

static void deadline_in(struct weir_http_client *client, uint64_t ns)
{
	client->deadline_ns = weir_now_ns() + ns;
}

/* ---- the end ---- */

static void reset(int fd)
{
	const struct sockaddr nobody = { .sa_family = AF_UNSPEC };

	(void)connect(fd, &nobody, sizeof(nobody));
}

static void finish(struct weir_http_client *client)
{
	if (client->receiving || !weir_http_send_is_idle(client))
		return;
	close(client->fd);
	client->fd = -1;
	weir_http_text_free(&client->text);
	client->state = WEIR_HTTP_FREE;
}

/* Memory that is in the socket's queue is given back when the connection is reset. */
void weir_http_client_leave(struct weir_http_client *client)
{
	struct weir_loop *loop = client->server->host.loop;

	if (client->state == WEIR_HTTP_FREE || client->state == WEIR_HTTP_LEAVING)
		return;
	client->state = WEIR_HTTP_LEAVING;
	if (!weir_http_send_is_idle(client))
		reset(client->fd);
	if (client->receiving)
		weir_loop_cancel(loop, &client->receive);
	weir_http_send_cancel(client);
	finish(client);
}

/* ---- requests ---- */

static void read_on(struct weir_http_client *client)
{
	struct weir_http_reader *reader = &client->reader;

	client->from += weir_http_reader_feed(
		reader, client->input + client->from, client->to - client->from);
	if (!reader->refusal && !reader->whole) {
		receive(client);
		return;
	}
	client->deadline_ns = 0;
	client->server->counts.requests++;
	if (reader->refusal)
		weir_http_refuse(client, reader->refusal);
	else
		weir_http_answer(client);
}

static void next_request(struct weir_http_client *client)
{
	weir_http_reader_begin(&client->reader, client->server->settings.header);
	weir_http_text_free(&client->text);
	deadline_in(client, client->server->settings.idle_ns);
	client->state = WEIR_HTTP_READING;
	if (client->from < client->to)
		read_on(client);
	else
		receive(client);
}

/* It watches or goes: there is nothing to be heard but its end. */
static void ignore(struct weir_http_client *client, size_t bytes)
{
	client->ignored += bytes;
	client->from = client->to = 0;
	if (client->ignored > MAX_IGNORED)
		weir_http_client_leave(client);
	else
		receive(client);
}

static void received(struct weir_op *op, int64_t result)
{
	struct weir_http_client *client = op->data;

	client->receiving = false;
	if (client->state == WEIR_HTTP_LEAVING) {
		finish(client);
	} else if (client->server->paused && (result > 0 || result == -ECANCELED)) {
		if (result > 0)
			client->to += (size_t)result; /* read, or ignored, when it goes on */
	} else if (result <= 0) {
		weir_http_client_leave(client);
	} else if (client->state == WEIR_HTTP_READING) {
		client->to += (size_t)result;
		read_on(client);
	} else {
		ignore(client, (size_t)result);
	}
}

/* ---- answers ---- */

void weir_http_client_answer(
	struct weir_http_client *client, const char *body, size_t length, enum weir_http_state next)
{
	if (client->reader.request.method == WEIR_HTTP_HEAD)
		length = 0;
	client->state = WEIR_HTTP_ANSWERING;
	client->next = next;
	if (weir_http_send_text(client, client->head, body, length))
		weir_http_client_leave(client);
}

static void linger(struct weir_http_client *client)
{
	shutdown(client->fd, SHUT_WR);
	client->state = WEIR_HTTP_LINGERING;
	deadline_in(client, LINGER_NS);
	ignore(client, 0);
}

void weir_http_client_go_on(struct weir_http_client *client)
{
	if (client->state == WEIR_HTTP_LEAVING) {
		finish(client);
		return;
	}
	if (client->server->paused)
		return;
	if (!weir_http_send_is_idle(client) ||
		(client->state != WEIR_HTTP_ANSWERING && client->state != WEIR_HTTP_SHOWING))
		return;
	if (client->next == WEIR_HTTP_READING) {
		next_request(client);
	} else if (client->next == WEIR_HTTP_STREAMING) {
		client->state = WEIR_HTTP_STREAMING;
		ignore(client, 0);
	} else {
		linger(client);
	}
}

/* ---- from one plan to the next ---- */

void weir_http_client_pause(struct weir_http_client *client)
{
	if (client->state == WEIR_HTTP_FREE || client->state == WEIR_HTTP_LEAVING)
		return;
	if (!weir_http_send_can_pause(client)) {
		weir_http_client_leave(client);
		return;
	}
	client->listens = client->receiving;
	if (client->receiving)
		weir_loop_cancel(client->server->host.loop, &client->receive);
	weir_http_send_cancel(client);
}

void weir_http_client_resume(struct weir_http_client *client)
{
	if (client->state == WEIR_HTTP_FREE)
		return;
	if (weir_http_send_resume(client))
		weir_http_client_leave(client);
	else if (client->listens && client->state == WEIR_HTTP_READING && client->from < client->to)
		read_on(client);
	else if (client->listens && client->state == WEIR_HTTP_READING)
		receive(client);
	else if (client->listens)
		ignore(client, client->to - client->from);
	client->listens = false;
	weir_http_client_go_on(client);
}

/* ---- beginning, and time ---- */

void weir_http_client_begin(struct weir_http_client *client, int fd, bool remote)
{
	struct weir_http_server *server = client->server;

	memset(client, 0, sizeof(*client));
	client->server = server;
	client->fd = fd;
	client->remote = remote;
	client->in_time = WEIR_HTTP_IN_TIME;
	client->came_ns = weir_now_ns();
	next_request(client);
}

static bool is_stuck(const struct weir_http_client *client, uint64_t now_ns)
{
	for (unsigned i = 0; i < WEIR_HTTP_SENDS; i++)
		if (client->sends[i].active && now_ns > client->sends[i].deadline_ns)
			return true;
	return false;
}

void weir_http_client_check(struct weir_http_client *client, uint64_t now_ns)
{
	if (client->state == WEIR_HTTP_FREE || client->state == WEIR_HTTP_LEAVING)
		return;
	if (is_stuck(client, now_ns)) {
		client->server->counts.thrown_out++;
		weir_http_client_leave(client);
	} else if (client->deadline_ns && now_ns > client->deadline_ns) {
		client->deadline_ns = 0;
		if (client->state == WEIR_HTTP_READING && client->reader.began)
			weir_http_refuse(client, 408);
		else if (client->state == WEIR_HTTP_POSING)
			weir_http_refuse(client, 503);
		else
			weir_http_client_leave(client);
	}
}
