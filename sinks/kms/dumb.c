/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sinks/kms/dumb.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>

#include <xf86drm.h>

#include "core/log.h"
#include "core/memory/parts.h"

/* Of a buffer without lines. */
#define ANY_PITCH 4096

struct dumb {
	const struct weir_kms_card *card;
	uint32_t handle;
	char *why;
	size_t size;
};

static int fail(const struct dumb *dumb, const char *what, int err)
{
	char text[WEIR_ERRNO_TEXT];

	snprintf(dumb->why, dumb->size, "the driver %s of %s %s: %s", dumb->card->driver,
		dumb->card->path, what, weir_errno_text(err, text));
	return err;
}

static void close_handle(const struct dumb *dumb)
{
	struct drm_mode_destroy_dumb request = { .handle = dumb->handle };

	weir_kms_ioctl(dumb->card, DRM_IOCTL_MODE_DESTROY_DUMB, &request);
}

/* A card may lay a buffer out by its own pitch whatever a framebuffer says of it: virtio-gpu shows
 * another one skewed, and takes it without a word. */
static int check_pitch(
	const struct dumb *dumb, const struct drm_mode_create_dumb *request, uint32_t stride)
{
	if (!stride || request->pitch == stride)
		return 0;
	snprintf(dumb->why, dumb->size,
		"the driver %s of %s puts lines in its own memory %u bytes apart, not %u",
		dumb->card->driver, dumb->card->path, request->pitch, stride);
	return -ENOTSUP;
}

/* Lines of 32-bit pixels, which every driver can make, one plane after the other. */
static int allocate(struct dumb *dumb, uint32_t stride, size_t length)
{
	uint32_t width = stride ? (stride - 1) / 4 + 1 : ANY_PITCH / 4;
	size_t line = (size_t)width * 4, lines = length / line + (length % line != 0);
	struct drm_mode_create_dumb request = {
		.width = width, .height = (uint32_t)lines, .bpp = 32
	};
	int err = -ENOMEM;

	if (lines <= UINT32_MAX)
		err = weir_kms_ioctl(dumb->card, DRM_IOCTL_MODE_CREATE_DUMB, &request);
	if (err)
		return fail(dumb, "makes no buffer of that size; take fewer (-b)", err);
	dumb->handle = request.handle;
	err = check_pitch(dumb, &request, stride);
	if (!err && request.size < length)
		err = fail(dumb, "makes a smaller buffer than it was asked for", -EIO);
	if (err)
		close_handle(dumb);
	return err;
}

static int export(const struct dumb *dumb, int *out)
{
	struct drm_prime_handle request = { .handle = dumb->handle,
		.flags = DRM_CLOEXEC | DRM_RDWR };
	int err = weir_kms_ioctl(dumb->card, DRM_IOCTL_PRIME_HANDLE_TO_FD, &request);

	if (err)
		return fail(dumb, "does not export its own buffers", err);
	*out = request.fd;
	return 0;
}

/* By the card, where its dma-bufs cannot be mapped: old drivers. */
static void *map_by_card(const struct dumb *dumb, size_t length)
{
	struct drm_mode_map_dumb request = { .handle = dumb->handle };

	if (weir_kms_ioctl(dumb->card, DRM_IOCTL_MODE_MAP_DUMB, &request))
		return MAP_FAILED;
	return mmap(NULL, length, PROT_READ | PROT_WRITE, MAP_SHARED, dumb->card->fd,
		(off_t)request.offset);
}

/* Without a mapping there would be no proof that a camera writes there. */
static int map(const struct dumb *dumb, struct weir_slot_part *part)
{
	void *memory =
		mmap(NULL, part->length, PROT_READ | PROT_WRITE, MAP_SHARED, part->dmabuf, 0);

	if (memory == MAP_FAILED)
		memory = map_by_card(dumb, part->length);
	if (memory == MAP_FAILED)
		return fail(dumb, "does not let its own buffers be mapped", -errno);
	part->memory = memory;
	return 0;
}

int weir_kms_dumb_make(const struct weir_kms_card *card, uint32_t stride,
	struct weir_slot_part *part, char *why, size_t size)
{
	struct dumb dumb = { .card = card, .why = why, .size = size };
	int err = allocate(&dumb, stride, part->length);

	if (err)
		return err;
	err = export(&dumb, &part->dmabuf);
	if (!err)
		err = map(&dumb, part);
	if (err)
		weir_part_release(part);
	close_handle(&dumb);
	return err;
}
