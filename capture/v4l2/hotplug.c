/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <poll.h>
#include <stdalign.h>
#include <stdlib.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "capture/v4l2/identity.h"

/* ---- udev ---- */

static void udev_ready(struct weir_watch *watch, uint32_t events)
{
	struct weir_v4l2_hotplug *hotplug = watch->data;

	(void)events;
	if (weir_udev_read(hotplug->monitor))
		hotplug->changed(hotplug->data);
}

static int open_udev(struct weir_v4l2_hotplug *hotplug)
{
	int fd = weir_udev_open("video4linux", &hotplug->monitor);

	if (fd < 0)
		return fd;
	hotplug->fd = fd;
	hotplug->watch.ready = udev_ready;
	return 0;
}

/* ---- inotify ---- */

static bool is_video(const struct inotify_event *event)
{
	return event->len && weir_v4l2_node_number(event->name) >= 0;
}

static void inotify_ready(struct weir_watch *watch, uint32_t events)
{
	struct weir_v4l2_hotplug *hotplug = watch->data;
	alignas(struct inotify_event) char buffer[4096];
	bool changed = false;
	ssize_t length;

	(void)events;
	while ((length = read(hotplug->fd, buffer, sizeof(buffer))) > 0) {
		for (ssize_t at = 0; at < length;) {
			const struct inotify_event *event = (const void *)(buffer + at);

			changed |= is_video(event) || (event->mask & IN_Q_OVERFLOW);
			at += (ssize_t)(sizeof(*event) + event->len);
		}
	}
	if (changed)
		hotplug->changed(hotplug->data);
}

/* IN_ATTRIB: udevd, when it runs outside of our container, sets the permissions after the node is
 * there. */
static int open_inotify(struct weir_v4l2_hotplug *hotplug)
{
	int err;

	hotplug->fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	if (hotplug->fd < 0)
		return -errno;
	if (inotify_add_watch(hotplug->fd, "/dev", IN_CREATE | IN_DELETE | IN_ATTRIB) < 0) {
		err = -errno;
		close(hotplug->fd);
		return err;
	}
	hotplug->watch.ready = inotify_ready;
	return 0;
}

int weir_v4l2_hotplug_open(struct weir_v4l2_hotplug *hotplug, struct weir_loop *loop,
	void (*changed)(void *data), void *data)
{
	int err;

	*hotplug = (struct weir_v4l2_hotplug){ .fd = -1, .changed = changed, .data = data };
	hotplug->watch.data = hotplug;
	err = open_udev(hotplug);
	if (err)
		err = open_inotify(hotplug);
	if (err)
		return err;
	hotplug->loop = loop;
	err = weir_loop_watch(loop, &hotplug->watch, hotplug->fd, POLLIN);
	if (err)
		weir_v4l2_hotplug_close(hotplug);
	return err;
}

int weir_v4l2_watch(struct weir_loop *loop, void (*changed)(void *data), void *data, void **out)
{
	struct weir_v4l2_hotplug *hotplug = calloc(1, sizeof(*hotplug));
	int err;

	if (!hotplug)
		return -ENOMEM;
	err = weir_v4l2_hotplug_open(hotplug, loop, changed, data);
	if (err)
		free(hotplug);
	else
		*out = hotplug;
	return err;
}

void weir_v4l2_unwatch(void *watch)
{
	weir_v4l2_hotplug_close(watch);
	free(watch);
}

void weir_v4l2_hotplug_close(struct weir_v4l2_hotplug *hotplug)
{
	if (!hotplug->loop)
		return;
	weir_loop_unwatch(hotplug->loop, &hotplug->watch);
	if (hotplug->monitor)
		weir_udev_close(hotplug->monitor);
	else
		close(hotplug->fd);
	hotplug->loop = NULL;
	hotplug->monitor = NULL;
}
