/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_CAPTURE_V4L2_INPUT_H
#define WEIR_CAPTURE_V4L2_INPUT_H

#include "capture/v4l2/device.h"

/* Sockets of a device that has several, and what comes in by them. */

/* Chooses an input by number or by name, ignoring case. 0; -EINVAL, logged with those there are;
 * -EBUSY, … */
int weir_v4l2_set_input(struct weir_v4l2_device *device, const char *text);

/* DV timings: queries what comes in and sets it; 0 as well where the input has none. -ENOLINK: no
 * signal, or none that is understood, not logged; -EBUSY, …: logged. */
int weir_v4l2_lock_timings(struct weir_v4l2_device *device);

#endif
