/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "capture/v4l2/queue.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#include "core/log.h"
#include "core/memory/parts.h"

/* Fewer cannot be filled and read at the same time. */
#define MIN_BUFFERS 2

static unsigned least(const struct weir_v4l2_queue *queue)
{
	return queue->min_buffers ? queue->min_buffers : MIN_BUFFERS;
}

int weir_v4l2_queue_request(struct weir_v4l2_queue *queue, uint32_t memory, unsigned *n)
{
	struct v4l2_requestbuffers request = {
		.count = *n, .type = queue->device->type, .memory = memory
	};
	int err = weir_v4l2_ioctl(queue->device, VIDIOC_REQBUFS, &request);

	if (err)
		return err;
	*n = request.count;
	queue->memory = memory;
	queue->abilities = request.capabilities;
	queue->n_buffers = request.count;
	return 0;
}

static int say_refused(struct weir_v4l2_queue *queue, unsigned n, int err)
{
	if (err != -ENOMEM)
		return weir_v4l2_fail(queue->device, "VIDIOC_REQBUFS", err);
	weir_error(queue->device->log,
		"VIDIOC_REQBUFS on %s: no memory for %u buffers of %zu bytes; take fewer (-b), a "
		"smaller size (-s), or raise cma= on the kernel's command line",
		queue->device->path, n, queue->format->frame_bytes);
	return err;
}

static int say_too_few(struct weir_v4l2_queue *queue, unsigned asked, unsigned granted)
{
	weir_error(queue->device->log,
		"%s grants %u buffers of %zu bytes where %u were asked for, and needs %u: take a "
		"smaller size (-s), or raise cma= on the kernel's command line",
		queue->device->path, granted, queue->format->frame_bytes, asked, least(queue));
	return -ENOMEM;
}

/* ---- the device's own memory ---- */

static int create_slab(struct weir_v4l2_queue *queue, const struct weir_memory_kind *kind,
	const struct weir_slab_settings *settings, struct weir_slab **out)
{
	struct weir_slab_settings granted = *settings;
	int err;

	granted.slots = queue->n_buffers;
	if (granted.slots > WEIR_SLAB_MAX_SLOTS)
		granted.slots = WEIR_SLAB_MAX_SLOTS;
	err = weir_slab_create(kind, &granted, out);
	if (err)
		return err;
	err = weir_v4l2_queue_map(queue, *out);
	if (err)
		weir_slab_unref(out);
	return err;
}

int weir_v4l2_queue_allocate(struct weir_v4l2_queue *queue, const struct weir_memory_kind *kind,
	const struct weir_slab_settings *settings, struct weir_slab **out)
{
	unsigned n = settings->slots;
	struct weir_slab *slab = NULL;
	int err;

	weir_v4l2_queue_close(queue);
	err = weir_v4l2_queue_request(queue, V4L2_MEMORY_MMAP, &n);
	if (err)
		err = say_refused(queue, n, err);
	else
		err = n < least(queue) ? say_too_few(queue, settings->slots, n)
				       : create_slab(queue, kind, settings, &slab);
	if (err) {
		weir_v4l2_queue_close(queue);
		return err;
	}
	queue->slab = slab;
	queue->keeps_own = false;
	*out = slab;
	return 0;
}

/* Slots without a dma-buf are mappings of a device that is not there any more. */
static int allocate_again(struct weir_v4l2_queue *queue, struct weir_slab *slab)
{
	unsigned n = slab->n_slots;
	int err;

	if (weir_slab_out(slab))
		return -EAGAIN;
	weir_parts_release_all(slab);
	err = weir_v4l2_queue_request(queue, V4L2_MEMORY_MMAP, &n);
	if (err)
		return say_refused(queue, slab->n_slots, err);
	if (n < slab->n_slots)
		return say_too_few(queue, slab->n_slots, n);
	err = weir_v4l2_queue_map(queue, slab);
	if (err)
		weir_parts_release_all(slab);
	return err;
}

/* ---- opening ---- */

static bool has_dmabufs(const struct weir_slab *slab)
{
	return slab->slots[0].parts[0].dmabuf >= 0;
}

static int import(struct weir_v4l2_queue *queue, struct weir_slab *slab)
{
	unsigned n = slab->n_slots;
	int err = weir_v4l2_queue_request(queue, V4L2_MEMORY_DMABUF, &n);

	if (err == -EINVAL && slab->kind == &weir_memory_mmap)
		return err; /* there is another way */
	if (err)
		return say_refused(queue, slab->n_slots, err);
	if (n < least(queue))
		return say_too_few(queue, slab->n_slots, n);
	if (n < slab->n_slots)
		weir_slab_shrink(slab, n);
	return 0;
}

