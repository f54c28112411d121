/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_CORE_RTP_SDP_VALUES_H
#define WEIR_CORE_RTP_SDP_VALUES_H

#include <stdbool.h>

#include "core/rtp/sdp.h"

/* Pieces of a session description, for its parser: texts without an end of their own. */

#define WEIR_SDP_STATIC_JPEG 26 /* the payload type that needs no a=rtpmap */

struct weir_sdp_text {
	const char *at, *end;
};

/* What stands before the separator, or all of it; *text is what stands behind. A word ends with
 * spaces, and none before it count. */
struct weir_sdp_text weir_sdp_cut(struct weir_sdp_text *text, char separator);
struct weir_sdp_text weir_sdp_word(struct weir_sdp_text *text);
struct weir_sdp_text weir_sdp_trim(struct weir_sdp_text text);

bool weir_sdp_is(struct weir_sdp_text text, const char *word);

/* False when it does not fit; then *out is empty. Control characters become '?'. */
bool weir_sdp_copy(struct weir_sdp_text text, char *out, size_t size);

/* Digits and nothing else. */
bool weir_sdp_number(struct weir_sdp_text text, uint64_t max, uint64_t *out);

/* A rate that cannot be read stays as it was. */
bool weir_sdp_rate(struct weir_sdp_text text, struct weir_rate *out);

/* How much of it is shown in a message, for "%.*s". */
int weir_sdp_width(struct weir_sdp_text text);

/* What an uncompressed stream says of itself, until all of it is there. */
struct weir_sdp_raw {
	char sampling[32];
	uint64_t depth;
	bool interlaced;
};

/* One parameter of a=fmtp; those that weir does not know are passed over. False: a value that
 * cannot be. */
bool weir_sdp_parameter(struct weir_sdp *sdp, struct weir_sdp_raw *raw, struct weir_sdp_text key,
	struct weir_sdp_text value);

/* Puts them together. 0, or -ENOTSUP with what weir does not receive in `why`. */
int weir_sdp_settle(struct weir_sdp *sdp, const struct weir_sdp_raw *raw, char *why, size_t size);

#endif
