/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "capture/v4l2/queue.h"
#include "core/log.h"
#include "core/memory/parts.h"

/* The device's own buffers as slots: QUERYBUF, EXPBUF, mmap. */

static int export_part(
	struct weir_v4l2_queue *queue, const struct weir_slot *slot, unsigned plane, int *out)
{
	/* Read and write: io_uring pins registered memory for writing, and stages draw in place. */
	struct v4l2_exportbuffer request = {
		.type = queue->device->type,
		.index = slot->index,
		.plane = plane,
		.flags = O_RDWR | O_CLOEXEC,
	};
	int err = weir_v4l2_ioctl(queue->device, VIDIOC_EXPBUF, &request);

	if (!err)
		*out = request.fd;
	return err;
}

/* Every part of every slot, or none. */
static void export_all(struct weir_v4l2_queue *queue, struct weir_slab *slab)
{
	char text[WEIR_ERRNO_TEXT];
	int err = 0;

	for (unsigned i = 0; i < slab->n_slots && !err; i++)
		for (unsigned p = 0; p < slab->slots[i].n_parts && !err; p++)
			err = export_part(
				queue, &slab->slots[i], p, &slab->slots[i].parts[p].dmabuf);
	if (!err)
		return;
	weir_parts_release_all(slab);
	weir_info(queue->device->log,
		"%s does not export its buffers (VIDIOC_EXPBUF: %s): no display, encoder or other "
		"process can share them",
		queue->device->path, weir_errno_text(err, text));
}

/* A mapping of the dma-buf does not hold the device open, so that an unplugged one can go, and
 * come back, while somebody still looks at its frames. */
static int map_part(struct weir_v4l2_queue *queue, struct weir_slot_part *part, int64_t offset)
{
	void *memory = MAP_FAILED;

	if (part->dmabuf >= 0)
		memory = mmap(
			NULL, part->length, PROT_READ | PROT_WRITE, MAP_SHARED, part->dmabuf, 0);
	if (memory == MAP_FAILED)
		memory = weir_v4l2_mmap(queue->device, part->length, offset);
	if (memory == MAP_FAILED)
		return weir_v4l2_fail(queue->device, "mmap", -errno);
	part->memory = memory;
	return 0;
}

/* What a driver says of a buffer may be less than it said of the format. */
static int check_length(
	struct weir_v4l2_queue *queue, const struct weir_slot *slot, unsigned part, size_t taken)
{
	if (slot->parts[part].length >= taken)
		return 0;
	weir_error(queue->device->log,
		"%s makes buffers of %zu bytes for pictures of %zu: take another size (-s) or "
		"format (-f)",
		queue->device->path, slot->parts[part].length, taken);
	return -EIO;
}

static int map_slot(struct weir_v4l2_queue *queue, struct weir_slot *slot)
{
	struct v4l2_plane planes[VIDEO_MAX_PLANES];
	struct v4l2_buffer buffer;
	int err;

	weir_v4l2_queue_address(queue, slot->index, &buffer, planes);
	err = weir_v4l2_ioctl(queue->device, VIDIOC_QUERYBUF, &buffer);
	if (err)
		return weir_v4l2_fail(queue->device, "VIDIOC_QUERYBUF", err);
	for (unsigned p = 0; p < slot->n_parts && !err; p++) {
		bool mplane = weir_v4l2_is_mplane(queue->device);

		slot->parts[p].length = mplane ? planes[p].length : buffer.length;
		err = check_length(queue, slot, p, queue->format->piece[p].taken);
		if (!err)
			err = map_part(queue, &slot->parts[p],
				mplane ? planes[p].m.mem_offset : buffer.m.offset);
	}
	return err;
}

int weir_v4l2_queue_map(struct weir_v4l2_queue *queue, struct weir_slab *slab)
{
	int err = 0;

	export_all(queue, slab);
	for (unsigned i = 0; i < slab->n_slots && !err; i++)
		err = map_slot(queue, &slab->slots[i]);
	if (!err)
		weir_parts_judge(slab);
	return err;
}
