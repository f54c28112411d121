/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include "core/clock.h"
#include "core/rtp/rtcp.h"
#include "sinks/rtp/sink.h"

/* What receivers say: which packets they miss. Everything is possible there: a turn of the loop
 * reads little of it, and then none for a while. */

#define MOST_MESSAGES 32
#define MOST_ASKED    2000 /* packets, by all of those */
#define MOST_BYTES    1500
#define REST_NS       (WEIR_NS_PER_S / 1000)

/* A group's members are known to nobody. What is sent again goes to the group, so that nothing is
 * gained by asking in the name of another. */
static bool is_receiver(
	const struct weir_rtp_route *route, const struct sockaddr_storage *from, socklen_t length)
{
	const struct sockaddr_storage *to = &route->control_to;

	if (route->multicast)
		return true;
	if (length < route->to_length || from->ss_family != to->ss_family)
		return false;
	if (to->ss_family == AF_INET6)
		return IN6_ARE_ADDR_EQUAL(&((const struct sockaddr_in6 *)from)->sin6_addr,
			&((const struct sockaddr_in6 *)to)->sin6_addr);
	return ((const struct sockaddr_in *)from)->sin_addr.s_addr ==
	       ((const struct sockaddr_in *)to)->sin_addr.s_addr;
}

static void missing(void *data, uint32_t ssrc, uint16_t sequence)
{
	struct weir_rtp_sink *sink = data;

	sink->resends.asked_now++;
	weir_rtp_ask(sink, ssrc, sequence);
}

/* Whether there was a message. */
static bool read_one(struct weir_rtp_sink *sink)
{
	const struct weir_rtcp_reader reader = { .data = sink, .missing = missing };
	struct sockaddr_storage from = { 0 };
	socklen_t length = sizeof(from);
	uint8_t packet[MOST_BYTES];
	ssize_t bytes = recvfrom(sink->route.control, packet, sizeof(packet), MSG_DONTWAIT,
		(struct sockaddr *)&from, &length);

	weir_counter_add(&sink->base.syscalls, 1);
	if (bytes < 0)
		return false;
	if (is_receiver(&sink->route, &from, length))
		weir_rtcp_read(packet, (size_t)bytes, &reader); /* whatever it is worth */
	else
		sink->resends.foreign++;
	return true;
}

static void on_messages(struct weir_watch *watched, uint32_t events)
{
	struct weir_rtp_sink *sink = watched->data;
	unsigned n = 0;

	(void)events;
	sink->resends.asked_now = 0;
	while (n < MOST_MESSAGES && sink->resends.asked_now < MOST_ASKED && read_one(sink))
		n++;
	if (n == MOST_MESSAGES || sink->resends.asked_now >= MOST_ASKED) {
		weir_loop_unwatch(sink->host.loop, watched);
		weir_loop_arm(sink->host.loop, &sink->resends.rest, weir_now_ns() + REST_NS);
	}
	weir_rtp_pump(sink);
}

static void rested(struct weir_timer *timer)
{
	struct weir_rtp_sink *sink = timer->data;

	/* Without it the stream goes on, and nobody's questions are answered. */
	(void)!weir_loop_watch(sink->host.loop, &sink->resends.watch, sink->route.control, POLLIN);
}

int weir_rtp_feedback_open(struct weir_rtp_sink *sink)
{
	struct weir_rtp_resends *resends = &sink->resends;

	if (!resends->on)
		return 0;
	resends->watch = (struct weir_watch){ .ready = on_messages, .data = sink };
	resends->rest = (struct weir_timer){ .fired = rested, .data = sink };
	return weir_loop_watch(sink->host.loop, &resends->watch, sink->route.control, POLLIN);
}

void weir_rtp_feedback_close(struct weir_rtp_sink *sink)
{
	if (!sink->resends.on)
		return;
	weir_loop_unwatch(sink->host.loop, &sink->resends.watch);
	weir_loop_disarm(sink->host.loop, &sink->resends.rest);
}
