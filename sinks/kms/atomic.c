/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <string.h>

#include "sinks/kms/output.h"

/* The calls that change all of a display at once, and can be tried. */

/* ---- composing ---- */

/* SRC_… are in 1/65536 of a pixel. */
static void add_plane(struct weir_kms_commit *commit, const struct weir_kms_output *output,
	const struct weir_kms_plane *plane, uint32_t framebuffer, uint32_t width, uint32_t height)
{
	weir_kms_commit_object(commit, &plane->object);
	weir_kms_commit_set(commit, &plane->object, WEIR_KMS_PLANE_FB_ID, framebuffer);
	weir_kms_commit_set(commit, &plane->object, WEIR_KMS_PLANE_CRTC_ID, output->crtc.id);
	weir_kms_commit_set(commit, &plane->object, WEIR_KMS_PLANE_SRC_X, 0);
	weir_kms_commit_set(commit, &plane->object, WEIR_KMS_PLANE_SRC_Y, 0);
	weir_kms_commit_set(commit, &plane->object, WEIR_KMS_PLANE_SRC_W, (uint64_t)width << 16);
	weir_kms_commit_set(commit, &plane->object, WEIR_KMS_PLANE_SRC_H, (uint64_t)height << 16);
}

static void add_place(struct weir_kms_commit *commit, const struct weir_kms_plane *plane, int32_t x,
	int32_t y, uint32_t width, uint32_t height)
{
	weir_kms_commit_set(commit, &plane->object, WEIR_KMS_PLANE_CRTC_X, (uint64_t)x);
	weir_kms_commit_set(commit, &plane->object, WEIR_KMS_PLANE_CRTC_Y, (uint64_t)y);
	weir_kms_commit_set(commit, &plane->object, WEIR_KMS_PLANE_CRTC_W, width);
	weir_kms_commit_set(commit, &plane->object, WEIR_KMS_PLANE_CRTC_H, height);
}

static void add_colours(struct weir_kms_commit *commit, const struct weir_kms_output *output,
	const struct weir_kms_plane *plane)
{
	uint64_t value;

	if (weir_kms_plane_encoding(&output->card, plane, &output->video, &value))
		weir_kms_commit_set(commit, &plane->object, WEIR_KMS_PLANE_COLOR_ENCODING, value);
	if (weir_kms_plane_range(&output->card, plane, &output->video, &value))
		weir_kms_commit_set(commit, &plane->object, WEIR_KMS_PLANE_COLOR_RANGE, value);
}

/* Whatever else the CRTC shows goes. */
static void add_off(struct weir_kms_commit *commit, const struct weir_kms_output *output,
	const struct weir_kms_placement *placement)
{
	for (unsigned i = 0; i < output->n_planes; i++) {
		const struct weir_kms_plane *plane = &output->planes[i];

		if (plane == placement->plane || plane == placement->behind ||
			plane->object.property[WEIR_KMS_PLANE_CRTC_ID].value != output->crtc.id)
			continue;
		weir_kms_commit_object(commit, &plane->object);
		weir_kms_commit_set(commit, &plane->object, WEIR_KMS_PLANE_FB_ID, 0);
		weir_kms_commit_set(commit, &plane->object, WEIR_KMS_PLANE_CRTC_ID, 0);
	}
}

static void compose(struct weir_kms_output *output, const struct weir_kms_placement *placement,
	uint32_t mode_blob, uint32_t framebuffer, uint32_t black)
{
	struct weir_kms_commit *commit = &output->commit;
	uint32_t width = placement->mode.hdisplay, height = placement->mode.vdisplay;

	weir_kms_commit_begin(commit);
	weir_kms_commit_object(commit, &output->connector.object);
	weir_kms_commit_set(
		commit, &output->connector.object, WEIR_KMS_CONNECTOR_CRTC_ID, output->crtc.id);
	weir_kms_commit_object(commit, &output->crtc);
	weir_kms_commit_set(commit, &output->crtc, WEIR_KMS_CRTC_MODE_ID, mode_blob);
	weir_kms_commit_set(commit, &output->crtc, WEIR_KMS_CRTC_ACTIVE, 1);
	add_off(commit, output, placement);
	if (placement->behind) {
		add_plane(commit, output, placement->behind, black, width, height);
		add_place(commit, placement->behind, 0, 0, width, height);
	}
	add_plane(commit, output, placement->plane, framebuffer, output->video.width,
		output->video.height);
	add_place(commit, placement->plane, placement->x, placement->y, placement->width,
		placement->height);
	add_colours(commit, output, placement->plane);
}

/* ---- showing ---- */

