/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_CAPTURE_V4L2_SIZES_H
#define WEIR_CAPTURE_V4L2_SIZES_H

#include <weir/format.h>

#include "capture/v4l2/device.h"

/* What a driver enumerates: number `index` into *out; -ENOENT or false past the last, of which no
 * broken driver has more than WEIR_V4L2_MAX_ENUM. */
#define WEIR_V4L2_MAX_ENUM 256

int weir_v4l2_enum_format(
	struct weir_v4l2_device *device, uint32_t index, struct v4l2_fmtdesc *out);
bool weir_v4l2_enum_size(struct weir_v4l2_device *device, uint32_t pixelformat, uint32_t index,
	struct v4l2_frmsizeenum *out);
bool weir_v4l2_enum_interval(struct weir_v4l2_device *device, uint32_t pixelformat, uint32_t width,
	uint32_t height, uint32_t index, struct v4l2_frmivalenum *out);

/* { 0, 0 } for an interval that says nothing. */
struct weir_rate weir_v4l2_rate_of(const struct v4l2_fract *interval);

/* What `wanted` becomes in a range, or the one rate of a discrete interval. */
struct weir_rate weir_v4l2_rate_in(const struct v4l2_frmivalenum *entry, struct weir_rate wanted);

#define WEIR_V4L2_MAX_RATES 64

/* Those of a size: slowest first, or a range without any that could be counted. */
struct weir_v4l2_rates {
	struct weir_rate slowest, fastest;
	struct weir_rate list[WEIR_V4L2_MAX_RATES];
	size_t n;
};

/* False where the driver does not say. */
bool weir_v4l2_read_rates(struct weir_v4l2_device *device, uint32_t pixelformat, uint32_t width,
	uint32_t height, struct weir_v4l2_rates *out);

/* The rate of that size that is nearest to `wanted`; false where the driver does not say. */
bool weir_v4l2_nearest_rate(struct weir_v4l2_device *device, uint32_t pixelformat, uint32_t width,
	uint32_t height, struct weir_rate wanted, struct weir_rate *out);

/* -1, 0, 1 as a is slower than, the same as, faster than b. */
int weir_v4l2_compare_rates(struct weir_rate a, struct weir_rate b);

#endif
