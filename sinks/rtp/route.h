/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_SINKS_RTP_ROUTE_H
#define WEIR_SINKS_RTP_ROUTE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

#include "sinks/rtp/options.h"

/* The sockets of a stream, and what is known of the way to its receiver. */
struct weir_rtp_route {
	int stream, control; /* connected, unless nothing leads there; control only where nobody
			      * answers */
	bool answered;
	struct sockaddr_storage to, control_to;
	socklen_t to_length;
	bool multicast;
	bool connected;
	bool local;    /* what is sent stays on this machine, where the kernel always copies */
	uint32_t mtu;  /* of a packet with all headers */
	uint32_t room; /* of those, for what follows UDP's header */
	uint64_t send_buffer;
	char address[64], source[64]; /* numeric; source is "" while nothing leads there */
	uint16_t port;
};

/* Finds the receiver and the way to it. -ENOENT, -EAGAIN: no such host (core/endpoint.h); -EINVAL:
 * no such device, or mtu= is more than the way takes; all logged. That nothing leads there now is
 * no error. */
int weir_rtp_route_open(const struct weir_rtp_options *options, const struct weir_log *log,
	struct weir_rtp_route *out);
void weir_rtp_route_close(struct weir_rtp_route *route);

/* Looks for the way anew. 0 or -errno, not logged. */
int weir_rtp_route_renew(struct weir_rtp_route *route);

/* What a packet may be on that way at present; 0: not known. */
uint32_t weir_rtp_route_mtu(const struct weir_rtp_route *route);

#endif
