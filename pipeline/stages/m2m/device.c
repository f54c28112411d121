/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pipeline/stages/m2m/device.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/log.h"

int weir_m2m_ioctl(struct weir_m2m_device *device, unsigned long request, void *arg)
{
	int result;

	do {
		device->syscalls++;
		result = ioctl(device->fd, request, arg);
	} while (result < 0 && errno == EINTR);
	return result < 0 ? -errno : 0;
}

/* To a pipeline they are wrong words, the copy policy, and a plan that does not hold. */
static int as_own(int error)
{
	return error == -EINVAL || error == -EPERM || error == -ESTALE ? -EIO : error;
}

int weir_m2m_fail(struct weir_m2m_device *device, const char *what, const char *side, int error)
{
	const char *remedy = weir_errno_remedy(error);
	char text[WEIR_ERRNO_TEXT];

	if (error == -ENODEV)
		remedy = "it was unplugged, or its driver was removed";
	else if (error == -EBUSY)
		remedy = "another program uses it";
	else if (error == -EFAULT)
		remedy = "it does not reach such memory: choose another kind (--memory)";
	weir_error(device->log, "%s on %s%s%s%s: %s%s%s", what, device->path, side ? " (" : "",
		side ? side : "", side ? ")" : "", weir_errno_text(error, text), remedy ? "; " : "",
		remedy ? remedy : "");
	return as_own(error);
}

static int refuse(struct weir_m2m_device *device, const char *what, int error)
{
	if (error == -ENOENT)
		weir_error(device->log,
			"there is no %s: v4l2-ctl --list-devices shows the codecs and converters",
			device->path);
	else if (error == -EACCES || error == -EPERM)
		weir_error(device->log,
			"no permission for %s: join its group (video), or add a udev rule with "
			"TAG+=\"uaccess\"",
			device->path);
	else
		return weir_m2m_fail(device, what, NULL, error);
	return error == -EPERM ? -EACCES : error;
}

static uint32_t caps_of(const struct v4l2_capability *caps)
{
	return caps->capabilities & V4L2_CAP_DEVICE_CAPS ? caps->device_caps : caps->capabilities;
}

/* Codecs from before there was V4L2_CAP_VIDEO_M2M say that they capture and output. */
static bool has_both(uint32_t caps, uint32_t m2m, uint32_t capture, uint32_t output)
{
	return caps & m2m || ((caps & capture) && (caps & output));
}

static int check_kind(struct weir_m2m_device *device, uint32_t caps)
{
	bool single =
		has_both(caps, V4L2_CAP_VIDEO_M2M, V4L2_CAP_VIDEO_CAPTURE, V4L2_CAP_VIDEO_OUTPUT);

	device->mplane = !single;
	if (!single && !has_both(caps, V4L2_CAP_VIDEO_M2M_MPLANE, V4L2_CAP_VIDEO_CAPTURE_MPLANE,
			       V4L2_CAP_VIDEO_OUTPUT_MPLANE)) {
		weir_error(device->log,
			"%s is no codec or converter, which takes frames and gives frames: "
			"v4l2-ctl --list-devices shows those there are",
			device->path);
		return -ENOTSUP;
	}
	if (!(caps & V4L2_CAP_STREAMING)) {
		weir_error(device->log, "%s has no buffers to share", device->path);
		return -ENOTSUP;
	}
	return 0;
}

static int check_node(struct weir_m2m_device *device)
{
	struct v4l2_capability caps = { .capabilities = 0 };
	int err = weir_m2m_ioctl(device, VIDIOC_QUERYCAP, &caps);

	if (err == -ENOTTY || err == -EINVAL) {
		weir_error(device->log, "%s is no video node", device->path);
		return -ENODEV;
	}
	return err ? refuse(device, "VIDIOC_QUERYCAP", err) : check_kind(device, caps_of(&caps));
}

/* Only a device is opened: opening a pipe or a tape would do something to it. */
static int open_node(struct weir_m2m_device *device)
{
	struct stat status;

	if (stat(device->path, &status) < 0)
		return refuse(device, "stat", -errno);
	if (!S_ISCHR(status.st_mode)) {
		weir_error(device->log, "%s is no device: codecs are /dev/videoN", device->path);
		return -ENODEV;
	}
	device->fd = open(device->path, O_RDWR | O_NONBLOCK | O_CLOEXEC);
	return device->fd < 0 ? refuse(device, "open", -errno) : 0;
}

static int make_pollable(struct weir_m2m_device *device)
{
	struct epoll_event events = { .events = EPOLLIN | EPOLLOUT | EPOLLPRI | EPOLLET };

	device->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (device->epoll < 0 || epoll_ctl(device->epoll, EPOLL_CTL_ADD, device->fd, &events) < 0)
		return refuse(device, "epoll", -errno);
	return 0;
}

/* EPOLLIN and its like are the numbers of POLLIN. */
uint32_t weir_m2m_device_poll(struct weir_m2m_device *device)
{
	struct epoll_event events = { .events = 0 };
	int n;

	device->syscalls++;
	n = epoll_wait(device->epoll, &events, 1, 0);
	return n > 0 ? events.events : 0;
}

int weir_m2m_device_open(struct weir_m2m_device *device)
{
	int err = open_node(device);

	if (!err)
		err = check_node(device);
	if (!err)
		err = make_pollable(device);
	if (err)
		weir_m2m_device_close(device);
	return err;
}

void weir_m2m_device_close(struct weir_m2m_device *device)
{
	if (device->epoll >= 0)
		close(device->epoll);
	if (device->fd >= 0)
		close(device->fd);
	device->fd = device->epoll = -1;
}