static int test(struct weir_kms_output *output, const struct weir_kms_placement *placement,
	uint32_t framebuffer)
{
	const struct weir_video screen = { .format = weir_format_by_name("XR24"),
		.width = placement->mode.hdisplay,
		.height = placement->mode.vdisplay };
	struct weir_kms_picture black = { 0 };
	uint32_t blob = 0;
	int err = 0;

	if (drmModeCreatePropertyBlob(
		    output->card.fd, &placement->mode, sizeof(placement->mode), &blob))
		return -errno;
	if (placement->behind)
		err = weir_kms_picture_create(&black, &output->card, &screen);
	if (!err) {
		compose(output, placement, blob, framebuffer, black.framebuffer);
		err = weir_kms_commit_run(&output->commit, &output->card,
			DRM_MODE_ATOMIC_TEST_ONLY | DRM_MODE_ATOMIC_ALLOW_MODESET, NULL);
	}
	weir_kms_picture_destroy(&black, &output->card);
	drmModeDestroyPropertyBlob(output->card.fd, blob);
	return err;
}

static int begin(struct weir_kms_output *output, uint32_t framebuffer, void *user_data)
{
	compose(output, &output->placement, output->mode_blob, framebuffer,
		output->black.framebuffer);
	return weir_kms_commit_run(&output->commit, &output->card,
		DRM_MODE_ATOMIC_ALLOW_MODESET | DRM_MODE_ATOMIC_NONBLOCK | DRM_MODE_PAGE_FLIP_EVENT,
		user_data);
}

static int flip(struct weir_kms_output *output, uint32_t framebuffer, int fence, bool at_once,
	void *user_data)
{
	const struct weir_kms_object *plane = &output->placement.plane->object;
	struct weir_kms_commit *commit = &output->commit;

	weir_kms_commit_begin(commit);
	weir_kms_commit_object(commit, plane);
	weir_kms_commit_set(commit, plane, WEIR_KMS_PLANE_FB_ID, framebuffer);
	if (fence >= 0)
		weir_kms_commit_set(commit, plane, WEIR_KMS_PLANE_IN_FENCE_FD, (uint64_t)fence);
	return weir_kms_commit_run(commit, &output->card,
		DRM_MODE_ATOMIC_NONBLOCK | DRM_MODE_PAGE_FLIP_EVENT |
			(at_once ? DRM_MODE_PAGE_FLIP_ASYNC : 0),
		user_data);
}

/* ---- what was there before ---- */

static void remember(struct weir_kms_output *output)
{
	struct weir_kms_before *before = &output->before;
	uint32_t blob = (uint32_t)output->crtc.property[WEIR_KMS_CRTC_MODE_ID].value;
	drmModePropertyBlobPtr mode = blob ? drmModeGetPropertyBlob(output->card.fd, blob) : NULL;

	before->n_planes = output->n_planes;
	before->crtc_of_connector =
		output->connector.object.property[WEIR_KMS_CONNECTOR_CRTC_ID].value;
	before->active = output->crtc.property[WEIR_KMS_CRTC_ACTIVE].value;
	before->has_mode = mode && mode->length == sizeof(before->mode);
	if (before->has_mode)
		memcpy(&before->mode, mode->data, sizeof(before->mode));
	drmModeFreePropertyBlob(mode);
	for (unsigned i = 0; i < output->n_planes; i++)
		before->planes[i] = output->planes[i].object;
}

/* All that we set, as it was; or all off. */
static void compose_before(struct weir_kms_output *output, uint32_t mode_blob, bool off)
{
	const struct weir_kms_before *before = &output->before;
	struct weir_kms_commit *commit = &output->commit;

	weir_kms_commit_begin(commit);
	weir_kms_commit_object(commit, &output->connector.object);
	weir_kms_commit_set(commit, &output->connector.object, WEIR_KMS_CONNECTOR_CRTC_ID,
		off ? 0 : before->crtc_of_connector);
	weir_kms_commit_object(commit, &output->crtc);
	weir_kms_commit_set(commit, &output->crtc, WEIR_KMS_CRTC_MODE_ID, off ? 0 : mode_blob);
	weir_kms_commit_set(commit, &output->crtc, WEIR_KMS_CRTC_ACTIVE, off ? 0 : before->active);
	for (unsigned i = 0; i < before->n_planes; i++) {
		const struct weir_kms_object *plane = &before->planes[i];

		weir_kms_commit_object(commit, plane);
		for (unsigned p = 0; p < WEIR_KMS_PLANE_SAVED; p++)
			if (!off || p <= WEIR_KMS_PLANE_CRTC_ID)
				weir_kms_commit_set(
					commit, plane, p, off ? 0 : plane->property[p].value);
	}
}

static int restore(struct weir_kms_output *output, bool off)
{
	uint32_t blob = 0;
	int err = 0;

	if (!off && output->before.has_mode &&
		drmModeCreatePropertyBlob(
			output->card.fd, &output->before.mode, sizeof(output->before.mode), &blob))
		err = -errno;
	compose_before(output, blob, off);
	if (!err)
		err = weir_kms_commit_run(
			&output->commit, &output->card, DRM_MODE_ATOMIC_ALLOW_MODESET, NULL);
	if (blob)
		drmModeDestroyPropertyBlob(output->card.fd, blob);
	return err;
}

const struct weir_kms_calls weir_kms_atomic = {
	.test = test,
	.remember = remember,
	.begin = begin,
	.flip = flip,
	.restore = restore,
};
