/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <fcntl.h>
#include <linux/udmabuf.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "core/log.h"
#include "core/memory/memfd.h"

#define DEVICE "/dev/udmabuf"

static int open_device(char *why, size_t size)
{
	int fd = open(DEVICE, O_RDWR | O_CLOEXEC);
	char text[WEIR_ERRNO_TEXT];
	int err = -errno;

	if (fd >= 0)
		return fd;
	if (err == -EACCES || err == -EPERM)
		snprintf(why, size,
			"no permission for " DEVICE
			": join its group (kvm) or add a udev rule with TAG+=\"uaccess\"");
	else if (err == -ENOENT || err == -ENODEV)
		snprintf(why, size,
			"no " DEVICE ": try modprobe udmabuf, or a kernel with "
			"CONFIG_UDMABUF (Debian: 6.12 and later)");
	else
		snprintf(why, size, DEVICE ": %s", weir_errno_text(err, text));
	return err;
}

static int probe(char *why, size_t size)
{
	int fd = open_device(why, size);

	if (fd < 0)
		return fd;
	close(fd);
	return 0;
}

static int wrap_part(int device, struct weir_slab *slab, struct weir_slot_part *part)
{
	struct udmabuf_create create = {
		.memfd = (uint32_t)slab->memfd,
		.flags = UDMABUF_FLAGS_CLOEXEC,
		.offset = (uint64_t)(part->memory - slab->base),
		.size = weir_memfd_part_pages(part),
	};

	part->dmabuf = ioctl(device, UDMABUF_CREATE, &create);
	return part->dmabuf < 0 ? -errno : 0;
}

/* The same few pages again and again: a dma-buf of full length that costs next to nothing, and is
 * contiguous by no luck. */
#define REPEATS 16

static int wrap_repeatedly(int device, struct weir_slab *slab, struct weir_slot_part *part)
{
	struct udmabuf_create_list *list =
		calloc(1, sizeof(*list) + REPEATS * sizeof(list->list[0]));
	size_t left = weir_memfd_part_pages(part);
	int err;

	if (!list)
		return -ENOMEM;
	list->flags = UDMABUF_FLAGS_CLOEXEC;
	for (; left; list->count++) {
		size_t size = left < slab->length ? left : slab->length;

		list->list[list->count] =
			(struct udmabuf_create_item){ .memfd = (uint32_t)slab->memfd,
				.size = size };
		left -= size;
	}
	part->dmabuf = ioctl(device, UDMABUF_CREATE_LIST, list);
	err = part->dmabuf < 0 ? -errno : 0;
	free(list);
	return err;
}

static int wrap_slot(int device, struct weir_slab *slab, struct weir_slot *slot)
{
	int err = 0;

	for (unsigned i = 0; i < slot->n_parts && !err; i++)
		err = slab->base ? wrap_part(device, slab, &slot->parts[i])
				 : wrap_repeatedly(device, slab, &slot->parts[i]);
	return err;
}

static void close_dmabufs(struct weir_slab *slab)
{
	for (unsigned i = 0; i < slab->n_made; i++)
		for (unsigned p = 0; p < slab->slots[i].n_parts; p++)
			if (slab->slots[i].parts[p].dmabuf >= 0)
				close(slab->slots[i].parts[p].dmabuf);
}

static int wrap_slots(struct weir_slab *slab, const struct weir_log *log)
{
	char why[160], text[WEIR_ERRNO_TEXT];
	int device = open_device(why, sizeof(why));
	int err = 0;

	if (device < 0) {
		weir_error(log, "%s", why);
		return device;
	}
	for (unsigned i = 0; i < slab->n_slots && !err; i++)
		err = wrap_slot(device, slab, &slab->slots[i]);
	if (err) {
		weir_error(log,
			"%s of %zu bytes: %s; see size_limit_mb in /sys/module/udmabuf/parameters",
			slab->base ? "UDMABUF_CREATE" : "UDMABUF_CREATE_LIST", slab->frame_bytes,
			weir_errno_text(err, text));
		close_dmabufs(slab);
	}
	close(device);
	return err;
}

/* A sixteenth of the largest part, in whole pages. */
static int create_probe(struct weir_slab *slab, const struct weir_slab_settings *settings)
{
	const struct weir_slot *slot = &slab->slots[0];
	size_t page = (size_t)sysconf(_SC_PAGESIZE), most = 0;
	int err;

	for (unsigned i = 0; i < slot->n_parts; i++)
		if (weir_memfd_part_pages(&slot->parts[i]) > most)
			most = weir_memfd_part_pages(&slot->parts[i]);
	slab->length = (most / page + REPEATS - 1) / REPEATS * page;
	slab->memfd = weir_memfd_open(slab->length);
	if (slab->memfd < 0) {
		weir_error_errno(settings->log, "memfd_create", slab->memfd);
		return slab->memfd;
	}
	err = wrap_slots(slab, settings->log);
	if (err)
		close(slab->memfd);
	return err;
}

static int create(struct weir_slab *slab, const struct weir_slab_settings *settings)
{
	int err;

	if (settings->probe)
		return create_probe(slab, settings);
	err = weir_memfd_create_slots(slab, settings);
	if (err)
		return err;
	/* Making the dma-bufs makes the pages, cheaper than a fault for each would. */
	err = wrap_slots(slab, settings->log);
	if (err)
		goto destroy_slots;
	err = weir_memfd_make_resident(slab, settings);
	if (!err)
		return 0;
	close_dmabufs(slab);
destroy_slots:
	weir_memfd_destroy_slots(slab);
	return err;
}

static void destroy(struct weir_slab *slab)
{
	close_dmabufs(slab);
	weir_memfd_destroy_slots(slab);
}

const struct weir_memory_kind weir_memory_slab = {
	.name = "slab",
	.summary =
		"sealed memfd with one udmabuf a slot: for devices, the network and the disk alike",
	.traits = { .dmabuf = true, .pinnable = true, .headroom = true },
	.probe = probe,
	.locks = weir_memfd_length,
	.create = create,
	.destroy = destroy,
};
