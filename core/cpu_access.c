/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <linux/dma-buf.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>

#include <weir/frame.h>

#include "core/slab.h"

/* Debug builds stop where a bracket is misused; others report -EBUSY or -EINVAL to the caller. */
static int misused(const struct weir_frame *frame, const char *what, const char *where, int error)
{
#ifdef WEIR_DEBUG_CHECKS
	const char *opened_at = atomic_load(&frame->opened_at);

	(void)error;
	fprintf(stderr, "weir: bug: %s at %s (slot %u, opened at %s)\n", what, where,
		frame->info.slot, opened_at ? opened_at : "another handle, or never");
	abort();
#else
	(void)frame;
	(void)what;
	(void)where;
	return error;
#endif
}

/* EAGAIN and EINTR mean "not yet": a skipped sync would show stale pixels. */
static int sync_ioctl(int fd, uint64_t flags)
{
	struct dma_buf_sync sync = { .flags = flags };
	int result;

	do
		result = ioctl(fd, DMA_BUF_IOCTL_SYNC, &sync);
	while (result < 0 && (errno == EINTR || errno == EAGAIN));
	return result < 0 ? -EIO : 0;
}

static int sync_part(
	struct weir_slot *slot, unsigned index, enum weir_cpu_access access, uint64_t edge)
{
	int fd = slot->parts[index].dmabuf;
	uint64_t flags = edge;

	if (fd < 0 || !slot->slab->synced)
		return 0;
	if (access & WEIR_CPU_READ)
		flags |= DMA_BUF_SYNC_READ;
	if (access & WEIR_CPU_WRITE)
		flags |= DMA_BUF_SYNC_WRITE;
	atomic_fetch_add_explicit(&slot->slab->syncs, 1, memory_order_relaxed);
	return sync_ioctl(fd, flags);
}

/* Every part that was started, whatever happens to the others. */
static int end_sync(struct weir_slot *slot, unsigned n_parts, enum weir_cpu_access access)
{
	int err = 0;

	for (unsigned i = 0; i < n_parts; i++)
		if (sync_part(slot, i, access, DMA_BUF_SYNC_END))
			err = -EIO;
	return err;
}

static int start_sync(struct weir_slot *slot, enum weir_cpu_access access)
{
	for (unsigned i = 0; i < slot->n_parts; i++) {
		int err = sync_part(slot, i, access, DMA_BUF_SYNC_START);

		if (err) {
			end_sync(slot, i, access);
			return err;
		}
	}
	return 0;
}

static bool is_mapped(const struct weir_slot *slot)
{
	for (unsigned i = 0; i < slot->n_parts; i++)
		if (!slot->parts[i].memory)
			return false;
	return true;
}

static int open_bracket(struct weir_slot *slot, enum weir_cpu_access access)
{
	int err = 0;

	if (!slot->brackets.open) {
		slot->brackets.access = access;
		err = start_sync(slot, access);
	} else if ((access & slot->brackets.access) != access) {
		err = -EBUSY;
	}
	if (!err)
		slot->brackets.open++;
	return err;
}

static void fill_pixels(const struct weir_frame *frame, struct weir_pixels *out)
{
	out->n_planes = frame->info.n_planes;
	for (uint32_t i = 0; i < frame->info.n_planes; i++) {
		out->data[i] = weir_slot_part(frame->slot, i)->memory + frame->info.plane[i].offset;
		out->stride[i] = frame->info.plane[i].stride;
	}
}

int weir_frame_begin_cpu_at(struct weir_frame *frame, enum weir_cpu_access access,
	struct weir_pixels *out, const char *where)
{
	struct weir_slot *slot = frame->slot;
	int err;

	if (atomic_load_explicit(&frame->refs, memory_order_relaxed) == 0)
		return misused(frame, "pixels of a frame that was handed back were asked for",
			where, -EBUSY);
	if ((access & WEIR_CPU_WRITE) && !weir_frame_is_sole(frame))
		return -EBUSY;
	if (!is_mapped(slot))
		return -EACCES;

	pthread_mutex_lock(&slot->brackets.lock);
	err = open_bracket(slot, access);
	pthread_mutex_unlock(&slot->brackets.lock);
	if (err)
		return err;
	atomic_store_explicit(&frame->opened_at, where, memory_order_relaxed);
	atomic_fetch_add_explicit(&frame->brackets, 1, memory_order_relaxed);
	fill_pixels(frame, out);
	return 0;
}

int weir_frame_end_cpu_at(struct weir_frame *frame, const char *where)
{
	struct weir_slot *slot = frame->slot;
	int err = 0;

	if (atomic_load_explicit(&frame->brackets, memory_order_relaxed) == 0)
		return misused(frame, "a CPU bracket was closed that is not open", where, -EINVAL);
	atomic_fetch_sub_explicit(&frame->brackets, 1, memory_order_relaxed);

	pthread_mutex_lock(&slot->brackets.lock);
	if (--slot->brackets.open == 0)
		err = end_sync(slot, slot->n_parts, slot->brackets.access);
	pthread_mutex_unlock(&slot->brackets.lock);
	return err;
}

/* The kernel counts nothing: a sync within a longer one for reading is a sync of its own. */
int weir_frame_begin_around(struct weir_frame *frame, struct weir_pixels *pixels)
{
	struct weir_slot *slot = frame->slot;
	int err;

	if (!is_mapped(slot))
		return -EACCES;
	err = start_sync(slot, WEIR_CPU_RW);
	if (err)
		return err;
	atomic_fetch_add_explicit(&frame->brackets, 1, memory_order_relaxed);
	fill_pixels(frame, pixels);
	return 0;
}

int weir_frame_end_around(struct weir_frame *frame)
{
	atomic_fetch_sub_explicit(&frame->brackets, 1, memory_order_relaxed);
	return end_sync(frame->slot, frame->slot->n_parts, WEIR_CPU_RW);
}
