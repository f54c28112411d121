/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <unistd.h>

#include "core/clock.h"
#include "core/log.h"
#include "sinks/tcp/state.h"

#define COPY_REASON                                                                                \
	"the kernel copied what was sent: it stays in this machine, or the device "                \
	"or the loop cannot do without"

uint32_t weir_tcp_holds(const struct weir_tcp_client *client)
{
	uint32_t places = client->frame ? 1u << client->frame->slot->place : 0;

	for (unsigned i = 0; i < WEIR_TCP_SENDS; i++)
		if (client->sends[i].frame)
			places |= 1u << client->sends[i].frame->slot->place;
	return places;
}

/* ---- leaving ---- */

static void let_go_of_frame(struct weir_tcp_client *client)
{
	if (client->frame)
		weir_frame_unref(&client->frame);
}

/* The descriptor stays until no operation goes by its number. */
static void close_if_left(struct weir_tcp_client *client)
{
	if (!client->leaving || client->in_flight)
		return;
	close(client->fd);
	client->fd = -1;
	client->leaving = false;
}

/* A reset lets go at once of what the other end has not acknowledged; closing would hold it for
 * minutes. */
static void reset(int fd)
{
	const struct sockaddr nobody = { .sa_family = AF_UNSPEC };
	const struct linger now = { .l_onoff = 1 };

	setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
	if (connect(fd, &nobody, sizeof(nobody)) < 0)
		shutdown(fd, SHUT_RDWR);
}

void weir_tcp_dismiss(struct weir_tcp_client *client)
{
	if (!weir_tcp_is_here(client))
		return;
	client->leaving = true;
	client->slow = false;
	let_go_of_frame(client);
	if (client->in_flight)
		reset(client->fd);
	if (client->queueing)
		weir_loop_cancel(client->sink->host.loop, &client->queueing->op);
	close_if_left(client);
}

static const char *cause_of(int error, char text[WEIR_ERRNO_TEXT])
{
	switch (-error) {
	case EPIPE:
	case ECONNRESET:
		return "closed the connection";
	case ETIMEDOUT:
		return "took nothing for too long (timeout=SECONDS)";
	default:
		return weir_errno_text(error, text);
	}
}

void weir_tcp_lose(struct weir_tcp_client *client, int error)
{
	struct weir_tcp_sink *sink = client->sink;
	char text[WEIR_ERRNO_TEXT];
	const char *cause = cause_of(error, text);

	weir_tcp_dismiss(client);
	if (sink->listens || sink->reconnects)
		weir_info(sink->base.log, "%s: %s %s", sink->base.uri, client->name, cause);
	else
		weir_error(sink->base.log,
			"%s: %s %s; with reconnect=1 it is waited for, and connected to again",
			sink->base.uri, client->name, cause);
	weir_tcp_settle(sink);
	if (!sink->listens)
		weir_tcp_lost(sink, error == -EPIPE ? -ECONNRESET : error);
}

/* ---- sending ---- */

static void note_send(struct weir_tcp_sink *sink, const struct weir_op *op, int64_t result)
{
	if (result <= 0)
		return;
	if (!op->copied) {
		weir_counter_add(&sink->base.zero_copy_sends, 1);
		return;
	}
	weir_counter_add(&sink->base.kernel_copied_sends, 1);
	if (sink->running)
		sink->host.copied(sink->host.data, &sink->base, (uint64_t)result, COPY_REASON);
}

static void note_end(struct weir_tcp_send *send, bool whole)
{
	struct weir_tcp_client *client = send->client;
	struct weir_tcp_sink *sink = client->sink;

	if (whole && send->last) {
		client->slow = weir_now_ns() - send->begun_ns > sink->deadline_ns;
		send->frame->verdict = WEIR_DROP_NONE;
		if (send->number > sink->finished)
			sink->finished = send->number;
	} else if (!whole && send->frame->verdict != WEIR_DROP_NONE) {
		send->frame->verdict = sink->running ? WEIR_DROP_FAILED : WEIR_DROP_STOPPED;
	}
	weir_frame_end_cpu(send->frame);
	weir_frame_unref(&send->frame);
}

static void pump_all(struct weir_tcp_sink *sink)
{
	weir_tcp_settle(sink);
	for (unsigned i = 0; i < sink->n_clients && sink->running; i++)
		weir_tcp_pump(&sink->clients[i]);
}

static void was_queued(struct weir_op *op, int64_t result)
{
	struct weir_tcp_send *send = op->data;

	if (result != (int64_t)send->length)
		return;
	send->client->queueing = NULL;
	if (send->client->sink->running)
		pump_all(send->client->sink);
}

/* Nobody reads that memory any more. */
static void was_done(struct weir_op *op, int64_t result)
{
	struct weir_tcp_send *send = op->data;
	struct weir_tcp_client *client = send->client;
	struct weir_tcp_sink *sink = client->sink;
	bool whole = result == (int64_t)send->length;

	client->in_flight--;
	if (client->queueing == send)
		client->queueing = NULL;
	note_send(sink, op, result);
	note_end(send, whole);
	if (!whole && weir_tcp_is_here(client))
		weir_tcp_lose(client, result < 0 ? (int)result : -ECONNRESET);
	close_if_left(client);
	if (sink->running)
		pump_all(sink);
}

