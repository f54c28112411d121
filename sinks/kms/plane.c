/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sinks/kms/plane.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <drm_fourcc.h>
#include <xf86drmMode.h>

#include "core/checked.h"

static const char *const names[] = {
	[WEIR_KMS_PLANE_FB_ID] = "FB_ID",
	[WEIR_KMS_PLANE_CRTC_ID] = "CRTC_ID",
	[WEIR_KMS_PLANE_SRC_X] = "SRC_X",
	[WEIR_KMS_PLANE_SRC_Y] = "SRC_Y",
	[WEIR_KMS_PLANE_SRC_W] = "SRC_W",
	[WEIR_KMS_PLANE_SRC_H] = "SRC_H",
	[WEIR_KMS_PLANE_CRTC_X] = "CRTC_X",
	[WEIR_KMS_PLANE_CRTC_Y] = "CRTC_Y",
	[WEIR_KMS_PLANE_CRTC_W] = "CRTC_W",
	[WEIR_KMS_PLANE_CRTC_H] = "CRTC_H",
	[WEIR_KMS_PLANE_COLOR_ENCODING] = "COLOR_ENCODING",
	[WEIR_KMS_PLANE_COLOR_RANGE] = "COLOR_RANGE",
	[WEIR_KMS_PLANE_TYPE] = "type",
	[WEIR_KMS_PLANE_IN_FORMATS] = "IN_FORMATS",
	[WEIR_KMS_PLANE_IN_FENCE_FD] = "IN_FENCE_FD",
	NULL,
};

/* ---- reading ---- */

static void add_format(struct weir_kms_plane *plane, uint32_t format)
{
	if (plane->n_formats < WEIR_KMS_MAX_PLANE_FORMATS)
		plane->formats[plane->n_formats++] = format;
}

/* The pairs of format and modifier, of which the linear ones are ours. False without such a list.
 */
static bool read_pairs(int fd, struct weir_kms_plane *plane)
{
	uint32_t id = (uint32_t)plane->object.property[WEIR_KMS_PLANE_IN_FORMATS].value;
	drmModePropertyBlobPtr blob = id ? drmModeGetPropertyBlob(fd, id) : NULL;
	drmModeFormatModifierIterator at = { 0 };

	if (!blob)
		return false;
	while (drmModeFormatModifierBlobIterNext(blob, &at))
		if (at.mod == DRM_FORMAT_MOD_LINEAR)
			add_format(plane, at.fmt);
	drmModeFreePropertyBlob(blob);
	return true;
}

static int read_plane(
	const struct weir_kms_card *card, const drmModePlane *listed, struct weir_kms_plane *plane)
{
	int err = weir_kms_object_read(
		card->fd, listed->plane_id, DRM_MODE_OBJECT_PLANE, names, &plane->object);

	if (err)
		return err;
	if (!card->atomic) { /* the properties are hidden then */
		plane->object.property[WEIR_KMS_PLANE_FB_ID].value = listed->fb_id;
		plane->object.property[WEIR_KMS_PLANE_CRTC_ID].value = listed->crtc_id;
	}
	plane->possible_crtcs = listed->possible_crtcs;
	plane->n_formats = 0;
	if (card->modifiers && read_pairs(card->fd, plane))
		return 0;
	for (uint32_t i = 0; i < listed->count_formats; i++)
		add_format(plane, listed->formats[i]);
	return 0;
}

static uint64_t type_of(const struct weir_kms_plane *plane)
{
	return plane->object.property[WEIR_KMS_PLANE_TYPE].value;
}

static int add_plane(const struct weir_kms_card *card, uint32_t id, unsigned crtc_index,
	struct weir_kms_plane *planes, unsigned *n)
{
	drmModePlanePtr listed = drmModeGetPlane(card->fd, id);
	struct weir_kms_plane *plane = &planes[*n];
	int err;

	if (!listed)
		return errno ? -errno : -ENODEV;
	err = (listed->possible_crtcs & (1u << crtc_index)) ? read_plane(card, listed, plane)
							    : -ENOENT;
	drmModeFreePlane(listed);
	if (!err && type_of(plane) != DRM_PLANE_TYPE_CURSOR)
		++*n;
	return err == -ENOENT ? 0 : err;
}

