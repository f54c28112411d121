/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <stdio.h>

#include "core/checked.h"
#include "core/log.h"
#include "sinks/kms/output.h"

/* Where a picture finds its place: one attempt after the other is shown to the driver, which says
 * whether it would do it. */

struct attempt {
	uint64_t type; /* of the plane */
	bool scaled;   /* to the largest that keeps its shape; else pixel for pixel in the middle */
	bool behind;   /* black on the primary plane */
};

static const struct attempt ladder[] = {
	{ DRM_PLANE_TYPE_PRIMARY, true, false },
	{ DRM_PLANE_TYPE_OVERLAY, true, false },
	{ DRM_PLANE_TYPE_OVERLAY, true, true },
	{ DRM_PLANE_TYPE_PRIMARY, false, false },
	{ DRM_PLANE_TYPE_OVERLAY, false, false },
	{ DRM_PLANE_TYPE_OVERLAY, false, true },
};

/* ---- trying ---- */

static const struct weir_kms_plane *find_primary(const struct weir_kms_output *output)
{
	const struct weir_format *format = weir_format_by_name("XR24");

	for (unsigned i = 0; i < output->n_planes; i++)
		if (output->planes[i].object.property[WEIR_KMS_PLANE_TYPE].value ==
				DRM_PLANE_TYPE_PRIMARY &&
			weir_kms_plane_takes(&output->planes[i], format))
			return &output->planes[i];
	return NULL;
}

/* The largest of the picture's shape that fits. */
static void scale(struct weir_kms_placement *placement, const struct weir_video *video)
{
	uint32_t width = placement->mode.hdisplay, height = placement->mode.vdisplay;

	if (width * video->height > height * video->width)
		width = height * video->width / video->height;
	else
		height = width * video->height / video->width;
	placement->width = width ? width : 1;
	placement->height = height ? height : 1;
}

/* Whether the attempt makes sense; the placement then says how. */
static bool fit(const struct weir_kms_output *output, const struct attempt *attempt,
	struct weir_kms_placement *placement)
{
	const struct weir_video *video = &output->video;
	uint32_t width = placement->mode.hdisplay, height = placement->mode.vdisplay;

	if (attempt->scaled) {
		scale(placement, video);
	} else if (video->width > width || video->height > height ||
		   (video->width == width && video->height == height)) {
		return false; /* too large, or tried already */
	} else {
		placement->width = video->width;
		placement->height = video->height;
	}
	placement->x = (int32_t)(width - placement->width) / 2;
	placement->y = (int32_t)(height - placement->height) / 2;
	placement->behind = attempt->behind ? find_primary(output) : NULL;
	return !attempt->behind || placement->behind;
}

/* One rung of the ladder, on each plane of its type. */
static int try_attempt(struct weir_kms_output *output, const struct attempt *attempt,
	const drmModeModeInfo *mode, uint32_t framebuffer)
{
	int err = -ENOENT;

	for (unsigned i = 0; i < output->n_planes && err; i++) {
		const struct weir_kms_plane *plane = &output->planes[i];
		struct weir_kms_placement placement = { .mode = *mode, .plane = plane };

		if (plane->object.property[WEIR_KMS_PLANE_TYPE].value != attempt->type ||
			!weir_kms_plane_takes(plane, output->video.format) ||
			!fit(output, attempt, &placement))
			continue;
		err = output->calls->test(output, &placement, framebuffer);
		if (!err)
			output->placement = placement;
	}
	return err;
}

/* The last refusal that the driver gave, or -ENOENT when there was nothing to ask. */
static int climb(
	struct weir_kms_output *output, const struct weir_kms_mode_wish *wish, uint32_t framebuffer)
{
	const drmModeModeInfo *modes[WEIR_KMS_MODE_CHOICES];
	unsigned n = weir_kms_mode_choices(&output->connector, wish, &output->video, modes);
	int refusal = -ENOENT;

	for (unsigned m = 0; m < n; m++)
		for (size_t i = 0; i < WEIR_COUNT(ladder); i++) {
			int err = try_attempt(output, &ladder[i], modes[m], framebuffer);

			if (!err)
				return 0;
			if (err != -ENOENT)
				refusal = err;
		}
	return refusal;
}

static int refuse_format(const struct weir_kms_output *output, char *why, size_t size)
{
	char names[160];

	weir_kms_planes_formats(output->planes, output->n_planes, names, sizeof(names));
	snprintf(why, size, "no plane of %s takes %s line by line; they take %s",
		output->connector.name, output->video.format->name, names);
	return -ENOTSUP;
}

static int refuse_place(const struct weir_kms_output *output, int err, char *why, size_t size)
{
	const struct weir_video *video = &output->video;
	char text[WEIR_ERRNO_TEXT];

	if (err == -ENOENT)
		snprintf(why, size, "%s has no such mode", output->connector.name);
	else if (err == -EACCES || err == -ENODEV)
		snprintf(why, size, "%s cannot be asked: %s", output->card.path,
			weir_errno_text(err, text));
	else
		snprintf(why, size,
			"the driver %s shows no %ux%u in %s on %s: not on any plane, scaled or "
			"centred, in any mode: %s",
			output->card.driver, video->width, video->height, video->format->name,
			output->connector.name, weir_errno_text(err, text));
	return -ENOTSUP;
}

bool weir_kms_output_takes(const struct weir_kms_output *output, const struct weir_format *format)
{
	for (unsigned i = 0; i < output->n_planes; i++)
		if (weir_kms_plane_takes(&output->planes[i], format))
			return true;
	return false;
}

int weir_kms_output_place(struct weir_kms_output *output, const struct weir_video *video,
	const struct weir_kms_mode_wish *wish, char *why, size_t size)
{
	struct weir_kms_picture picture = { 0 };
	char text[WEIR_ERRNO_TEXT];
	int err;

	output->video = *video;
	err = weir_kms_output_deal(output);
	if (err) {
		snprintf(why, size, "%s cannot be asked: %s", output->card.path,
			weir_errno_text(err, text));
		return -ENOTSUP;
	}
	if (!weir_kms_output_takes(output, video->format))
		return refuse_format(output, why, size);
	err = weir_kms_picture_create(&picture, &output->card, video);
	if (err) {
		snprintf(why, size,
			"the driver %s makes no framebuffer of %ux%u in %s with %u "
			"bytes a line: %s",
			output->card.driver, video->width, video->height, video->format->name,
			video->stride, weir_errno_text(err, text));
		return -ENOTSUP;
	}
	err = climb(output, wish, picture.framebuffer);
	weir_kms_picture_destroy(&picture, &output->card);
	return err ? refuse_place(output, err, why, size) : 0;
}
