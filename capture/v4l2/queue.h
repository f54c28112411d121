/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_CAPTURE_V4L2_QUEUE_H
#define WEIR_CAPTURE_V4L2_QUEUE_H

#include "capture/v4l2/device.h"
#include "capture/v4l2/negotiate.h"
#include "core/slab.h"

/* The buffers of a capture: buffer i of the driver is slot i of the slab, for good. Changing which
 * dma-buf an index shows would make the driver map it anew at every QBUF. */
struct weir_v4l2_queue {
	struct weir_v4l2_device *device;
	const struct weir_v4l2_format *format;
	unsigned min_buffers; /* that the driver needs to capture at all; 0: 2 */
	struct weir_slab *slab;
	uint32_t memory;    /* V4L2_MEMORY_MMAP or V4L2_MEMORY_DMABUF */
	uint32_t abilities; /* V4L2_BUF_CAP_… of that memory, where the kernel tells */
	unsigned n_buffers; /* that the driver has made; 0 while the queue is closed */
	bool keeps_own;  /* a slab of the device's own memory is not imported again: it was refused
			  */
	bool hints;      /* the driver takes cache hints, and no hop touches pixels */
	uint32_t queued; /* one bit a buffer that the driver has */
	bool streaming;
};

/* REQBUFS: *n comes back as what the driver granted. 0 or -errno, not logged. */
int weir_v4l2_queue_request(struct weir_v4l2_queue *queue, uint32_t memory, unsigned *n);

/* Makes `buffer` name buffer number `index`, with as many planes as the format has pieces. */
void weir_v4l2_queue_address(const struct weir_v4l2_queue *queue, unsigned index,
	struct v4l2_buffer *buffer, struct v4l2_plane planes[VIDEO_MAX_PLANES]);

/* Memory the device allocates (REQBUFS MMAP): maps and exports every buffer into a slab of kind
 * `mmap`, and probes whether its pages can be pinned. EXPBUF refused: slots without dma-buf, told
 * at -v. */
int weir_v4l2_queue_allocate(struct weir_v4l2_queue *queue, const struct weir_memory_kind *kind,
	const struct weir_slab_settings *settings, struct weir_slab **out);

/* Whether the device takes dma-bufs of that kind: tries with a buffer whose pages are scattered.
 * 0, or -errno with the reason in `why`. Leaves nothing queued. */
int weir_v4l2_queue_try_import(struct weir_v4l2_device *device,
	const struct weir_v4l2_format *format, const struct weir_memory_kind *kind, char *why,
	size_t size);

/* Imports the slab (REQBUFS DMABUF), or takes up the one that allocate() made. After a replug or a
 * REQBUFS 0 the device's own memory of before is imported again, so that a slot stays what it is;
 * where that cannot be, its slots get new memory once all of them are idle: -EAGAIN before. A
 * driver that takes fewer buffers shrinks the slab; fewer than it needs is -ENOMEM, logged. */
int weir_v4l2_queue_open(struct weir_v4l2_queue *queue, struct weir_slab *slab);

/* mmap.c: maps and exports the buffers that were requested into the slots. 0 or -errno, logged. */
int weir_v4l2_queue_map(struct weir_v4l2_queue *queue, struct weir_slab *slab);

/* Gives the slot, taken and idle, to the driver. 0 or -errno, not logged: the slot is the caller's
 * then. */
int weir_v4l2_queue_give(struct weir_v4l2_queue *queue, struct weir_slot *slot);

/* The next filled buffer: its slot is taken and idle. -EAGAIN when there is none, -ENODEV when the
 * device is gone, -EPROTO when the driver names a buffer that it does not have, … Not logged. */
int weir_v4l2_queue_take(
	struct weir_v4l2_queue *queue, struct v4l2_buffer *buffer, struct v4l2_plane *planes);

int weir_v4l2_queue_start(struct weir_v4l2_queue *queue);

/* STREAMOFF: every queued slot is idle again and put back into the slab; frames held by others stay
 * valid, whatever their memory. */
void weir_v4l2_queue_stop(struct weir_v4l2_queue *queue);

/* REQBUFS 0. */
void weir_v4l2_queue_close(struct weir_v4l2_queue *queue);

#endif
