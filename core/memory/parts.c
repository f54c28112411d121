/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/memory/parts.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/dma-buf.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#ifndef MADV_POPULATE_READ /* Linux 5.14 */
#define MADV_POPULATE_READ 22
#endif

/* A sync that no dma-buf does, and that nothing else knows. */
bool weir_is_dmabuf(int fd)
{
	struct dma_buf_sync sync = { .flags = ~0ull };

	return ioctl(fd, DMA_BUF_IOCTL_SYNC, &sync) == 0 || errno == EINVAL;
}

int weir_parts_adopt(struct weir_slot_part *part, int fd)
{
	off_t length;
	void *memory;

	part->dmabuf = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	if (part->dmabuf < 0)
		return -errno;
	length = lseek(part->dmabuf, 0, SEEK_END);
	if (length > 0)
		part->length = (size_t)length;
	memory = mmap(NULL, part->length, PROT_READ | PROT_WRITE, MAP_SHARED, part->dmabuf, 0);
	if (memory != MAP_FAILED)
		part->memory = memory;
	return 0;
}

void weir_part_release(struct weir_slot_part *part)
{
	if (part->memory)
		munmap(part->memory, part->length);
	if (part->dmabuf >= 0)
		close(part->dmabuf);
	part->memory = NULL;
	part->dmabuf = -1;
}

void weir_parts_release(struct weir_slot *slot)
{
	for (unsigned i = 0; i < slot->n_parts; i++)
		weir_part_release(&slot->parts[i]);
}

void weir_parts_release_all(struct weir_slab *slab)
{
	for (unsigned i = 0; i < slab->n_made; i++)
		weir_parts_release(&slab->slots[i]);
}

/* MADV_POPULATE_READ makes the same check as pinning: it refuses mappings without struct pages. */
bool weir_part_is_pinnable(const struct weir_slot_part *part)
{
	return part->memory && madvise(part->memory, part->length, MADV_POPULATE_READ) == 0;
}

void weir_parts_judge(struct weir_slab *slab)
{
	slab->length = 0;
	for (unsigned i = 0; i < slab->n_made; i++)
		for (unsigned p = 0; p < slab->slots[i].n_parts; p++)
			slab->length += slab->slots[i].parts[p].length;
	slab->pinnable = weir_part_is_pinnable(&slab->slots[0].parts[0]);
	snprintf(slab->lock_verdict, sizeof(slab->lock_verdict),
		"kernel memory, never swapped; %s be pinned", slab->pinnable ? "can" : "cannot");
}
