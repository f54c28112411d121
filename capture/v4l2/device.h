/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_CAPTURE_V4L2_DEVICE_H
#define WEIR_CAPTURE_V4L2_DEVICE_H

#include <linux/videodev2.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <weir/log.h>

#include "core/counter.h"

/* An open video node. Formats and controls go through libv4l2 with V4L2_DISABLE_CONVERSION where
 * the build has it (vendor plugins load, nothing is emulated), buffers always straight to the
 * kernel: libv4l2 1.22 refuses every memory but MMAP. Nobody else in this folder knows which. */
struct weir_v4l2_device {
	const struct weir_log *log;
	int fd;        /* -1 while closed */
	char path[64]; /* the node as it is called now; a replug may change it */
	struct v4l2_capability caps;
	uint32_t type;          /* V4L2_BUF_TYPE_VIDEO_CAPTURE or …_CAPTURE_MPLANE */
	bool plugins;           /* libv4l2 knows the fd, so that its plugins see the ioctls */
	weir_counter *syscalls; /* counts the ioctls of a run; may be NULL */
};

static inline bool weir_v4l2_is_mplane(const struct weir_v4l2_device *device)
{
	return V4L2_TYPE_IS_MULTIPLANAR(device->type);
}

/* Opens `path` non-blocking for capture. 0, or logged with the remedy: -ENOENT, -ENODEV (no camera
 * there), -ENOTSUP (a node that cannot capture and stream: says what it is instead), -EACCES (names
 * the group), -EBUSY (names the process). `syscalls` stays as it is. */
int weir_v4l2_device_open(
	struct weir_v4l2_device *device, const char *path, const struct weir_log *log);

/* Closing twice, or what was never opened (fd -1), is fine. */
void weir_v4l2_device_close(struct weir_v4l2_device *device);

/* 0 or -errno; EINTR is retried. Logs nothing. */
int weir_v4l2_ioctl(struct weir_v4l2_device *device, unsigned long request, void *arg);

/* Of an enumeration: -ENOENT for the errors that say that there are no more. */
int weir_v4l2_or_end(int error);

/* Logs "VIDIOC_S_FMT on /dev/video0: Device or resource busy (EBUSY), held by gst-launch-1.0 (pid
 * 12)" and returns `error`. */
int weir_v4l2_fail(struct weir_v4l2_device *device, const char *what, int error);

/* Memory of the device (offset from QUERYBUF) mapped shared, read and write; MAP_FAILED and errno.
 */
void *weir_v4l2_mmap(struct weir_v4l2_device *device, size_t length, int64_t offset);
int weir_v4l2_munmap(void *memory, size_t length);

/* What to do about a node that this user may not open: "join group video: …". */
void weir_v4l2_access_remedy(const char *path, char *text, size_t size);

/* What the node is in place of a camera, "an output: …", by its effective capabilities; NULL when
 * frames can be captured from it. */
const char *weir_v4l2_not_a_camera(uint32_t caps);

/* Those of the node itself, not of its whole device. */
uint32_t weir_v4l2_caps(const struct v4l2_capability *caps);

#endif
