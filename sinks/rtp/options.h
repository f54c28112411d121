/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_SINKS_RTP_OPTIONS_H
#define WEIR_SINKS_RTP_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include <weir/log.h>

#include "core/endpoint.h"
#include "core/uri.h"

/* rtp://HOST:PORT?mtu=&pace=&send=&ttl=&iface=&payload=&ssrc=&sdp=&nack=&keep=&rtcp= */

#define WEIR_RTP_DEFAULT_PORT 5004u

/* Ways to send a frame, the best first. */
enum weir_rtp_way {
	WEIR_RTP_STRIDE, /* headers stand in the gaps between lines: runs of them as they lie */
	WEIR_RTP_GATHER, /* header, piece, header, piece …, from where they lie */
	WEIR_RTP_COPY,   /* the same, copied by the kernel: many more in one send */
	WEIR_RTP_PACK,   /* the same, copied by us: one run again, sent as it lies */
	WEIR_RTP_N_WAYS
};

/* With the CPU. */
static inline bool weir_rtp_is_copying(enum weir_rtp_way way)
{
	return way == WEIR_RTP_COPY || way == WEIR_RTP_PACK;
}

extern const char *const weir_rtp_ways[]; /* "stride" …, ended by NULL */

enum weir_rtp_pace { WEIR_RTP_SPREAD, WEIR_RTP_AT_ONCE };

struct weir_rtp_options {
	struct weir_endpoint endpoint;
	char iface[16];
	char *sdp;    /* owned; NULL: not asked for */
	uint32_t mtu; /* 0: the route's */
	uint32_t ttl; /* 0: the system's */
	enum weir_rtp_pace pace;
	bool is_forced;
	enum weir_rtp_way way; /* if it is forced */
	bool has_payload;
	uint8_t payload_type;
	bool has_ssrc;
	uint32_t ssrc;
	bool nack;     /* packets are sent again when a receiver asks for them … */
	uint32_t keep; /* … of so many frames that were sent */
	uint32_t rtcp; /* the port here that it asks at; 0: any */
};

extern const char *const weir_rtp_keys[];

/* 0, -EINVAL (logged) or -ENOMEM. */
int weir_rtp_read_options(
	const struct weir_uri *uri, const struct weir_log *log, struct weir_rtp_options *out);
void weir_rtp_finish_options(struct weir_rtp_options *options);

#endif
