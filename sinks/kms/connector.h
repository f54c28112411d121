/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_SINKS_KMS_CONNECTOR_H
#define WEIR_SINKS_KMS_CONNECTOR_H

#include <xf86drmMode.h>

#include "sinks/kms/card.h"
#include "sinks/kms/displays.h"
#include "sinks/kms/object.h"

#define WEIR_KMS_MAX_MODES 128

enum { WEIR_KMS_CONNECTOR_CRTC_ID };

/* Where a monitor is plugged in. */
struct weir_kms_connector {
	struct weir_kms_object object;
	char name[64];
	uint32_t possible_crtcs; /* a bit an index of the card's list */
	unsigned n_modes;
	drmModeModeInfo modes[WEIR_KMS_MAX_MODES];
	int status; /* the attribute in /sys that says whether a monitor is there; owned */
};

/* The connector of that name, as far as this descriptor may see; 0: none. */
uint32_t weir_kms_connector_find(int fd, const char *name);

/* Finds the card's connector that /sys calls `display`. 0 or -ENODEV, logged. Before that set
 * `status` to -1. */
int weir_kms_connector_open(struct weir_kms_connector *connector, const struct weir_kms_card *card,
	const struct weir_kms_display *display);
void weir_kms_connector_close(struct weir_kms_connector *connector);

/* Asks the monitor for its modes, which takes its time. 0, or -ENODEV when none is there. */
int weir_kms_connector_probe(
	struct weir_kms_connector *connector, const struct weir_kms_card *card);

/* What the kernel noticed last, without asking the monitor. */
bool weir_kms_connector_is_connected(const struct weir_kms_connector *connector);

#endif
