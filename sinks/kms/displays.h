/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_SINKS_KMS_DISPLAYS_H
#define WEIR_SINKS_KMS_DISPLAYS_H

#include <stdbool.h>

#include <weir/device.h>

/* A connector as /sys shows it, with no card opened: opening one would take it from whoever has the
 * display next. */
struct weir_kms_display {
	char folder[128]; /* "/sys/class/drm/card0-HDMI-A-1" */
	char card[32];    /* "/dev/dri/card0" */
	char name[64];    /* "HDMI-A-1", unique on the machine */
	char status[16];  /* "connected", "disconnected", "unknown" */
	char mode[32];    /* "1920x1080", the first one; "" without any */
};

/* Calls `found` for each display until it returns non-zero, which is returned. */
int weir_kms_displays(int (*found)(void *data, const struct weir_kms_display *display), void *data);

/* The display of that name; for "" the first that is connected, else the first that may be, of
 * those that suit (NULL: all). False when there is none. */
bool weir_kms_display_find(const char *name,
	bool (*suits)(void *data, const struct weir_kms_display *display), void *data,
	struct weir_kms_display *out);

/* "HDMI-A-1, DP-1", or "" when there is no connector. */
void weir_kms_display_names(char *text, size_t size);

/* For `weir list`. */
int weir_kms_list(int (*found)(void *data, const struct weir_device *device), void *data);

#endif
