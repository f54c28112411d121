/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "capture/v4l2/queue.h"
#include "core/log.h"

/* Whether a device takes memory that it did not make itself. QBUF answers that: it is where drivers
 * attach and map a dma-buf, streaming or not. */

static int queue_one(struct weir_v4l2_queue *queue, struct weir_slab *slab, char *why, size_t size)
{
	struct weir_slot *slot;
	unsigned n = 1;
	int err = weir_v4l2_queue_request(queue, V4L2_MEMORY_DMABUF, &n);

	if (err == -EINVAL)
		return weir_because(
			why, size, "the driver imports no dma-bufs (VIDIOC_REQBUFS)", err);
	if (err)
		return weir_because(why, size, "VIDIOC_REQBUFS for import", err);
	queue->slab = slab;
	slot = weir_slab_take(slab);
	err = weir_v4l2_queue_give(queue, slot);
	if (!err)
		return 0;
	weir_slab_put(slot);
	return weir_because(why, size, "the driver refuses its pages (VIDIOC_QBUF)", err);
}

int weir_v4l2_queue_try_import(struct weir_v4l2_device *device,
	const struct weir_v4l2_format *format, const struct weir_memory_kind *kind, char *why,
	size_t size)
{
	struct weir_reason reason = { why, size };
	const struct weir_log log = weir_log_as_reason(&reason);
	struct weir_slab_settings settings = {
		.log = &log,
		.slots = 1,
		.frame_bytes = format->frame_bytes,
		.n_parts = format->n_buffers_planes,
		.no_lock = true,
		.probe = true,
	};
	struct weir_v4l2_queue queue = { .device = device, .format = format };
	struct weir_slab *slab;
	int err;

	/* None can be made to try with. The run shows it, and no other memory stands behind. */
	if (kind == &weir_memory_given)
		return 0;
	for (unsigned i = 0; i < format->n_buffers_planes; i++)
		settings.part_bytes[i] = format->piece[i].size;
	/* Unless it says more. */
	weir_because(why, size, "no memory of that kind for one frame", -ENOMEM);
	err = weir_slab_create(kind, &settings, &slab);
	if (err)
		return err;
	if (slab->slots[0].parts[0].dmabuf < 0) {
		snprintf(why, size, "it has no dma-buf that the device could import");
		err = -ENOTSUP;
	} else {
		err = queue_one(&queue, slab, why, size);
	}
	weir_v4l2_queue_close(&queue);
	weir_slab_unref(&slab);
	return err;
}
