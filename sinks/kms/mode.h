/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_SINKS_KMS_MODE_H
#define WEIR_SINKS_KMS_MODE_H

#include <weir/format.h>

#include "sinks/kms/connector.h"

/* Which mode is wanted: the frame's own size if the monitor has it, the monitor's favourite, or one
 * of a given size. */
enum weir_kms_mode_kind { WEIR_KMS_MODE_NEAREST, WEIR_KMS_MODE_PREFERRED, WEIR_KMS_MODE_SIZE };

struct weir_kms_mode_wish {
	enum weir_kms_mode_kind kind;
	uint32_t width, height; /* of WEIR_KMS_MODE_SIZE */
};

#define WEIR_KMS_MODE_CHOICES 3

/* The modes to try for such a picture, best first, into `out`; how many. */
unsigned weir_kms_mode_choices(const struct weir_kms_connector *connector,
	const struct weir_kms_mode_wish *wish, const struct weir_video *video,
	const drmModeModeInfo *out[WEIR_KMS_MODE_CHOICES]);

/* From one refresh to the next. */
uint64_t weir_kms_mode_interval_ns(const drmModeModeInfo *mode);

#endif