/* Leaves out those that are other displays' of this run. */
static unsigned deal(const struct weir_kms_card *card, struct weir_kms_plane *planes, unsigned n)
{
	bool ours[WEIR_KMS_MAX_PLANES];
	unsigned kept = 0;

	for (unsigned i = 0; i < n; i++) {
		unsigned number = 0;

		for (unsigned j = 0; j < i; j++)
			number += planes[j].possible_crtcs == planes[i].possible_crtcs &&
				  type_of(&planes[j]) == type_of(&planes[i]);
		ours[i] = weir_kms_card_has_plane(card, planes[i].possible_crtcs, number);
	}
	for (unsigned i = 0; i < n; i++)
		if (ours[i])
			planes[kept++] = planes[i];
	return kept;
}

int weir_kms_planes_read(const struct weir_kms_card *card, unsigned crtc_index,
	struct weir_kms_plane planes[WEIR_KMS_MAX_PLANES])
{
	drmModePlaneResPtr list = drmModeGetPlaneResources(card->fd);
	unsigned n = 0;
	int err = 0;

	if (!list)
		return errno ? -errno : -ENODEV;
	for (uint32_t i = 0; i < list->count_planes && n < WEIR_KMS_MAX_PLANES && !err; i++)
		err = add_plane(card, list->planes[i], crtc_index, planes, &n);
	drmModeFreePlaneResources(list);
	return err ? err : (int)deal(card, planes, n);
}

/* ---- formats ---- */

bool weir_kms_plane_takes(const struct weir_kms_plane *plane, const struct weir_format *format)
{
	for (unsigned i = 0; i < plane->n_formats; i++)
		if (format->drm && plane->formats[i] == format->drm)
			return true;
	return false;
}

void weir_kms_planes_formats(
	const struct weir_kms_plane *planes, unsigned n, char *text, size_t size)
{
	size_t used = 0;

	text[0] = '\0';
	for (size_t i = 0; i < weir_format_count() && used + 16 < size; i++) {
		const struct weir_format *format = weir_format_at(i);
		bool taken = false;

		for (unsigned p = 0; p < n && format->drm; p++)
			taken |= weir_kms_plane_takes(&planes[p], format);
		if (taken && weir_format_by_drm(format->drm) == format)
			used += (size_t)snprintf(text + used, size - used, "%s%.12s",
				used ? ", " : "", format->name);
	}
}

/* ---- colours ---- */

bool weir_kms_plane_encoding(const struct weir_kms_card *card, const struct weir_kms_plane *plane,
	const struct weir_video *video, uint64_t *out)
{
	static const char *const words[] = {
		[WEIR_MATRIX_601] = "ITU-R BT.601",
		[WEIR_MATRIX_709] = "ITU-R BT.709",
		[WEIR_MATRIX_2020] = "ITU-R BT.2020",
	};
	enum weir_matrix matrix = video->matrix;

	if (!(video->format->flags & WEIR_FORMAT_YUV))
		return false;
	if ((unsigned)matrix >= WEIR_COUNT(words) || !words[matrix]) /* as everybody guesses */
		matrix = video->height < 720 ? WEIR_MATRIX_601 : WEIR_MATRIX_709;
	return weir_kms_enum_value(card->fd,
		plane->object.property[WEIR_KMS_PLANE_COLOR_ENCODING].id, words[matrix], out);
}

bool weir_kms_plane_range(const struct weir_kms_card *card, const struct weir_kms_plane *plane,
	const struct weir_video *video, uint64_t *out)
{
	const char *word =
		video->range == WEIR_RANGE_FULL ? "YCbCr full range" : "YCbCr limited range";

	return video->format->flags & WEIR_FORMAT_YUV &&
	       weir_kms_enum_value(
		       card->fd, plane->object.property[WEIR_KMS_PLANE_COLOR_RANGE].id, word, out);
}
