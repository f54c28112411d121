/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <string.h>

#include "core/checked.h"
#include "core/clock.h"
#include "sinks/http/server.h"

/* Sends: text, and pictures. */

/* Below this, pinning pages costs more than copying them. */
#define ZERO_COPY_BYTES 16384

#define COPY_REASON "the kernel copies what is sent to a viewer"
#define LAG_REASON  "a viewer lags: the rest of its picture is sent from a copy"

static void done(struct weir_op *op, int64_t result);
static void sent(struct weir_op *op, int64_t result);

static bool without_copy(const struct weir_http_client *client, const struct weir_http_send *send)
{
	return client->server->zero_copy && client->remote && !client->copies &&
	       client->in_time >= WEIR_HTTP_IN_TIME && send->from_frame &&
	       send->total >= ZERO_COPY_BYTES;
}

static void lay_out(struct weir_http_send *send)
{
	struct weir_http_pieces *pieces = &send->pieces;

	*pieces = (struct weir_http_pieces){ .skip = send->done };
	for (unsigned i = 0; i < WEIR_COUNT(send->text); i++)
		weir_http_pieces_add(pieces, send->text[i].iov_base, send->text[i].iov_len);
	if (send->part)
		weir_http_part_pieces(send->part, send->dress, send->from_frame, pieces);
}

static int submit(struct weir_http_client *client, struct weir_http_send *send)
{
	int err;

	lay_out(send);
	send->op = (struct weir_op){
		.done = done,
		.sent = sent,
		.data = send,
		.io = WEIR_IO_SENDV,
		.fd = client->fd,
		.parts = send->pieces.at,
		.n_parts = send->pieces.n,
		.offset = WEIR_IO_NO_OFFSET,
		.zero_copy = send->part && without_copy(client, send),
		.whole = true,
	};
	err = weir_loop_submit(client->server->host.loop, &send->op);
	send->active = !err;
	return err;
}

static struct weir_http_send *free_send(struct weir_http_client *client)
{
	for (unsigned i = 0; i < WEIR_HTTP_SENDS; i++)
		if (!client->sends[i].active)
			return &client->sends[i];
	return NULL;
}

bool weir_http_send_is_idle(const struct weir_http_client *client)
{
	for (unsigned i = 0; i < WEIR_HTTP_SENDS; i++)
		if (client->sends[i].active)
			return false;
	return true;
}

bool weir_http_send_is_free(const struct weir_http_client *client)
{
	bool any = false;

	for (unsigned i = 0; i < WEIR_HTTP_SENDS; i++) {
		if (client->sends[i].active && !client->sends[i].queued)
			return false;
		any |= !client->sends[i].active;
	}
	return any;
}

static struct iovec piece(const char *text, size_t length)
{
	return (struct iovec){ (char *)(uintptr_t)text, length };
}

static int begin(struct weir_http_client *client, const struct weir_http_send *what)
{
	struct weir_http_send *send = free_send(client);

	if (!send)
		return -EBUSY;
	*send = *what;
	send->client = client;
	send->deadline_ns = weir_now_ns() + client->server->settings.stall_ns;
	lay_out(send);
	for (unsigned i = 0; i < send->pieces.n; i++)
		send->total += send->pieces.at[i].iov_len;
	return submit(client, send);
}

int weir_http_send_text(
	struct weir_http_client *client, const char *head, const char *body, size_t length)
{
	const struct weir_http_send send = {
		.text = { piece(head, strlen(head)), piece(body, length) },
	};

	return begin(client, &send);
}

int weir_http_send_part(struct weir_http_client *client, const char *head,
	struct weir_http_part *part, enum weir_http_dress dress)
{
	const struct weir_http_send send = {
		.text = { piece(head, head ? strlen(head) : 0) },
		.part = part,
		.dress = dress,
		.from_frame = true,
	};
	int err = begin(client, &send);

	if (!err) {
		part->refs++;
		part->users++;
	}
	return err;
}

/* ---- what comes of them ---- */

