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

#ifndef MADV_POPULATE_WRITE /* Linux 5.14 */
#define MADV_POPULATE_WRITE 23
#endif

static size_t page_size(void)
{
	return (size_t)sysconf(_SC_PAGESIZE);
}

size_t weir_memfd_frame_pages(const struct weir_slab *slab)
{
	size_t pages = 0;

	(void)weir_round_up(slab->frame_bytes, page_size(), &pages); /* fits: the pitch did */
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

/* Sealed against shrinking, so that no holder of the fd can pull pages from under the mapping or the
 * udmabufs (which insist on it). */
static int open_memfd(struct weir_slab *slab)
{
	int err;

	slab->memfd = memfd_create("weir-slab", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (slab->memfd < 0)
		return -errno;
	if (ftruncate(slab->memfd, (off_t)slab->length) == 0 &&
		fcntl(slab->memfd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW) == 0)
		return 0;
	err = -errno;
	close(slab->memfd);
	slab->memfd = -1;
	return err;
}

static int populate(uint8_t *base, size_t length)
{
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
	void *base = mmap(
		NULL, slab->length, PROT_READ | PROT_WRITE, MAP_SHARED, slab->memfd, 0);
	int err;

	if (base == MAP_FAILED)
		return -errno;
	err = populate(base, slab->length);
	if (err) {
		munmap(base, slab->length);
		return err;
	}
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

		slot->headroom = slab->base + i * slab->pitch;
		slot->parts[0].memory = slot->headroom + slab->headroom_bytes;
		slot->parts[0].length = slab->frame_bytes;
	}
}

int weir_memfd_create_slots(struct weir_slab *slab, const struct weir_slab_settings *settings)
{
	char text[WEIR_ERRNO_TEXT];
	const char *remedy;
	int err;

	err = measure(slab);
	if (!err)
		err = open_memfd(slab);
	if (err)
		goto report;
	err = map(slab);
	if (err)
		goto close_memfd;
	lock(slab, settings);
	place_slots(slab);
	return 0;

close_memfd:
	close(slab->memfd);
	slab->memfd = -1;
report:
	remedy = weir_errno_remedy(err);
	weir_error(settings->log, "no memory for %u frames of %zu bytes: %s; %s", slab->n_slots,
		slab->frame_bytes, weir_errno_text(err, text),
		remedy ? remedy : "take fewer buffers (-b)");
	return err;
}

void weir_memfd_destroy_slots(struct weir_slab *slab)
{
	munmap(slab->base, slab->length);
	close(slab->memfd);
}
