/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sinks/kms/framebuffer.h"

#include <string.h>

#include <drm_fourcc.h>
#include <xf86drm.h>

int weir_kms_framebuffer_add(const struct weir_kms_card *card, const struct weir_format *format,
	uint32_t width, uint32_t height, const struct weir_kms_buffer *buffer, uint32_t *out)
{
	struct drm_mode_fb_cmd2 request = {
		.width = width,
		.height = height,
		.pixel_format = format->drm,
		.flags = card->modifiers ? DRM_MODE_FB_MODIFIERS : 0,
	};
	int err;

	for (unsigned i = 0; i < format->n_planes; i++) {
		request.handles[i] = buffer->handle[i];
		request.pitches[i] = buffer->pitch[i];
		request.offsets[i] = buffer->offset[i];
		request.modifier[i] = DRM_FORMAT_MOD_LINEAR;
	}
	err = weir_kms_ioctl(card, DRM_IOCTL_MODE_ADDFB2, &request);
	if (!err)
		*out = request.fb_id;
	return err;
}

void weir_kms_framebuffer_remove(const struct weir_kms_card *card, uint32_t framebuffer)
{
	if (framebuffer)
		weir_kms_ioctl(card, DRM_IOCTL_MODE_RMFB, &framebuffer);
}

/* ---- import ---- */

static int import(const struct weir_kms_card *card, int dmabuf, uint32_t *handle)
{
	struct drm_prime_handle request = { .fd = dmabuf };
	int err = weir_kms_ioctl(card, DRM_IOCTL_PRIME_FD_TO_HANDLE, &request);

	if (!err)
		*handle = request.handle;
	return err;
}

static void forget(const struct weir_kms_card *card, uint32_t handle)
{
	struct drm_gem_close request = { .handle = handle };

	weir_kms_ioctl(card, DRM_IOCTL_GEM_CLOSE, &request);
}

/* The same memory has the same handle however often it is imported: each is closed once. */
static void forget_all(
	const struct weir_kms_card *card, const struct weir_kms_buffer *buffer, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		bool closed = false;

		for (unsigned j = 0; j < i; j++)
			closed |= buffer->handle[j] == buffer->handle[i];
		if (!closed)
			forget(card, buffer->handle[i]);
	}
}

int weir_kms_framebuffer_import(
	const struct weir_kms_card *card, const struct weir_frame_info *info, uint32_t *out)
{
	struct weir_kms_buffer buffer = { 0 };
	unsigned n = 0;
	int err = 0;

	for (; n < info->n_planes; n++) {
		const struct weir_frame_plane *plane = &info->plane[n];

		buffer.pitch[n] = plane->stride;
		buffer.offset[n] = plane->offset;
		if (n && plane->fd == info->plane[0].fd)
			buffer.handle[n] = buffer.handle[0];
		else
			err = import(card, plane->fd, &buffer.handle[n]);
		if (err)
			break;
	}
	if (!err)
		err = weir_kms_framebuffer_add(
			card, info->format, info->width, info->height, &buffer, out);
	forget_all(card, &buffer, n); /* the framebuffer holds the memory by itself */
	return err;
}

int weir_kms_dmabuf_try(const struct weir_kms_card *card, int dmabuf)
{
	uint32_t handle;
	int err = import(card, dmabuf, &handle);

	if (!err)
		forget(card, handle);
	return err;
}

/* ---- one a slot ---- */

/* A stage may show another part of the same slot. */
static bool is_same(const struct weir_frame_info *a, const struct weir_frame_info *b)
{
	return a->format == b->format && a->width == b->width && a->height == b->height &&
	       a->n_planes == b->n_planes &&
	       !memcmp(a->plane, b->plane, a->n_planes * sizeof(a->plane[0]));
}

int weir_kms_framebuffers_get(struct weir_kms_framebuffers *cache, const struct weir_kms_card *card,
	const struct weir_frame *frame, uint32_t *out)
{
	unsigned index = frame->slot->place;
	uint32_t *id = &cache->slot[index].id;
	int err = 0;

	if (*id && !is_same(&cache->slot[index].info, &frame->info)) {
		weir_kms_framebuffer_remove(card, *id);
		*id = 0;
	}
	if (!*id) {
		cache->slot[index].info = frame->info;
		err = weir_kms_framebuffer_import(card, &frame->info, id);
	}
	*out = *id;
	return err;
}

void weir_kms_framebuffers_drop(
	struct weir_kms_framebuffers *cache, const struct weir_kms_card *card)
{
	for (unsigned i = 0; i < WEIR_SLAB_MAX_SLOTS; i++) {
		weir_kms_framebuffer_remove(card, cache->slot[i].id);
		cache->slot[i].id = 0;
	}
}
