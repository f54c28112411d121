/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/udev.h"

#include <errno.h>
#include <stddef.h>

#ifdef WEIR_HAVE_LIBUDEV
#include <libudev.h>
#include <unistd.h>

/* struct weir_udev is never defined: it stands for libudev's monitor. */
static struct udev_monitor *monitor_of(struct weir_udev *udev)
{
	return (struct udev_monitor *)udev;
}

/* Events come by way of udevd: without it there are none. */
int weir_udev_open(const char *subsystem, struct weir_udev **out)
{
	struct udev_monitor *monitor;
	struct udev *udev;

	if (access("/run/udev/control", F_OK) < 0)
		return -ENOENT;
	udev = udev_new();
	if (!udev)
		return -ENOMEM;
	monitor = udev_monitor_new_from_netlink(udev, "udev");
	udev_unref(udev); /* the monitor has its own reference */
	if (!monitor)
		return -ENOENT;
	if (udev_monitor_filter_add_match_subsystem_devtype(monitor, subsystem, NULL) < 0 ||
		udev_monitor_enable_receiving(monitor) < 0) {
		udev_monitor_unref(monitor);
		return -ENOENT;
	}
	*out = (struct weir_udev *)monitor;
	return udev_monitor_get_fd(monitor);
}

void weir_udev_close(struct weir_udev *udev)
{
	udev_monitor_unref(monitor_of(udev));
}

bool weir_udev_read(struct weir_udev *udev)
{
	struct udev_device *device;
	bool any = false;

	/* ENOBUFS: more came than the kernel had room for, and some of it is behind that. */
	do {
		errno = 0;
		device = udev_monitor_receive_device(monitor_of(udev));
		any |= device || errno == ENOBUFS;
		udev_device_unref(device);
	} while (device || errno == ENOBUFS);
	return any;
}
#else
int weir_udev_open(const char *subsystem, struct weir_udev **out)
{
	(void)subsystem;
	(void)out;
	return -ENOENT;
}

void weir_udev_close(struct weir_udev *udev)
{
	(void)udev;
}

bool weir_udev_read(struct weir_udev *udev)
{
	(void)udev;
	return false;
}
#endif
