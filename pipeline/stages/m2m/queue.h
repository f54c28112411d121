/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_PIPELINE_M2M_QUEUE_H
#define WEIR_PIPELINE_M2M_QUEUE_H

#include "core/slab.h"
#include "pipeline/stages/m2m/device.h"

/* One side of the device: frames to it (V4L2 calls that OUTPUT), or frames from it (CAPTURE). A
 * frame is one buffer, and a buffer one plane for the device, whatever interface it has. */
struct weir_m2m_queue {
	struct weir_m2m_device *device;
	const char *side;   /* in words, for the log */
	uint32_t type;      /* V4L2_BUF_TYPE_… */
	uint32_t memory;    /* V4L2_MEMORY_DMABUF or …_MMAP, while there are buffers */
	unsigned n_buffers; /* that the driver has made */
	uint32_t queued;    /* one bit a buffer that the driver has */
	bool streaming;
};

/* A buffer on its way in. */
struct weir_m2m_give {
	unsigned index;
	int dmabuf;
	uint32_t length, bytes; /* of the dma-buf, and of what is in it; 0 for an empty one */
	uint64_t stamp_us;      /* that comes back with what is made of it */
};

/* A buffer that has come back. */
struct weir_m2m_took {
	unsigned index;
	uint32_t offset, bytes; /* of what is in it; 0 bytes: nothing */
	uint32_t flags;         /* V4L2_BUF_FLAG_… */
	uint64_t stamp_us;
};

void weir_m2m_queue_init(
	struct weir_m2m_queue *queue, struct weir_m2m_device *device, bool frames_in);

/* REQBUFS: *n comes back as what the driver granted; 0 frees them. 0 or -errno, not logged. */
int weir_m2m_queue_request(struct weir_m2m_queue *queue, uint32_t memory, unsigned *n);

/* Makes the buffers that were requested the slots' memory: maps them, and exports them as dma-bufs
 * where the driver can. 0 or -errno, logged. */
int weir_m2m_queue_map(struct weir_m2m_queue *queue, struct weir_slab *slab);

/* QBUF and DQBUF. 0 or -errno, not logged: -EAGAIN when none is ready, -EPIPE after the last one,
 * -EPROTO when the driver names a buffer that it does not have. */
int weir_m2m_queue_give(struct weir_m2m_queue *queue, const struct weir_m2m_give *give);
int weir_m2m_queue_take(struct weir_m2m_queue *queue, struct weir_m2m_took *took);

/* STREAMON and STREAMOFF: the driver has no buffer afterwards. */
int weir_m2m_queue_start(struct weir_m2m_queue *queue);
void weir_m2m_queue_stop(struct weir_m2m_queue *queue);

/* Stops, and frees the buffers. */
void weir_m2m_queue_close(struct weir_m2m_queue *queue);

/* As weir_m2m_fail(). */
int weir_m2m_queue_fail(struct weir_m2m_queue *queue, const char *what, int error);

#endif
