/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <fcntl.h>
#include <linux/udmabuf.h>
#include <stdio.h>
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
		snprintf(why, size, "no permission for " DEVICE
			": join its group (kvm) or add a udev rule with TAG+=\"uaccess\"");
	else if (err == -ENOENT || err == -ENODEV)
		snprintf(why, size, "no " DEVICE ": try modprobe udmabuf, or a kernel with "
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

static int wrap_slot(int device, struct weir_slab *slab, struct weir_slot *slot)
{
	struct udmabuf_create create = {
		.memfd = (uint32_t)slab->memfd,
		.flags = UDMABUF_FLAGS_CLOEXEC,
		.offset = (uint64_t)(slot->parts[0].memory - slab->base),
		.size = weir_memfd_frame_pages(slab),
	};

	slot->parts[0].dmabuf = ioctl(device, UDMABUF_CREATE, &create);
	return slot->parts[0].dmabuf < 0 ? -errno : 0;
}

static void close_dmabufs(struct weir_slab *slab)
{
	for (unsigned i = 0; i < slab->n_slots; i++)
		if (slab->slots[i].parts[0].dmabuf >= 0)
			close(slab->slots[i].parts[0].dmabuf);
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
		weir_error(log, "UDMABUF_CREATE of %zu bytes: %s; see size_limit_mb in "
			"/sys/module/udmabuf/parameters", weir_memfd_frame_pages(slab),
			weir_errno_text(err, text));
		close_dmabufs(slab);
	}
	close(device);
	return err;
}

static int create(struct weir_slab *slab, const struct weir_slab_settings *settings)
{
	int err = weir_memfd_create_slots(slab, settings);

	if (err)
		return err;
	err = wrap_slots(slab, settings->log);
	if (err)
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
	.summary = "sealed memfd with one udmabuf a slot: for devices, the network and the disk alike",
	.probe = probe,
	.create = create,
	.destroy = destroy,
};
