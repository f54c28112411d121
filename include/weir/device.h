/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_DEVICE_H
#define WEIR_DEVICE_H

#include <stdbool.h>
#include <stddef.h>

#include <weir/export.h>

WEIR_BEGIN_DECLS

enum weir_device_kind { WEIR_DEVICE_CAMERA, WEIR_DEVICE_DISPLAY, WEIR_DEVICE_MEMORY };

/* Something of this machine that a pipeline can use. */
struct weir_device {
	enum weir_device_kind kind;
	const char *uri;    /* what to type: "/dev/video0", "display:HDMI-A-1", "/dev/udmabuf" */
	const char *name;   /* for people */
	const char *detail; /* bus, mode, allocator …; "" when there is none */
	bool usable;
	const char *remedy; /* what to do when it is not usable; "" otherwise */
};

/* Calls `found` for each device; the struct is borrowed for the call. Stops at the first non-zero
 * return and returns it. 0 when all were shown, none included. */
WEIR_API int weir_device_list(
	int (*found)(void *data, const struct weir_device *device), void *data);

WEIR_END_DECLS

#endif
