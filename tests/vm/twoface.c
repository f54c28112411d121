/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/vm/twoface.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "core/checked.h"
#include "core/log.h"
#include "core/memory/parts.h"

#define DEVICE "/dev/weir_twoface"

static int module = -1;
static uint32_t flags;

bool twoface_open(bool veiled)
{
	module = open(DEVICE, O_RDWR | O_CLOEXEC);
	flags = veiled ? WEIR_TWOFACE_VEILED : 0;
	return module >= 0;
}

void twoface_close(void)
{
	close(module);
	module = -1;
}

/* A refusal is a bug of the test or of the module; there is nothing to go on with. */
static void demand(int result, const char *what)
{
	if (result == 0)
		return;
	perror(what);
	abort();
}

struct weir_twoface_counts twoface_counts(void)
{
	struct weir_twoface_counts counts = { 0 };

	demand(ioctl(module, WEIR_TWOFACE_COUNTS, &counts), "WEIR_TWOFACE_COUNTS");
	return counts;
}

void twoface_device_read(int dmabuf, size_t offset, void *bytes, size_t length)
{
	struct weir_twoface_access access = { (uintptr_t)bytes, offset, length, dmabuf, 0 };

	demand(ioctl(module, WEIR_TWOFACE_DEVICE_READ, &access), "WEIR_TWOFACE_DEVICE_READ");
}

void twoface_device_write(int dmabuf, size_t offset, const void *bytes, size_t length)
{
	struct weir_twoface_access access = { (uintptr_t)bytes, offset, length, dmabuf, 0 };

	demand(ioctl(module, WEIR_TWOFACE_DEVICE_WRITE, &access), "WEIR_TWOFACE_DEVICE_WRITE");
}

/* ---- the memory kind ---- */

static int create_part(struct weir_slot_part *part)
{
	struct weir_twoface_create wanted = { .flags = flags };
	size_t size;
	void *memory;

	if (!weir_round_up(part->length, (size_t)sysconf(_SC_PAGESIZE), &size))
		return -EOVERFLOW;
	wanted.size = size;
	if (ioctl(module, WEIR_TWOFACE_CREATE, &wanted) < 0)
		return -errno;
	part->dmabuf = wanted.fd;
	memory = mmap(NULL, part->length, PROT_READ | PROT_WRITE, MAP_SHARED, part->dmabuf, 0);
	if (memory == MAP_FAILED)
		return -errno; /* with the dma-buf, which the caller releases */
	part->memory = memory;
	return 0;
}

static int create(struct weir_slab *slab, const struct weir_slab_settings *settings)
{
	char text[WEIR_ERRNO_TEXT];
	int err = 0;

	for (unsigned i = 0; i < slab->n_slots && !err; i++)
		for (unsigned p = 0; p < slab->slots[i].n_parts && !err; p++)
			err = create_part(&slab->slots[i].parts[p]);
	if (err) {
		weir_error(settings->log, DEVICE ": %s", weir_errno_text(err, text));
		weir_parts_release_all(slab);
		return err;
	}
	weir_parts_judge(slab);
	return 0;
}

const struct weir_memory_kind weir_memory_twoface = {
	.name = "twoface",
	.summary = "other pages for the CPU than for devices",
	.create = create,
	.destroy = weir_parts_release_all,
};

const struct weir_memory_kind *const weir_memory_kinds[] = {
	&weir_memory_twoface,
	&weir_memory_host,
	NULL,
};

const struct weir_memory_kind *weir_memory_kind_by_name(const char *name)
{
	for (size_t i = 0; weir_memory_kinds[i]; i++)
		if (!strcmp(weir_memory_kinds[i]->name, name))
			return weir_memory_kinds[i];
	return NULL;
}
