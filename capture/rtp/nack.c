/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "capture/rtp/nack.h"

#include <errno.h>
#include <netinet/udp.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/random.h>
#include <unistd.h>

#include "capture/rtp/socket.h"
#include "capture/rtp/source.h"
#include "core/clock.h"
#include "core/rtp/rtcp.h"

#ifndef UDP_GRO
#define UDP_GRO 104
#endif

#define REPORTS      8 /* that a turn of the loop reads */
#define REPORT_BYTES 1500
#define BUFFER       (64u << 10)

/* Questions of one turn: so many messages, each of as many packets as fit it however far apart they
 * are. */
#define MESSAGES 4
#define PACKETS  120

#define PAUSE_NS (WEIR_NS_PER_S / 1000) /* between turns, at least */
#define LATE_NS  (WEIR_NS_PER_S / 200)

/* ---- whom to ask ---- */

static void note_report(void *data, const struct weir_rtcp_report *report)
{
	*(uint32_t *)data = report->ssrc;
}

/* What comes before the stream does is kept, for the one whose it may be. */
static void take_report(struct weir_rtp_source *source, const union weir_rtp_address *from,
	const uint8_t *packet, size_t length)
{
	const struct weir_rtp_sender *sender = &source->sender;
	uint32_t ssrc = ~sender->ssrc;
	const struct weir_rtcp_reader reader = { .data = &ssrc, .report = note_report };

	weir_rtcp_read(packet, length, &reader);
	if (sender->locked &&
		(ssrc != sender->ssrc || !weir_rtp_address_same_host(from, &sender->address)))
		return;
	source->nack.sender = ssrc;
	source->nack.to = *from;
}

static void on_reports(struct weir_watch *watched, uint32_t events)
{
	struct weir_rtp_source *source = watched->data;
	uint8_t packet[REPORT_BYTES];

	(void)events;
	for (unsigned i = 0; i < REPORTS; i++) {
		union weir_rtp_address from = { 0 };
		socklen_t length = sizeof(from);
		ssize_t bytes = recvfrom(
			source->nack.fd, packet, sizeof(packet), MSG_DONTWAIT, &from.any, &length);

		weir_counter_add(&source->base.syscalls, 1);
		if (bytes < 0)
			return;
		take_report(source, &from, packet, (size_t)bytes);
	}
}

static void set_port(
	union weir_rtp_address *to, const struct weir_rtp_sender *sender, uint16_t port)
{
	*to = sender->address;
	to->v4.sin_port = htons(port); /* at one place in both families */
}

/* Where to, or NULL: nobody knows. */
static const union weir_rtp_address *whom(struct weir_rtp_source *source)
{
	struct weir_rtp_nack *nack = &source->nack;
	const struct weir_rtp_sender *sender = &source->sender;

	if (!sender->locked)
		return NULL;
	if (source->wishes.rtcp_port) {
		set_port(&nack->to, sender, source->wishes.rtcp_port);
		return &nack->to;
	}
	if (nack->sender == sender->ssrc && weir_rtp_address_same_host(&nack->to, &sender->address))
		return &nack->to;
	/* By custom, until a report tells. */
	set_port(&nack->to, sender, (uint16_t)(ntohs(sender->address.v4.sin_port) + 1));
	return &nack->to;
}

/* ---- asking ---- */

static void send_questions(struct weir_rtp_source *source, const union weir_rtp_address *to,
	const uint16_t *sequences, size_t n)
{
	const struct weir_rtp_nack *nack = &source->nack;
	uint8_t packet[WEIR_RTCP_MAX];

	for (size_t at = 0; at < n; at += PACKETS) {
		int length = weir_rtcp_write_nack(packet, sizeof(packet), nack->ssrc,
			source->sender.ssrc, sequences + at, n - at < PACKETS ? n - at : PACKETS);

		/* One that does not leave is as one that is lost. */
		(void)!sendto(nack->fd, packet, (size_t)length, MSG_DONTWAIT | MSG_NOSIGNAL,
			&to->any, weir_rtp_address_length(to));
		weir_counter_add(&source->base.syscalls, 1);
	}
}

static void ask(struct weir_timer *timer)
{
	struct weir_rtp_source *source = timer->data;
	const union weir_rtp_address *to = whom(source);
	uint16_t sequences[MESSAGES * PACKETS];
	uint64_t now = weir_now_ns(), next, least = now + PAUSE_NS;
	/* After a standstill of ours, what is missing may be there and not received yet. */
	bool late = now > timer->deadline_ns + LATE_NS;
	size_t n = weir_missing_due(
		source->nack.missing, now, sequences, to && !late ? MESSAGES * PACKETS : 0, &next);

	if (to)
		send_questions(source, to, sequences, n);
	if (next)
		weir_loop_arm(source->host.loop, timer, next > least ? next : least);
}

void weir_rtp_nack_gap(struct weir_rtp_source *source, uint32_t first, uint32_t n, uint64_t now)
{
	struct weir_rtp_nack *nack = &source->nack;

	if (!nack->hold_ns)
		return;
	weir_missing_note(nack->missing, first, n, now, now + nack->hold_ns);
	if (!nack->ask.loop.index)
		weir_loop_arm(source->host.loop, &nack->ask, now + WEIR_MISSING_REORDER_NS);
}

void weir_rtp_nack_restart(struct weir_rtp_source *source)
{
	if (source->nack.hold_ns)
		weir_missing_clear(source->nack.missing, source->nack.hold_ns);
}

/* ---- beginning and end ---- */

/* The port after the stream's, as ever. */
static int open_socket(struct weir_rtp_source *source)
{
	struct weir_rtp_wishes wishes = source->wishes;
	int off = 0;
	int err;

	wishes.address.v4.sin_port = htons((uint16_t)(ntohs(wishes.address.v4.sin_port) + 1));
	err = weir_rtp_socket_open(&wishes, BUFFER, source->base.log, &source->nack.fd);
	if (!err)
		(void)setsockopt(source->nack.fd, SOL_UDP, UDP_GRO, &off, sizeof(off));
	return err;
}

int weir_rtp_nack_open(struct weir_rtp_source *source)
{
	struct weir_rtp_nack *nack = &source->nack;

	if (!nack->hold_ns)
		return 0;
	if (getrandom(&nack->ssrc, sizeof(nack->ssrc), 0) != sizeof(nack->ssrc))
		return -EIO;
	nack->to = (union weir_rtp_address){ 0 };
	nack->missing = calloc(1, sizeof(*nack->missing));
	if (!nack->missing)
		return -ENOMEM;
	weir_rtp_nack_restart(source);
	return open_socket(source);
}

int weir_rtp_nack_listen(struct weir_rtp_source *source)
{
	struct weir_rtp_nack *nack = &source->nack;

	if (!nack->hold_ns)
		return 0;
	nack->watch = (struct weir_watch){ .ready = on_reports, .data = source };
	nack->ask = (struct weir_timer){ .fired = ask, .data = source };
	return weir_loop_watch(source->host.loop, &nack->watch, nack->fd, POLLIN);
}

void weir_rtp_nack_ignore(struct weir_rtp_source *source)
{
	if (!source->nack.hold_ns)
		return;
	weir_loop_unwatch(source->host.loop, &source->nack.watch);
	weir_loop_disarm(source->host.loop, &source->nack.ask);
}

void weir_rtp_nack_close(struct weir_rtp_source *source)
{
	if (source->nack.fd >= 0)
		close(source->nack.fd);
	source->nack.fd = -1;
	free(source->nack.missing);
	source->nack.missing = NULL;
}
