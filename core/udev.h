/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_CORE_UDEV_H
#define WEIR_CORE_UDEV_H

#include <stdbool.h>

/* What udevd tells of the devices of a subsystem ("drm"): nothing more than that there was
 * something, since whoever wants to know looks for himself. */
struct weir_udev;

/* The descriptor to watch, which stays the monitor's, or -ENOENT: nobody tells here (no udevd, a
 * container, a build without libudev); -ENOMEM. */
int weir_udev_open(const char *subsystem, struct weir_udev **out);
void weir_udev_close(struct weir_udev *udev);

/* Takes what came. Whether there was anything. */
bool weir_udev_read(struct weir_udev *udev);

#endif
