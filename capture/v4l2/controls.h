/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_CAPTURE_V4L2_CONTROLS_H
#define WEIR_CAPTURE_V4L2_CONTROLS_H

#include <weir/source.h>

#include "capture/v4l2/device.h"

/* Sets "NAME=VALUE": names as v4l2-ctl shows them (lower case, underscores) or as the driver writes
 * them, values as numbers, true/false, or a menu's item by name; a button is pressed by any value.
 * 0; logged: -EINVAL: no such control (names the nearest) or a value out of its range (names the
 * range); -ENOTSUP: read-only, inactive, or of a kind that has no value in words; -EBUSY, … */
int weir_v4l2_set_control(struct weir_v4l2_device *device, const char *text);

/* All of them that have a value in words; the arrays are the caller's to release with …_free. */
int weir_v4l2_read_controls(
	struct weir_v4l2_device *device, struct weir_source_control **out, size_t *n);
void weir_v4l2_free_controls(struct weir_source_control *controls, size_t n);

#endif
