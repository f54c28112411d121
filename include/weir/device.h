/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_DEVICE_H
#define WEIR_DEVICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <weir/export.h>

WEIR_BEGIN_DECLS

enum weir_device_kind { WEIR_DEVICE_CAMERA, WEIR_DEVICE_DISPLAY, WEIR_DEVICE_MEMORY };

/* What a camera's driver tells of itself and of the camera. */
struct weir_device_driver {
	char name[16];              /* "uvcvideo" */
	char bus[32];               /* where the camera is: "usb-0000:00:14.0-1" */
	uint32_t version;           /* 0x060c5f is 6.12.95 */
	uint32_t capabilities;      /* V4L2_CAP_… of the whole camera … */
	uint32_t node_capabilities; /* … and of this node of it */
};

/* Something of this machine that a pipeline can use. */
struct weir_device {
	enum weir_device_kind kind;
	const char *uri;    /* what to type: "/dev/video0", "display:HDMI-A-1", "/dev/udmabuf" */
	const char *name;   /* for people */
	const char *detail; /* bus, mode, allocator …; "" when there is none */
	bool usable;
	const char *remedy; /* what to do when it is not usable; "" otherwise */
	/* Of a camera that can be opened, though others may use it; else its name is "". */
	struct weir_device_driver driver;
};

/* Calls `found` for each device; the struct is borrowed for the call. Stops at the first non-zero
 * return and returns it. 0 when all were shown, none included. */
WEIR_API int weir_device_list(
	int (*found)(void *data, const struct weir_device *device), void *data);

/* Calls `changed` for each device that is there, as added, and from then on for each that comes or
 * goes, on the calling thread, until `changed` returns non-zero, which is returned, or until
 * `stop_fd` (-1: none) becomes readable: 0. The struct is borrowed for the call; of a device that
 * went it says what was true before. One of which the driver tells something new, or that may be
 * opened only now, is told as added once more; what else happens to a device, such as being used,
 * is no change. -errno when the machine does not tell. */
WEIR_API int weir_device_watch(int stop_fd,
	int (*changed)(void *data, bool added, const struct weir_device *device), void *data);

WEIR_END_DECLS

#endif
