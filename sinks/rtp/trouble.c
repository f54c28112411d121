/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <stdio.h>

#include "core/clock.h"
#include "core/log.h"
#include "sinks/rtp/sink.h"

/* Sends that fail. Nobody listening, a full queue, a cable that is out: none of these is the end of
 * a stream, and no packet is left out or sent before those that failed. */

#define FULL_NS (WEIR_NS_PER_S / 1000)
#define AWAY_NS (WEIR_NS_PER_S / 10)

static void try_again(struct weir_rtp_sink *sink, struct weir_rtp_train *train)
{
	train->next = NULL;
	*sink->again_end = train;
	sink->again_end = &train->next;
}

static void hold_over(struct weir_timer *timer)
{
	struct weir_rtp_sink *sink = timer->data;

	sink->held = false;
	if (sink->away) {
		weir_counter_add(&sink->base.syscalls, 5);
		if (weir_rtp_route_renew(&sink->route)) {
			weir_rtp_hold(sink, AWAY_NS);
			return;
		}
	}
	weir_rtp_pump(sink);
}

void weir_rtp_hold(struct weir_rtp_sink *sink, uint64_t ns)
{
	sink->held = true;
	weir_loop_arm(sink->host.loop, &sink->hold, weir_now_ns() + ns);
}

/* The error of a send before this one: it was consumed, so this one goes again at once. */
static void say_refused(struct weir_rtp_sink *sink)
{
	sink->refused++;
	if (sink->said_refused)
		return;
	sink->said_refused = true;
	weir_warn(sink->base.log,
		"%s: nobody listens there (ICMP port unreachable); sending on, a receiver may come",
		sink->base.uri);
}

static void say_full(struct weir_rtp_sink *sink, int error)
{
	char text[WEIR_ERRNO_TEXT];

	sink->stalls++;
	if (sink->said_full)
		return;
	sink->said_full = true;
	weir_warn(sink->base.log,
		"%s: the network's queue is full (%s): waiting for it; pace=spread sends less at "
		"once, net.core.wmem_max and a longer txqueuelen give it room",
		sink->base.uri, weir_errno_text(error, text));
}

static void say_away(struct weir_rtp_sink *sink, int error)
{
	char text[WEIR_ERRNO_TEXT];

	if (!sink->away)
		weir_warn(sink->base.log, "%s: nothing leads there: %s; waiting until it does",
			sink->base.uri, weir_errno_text(error, text));
	sink->away = error;
}

void weir_rtp_trouble_over(struct weir_rtp_sink *sink)
{
	if (sink->away)
		weir_info(
			sink->base.log, "%s: the way is back, frames leave again", sink->base.uri);
	sink->away = 0;
}

/* The device cannot sum up what it would have to cut, and no train gets through. */
static void say_single(struct weir_rtp_sink *sink)
{
	if (sink->most_segments > 1)
		weir_info(
			sink->base.log, "%s: the device takes single packets only", sink->base.uri);
	sink->most_segments = 1;
}

/* The way takes smaller packets than it did. One that is ours to choose is chosen anew. */
static int shrink(struct weir_rtp_sink *sink)
{
	uint32_t most = weir_rtp_route_mtu(&sink->route);

	if (sink->replanned)
		return 0;
	if (!sink->options.mtu && most >= 576 && most < sink->route.mtu) {
		weir_warn(sink->base.log, "%s: packets may be of %u bytes now, not of %u",
			sink->base.uri, most, sink->route.mtu);
		sink->route.room -= sink->route.mtu - most;
		sink->route.mtu = most;
		sink->replanned = true;
		sink->host.changed(sink->host.data, &sink->base);
		return 0;
	}
	weir_error(sink->base.log,
		"%s: packets of %u bytes are too large for the way there, which takes %u: use "
		"mtu=%u",
		sink->base.uri, sink->route.mtu, most, most);
	return -EMSGSIZE;
}

static bool is_too_large(const struct weir_rtp_sink *sink, int error)
{
	uint32_t most = error == -EINVAL ? weir_rtp_route_mtu(&sink->route) : 0;

	/* With segments, older kernels call it EINVAL. */
	return error == -EMSGSIZE || (most && (sink->replanned || most < sink->route.mtu));
}

static bool is_away(int error)
{
	switch (error) {
	case -ENETUNREACH:
	case -EHOSTUNREACH:
	case -ENETDOWN:
	case -EHOSTDOWN:
	case -ENODEV:
	case -ENXIO:
	case -EADDRNOTAVAIL:
	case -EDESTADDRREQ:
	case -EINVAL: /* the address that it was sent from is gone */
	case -EPERM:  /* a firewall: rules come and go */
		return true;
	default:
		return false;
	}
}

int weir_rtp_trouble(struct weir_rtp_sink *sink, struct weir_rtp_train *train, int error)
{
	char text[WEIR_ERRNO_TEXT];
	int err = 0;

	if (error == -ECONNREFUSED) {
		say_refused(sink);
	} else if (error == -EAGAIN || error == -ENOBUFS || error == -ENOMEM) {
		say_full(sink, error);
		weir_rtp_hold(sink, FULL_NS);
	} else if (error == -EIO && train->n > 1) {
		say_single(sink);
		return WEIR_RTP_CUT_ANEW;
	} else if (is_too_large(sink, error)) {
		err = shrink(sink);
	} else if (is_away(error)) {
		say_away(sink, error);
		weir_rtp_hold(sink, AWAY_NS);
	} else {
		weir_error(sink->base.log, "%s: cannot send: %s", sink->base.uri,
			weir_errno_text(error, text));
		err = error;
	}
	if (!err)
		try_again(sink, train);
	return err;
}

void weir_rtp_trouble_open(struct weir_rtp_sink *sink)
{
	sink->held = sink->replanned = false;
	sink->away = 0;
	sink->copied_in_a_row = 0;
	sink->hold = (struct weir_timer){ .fired = hold_over, .data = sink };
}