int weir_v4l2_queue_open(struct weir_v4l2_queue *queue, struct weir_slab *slab)
{
	bool own = slab->kind == &weir_memory_mmap;
	int err;

	if (queue->n_buffers && queue->slab == slab && (own || queue->memory == V4L2_MEMORY_DMABUF))
		return 0;
	weir_v4l2_queue_close(queue);
	queue->slab = slab;
	err = has_dmabufs(slab) && !queue->keeps_own ? import(queue, slab) : -EINVAL;
	if (err == -EINVAL && own)
		err = allocate_again(queue, slab);
	if (err) /* half open it would pass for open */
		weir_v4l2_queue_close(queue);
	return err;
}

/* ---- the round of a buffer ---- */

void weir_v4l2_queue_address(const struct weir_v4l2_queue *queue, unsigned index,
	struct v4l2_buffer *buffer, struct v4l2_plane planes[VIDEO_MAX_PLANES])
{
	memset(buffer, 0, sizeof(*buffer));
	buffer->index = index;
	buffer->type = queue->device->type;
	buffer->memory = queue->memory;
	if (!weir_v4l2_is_mplane(queue->device))
		return;
	memset(planes, 0, queue->format->n_buffers_planes * sizeof(*planes));
	buffer->m.planes = planes;
	buffer->length = queue->format->n_buffers_planes;
}

static void show_dmabufs(const struct weir_slot *slot, struct v4l2_buffer *buffer)
{
	if (!V4L2_TYPE_IS_MULTIPLANAR(buffer->type)) {
		buffer->m.fd = slot->parts[0].dmabuf;
		return;
	}
	for (unsigned i = 0; i < slot->n_parts; i++)
		buffer->m.planes[i].m.fd = slot->parts[i].dmabuf;
}

int weir_v4l2_queue_give(struct weir_v4l2_queue *queue, struct weir_slot *slot)
{
	struct v4l2_plane planes[VIDEO_MAX_PLANES];
	struct v4l2_buffer buffer;
	int err;

	assert(!slot->brackets.open);
	weir_v4l2_queue_address(queue, slot->index, &buffer, planes);
	if (queue->memory == V4L2_MEMORY_DMABUF)
		show_dmabufs(slot, &buffer);
	if (queue->hints)
		buffer.flags |= V4L2_BUF_FLAG_NO_CACHE_INVALIDATE | V4L2_BUF_FLAG_NO_CACHE_CLEAN;
	err = weir_v4l2_ioctl(queue->device, VIDIOC_QBUF, &buffer);
	if (!err)
		queue->queued |= 1u << slot->index;
	return err;
}

int weir_v4l2_queue_take(
	struct weir_v4l2_queue *queue, struct v4l2_buffer *buffer, struct v4l2_plane *planes)
{
	int err;

	weir_v4l2_queue_address(queue, 0, buffer, planes);
	err = weir_v4l2_ioctl(queue->device, VIDIOC_DQBUF, buffer);
	if (err)
		return err;
	if (buffer->index >= queue->slab->n_slots || !(queue->queued & 1u << buffer->index))
		return -EPROTO;
	queue->queued &= ~(1u << buffer->index);
	return 0;
}

int weir_v4l2_queue_start(struct weir_v4l2_queue *queue)
{
	int type = (int)queue->device->type;
	int err = weir_v4l2_ioctl(queue->device, VIDIOC_STREAMON, &type);

	queue->streaming = !err;
	return err;
}

/* The driver lets go of every buffer at STREAMOFF, and of a device that is gone it has none. */
void weir_v4l2_queue_stop(struct weir_v4l2_queue *queue)
{
	int type = (int)queue->device->type;
	uint32_t queued = queue->queued;

	if (queue->streaming || queued)
		weir_v4l2_ioctl(queue->device, VIDIOC_STREAMOFF, &type);
	queue->streaming = false;
	queue->queued = 0;
	for (unsigned i = 0; queued; i++, queued >>= 1)
		if (queued & 1)
			weir_slab_put(&queue->slab->slots[i]);
}

/* EBUSY: a kernel before 5.0, and somebody has a buffer mapped or exported. Those that nobody holds
 * go when the device is closed. */
void weir_v4l2_queue_close(struct weir_v4l2_queue *queue)
{
	char text[WEIR_ERRNO_TEXT];
	unsigned none = 0;
	int err;

	if (!queue->n_buffers)
		return;
	weir_v4l2_queue_stop(queue);
	err = weir_v4l2_queue_request(queue, queue->memory, &none);
	if (err)
		weir_debug(queue->device->log, "VIDIOC_REQBUFS 0 on %s: %s", queue->device->path,
			weir_errno_text(err, text));
	queue->n_buffers = 0;
}
