/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <fcntl.h>
#include <linux/dma-heap.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "core/checked.h"
#include "core/log.h"
#include "core/memory/parts.h"

/* Contiguous memory first: every device takes it, and where it is scarce the system's heap serves.
 */
static const char *const heaps[] = {
	"/dev/dma_heap/linux,cma",
	"/dev/dma_heap/default_cma_region",
	"/dev/dma_heap/reserved",
	"/dev/dma_heap/system",
};

/* The first heap from number *heap on that opens: an fd, or -errno of the most telling refusal. */
static int open_heap(size_t *heap)
{
	int err = -ENOENT;

	for (; *heap < WEIR_COUNT(heaps); ++*heap) {
		int fd = open(heaps[*heap], O_RDONLY | O_CLOEXEC);

		if (fd >= 0)
			return fd;
		if (errno != ENOENT)
			err = -errno;
	}
	return err;
}

static void explain(int err, char *why, size_t size)
{
	char text[WEIR_ERRNO_TEXT];

	if (err == -ENOENT)
		snprintf(why, size, "this kernel has no /dev/dma_heap (CONFIG_DMABUF_HEAPS)");
	else if (err == -EACCES || err == -EPERM)
		snprintf(why, size,
			"no permission for /dev/dma_heap: add a udev rule for "
			"SUBSYSTEM==\"dma_heap\"");
	else
		snprintf(why, size, "/dev/dma_heap: %s", weir_errno_text(err, text));
}

static int probe(char *why, size_t size)
{
	size_t heap = 0;
	int fd = open_heap(&heap);

	if (fd < 0) {
		explain(fd, why, size);
		return fd;
	}
	close(fd);
	return 0;
}

/* The last one's pages come from anywhere. */
static void refine(struct weir_memory_traits *traits)
{
	size_t heap = 0;
	int fd = open_heap(&heap);

	if (fd >= 0)
		close(fd);
	traits->contiguous = fd >= 0 && heap + 1 < WEIR_COUNT(heaps);
}

static int allocate_part(int heap, struct weir_slot_part *part)
{
	struct dma_heap_allocation_data data = { .fd_flags = O_RDWR | O_CLOEXEC };
	size_t length;
	void *memory;

	if (!weir_round_up(part->length, (size_t)sysconf(_SC_PAGESIZE), &length))
		return -EOVERFLOW;
	data.len = length;
	if (ioctl(heap, DMA_HEAP_IOCTL_ALLOC, &data) < 0)
		return -errno;
	part->dmabuf = (int)data.fd;
	memory = mmap(NULL, part->length, PROT_READ | PROT_WRITE, MAP_SHARED, part->dmabuf, 0);
	if (memory == MAP_FAILED)
		return -errno; /* with the dma-buf, which the caller releases */
	part->memory = memory;
	return 0;
}

static int allocate_slots(int heap, struct weir_slab *slab)
{
	int err = 0;

	for (unsigned i = 0; i < slab->n_slots && !err; i++)
		for (unsigned p = 0; p < slab->slots[i].n_parts && !err; p++)
			err = allocate_part(heap, &slab->slots[i].parts[p]);
	if (err)
		weir_parts_release_all(slab);
	return err;
}

/* A heap counts nobody's limits: asked for more than there is, it brings the machine down before it
 * says no. */
static bool fits_machine(const struct weir_slab *slab)
{
	size_t pages = (size_t)sysconf(_SC_PHYS_PAGES), page = (size_t)sysconf(_SC_PAGESIZE);
	size_t length;

	return weir_mul(slab->frame_bytes, (size_t)slab->n_slots, &length) &&
	       length / page < pages / 2;
}

/* From the first heap that has room for all. */
static int allocate(struct weir_slab *slab, const struct weir_log *log)
{
	char text[WEIR_ERRNO_TEXT];
	size_t heap = 0;
	int fd, err = 0;

	for (; (fd = open_heap(&heap)) >= 0; heap++) {
		err = allocate_slots(fd, slab);
		close(fd);
		if (!err)
			return 0;
		weir_debug(log, "%s has no room for %u frames of %zu bytes: %s", heaps[heap],
			slab->n_slots, slab->frame_bytes, weir_errno_text(err, text));
	}
	return err ? err : fd;
}

static int create(struct weir_slab *slab, const struct weir_slab_settings *settings)
{
	int err = fits_machine(slab) ? allocate(slab, settings->log) : -ENOMEM;
	char text[WEIR_ERRNO_TEXT];

	if (err) {
		weir_error(settings->log,
			"no dma-heap for %u frames of %zu bytes: %s; take fewer buffers (-b)",
			slab->n_slots, slab->frame_bytes, weir_errno_text(err, text));
		return err;
	}
	weir_parts_judge(slab);
	return 0;
}

const struct weir_memory_kind weir_memory_heap = {
	.name = "heap",
	.summary = "buffers of a dma-heap, for devices that import them but not the slab",
	.traits = { .dmabuf = true, .contiguous = true },
	.probe = probe,
	.refine = refine,
	.create = create,
	.destroy = weir_parts_release_all,
};
