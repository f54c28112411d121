/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_CAPTURE_RTP_SETTLE_H
#define WEIR_CAPTURE_RTP_SETTLE_H

#include "core/rtp/sdp.h"
#include "core/uri.h"

/* The picture in full: what is wanted, else what the description tells. 0, -EINVAL or -ENOTSUP,
 * logged. */
int weir_rtp_settle(const struct weir_video *wanted, const struct weir_sdp *sdp,
	const struct weir_log *log, struct weir_video *out);

#endif
