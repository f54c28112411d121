/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <linux/tcp.h> /* the C library's struct tcp_info is an old one */
#include <netinet/in.h>

#include "core/clock.h"
#include "sinks/tcp/state.h"

/* Clients that take nothing: they hold frames, and are thrown out. */

/* How long one may take nothing while it holds what others wait for. */
#define JAM_NS (WEIR_NS_PER_S / 2)

/* Whether there was something new, one system call each. */
static void look_for_progress(struct weir_tcp_client *client, uint64_t now)
{
	struct tcp_info info = { 0 };
	socklen_t length = sizeof(info);

	weir_counter_add(&client->sink->base.syscalls, 1);
	if (getsockopt(client->fd, IPPROTO_TCP, TCP_INFO, &info, &length) < 0)
		return;
	if (info.tcpi_bytes_acked != client->acknowledged)
		client->moved_ns = now;
	client->acknowledged = info.tcpi_bytes_acked;
}

/* Somebody has nothing to do but wait for what others hold. */
static bool is_jammed(const struct weir_tcp_sink *sink)
{
	uint32_t places = 0;
	bool idle = false, waits = false;

	for (unsigned i = 0; i < sink->n_clients; i++) {
		const struct weir_tcp_client *client = &sink->clients[i];

		places |= weir_tcp_holds(client);
		if (!weir_tcp_is_here(client) || client->in_flight)
			continue;
		idle = true;
		waits |= client->waits;
	}
	return waits || (idle && __builtin_popcount(places) >= (int)sink->base.budget);
}

void weir_tcp_look(struct weir_timer *timer)
{
	struct weir_tcp_sink *sink = timer->data;
	uint64_t now = weir_now_ns(), patience = sink->timeout_ns;
	bool again = false;

	if (is_jammed(sink) && patience > JAM_NS)
		patience = JAM_NS;
	for (unsigned i = 0; i < sink->n_clients && sink->running; i++) {
		struct weir_tcp_client *client = &sink->clients[i];

		if (!weir_tcp_is_here(client) || !client->in_flight)
			continue;
		again = true;
		look_for_progress(client, now);
		if (now - client->moved_ns > patience)
			weir_tcp_lose(client, -ETIMEDOUT);
	}
	if (again && sink->running)
		weir_loop_arm(sink->host.loop, timer, now + WEIR_TCP_LOOK_NS);
}
