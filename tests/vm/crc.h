/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* What vkms makes of a pixel, and the checksum it takes of a screen. */
#ifndef WEIR_TESTS_VM_CRC_H
#define WEIR_TESTS_VM_CRC_H

#include <stddef.h>
#include <stdint.h>

#include <weir/format.h>

struct colour {
	uint16_t red, green, blue;
};

/* For each luma and chroma, what it adds to the colours, as vkms rounds it. */
struct conversion {
	int64_t luma[256], red_v[256], green_u[256], green_v[256], blue_u[256];
};

/* By "601", "709" or "2020" and "limited" or "full". 0; -EINVAL. */
int conversion_init(struct conversion *conversion, const char *matrix, const char *range);

/* Of 8-bit planar formats with a plane for luma: 0; -EINVAL: it is none. */
int convert_frame(const struct conversion *conversion, const struct weir_video *video,
	const struct weir_layout *layout, const uint8_t *frame, struct colour *out);

#endif
