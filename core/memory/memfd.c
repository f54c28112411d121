/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/memory/memfd.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "core/checked.h"
#include "core/log.h"
#include "core/memory/lock.h"

#ifndef MADV_POPULATE_READ /* Linux 5.14 */
#define MADV_POPULATE_READ  22
#define MADV_POPULATE_WRITE 23
#endif

static size_t page_size(void)
{
	return (size_t)sysconf(_SC_PAGESIZE);
}

size_t weir_memfd_part_pages(const struct weir_slot_part *part)
{
	size_t pages = 0;

	(void)weir_round_up(part->length, page_size(), &pages); /* fits: the pitch did */
	return pages;
}

static int measure_slot(size_t frame_bytes, size_t *pitch)
{
	size_t page = page_size(), room;

	if (!weir_add(frame_bytes, (size_t)WEIR_SLAB_TAILROOM, &room) ||
		!weir_round_up(room, page, &room) || !weir_add(room, page, pitch))
		return -EOVERFLOW;
	return 0;
}

int weir_memfd_length(const struct weir_slab_settings *settings, size_t *out)
{
	size_t pitch;
	int err = measure_slot(settings->frame_bytes, &pitch);

	if (!err && (!weir_mul(pitch, (size_t)settings->slots, out) || *out > PTRDIFF_MAX))
		err = -EOVERFLOW;
	return err;
}

static int measure(struct weir_slab *slab, const struct weir_slab_settings *settings)
{
	int err = measure_slot(slab->frame_bytes, &slab->pitch);

	slab->headroom_bytes = page_size();
	return err ? err : weir_memfd_length(settings, &slab->length);
}

/* Sealed against shrinking, so that no holder of the fd can pull pages from under the mapping or
 * the udmabufs (which insist on it). */
int weir_memfd_open(size_t length)
{
	int fd = memfd_create("weir-slab", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	int err;

	if (fd < 0)
		return -errno;
	if (ftruncate(fd, (off_t)length) == 0 &&
		fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW) == 0)
		return fd;
	err = -errno;
	close(fd);
	return err;
}

/* Reading maps pages that are there in batches, and writable, because nobody has to be told of
 * writes to this kind of file. The second pass sees to those that were not, one by one. */
static int populate(uint8_t *base, size_t length)
{
	madvise(base, length, MADV_POPULATE_READ);
	if (madvise(base, length, MADV_POPULATE_WRITE) == 0)
		return 0;
	if (errno != EINVAL)
		return -errno;
	/* Before Linux 5.14: touch every page. */
	for (size_t at = 0; at < length; at += page_size())
		*(volatile uint8_t *)(base + at) = 0;
	return 0;
}

static int map(struct weir_slab *slab)
{
	void *base = mmap(NULL, slab->length, PROT_READ | PROT_WRITE, MAP_SHARED, slab->memfd, 0);

	if (base == MAP_FAILED)
		return -errno;
	slab->base = base;
	return 0;
}

static void lock(struct weir_slab *slab, const struct weir_slab_settings *settings)
{
	size_t size = sizeof(slab->lock_verdict);

	if (settings->no_lock)
		snprintf(slab->lock_verdict, size, "not locked, as asked");
	else if (weir_lock_mapping(slab->base, slab->length, slab->lock_verdict, size))
		slab->locked_bytes = slab->length;
	else
		weir_info(settings->log, "frame memory is %s", slab->lock_verdict);
}

static void place_slots(struct weir_slab *slab)
{
	for (unsigned i = 0; i < slab->n_slots; i++) {
		struct weir_slot *slot = &slab->slots[i];
		uint8_t *memory;

		slot->headroom = slab->base + i * slab->pitch;
		memory = slot->headroom + slab->headroom_bytes;
		for (unsigned p = 0; p < slot->n_parts; p++) {
			slot->parts[p].memory = memory;
			memory += weir_memfd_part_pages(&slot->parts[p]);
		}
	}
	slab->pinnable = true;
}

static int report(const struct weir_slab *slab, const struct weir_slab_settings *settings, int err)
{
	const char *remedy = weir_errno_remedy(err);
	char text[WEIR_ERRNO_TEXT];

	weir_error(settings->log, "no memory for %u frames of %zu bytes: %s; %s", slab->n_slots,
		slab->frame_bytes, weir_errno_text(err, text),
		remedy ? remedy : "take fewer buffers (-b)");
	return err;
}

int weir_memfd_create_slots(struct weir_slab *slab, const struct weir_slab_settings *settings)
{
	int err = measure(slab, settings);

	if (err)
		return report(slab, settings, err);
	slab->memfd = weir_memfd_open(slab->length);
	if (slab->memfd < 0)
		return report(slab, settings, slab->memfd);
	err = map(slab);
	if (err) {
		close(slab->memfd);
		slab->memfd = -1;
		return report(slab, settings, err);
	}
	place_slots(slab);
	return 0;
}

int weir_memfd_make_resident(struct weir_slab *slab, const struct weir_slab_settings *settings)
{
	int err = populate(slab->base, slab->length);

	if (err)
		return report(slab, settings, err);
	lock(slab, settings);
	return 0;
}

void weir_memfd_destroy_slots(struct weir_slab *slab)
{
	if (slab->base)
		munmap(slab->base, slab->length);
	close(slab->memfd);
}
