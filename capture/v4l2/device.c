/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "capture/v4l2/device.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#ifdef WEIR_HAVE_LIBV4L2
#include <libv4l2.h>
#endif

#include "core/log.h"
#include "core/node.h"

/* ---- the one place that knows libv4l2 ---- */

#ifdef WEIR_HAVE_LIBV4L2
/* Its plugin for multi-planar devices would hide their planes: those stay with the kernel alone. */
static void load_plugins(struct weir_v4l2_device *device)
{
	device->plugins = !weir_v4l2_is_mplane(device) &&
			  v4l2_fd_open(device->fd, V4L2_DISABLE_CONVERSION) == device->fd;
}

static int call(const struct weir_v4l2_device *device, unsigned long request, void *arg)
{
	switch (request) {
	case VIDIOC_REQBUFS:
	case VIDIOC_QUERYBUF:
	case VIDIOC_EXPBUF:
	case VIDIOC_QBUF:
	case VIDIOC_DQBUF:
	case VIDIOC_STREAMON:
	case VIDIOC_STREAMOFF:
		return ioctl(device->fd, request, arg);
	}
	return device->plugins ? v4l2_ioctl(device->fd, request, arg)
			       : ioctl(device->fd, request, arg);
}

static void close_fd(const struct weir_v4l2_device *device)
{
	if (device->plugins)
		v4l2_close(device->fd);
	else
		close(device->fd);
}
#else
static void load_plugins(struct weir_v4l2_device *device)
{
	device->plugins = false;
}

static int call(const struct weir_v4l2_device *device, unsigned long request, void *arg)
{
	return ioctl(device->fd, request, arg);
}

static void close_fd(const struct weir_v4l2_device *device)
{
	close(device->fd);
}
#endif

int weir_v4l2_ioctl(struct weir_v4l2_device *device, unsigned long request, void *arg)
{
	int result;

	do {
		if (device->syscalls)
			weir_counter_add(device->syscalls, 1);
		result = call(device, request, arg);
	} while (result < 0 && errno == EINTR);
	return result < 0 ? -errno : 0;
}

int weir_v4l2_or_end(int error)
{
	return error == -EINVAL || error == -ENOTTY ? -ENOENT : error;
}

void *weir_v4l2_mmap(struct weir_v4l2_device *device, size_t length, int64_t offset)
{
	return mmap(NULL, length, PROT_READ | PROT_WRITE, MAP_SHARED, device->fd, offset);
}

int weir_v4l2_munmap(void *memory, size_t length)
{
	return munmap(memory, length);
}

/* ---- what goes wrong ---- */

int weir_v4l2_fail(struct weir_v4l2_device *device, const char *what, int error)
{
	char text[WEIR_ERRNO_TEXT], holder[160];

	weir_errno_text(error, text);
	if (error != -EBUSY)
		weir_error(device->log, "%s on %s: %s", what, device->path, text);
	else if (weir_node_holder(device->path, holder, sizeof(holder)))
		weir_error(
			device->log, "%s on %s: %s, held by %s", what, device->path, text, holder);
	else
		weir_error(device->log,
			"%s on %s: %s, held by a program that only root can see: sudo fuser -v %s",
			what, device->path, text, device->path);
	return error;
}

void weir_v4l2_access_remedy(const char *path, char *text, size_t size)
{
	weir_node_remedy(path, "SUBSYSTEM==\"video4linux\"", "video", text, size);
}

static int refuse(struct weir_v4l2_device *device, const char *what, int error)
{
	char remedy[160];

	switch (error) {
	case -ENOENT:
		weir_error(device->log, "there is no %s: weir list shows the cameras there are",
			device->path);
		return error;
	case -EACCES:
	case -EPERM:
		weir_v4l2_access_remedy(device->path, remedy, sizeof(remedy));
		weir_error(device->log, "no permission for %s: %s", device->path, remedy);
		return -EACCES;
	case -ENXIO:
	case -ENODEV:
		weir_error(device->log, "%s: the camera is gone: weir list shows those there are",
			device->path);
		return -ENODEV;
	default:
		return weir_v4l2_fail(device, what, error);
	}
}

