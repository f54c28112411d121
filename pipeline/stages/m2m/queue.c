/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pipeline/stages/m2m/queue.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>

#include "core/log.h"
#include "core/memory/parts.h"

void weir_m2m_queue_init(
	struct weir_m2m_queue *queue, struct weir_m2m_device *device, bool frames_in)
{
	static const uint32_t types[2][2] = {
		{ V4L2_BUF_TYPE_VIDEO_CAPTURE, V4L2_BUF_TYPE_VIDEO_CAPTURE_MPLANE },
		{ V4L2_BUF_TYPE_VIDEO_OUTPUT, V4L2_BUF_TYPE_VIDEO_OUTPUT_MPLANE },
	};

	*queue = (struct weir_m2m_queue){
		.device = device,
		.side = frames_in ? "frames to it" : "frames from it",
		.type = types[frames_in][device->mplane],
	};
}

int weir_m2m_queue_fail(struct weir_m2m_queue *queue, const char *what, int error)
{
	return weir_m2m_fail(queue->device, what, queue->side, error);
}

int weir_m2m_queue_request(struct weir_m2m_queue *queue, uint32_t memory, unsigned *n)
{
	struct v4l2_requestbuffers request = { .count = *n, .type = queue->type, .memory = memory };
	int err = weir_m2m_ioctl(queue->device, VIDIOC_REQBUFS, &request);

	if (err)
		return err;
	if (request.count > WEIR_SLAB_MAX_SLOTS)
		request.count = WEIR_SLAB_MAX_SLOTS; /* the rest has no slot */
	*n = queue->n_buffers = request.count;
	queue->memory = memory;
	return 0;
}

/* ---- the round of a buffer ---- */

struct address {
	struct v4l2_buffer buffer;
	struct v4l2_plane planes[VIDEO_MAX_PLANES]; /* as many as a driver may write to */
};

static void address(const struct weir_m2m_queue *queue, unsigned index, struct address *out)
{
	memset(out, 0, sizeof(*out));
	out->buffer.index = index;
	out->buffer.type = queue->type;
	out->buffer.memory = queue->memory;
	out->buffer.field = V4L2_FIELD_NONE;
	if (!V4L2_TYPE_IS_MULTIPLANAR(queue->type))
		return;
	out->buffer.m.planes = out->planes;
	out->buffer.length = VIDEO_MAX_PLANES;
}

static void show(
	const struct weir_m2m_queue *queue, const struct weir_m2m_give *give, struct address *out)
{
	if (V4L2_TYPE_IS_MULTIPLANAR(queue->type)) {
		out->buffer.length = 1;
		out->planes[0].bytesused = give->bytes;
		out->planes[0].length = give->length;
		if (queue->memory == V4L2_MEMORY_DMABUF)
			out->planes[0].m.fd = give->dmabuf;
	} else {
		out->buffer.bytesused = give->bytes;
		out->buffer.length = give->length;
		if (queue->memory == V4L2_MEMORY_DMABUF)
			out->buffer.m.fd = give->dmabuf;
	}
}

int weir_m2m_queue_give(struct weir_m2m_queue *queue, const struct weir_m2m_give *give)
{
	struct address at;
	int err;

	address(queue, give->index, &at);
	show(queue, give, &at);
	at.buffer.timestamp.tv_sec = (__kernel_time_t)(give->stamp_us / 1000000);
	at.buffer.timestamp.tv_usec = (__kernel_suseconds_t)(give->stamp_us % 1000000);
	err = weir_m2m_ioctl(queue->device, VIDIOC_QBUF, &at.buffer);
	if (!err)
		queue->queued |= 1u << give->index;
	return err;
}

static void read_back(
	const struct weir_m2m_queue *queue, const struct address *at, struct weir_m2m_took *took)
{
	const struct v4l2_buffer *buffer = &at->buffer;
	bool mplane = V4L2_TYPE_IS_MULTIPLANAR(queue->type);
	uint32_t bytes = mplane ? at->planes[0].bytesused : buffer->bytesused;
	uint32_t offset = mplane ? at->planes[0].data_offset : 0;

	*took = (struct weir_m2m_took){
		.index = buffer->index,
		.offset = offset,
		.bytes = bytes > offset ? bytes - offset : 0,
		.flags = buffer->flags,
		.stamp_us = (uint64_t)buffer->timestamp.tv_sec * 1000000 +
			    (uint64_t)buffer->timestamp.tv_usec,
	};
}

