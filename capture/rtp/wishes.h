/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_CAPTURE_RTP_WISHES_H
#define WEIR_CAPTURE_RTP_WISHES_H

#include <net/if.h>
#include <stdbool.h>
#include <stdint.h>

#include <weir/format.h>

#include "capture/rtp/address.h"
#include "core/rtp/sdp.h"
#include "core/uri.h"

/* What the URI, and the session description that it names, say. */

enum weir_rtp_lost { WEIR_RTP_LOST_KEEP, WEIR_RTP_LOST_BLACK, WEIR_RTP_LOST_DROP };

struct weir_rtp_wishes {
	union weir_rtp_address address; /* to receive at: ours, or a group's */
	union weir_rtp_address from;
	bool has_from;
	char iface[IF_NAMESIZE];
	enum weir_rtp_payload payload;
	uint8_t payload_type;
	uint32_t jitter_ms;
	enum weir_rtp_lost lost;
	char sprop[WEIR_SDP_SPROP]; /* H.264: its parameter sets; "" if not told */
	struct weir_video video; /* settled in full */
};

/* 0, or -EINVAL, -ENOTSUP, or what opening the file gave; logged. */
int weir_rtp_wishes_read(struct weir_rtp_wishes *wishes, const struct weir_uri *uri,
	const struct weir_video *wanted, const struct weir_log *log);

/* The URI that says all of it. The caller's to free; NULL: no memory. */
char *weir_rtp_wishes_uri(const struct weir_rtp_wishes *wishes);

extern const char *const weir_rtp_options[];

#endif
