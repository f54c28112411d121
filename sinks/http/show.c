/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/clock.h"
#include "sinks/http/server.h"

/* Pictures and those who watch. A viewer that is still being sent one when the next comes misses
 * that next one; the newest is never kept waiting for it. */

#define MS (WEIR_NS_PER_S / 1000)

/* How long one that was given memory may keep it for itself. */
#define PATIENCE_NS (500 * MS)

static bool watches(const struct weir_http_client *client)
{
	return client->state == WEIR_HTTP_STREAMING || client->state == WEIR_HTTP_POSING ||
	       (client->state == WEIR_HTTP_ANSWERING && client->next == WEIR_HTTP_STREAMING);
}

bool weir_http_is_watched(const struct weir_http_server *server)
{
	for (size_t i = 0; i < server->n_clients; i++)
		if (watches(&server->clients[i]))
			return true;
	return false;
}

void weir_http_count(const struct weir_http_server *server, unsigned *viewers, unsigned *clients)
{
	*viewers = *clients = 0;
	for (size_t i = 0; i < server->n_clients; i++) {
		*viewers += server->clients[i].state == WEIR_HTTP_STREAMING;
		*clients += server->clients[i].state != WEIR_HTTP_FREE;
	}
}

/* ---- memory that is wanted back ---- */

/* What is not in the socket yet goes on from a copy; what the network has comes back with a reset
 * only. */
static void relieve(struct weir_http_send *send, uint64_t age_ns)
{
	struct weir_http_client *client = send->client;

	client->in_time = 0;
	if (!send->op.zero_copy) {
		if (!send->relieved)
			client->server->counts.lagged++;
		send->relieved = true;
		weir_loop_cancel(client->server->host.loop, &send->op);
	} else if (age_ns > PATIENCE_NS) {
		client->server->counts.thrown_out++;
		weir_http_client_leave(client);
	}
}

void weir_http_relieve(struct weir_http_server *server, uint64_t before_ns)
{
	uint64_t now = weir_now_ns();

	for (size_t i = 0; i < server->n_clients; i++) {
		for (unsigned j = 0; j < WEIR_HTTP_SENDS; j++) {
			struct weir_http_send *send = &server->clients[i].sends[j];

			if (send->active && send->part && send->from_frame &&
				send->part->began_ns < before_ns)
				relieve(send, now - send->part->began_ns);
		}
	}
}

static unsigned count_held(const struct weir_http_server *server)
{
	unsigned n = 0;

	for (size_t i = 0; i < server->n_parts; i++)
		n += server->parts[i].frame != NULL;
	return n;
}

/* ---- pictures ---- */

static struct weir_http_part *free_part(struct weir_http_server *server)
{
	for (size_t i = 0; i < server->n_parts; i++)
		if (!server->parts[i].refs)
			return &server->parts[i];
	return NULL;
}

static int pose(struct weir_http_client *client, struct weir_http_part *part)
{
	weir_http_head(client, 200, "image/jpeg", weir_http_part_bytes(part), "");
	client->state = WEIR_HTTP_SHOWING;
	if (client->reader.request.method == WEIR_HTTP_HEAD)
		return weir_http_send_text(client, client->head, "", 0);
	return weir_http_send_part(client, client->head, part, WEIR_HTTP_BARE);
}

static int show_to(struct weir_http_client *client, struct weir_http_part *part)
{
	if (client->state == WEIR_HTTP_POSING)
		return pose(client, part);
	if (client->state != WEIR_HTTP_STREAMING)
		return 0;
	if (!weir_http_send_is_free(client)) {
		client->in_time = 0;
		return 0;
	}
	client->in_time++;
	client->server->counts.pictures++;
	return weir_http_send_part(client, NULL, part, client->dress);
}

int weir_http_show(struct weir_http_server *server, struct weir_frame *frame)
{
	struct weir_http_part *part = free_part(server);
	int err = part ? weir_http_part_begin(part, frame) : 0;

	if (err || !part)
		return err;
	for (size_t i = 0; i < server->n_clients; i++)
		if (show_to(&server->clients[i], part))
			weir_http_client_leave(&server->clients[i]);
	err = weir_http_part_unref(part, true);
	/* The next frame needs a place: this one alone may stay. */
	if (!err && count_held(server) >= server->base.budget && server->base.budget > 1)
		weir_http_relieve(server, part->began_ns);
	return err;
}