int weir_m2m_queue_take(struct weir_m2m_queue *queue, struct weir_m2m_took *took)
{
	struct address at;
	int err;

	address(queue, 0, &at);
	err = weir_m2m_ioctl(queue->device, VIDIOC_DQBUF, &at.buffer);
	if (err)
		return err;
	if (at.buffer.index >= queue->n_buffers || !(queue->queued & 1u << at.buffer.index))
		return -EPROTO;
	queue->queued &= ~(1u << at.buffer.index);
	read_back(queue, &at, took);
	return 0;
}

/* ---- its life ---- */

int weir_m2m_queue_start(struct weir_m2m_queue *queue)
{
	int type = (int)queue->type;
	int err = weir_m2m_ioctl(queue->device, VIDIOC_STREAMON, &type);

	queue->streaming = !err;
	return err;
}

void weir_m2m_queue_stop(struct weir_m2m_queue *queue)
{
	int type = (int)queue->type;

	if (queue->streaming || queue->queued)
		weir_m2m_ioctl(queue->device, VIDIOC_STREAMOFF, &type);
	queue->streaming = false;
	queue->queued = 0;
}

void weir_m2m_queue_close(struct weir_m2m_queue *queue)
{
	char text[WEIR_ERRNO_TEXT];
	unsigned none = 0;
	int err;

	if (!queue->n_buffers)
		return;
	weir_m2m_queue_stop(queue);
	err = weir_m2m_queue_request(queue, queue->memory, &none);
	if (err)
		weir_debug(queue->device->log, "VIDIOC_REQBUFS 0 on %s: %s", queue->device->path,
			weir_errno_text(err, text));
	queue->n_buffers = 0;
}

/* ---- the device's own memory ---- */

static int export_slot(struct weir_m2m_queue *queue, struct weir_slot *slot)
{
	struct v4l2_exportbuffer request = {
		.type = queue->type,
		.index = slot->index,
		.flags = O_RDWR | O_CLOEXEC, /* stages may draw in place */
	};
	int err = weir_m2m_ioctl(queue->device, VIDIOC_EXPBUF, &request);

	if (!err)
		slot->parts[0].dmabuf = request.fd;
	return err;
}

static void export_all(struct weir_m2m_queue *queue, struct weir_slab *slab)
{
	char text[WEIR_ERRNO_TEXT];
	int err = 0;

	for (unsigned i = 0; i < slab->n_slots && !err; i++)
		err = export_slot(queue, &slab->slots[i]);
	if (!err)
		return;
	weir_parts_release_all(slab);
	weir_info(queue->device->log,
		"%s does not export its buffers (VIDIOC_EXPBUF: %s): no display, codec or other "
		"process can share them",
		queue->device->path, weir_errno_text(err, text));
}

/* A mapping of the dma-buf does not hold the device open. */
static int map_slot(struct weir_m2m_queue *queue, struct weir_slot *slot)
{
	bool mplane = V4L2_TYPE_IS_MULTIPLANAR(queue->type);
	struct weir_slot_part *part = &slot->parts[0];
	void *memory = MAP_FAILED;
	struct address at;
	int err;

	address(queue, slot->index, &at);
	err = weir_m2m_ioctl(queue->device, VIDIOC_QUERYBUF, &at.buffer);
	if (err)
		return weir_m2m_queue_fail(queue, "VIDIOC_QUERYBUF", err);
	part->length = mplane ? at.planes[0].length : at.buffer.length;
	if (part->dmabuf >= 0)
		memory = mmap(
			NULL, part->length, PROT_READ | PROT_WRITE, MAP_SHARED, part->dmabuf, 0);
	if (memory == MAP_FAILED)
		memory = mmap(NULL, part->length, PROT_READ | PROT_WRITE, MAP_SHARED,
			queue->device->fd, mplane ? at.planes[0].m.mem_offset : at.buffer.m.offset);
	if (memory == MAP_FAILED)
		return weir_m2m_queue_fail(queue, "mmap", -errno);
	part->memory = memory;
	return 0;
}

int weir_m2m_queue_map(struct weir_m2m_queue *queue, struct weir_slab *slab)
{
	int err = 0;

	export_all(queue, slab);
	for (unsigned i = 0; i < slab->n_slots && !err; i++)
		err = map_slot(queue, &slab->slots[i]);
	if (!err)
		weir_parts_judge(slab);
	return err;
}
