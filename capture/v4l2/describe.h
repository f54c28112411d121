/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_CAPTURE_V4L2_DESCRIBE_H
#define WEIR_CAPTURE_V4L2_DESCRIBE_H

#include <weir/source.h>

#include "capture/v4l2/negotiate.h"
#include "core/slab.h"

/* Everything `weir info` shows of a camera: formats, sizes (discrete and stepwise), intervals,
 * controls with current values, and abilities tried for real (mmap, export, import of the slab, of
 * a heap, cache hints, pinnable memory, kind of allocator). `format` is the one that is set: memory
 * is tried with frames of its size. out->uri stays NULL, the rest is the caller's to release with
 * …_free. 0 or -ENOMEM. Not while it streams. Abilities are tried only while the device is `idle`:
 * trying takes its buffers. */
int weir_v4l2_describe(struct weir_v4l2_device *device, const struct weir_v4l2_format *format,
	bool idle, struct weir_source_info *out);
void weir_v4l2_free_description(struct weir_source_info *info);

/* probe.c: whether the device makes buffers of its own. 0, or -errno with the reason in `why`. */
int weir_v4l2_try_mmap(struct weir_v4l2_device *device, char *why, size_t size);

/* probe.c: every ability, in a fixed order, into `out`, whose names are constant and whose details
 * are allocated. The number of them; fewer when memory runs out. */
#define WEIR_V4L2_MAX_ABILITIES 12
size_t weir_v4l2_try_abilities(struct weir_v4l2_device *device,
	const struct weir_v4l2_format *format,
	struct weir_source_ability out[WEIR_V4L2_MAX_ABILITIES]);

/* What frames of the device's own buffers can be used for, tried with one of them. Leaves it as it
 * was where that fails. */
void weir_v4l2_refine_mmap(struct weir_v4l2_device *device, struct weir_memory_traits *traits);

#endif
