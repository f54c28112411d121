/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_PIPELINE_M2M_DEVICE_H
#define WEIR_PIPELINE_M2M_DEVICE_H

#include <linux/videodev2.h>
#include <stdbool.h>
#include <stdint.h>

#include <weir/log.h>

/* An open memory-to-memory video node. Each open is a machine of its own: nobody else sees its
 * formats or its buffers. */
struct weir_m2m_device {
	const struct weir_log *log;
	int fd; /* -1 while closed */
	int epoll; /* what the loop watches in its place: the kernel polls an m2m node by three wait
		    * queues, and io_uring follows two */
	char path[64];
	bool mplane;       /* the multi-planar interface */
	uint64_t syscalls; /* made so far */
};

/* Opens device->path, with device->log, non-blocking. 0, or logged with the remedy: -ENOENT,
 * -ENODEV, -EACCES, -ENOTSUP (another kind of node: says so). */
int weir_m2m_device_open(struct weir_m2m_device *device);

/* What was never opened (fd -1) is fine. */
void weir_m2m_device_close(struct weir_m2m_device *device);

/* What there is to do, as from poll(2), since the last call, once device->epoll is readable. */
uint32_t weir_m2m_device_poll(struct weir_m2m_device *device);

/* 0 or -errno; EINTR is retried. Logs nothing. */
int weir_m2m_ioctl(struct weir_m2m_device *device, unsigned long request, void *arg);

/* Logs "VIDIOC_QBUF on /dev/video4 (frames to it): No such device (ENODEV)" and returns `error`, or
 * -EIO for one that means something else to a pipeline. `side`: which queue, or NULL. */
int weir_m2m_fail(struct weir_m2m_device *device, const char *what, const char *side, int error);

#endif