static void note(struct weir_http_server *server, struct weir_http_send *send, uint64_t bytes)
{
	bool copied = !send->op.zero_copy || send->op.copied;

	if (!copied) {
		weir_counter_add(&server->base.zero_copy_sends, 1);
		return;
	}
	send->client->copies |= send->op.zero_copy;
	weir_counter_add(&server->base.kernel_copied_sends, 1);
	if (server->running)
		server->host.copied(server->host.data, &server->base, bytes, COPY_REASON);
}

static void end(struct weir_http_send *send)
{
	struct weir_http_part *part = send->part;

	send->part = NULL;
	if (!part)
		return;
	part->arrived |= send->done == send->total;
	/* An end of CPU access that fails leaves nothing that could be done about it here; the
	 * frame counts as failed. */
	(void)weir_http_part_unref(part, send->from_frame);
}

static int go_on_from_copy(struct weir_http_server *server, struct weir_http_send *send)
{
	uint64_t bytes = 0;
	int err = weir_http_part_leave(send->part, &bytes);

	if (bytes)
		server->host.copied(server->host.data, &server->base, bytes, LAG_REASON);
	if (err == -ENOMEM)
		return err;
	send->from_frame = send->relieved = false;
	return 0;
}

/* For as long as there is no loop. 0, or what ends it. */
static int pause_send(struct weir_http_client *client, struct weir_http_send *send, int64_t result)
{
	int err = 0;

	if (result <= 0 && result != -ECANCELED)
		return result < 0 ? (int)result : -EIO;
	if (send->part && send->from_frame)
		err = go_on_from_copy(client->server, send);
	send->active = send->paused = !err;
	return err;
}

/* 0: it goes on; else what ends it. */
static int go_on(struct weir_http_client *client, struct weir_http_send *send, int64_t result)
{
	bool relieved = send->relieved && send->from_frame;
	int err = 0;

	if (result <= 0 && !(relieved && result == -ECANCELED))
		return result < 0 ? (int)result : -EIO;
	if (relieved)
		err = go_on_from_copy(client->server, send);
	return err ? err : submit(client, send);
}

static void done(struct weir_op *op, int64_t result)
{
	struct weir_http_send *send = op->data;
	struct weir_http_client *client = send->client;
	int err = -ECANCELED;

	send->active = send->queued = false;
	if (result > 0)
		send->done += (size_t)result;
	if (send->part && result > 0)
		note(client->server, send, (uint64_t)result);
	if (send->done < send->total && client->state != WEIR_HTTP_LEAVING) {
		err = client->server->paused ? pause_send(client, send, result)
					     : go_on(client, send, result);
		if (!err)
			return;
	}
	if (send->done == send->total)
		err = 0;
	end(send);
	if (err)
		weir_http_client_leave(client);
	weir_http_client_go_on(client);
}

/* The network may still have it: another picture may follow, of whatever is the newest then. */
static void sent(struct weir_op *op, int64_t result)
{
	struct weir_http_send *send = op->data;

	send->queued = result > 0 && send->done + (size_t)result == send->total;
}

/* ---- from one plan to the next ---- */

bool weir_http_send_can_pause(const struct weir_http_client *client)
{
	for (unsigned i = 0; i < WEIR_HTTP_SENDS; i++)
		if (client->sends[i].active && client->sends[i].op.zero_copy)
			return false; /* the network has the memory until it acknowledges */
	return true;
}

void weir_http_send_cancel(struct weir_http_client *client)
{
	for (unsigned i = 0; i < WEIR_HTTP_SENDS; i++) {
		struct weir_http_send *send = &client->sends[i];

		if (send->paused) {
			send->active = send->paused = false;
			end(send);
		} else if (send->active) {
			weir_loop_cancel(client->server->host.loop, &send->op);
		}
	}
}

int weir_http_send_resume(struct weir_http_client *client)
{
	int err = 0;

	for (unsigned i = 0; i < WEIR_HTTP_SENDS && !err; i++) {
		struct weir_http_send *send = &client->sends[i];

		if (!send->paused)
			continue;
		send->deadline_ns = weir_now_ns() + client->server->settings.stall_ns;
		err = submit(client, send);
		send->paused = err;
	}
	return err;
}
