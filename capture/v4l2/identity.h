/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_CAPTURE_V4L2_IDENTITY_H
#define WEIR_CAPTURE_V4L2_IDENTITY_H

#include <weir/device.h>

#include "core/loop.h"
#include "core/udev.h"

/* Which camera it is, whatever number its node has today: by sysfs and by udev's links in /dev/v4l,
 * which need neither udevd nor its library. */
struct weir_v4l2_identity {
	char name[64];    /* of the node, as the driver calls it */
	char serial[160]; /* "vendor:product:serial" of a USB device; "" when there is none */
	char by_id[160];  /* names below /dev/v4l/by-id and by-path; "" when there are none */
	char by_path[160];
	char sysfs[256]; /* of the parent device: the socket that it is plugged into */
	unsigned index;  /* of the node among those of its device */
};

int weir_v4l2_identify(const char *path, struct weir_v4l2_identity *out);

/* The node that this camera has now: the same name and index of a device with the same serial (the
 * one in the same socket where several have it) or, where there is none, in the same socket. 0 or
 * -ENODEV. */
int weir_v4l2_locate(const struct weir_v4l2_identity *identity, char *path, size_t size);

/* "0", "/dev/video0", "by-id/…", "by-path/…", "/dev/v4l/…": the node to open, links resolved. 0 or
 * -EINVAL (no such form), -ENODEV; not logged. */
int weir_v4l2_resolve(const char *text, char *path, size_t size);

/* The number of "videoN", or -1. */
int weir_v4l2_node_number(const char *name);
bool weir_v4l2_claims(const char *text);

/* Every node that can capture, in the order of their numbers. */
int weir_v4l2_list(int (*found)(void *data, const struct weir_device *device), void *data);

/* Plug and unplug events of video nodes: from udev where the build has libudev and udevd runs, so
 * that links and permissions are in place when they come, else from inotify on /dev. Zeroed before
 * open. */
struct weir_v4l2_hotplug {
	struct weir_watch watch;
	struct weir_loop *loop;
	struct weir_udev *monitor; /* or NULL */
	int fd; /* of the monitor, whose it is, or of inotify; owned then */
	void (*changed)(void *data);
	void *data;
};

/* Calls `changed` on the loop's thread when a video node came or went. 0 or -errno. */
int weir_v4l2_hotplug_open(struct weir_v4l2_hotplug *hotplug, struct weir_loop *loop,
	void (*changed)(void *data), void *data);
void weir_v4l2_hotplug_close(struct weir_v4l2_hotplug *hotplug);

/* The same for weir_device_watch(): as impl->watch and unwatch. */
int weir_v4l2_watch(struct weir_loop *loop, void (*changed)(void *data), void *data, void **out);
void weir_v4l2_unwatch(void *watch);

#endif
