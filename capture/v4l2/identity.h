/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_CAPTURE_V4L2_IDENTITY_H
#define WEIR_CAPTURE_V4L2_IDENTITY_H

#include <weir/device.h>

#include "core/loop.h"

/* Which camera it is, whatever number its node has today: by udev where the build and the machine have
 * it, else by sysfs. */
struct weir_v4l2_identity {
	char serial[128];  /* ID_SERIAL or the like; "" when there is none */
	char by_id[160];   /* names below /dev/v4l/by-id and by-path; "" when there are none */
	char by_path[160];
	char sysfs[256];   /* of the parent device: last resort, stable while it stays plugged */
	unsigned index;    /* of the node among those of its device */
};

int weir_v4l2_identify(const char *path, struct weir_v4l2_identity *out);

/* The node that this camera has now: same serial and index, else same by-path, else same parent device.
 * 0 or -ENODEV. */
int weir_v4l2_locate(const struct weir_v4l2_identity *identity, char *path, size_t size);

/* "0", "/dev/video0", "by-id/…", "by-path/…", "/dev/v4l/…": the node to open. 0 or -EINVAL, -ENODEV,
 * not logged. */
int weir_v4l2_resolve(const char *text, char *path, size_t size);
bool weir_v4l2_claims(const char *text);

/* Every node that can capture. */
int weir_v4l2_list(int (*found)(void *data, const struct weir_device *device), void *data);

/* Plug and unplug events of video nodes (udev, or inotify on /dev). Zeroed before open. */
struct weir_v4l2_hotplug {
	struct weir_watch watch;
	struct weir_loop *loop;
	void *monitor; /* of udev, or NULL */
	void (*changed)(void *data);
	void *data;
};

/* Calls `changed` on the loop's thread when a video node came or went. 0 or -errno. */
int weir_v4l2_hotplug_open(struct weir_v4l2_hotplug *hotplug, struct weir_loop *loop,
	void (*changed)(void *data), void *data);
void weir_v4l2_hotplug_close(struct weir_v4l2_hotplug *hotplug);

#endif