static struct weir_tcp_send *idle_send(struct weir_tcp_client *client)
{
	for (unsigned i = 0; i < WEIR_TCP_SENDS; i++)
		if (!client->sends[i].frame)
			return &client->sends[i];
	return NULL;
}

/* Gathers what comes next of the client's frame. */
static void prepare(struct weir_tcp_send *send, const struct weir_pixels *pixels)
{
	struct weir_tcp_client *client = send->client;
	const struct weir_gather *gather = &client->sink->gather;
	const struct weir_frame_info *info = weir_frame_info(client->frame);
	unsigned n =
		weir_gather_parts(gather, info, pixels, client->at, send->parts, WEIR_IO_MAX_PARTS);
	struct iovec more;

	send->length = 0;
	for (unsigned i = 0; i < n; i++)
		send->length += send->parts[i].iov_len;
	weir_gather_advance(gather, info, pixels, &client->at, send->length);
	send->last = !weir_gather_parts(gather, info, pixels, client->at, &more, 1);
	send->number = client->begun;
	send->begun_ns = client->begun_ns;
	send->op = (struct weir_op){
		.done = was_done,
		.sent = was_queued,
		.data = send,
		.io = n > 1 ? WEIR_IO_SENDV : WEIR_IO_SEND,
		.fd = client->fd,
		.buffer = send->parts[0].iov_base,
		.length = send->length,
		.parts = send->parts,
		.n_parts = n,
		/* Even where the kernel copies in the end: it does so later, off this thread. */
		.zero_copy = true,
		.whole = true,
	};
}

static int submit(struct weir_tcp_client *client, struct weir_tcp_send *send)
{
	struct weir_pixels pixels;
	int err = weir_frame_begin_cpu(client->frame, WEIR_CPU_READ, &pixels);

	if (err)
		return err;
	prepare(send, &pixels);
	if (send->length)
		err = weir_loop_submit(client->sink->host.loop, &send->op);
	if (err || !send->length) {
		weir_frame_end_cpu(client->frame);
		client->frame->verdict = err ? client->frame->verdict : WEIR_DROP_NONE;
		return err;
	}
	send->frame = weir_frame_ref(client->frame);
	client->queueing = send;
	client->in_flight++;
	return 0;
}

/* How long it has taken nothing counts from here. */
static void begin_to_watch(struct weir_tcp_client *client)
{
	struct weir_tcp_sink *sink = client->sink;

	if (!client->in_flight)
		client->moved_ns = weir_now_ns();
	if (!sink->look.loop.index)
		weir_loop_arm(sink->host.loop, &sink->look, weir_now_ns() + WEIR_TCP_LOOK_NS);
}

void weir_tcp_pump(struct weir_tcp_client *client)
{
	struct weir_tcp_send *send = NULL;
	struct weir_frame *next;
	int err = 0;

	while (!err && weir_tcp_is_here(client) && !client->queueing) {
		if (!client->frame) {
			next = weir_tcp_next(client);
			if (!next)
				break;
			client->frame = weir_frame_ref(next);
			client->at = (struct weir_gather_cursor){ 0 };
		}
		send = idle_send(client);
		if (!send)
			break;
		begin_to_watch(client);
		err = submit(client, send);
		if (!err && send->last)
			let_go_of_frame(client);
	}
	if (err)
		weir_tcp_lose(client, err);
}

/* ---- coming ---- */

static struct weir_tcp_client *free_place(struct weir_tcp_sink *sink)
{
	for (unsigned i = 0; i < sink->n_clients; i++)
		if (sink->clients[i].fd < 0)
			return &sink->clients[i];
	return NULL;
}

int weir_tcp_welcome(struct weir_tcp_sink *sink, int fd, const struct weir_address *address)
{
	struct weir_tcp_client *client = free_place(sink);
	int yes = 1, flags = fcntl(fd, F_GETFL);
	/* Where nobody looks any more. */
	unsigned timeout_ms = (unsigned)(2 * sink->timeout_ns / (WEIR_NS_PER_S / 1000));

	if (!client)
		return -EUSERS;
	/* The loop waits where the socket would. */
	fcntl(fd, F_SETFL, flags & ~O_NONBLOCK);
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes));
	setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &timeout_ms, sizeof(timeout_ms));
	client->sink = sink;
	client->fd = fd;
	client->leaving = client->mid_stream = client->waits = false;
	client->slow = true;
	client->acknowledged = 0;
	client->begun = sink->awaits ? sink->taken - sink->n : sink->taken;
	client->queueing = NULL;
	for (unsigned i = 0; i < WEIR_TCP_SENDS; i++)
		client->sends[i].client = client;
	weir_address_text(address, client->name);
	sink->awaits = false;
	weir_info(sink->base.log, "%s: %s is connected", sink->base.uri, client->name);
	pump_all(sink);
	return 0;
}
