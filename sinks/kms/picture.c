/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sinks/kms/picture.h"

#include <errno.h>

#include <xf86drm.h>

#include "sinks/kms/framebuffer.h"

/* Lines of 32-bit pixels, which every driver can allocate, and enough of them. */
static int allocate(const struct weir_kms_card *card, const struct weir_layout *layout,
	struct drm_mode_create_dumb *request)
{
	uint32_t stride = (uint32_t)layout->plane[0].stride;

	*request = (struct drm_mode_create_dumb){ .width = (stride + 3) / 4, .bpp = 32 };
	request->height = (uint32_t)(layout->size / (request->width * 4)) + 1;
	return weir_kms_ioctl(card, DRM_IOCTL_MODE_CREATE_DUMB, request);
}

static void deallocate(const struct weir_kms_card *card, uint32_t handle)
{
	struct drm_mode_destroy_dumb request = { .handle = handle };

	weir_kms_ioctl(card, DRM_IOCTL_MODE_DESTROY_DUMB, &request);
}

int weir_kms_picture_create(struct weir_kms_picture *picture, const struct weir_kms_card *card,
	const struct weir_video *video)
{
	struct weir_kms_buffer buffer = { 0 };
	struct drm_mode_create_dumb request;
	struct weir_layout layout;
	int err = weir_format_layout(video, &layout);

	if (!err)
		err = allocate(card, &layout, &request);
	if (err)
		return err;
	for (unsigned i = 0; i < layout.n_planes; i++) {
		buffer.handle[i] = request.handle;
		buffer.pitch[i] = (uint32_t)layout.plane[i].stride;
		buffer.offset[i] = (uint32_t)layout.plane[i].offset;
	}
	err = weir_kms_framebuffer_add(
		card, video->format, video->width, video->height, &buffer, &picture->framebuffer);
	if (err)
		deallocate(card, request.handle);
	else
		picture->handle = request.handle;
	return err;
}

void weir_kms_picture_destroy(struct weir_kms_picture *picture, const struct weir_kms_card *card)
{
	weir_kms_framebuffer_remove(card, picture->framebuffer);
	if (picture->handle)
		deallocate(card, picture->handle);
	*picture = (struct weir_kms_picture){ 0 };
}

uint32_t weir_kms_picture_stride(const struct weir_kms_card *card, const struct weir_video *video)
{
	size_t line = weir_format_line_bytes(video->format, 0, video->width);
	size_t least = video->stride > line ? video->stride : line;
	struct drm_mode_create_dumb request = {
		.width = (uint32_t)((least + 3) / 4), .height = video->height, .bpp = 32
	};

	if (!line || weir_kms_ioctl(card, DRM_IOCTL_MODE_CREATE_DUMB, &request))
		return 0;
	deallocate(card, request.handle);
	return request.pitch;
}
