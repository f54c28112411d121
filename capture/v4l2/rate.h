/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_CAPTURE_V4L2_RATE_H
#define WEIR_CAPTURE_V4L2_RATE_H

#include "capture/v4l2/negotiate.h"

/* Brings the rate of out->raw near to `wanted` ({ 0, 0 }: as weir_v4l2_negotiate() says) and puts
 * what became of it into out->video.rate, { 0, 0 } where nobody knows, and out->has_rate. Never an
 * error: a rate that is not to be had is told. */
void weir_v4l2_settle_rate(
	struct weir_v4l2_device *device, struct weir_rate wanted, struct weir_v4l2_format *out);

/* Sets a rate; *rate comes back as what the driver made of it. 0; -ENOTTY: it paces by other means.
 */
int weir_v4l2_set_rate(struct weir_v4l2_device *device, struct weir_rate *rate);

#endif