/* ---- what kind of node it is ---- */

uint32_t weir_v4l2_caps(const struct v4l2_capability *caps)
{
	return caps->capabilities & V4L2_CAP_DEVICE_CAPS ? caps->device_caps : caps->capabilities;
}

const char *weir_v4l2_not_a_camera(uint32_t caps)
{
	const uint32_t capture = V4L2_CAP_VIDEO_CAPTURE | V4L2_CAP_VIDEO_CAPTURE_MPLANE;
	const uint32_t output = V4L2_CAP_VIDEO_OUTPUT | V4L2_CAP_VIDEO_OUTPUT_MPLANE;
	const uint32_t m2m = V4L2_CAP_VIDEO_M2M | V4L2_CAP_VIDEO_M2M_MPLANE;

	/* Codecs from before there was V4L2_CAP_VIDEO_M2M say both. */
	if (caps & m2m || ((caps & capture) && (caps & output)))
		return "a codec or converter: it gives back the frames that it is fed";
	if (caps & output)
		return "an output: frames go into it";
	if (caps & V4L2_CAP_TOUCH)
		return "a touch sensor";
	if (caps & (V4L2_CAP_META_CAPTURE | V4L2_CAP_META_OUTPUT))
		return "a node for metadata: the pictures come from another node of the same "
		       "device";
	if (caps & (V4L2_CAP_VBI_CAPTURE | V4L2_CAP_SLICED_VBI_CAPTURE))
		return "a node for teletext and the like (VBI)";
	if (caps & (V4L2_CAP_RADIO | V4L2_CAP_SDR_CAPTURE))
		return "a radio";
	if (!(caps & capture))
		return "a node that captures no video";
	if (!(caps & V4L2_CAP_STREAMING))
		return "a camera that can only be read(), without buffers to share";
	return NULL;
}

static int check_kind(struct weir_v4l2_device *device)
{
	uint32_t caps = weir_v4l2_caps(&device->caps);
	const char *kind = weir_v4l2_not_a_camera(caps);

	if (kind) {
		weir_error(device->log, "%s (%.31s) is %s", device->path,
			(const char *)device->caps.card, kind);
		return -ENOTSUP;
	}
	device->type = caps & V4L2_CAP_VIDEO_CAPTURE ? V4L2_BUF_TYPE_VIDEO_CAPTURE
						     : V4L2_BUF_TYPE_VIDEO_CAPTURE_MPLANE;
	return 0;
}

static int check_node(struct weir_v4l2_device *device)
{
	int err = weir_v4l2_ioctl(device, VIDIOC_QUERYCAP, &device->caps);

	if (err == -ENOTTY || err == -EINVAL) {
		weir_error(device->log,
			"%s is no video node: cameras are /dev/videoN, and weir list shows them",
			device->path);
		return -ENODEV;
	}
	return err ? refuse(device, "VIDIOC_QUERYCAP", err) : check_kind(device);
}

/* Only a device is opened: opening a pipe or a tape would do something to it. */
static int open_node(struct weir_v4l2_device *device)
{
	struct stat status;

	if (stat(device->path, &status) < 0)
		return refuse(device, "stat", -errno);
	if (!S_ISCHR(status.st_mode)) {
		weir_error(device->log, "%s is no device: cameras are /dev/videoN", device->path);
		return -ENODEV;
	}
	device->fd = open(device->path, O_RDWR | O_NONBLOCK | O_CLOEXEC);
	return device->fd < 0 ? refuse(device, "open", -errno) : 0;
}

int weir_v4l2_device_open(
	struct weir_v4l2_device *device, const char *path, const struct weir_log *log)
{
	int err;

	*device = (struct weir_v4l2_device){ .log = log, .fd = -1, .syscalls = device->syscalls };
	snprintf(device->path, sizeof(device->path), "%s", path);
	err = open_node(device);
	if (!err)
		err = check_node(device);
	if (err)
		weir_v4l2_device_close(device);
	else
		load_plugins(device);
	return err;
}

void weir_v4l2_device_close(struct weir_v4l2_device *device)
{
	if (device->fd >= 0)
		close_fd(device);
	device->fd = -1;
	device->plugins = false;
}
