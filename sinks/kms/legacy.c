/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>

#include <xf86drm.h>

#include "sinks/kms/output.h"

/* The calls of before atomic modesetting, for drivers that know no others. A mode and the primary
 * plane are set at once, overlays each for themselves, and only flips of the primary plane tell
 * when they were on the screen: behind an overlay it is black, and flips to itself. */

static bool is_primary(const struct weir_kms_plane *plane)
{
	return plane->object.property[WEIR_KMS_PLANE_TYPE].value == DRM_PLANE_TYPE_PRIMARY;
}

/* Nothing can be asked beforehand, so only what every driver does is done: pixel for pixel, with
 * something on the primary plane that fills the screen. */
static int test(struct weir_kms_output *output, const struct weir_kms_placement *placement,
	uint32_t framebuffer)
{
	const struct weir_video *video = &output->video;

	(void)framebuffer;
	if (placement->width != video->width || placement->height != video->height)
		return -EINVAL;
	if (!is_primary(placement->plane))
		return placement->behind ? 0 : -EINVAL;
	return video->width == placement->mode.hdisplay && video->height == placement->mode.vdisplay
		       ? 0
		       : -EINVAL;
}

/* ---- showing ---- */

static int set_crtc(struct weir_kms_output *output, uint32_t framebuffer, uint32_t x, uint32_t y,
	drmModeModeInfo *mode)
{
	uint32_t connector = output->connector.object.id;

	return drmModeSetCrtc(output->card.fd, output->crtc.id, framebuffer, x, y,
		mode ? &connector : NULL, mode ? 1 : 0, mode);
}

static int set_overlay(const struct weir_kms_output *output, uint32_t framebuffer)
{
	const struct weir_kms_placement *placement = &output->placement;
	struct drm_mode_set_plane request = {
		.plane_id = placement->plane->object.id,
		.crtc_id = framebuffer ? output->crtc.id : 0,
		.fb_id = framebuffer,
		.crtc_x = placement->x,
		.crtc_y = placement->y,
		.crtc_w = placement->width,
		.crtc_h = placement->height,
		.src_w = output->video.width << 16,
		.src_h = output->video.height << 16,
	};

	return weir_kms_ioctl(&output->card, DRM_IOCTL_MODE_SETPLANE, &request);
}

static int set_property(const struct weir_kms_output *output, unsigned property, uint64_t value)
{
	const struct weir_kms_object *plane = &output->placement.plane->object;

	return drmModeObjectSetProperty(output->card.fd, plane->id, DRM_MODE_OBJECT_PLANE,
		plane->property[property].id, value);
}

static int set_colours(const struct weir_kms_output *output)
{
	const struct weir_kms_plane *plane = output->placement.plane;
	uint64_t value;
	int err = 0;

	if (weir_kms_plane_encoding(&output->card, plane, &output->video, &value))
		err = set_property(output, WEIR_KMS_PLANE_COLOR_ENCODING, value);
	if (!err && weir_kms_plane_range(&output->card, plane, &output->video, &value))
		err = set_property(output, WEIR_KMS_PLANE_COLOR_RANGE, value);
	return err;
}

/* The primary plane's, and with it the event. */
static int flip_primary(
	struct weir_kms_output *output, uint32_t framebuffer, bool at_once, void *user_data)
{
	struct drm_mode_crtc_page_flip request = {
		.crtc_id = output->crtc.id,
		.fb_id = framebuffer,
		.flags = DRM_MODE_PAGE_FLIP_EVENT | (at_once ? DRM_MODE_PAGE_FLIP_ASYNC : 0),
		.user_data = (uintptr_t)user_data,
	};

	return weir_kms_ioctl(&output->card, DRM_IOCTL_MODE_PAGE_FLIP, &request);
}

/* Fences are waited for by the kernel, which sees them on the memory. */
static int flip(struct weir_kms_output *output, uint32_t framebuffer, int fence, bool at_once,
	void *user_data)
{
	int err;

	(void)fence;
	if (!output->placement.behind)
		return flip_primary(output, framebuffer, at_once, user_data);
	if (at_once)
		return -EINVAL;
	err = set_overlay(output, framebuffer);
	return err ? err : flip_primary(output, output->black.framebuffer, false, user_data);
}

/* Setting a mode tells nothing, so what is shown then is flipped to once more. */
static int begin(struct weir_kms_output *output, uint32_t framebuffer, void *user_data)
{
	bool overlay = output->placement.behind;
	int err = set_colours(output);

	if (!err)
		err = set_crtc(output, overlay ? output->black.framebuffer : framebuffer, 0, 0,
			&output->placement.mode);
	return err ? err : flip(output, framebuffer, -1, false, user_data);
}

/* ---- what was there before ---- */

static void remember(struct weir_kms_output *output)
{
	struct weir_kms_before *before = &output->before;
	drmModeCrtcPtr crtc = drmModeGetCrtc(output->card.fd, output->crtc.id);

	before->has_mode = crtc && crtc->mode_valid && crtc->buffer_id;
	if (before->has_mode) {
		before->mode = crtc->mode;
		before->framebuffer = crtc->buffer_id;
		before->x = crtc->x;
		before->y = crtc->y;
	}
	drmModeFreeCrtc(crtc);
}

static int restore(struct weir_kms_output *output, bool off)
{
	struct weir_kms_before *before = &output->before;

	if (output->placement.behind)
		set_overlay(output, 0);
	if (off || !before->has_mode)
		return set_crtc(output, 0, 0, 0, NULL);
	return set_crtc(output, before->framebuffer, before->x, before->y, &before->mode);
}

const struct weir_kms_calls weir_kms_legacy = {
	.test = test,
	.remember = remember,
	.begin = begin,
	.flip = flip,
	.restore = restore,
};
