/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_CAPTURE_V4L2_DESCRIBE_H
#define WEIR_CAPTURE_V4L2_DESCRIBE_H

#include <weir/source.h>

#include "capture/v4l2/device.h"

/* Everything `weir info` shows of a camera: formats, sizes (discrete and stepwise), intervals, controls
 * with current values, and abilities tried for real (mmap, export, import of the slab, of a heap,
 * cache hints, pinnable memory, kind of allocator). Belongs to the source; free with …_free. */
int weir_v4l2_describe(struct weir_v4l2_device *device, struct weir_source_info *out);
void weir_v4l2_free_description(struct weir_source_info *info);

#endif
