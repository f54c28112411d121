/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sinks/kms/output.h"

#include <errno.h>
#include <string.h>

#include "core/log.h"
#include "core/uri.h"

static const char *const crtc_names[] = {
	[WEIR_KMS_CRTC_ACTIVE] = "ACTIVE",
	[WEIR_KMS_CRTC_MODE_ID] = "MODE_ID",
	NULL,
};

/* ---- opening ---- */

static int refuse_none(const char *name, const struct weir_log *log)
{
	char names[256], quoted[WEIR_QUOTED];

	weir_kms_display_names(names, sizeof(names));
	if (!names[0])
		weir_error(log, "display: this machine has no display that the kernel drives "
				"(no connector in /sys/class/drm)");
	else if (name[0])
		weir_error(log, "display: no connector is called %s (known: %s)",
			weir_quote(name, quoted), names);
	else
		weir_error(log, "display: nothing is connected to %s: plug in a monitor", names);
	return -ENODEV;
}

int weir_kms_output_open(
	struct weir_kms_output *output, const char *name, const struct weir_log *log)
{
	struct weir_kms_display display = { 0 };
	int err;

	output->card.fd = output->connector.status = -1;
	if (!weir_kms_display_find(name, &display))
		return refuse_none(name, log);
	err = weir_kms_card_open(&output->card, display.card, log);
	if (err)
		return err;
	err = weir_kms_connector_open(&output->connector, &output->card, &display);
	if (!err) {
		err = weir_kms_output_read(output);
		if (err)
			weir_error(log, "display: %s has no CRTC or plane for %s", display.card,
				display.name);
	}
	if (err)
		weir_kms_output_close(output);
	return err;
}

void weir_kms_output_close(struct weir_kms_output *output)
{
	weir_kms_connector_close(&output->connector);
	weir_kms_card_close(&output->card);
}

/* ---- reading ---- */

static bool is_idle(int fd, uint32_t id)
{
	drmModeCrtcPtr crtc = drmModeGetCrtc(fd, id);
	bool idle = crtc && !crtc->mode_valid;

	drmModeFreeCrtc(crtc);
	return idle;
}

/* The CRTC that drives the connector now, else one that drives nothing, else any that can; by its
 * index. */
static int choose_crtc(const struct weir_kms_output *output, const drmModeRes *resources)
{
	uint64_t now = output->connector.object.property[WEIR_KMS_CONNECTOR_CRTC_ID].value;
	int found = -1;

	for (int i = 0; i < resources->count_crtcs && i < 32; i++) {
		if (!(output->connector.possible_crtcs & (1u << i)))
			continue;
		if (resources->crtcs[i] == now)
			return i;
		if (found < 0 || (is_idle(output->card.fd, resources->crtcs[i]) &&
					 !is_idle(output->card.fd, resources->crtcs[found])))
			found = i;
	}
	return found;
}

static int read_crtc(struct weir_kms_output *output, int *index)
{
	drmModeResPtr resources = drmModeGetResources(output->card.fd);
	int err = -ENODEV;

	if (!resources)
		return -ENODEV;
	*index = choose_crtc(output, resources);
	if (*index >= 0)
		err = weir_kms_object_read(output->card.fd, resources->crtcs[*index],
			DRM_MODE_OBJECT_CRTC, crtc_names, &output->crtc);
	drmModeFreeResources(resources);
	return err;
}

int weir_kms_output_read(struct weir_kms_output *output)
{
	int index, n, err;

	err = weir_kms_connector_probe(&output->connector, &output->card);
	if (!err)
		err = read_crtc(output, &index);
	if (err)
		return err;
	n = weir_kms_planes_read(&output->card, (unsigned)index, output->planes);
	if (n < 0)
		return n;
	output->n_planes = (unsigned)n;
	return n ? 0 : -ENODEV;
}

/* ---- showing ---- */

static int need_black(struct weir_kms_output *output)
{
	const struct weir_kms_placement *placement = &output->placement;
	const struct weir_video video = { .format = weir_format_by_name("XR24"),
		.width = placement->mode.hdisplay,
		.height = placement->mode.vdisplay };

	if (!placement->behind || output->black.framebuffer)
		return 0;
	return weir_kms_picture_create(&output->black, &output->card, &video);
}

int weir_kms_output_begin(struct weir_kms_output *output, uint32_t framebuffer, void *user_data)
{
	weir_kms_output_compose(output, &output->placement, output->mode_blob, framebuffer,
		output->black.framebuffer);
	return weir_kms_commit_run(&output->commit, &output->card,
		DRM_MODE_ATOMIC_ALLOW_MODESET | DRM_MODE_ATOMIC_NONBLOCK | DRM_MODE_PAGE_FLIP_EVENT,
		user_data);
}

int weir_kms_output_flip(struct weir_kms_output *output, uint32_t framebuffer, int fence,
	bool at_once, void *user_data)
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

	*before = (struct weir_kms_before){ .valid = true, .n_planes = output->n_planes };
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

int weir_kms_output_prepare(struct weir_kms_output *output)
{
	int err = need_black(output);

	if (!err && drmModeCreatePropertyBlob(output->card.fd, &output->placement.mode,
			    sizeof(output->placement.mode), &output->mode_blob))
		err = -errno;
	if (!err)
		remember(output);
	return err;
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

int weir_kms_output_restore(struct weir_kms_output *output)
{
	int err = 0;

	if (!output->before.valid)
		return 0;
	output->before.valid = false;
	err = restore(output, false);
	if (err) /* what was shown is gone, say */
		err = restore(output, true);
	weir_kms_picture_destroy(&output->black, &output->card);
	drmModeDestroyPropertyBlob(output->card.fd, output->mode_blob);
	output->mode_blob = 0;
	return err;
}
