/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/memory/memfd.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include "core/checked.h"
#include "core/log.h"

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

static int measure(struct weir_slab *slab)
{
	size_t page = page_size();
	size_t room;

	if (!weir_add(slab->frame_bytes, (size_t)WEIR_SLAB_TAILROOM, &room) ||
		!weir_round_up(room, page, &room) || !weir_add(room, page, &slab->pitch) ||
		!weir_mul(slab->pitch, (size_t)slab->n_slots, &slab->length) ||
		slab->length > PTRDIFF_MAX)
		return -EOVERFLOW;
	slab->headroom_bytes = page;
	return 0;
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

static void say_why_unlocked(struct weir_slab *slab, int error)
{
	struct rlimit limit = { 0 };
	char text[WEIR_ERRNO_TEXT];

	getrlimit(RLIMIT_MEMLOCK, &limit);
	if (error == ENOMEM || error == EPERM || error == EAGAIN)
		snprintf(slab->lock_verdict, sizeof(slab->lock_verdict),
			"not locked: %zu KiB are over the limit of %llu KiB (raise it with "
			"LimitMEMLOCK= or ulimit -l)",
			slab->length / 1024, (unsigned long long)limit.rlim_cur / 1024);
	else
		snprintf(slab->lock_verdict, sizeof(slab->lock_verdict), "not locked: %s",
			weir_errno_text(error, text));
}

static void lock(struct weir_slab *slab, const struct weir_slab_settings *settings)
{
	if (settings->no_lock) {
		snprintf(slab->lock_verdict, sizeof(slab->lock_verdict), "not locked, as asked");
	} else if (mlock(slab->base, slab->length) == 0) {
		slab->locked_bytes = slab->length;
		snprintf(slab->lock_verdict, sizeof(slab->lock_verdict), "locked");
	} else {
		say_why_unlocked(slab, errno);
		weir_info(settings->log, "frame memory is %s", slab->lock_verdict);
	}
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
	int err = measure(slab);

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
