/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_CAPTURE_V4L2_CONTROL_H
#define WEIR_CAPTURE_V4L2_CONTROL_H

#include "capture/v4l2/device.h"

/* One control of a driver: its name and its values in words. */

#define WEIR_V4L2_CONTROL_NAME  48
#define WEIR_V4L2_CONTROL_RANGE 400

struct weir_v4l2_control {
	struct v4l2_query_ext_ctrl query;
	char name[WEIR_V4L2_CONTROL_NAME]; /* "white_balance_automatic" */
};

/* "White Balance, Automatic" as v4l2-ctl spells it, "white_balance_automatic". */
void weir_v4l2_control_name(const char *text, char name[WEIR_V4L2_CONTROL_NAME]);

/* The first control behind `id` (0: behind none) that has a value in words. 0, -ENOENT past the
 * last, or -errno; not logged. */
int weir_v4l2_next_control(
	struct weir_v4l2_device *device, uint32_t id, struct weir_v4l2_control *out);

/* "0 to 255, step 1, default 128", or a menu's items. */
const char *weir_v4l2_control_range(struct weir_v4l2_device *device,
	const struct weir_v4l2_control *control, char text[WEIR_V4L2_CONTROL_RANGE]);

/* What a menu calls item number `index`. 0, -ENOENT where it has none of that number, or -errno;
 * not logged. */
int weir_v4l2_menu_item(struct weir_v4l2_device *device, const struct weir_v4l2_control *control,
	int64_t index, char name[WEIR_V4L2_CONTROL_NAME]);

/* Reads a value out of what a user typed. 0; -EINVAL: no such value; or -errno of VIDIOC_QUERYMENU;
 * not logged. */
int weir_v4l2_parse_value(struct weir_v4l2_device *device, const struct weir_v4l2_control *control,
	const char *text, int64_t *out);

/* The value now, in words. 0 or -errno. */
int weir_v4l2_read_value(struct weir_v4l2_device *device, const struct weir_v4l2_control *control,
	char *text, size_t size);

#endif
