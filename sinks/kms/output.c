/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sinks/kms/output.h"

#include <errno.h>

#include "sinks/kms/access.h"

static const char *const crtc_names[] = {
	[WEIR_KMS_CRTC_ACTIVE] = "ACTIVE",
	[WEIR_KMS_CRTC_MODE_ID] = "MODE_ID",
	NULL,
};

/* ---- reading ---- */

static bool is_idle(int fd, uint32_t id)
{
	drmModeCrtcPtr crtc = drmModeGetCrtc(fd, id);
	bool idle = crtc && !crtc->mode_valid;

	drmModeFreeCrtc(crtc);
	return idle;
}

/* The CRTC that drives the connector now, else one that drives nothing, else any that can and that
 * no other display of ours has; by its index. */
static int choose_crtc(const struct weir_kms_output *output, const drmModeRes *resources)
{
	uint64_t now = output->connector.object.property[WEIR_KMS_CONNECTOR_CRTC_ID].value;
	int found = -1;

	for (int i = 0; i < resources->count_crtcs && i < 32; i++) {
		if (!(output->connector.possible_crtcs & (1u << i)) ||
			!weir_kms_card_has_crtc(&output->card, resources->crtcs[i]))
			continue;
		if (resources->crtcs[i] == now)
			return i;
		if (found < 0 || (is_idle(output->card.fd, resources->crtcs[i]) &&
					 !is_idle(output->card.fd, resources->crtcs[found])))
			found = i;
	}
	return found;
}

static int read_crtc(struct weir_kms_output *output)
{
	drmModeResPtr resources = drmModeGetResources(output->card.fd);
	int err = -ENODEV, index;

	if (!resources)
		return -ENODEV;
	index = choose_crtc(output, resources);
	if (index >= 0)
		err = weir_kms_object_read(output->card.fd, resources->crtcs[index],
			DRM_MODE_OBJECT_CRTC, crtc_names, &output->crtc);
	if (!err) {
		output->card.crtc = output->crtc.id;
		output->card.crtc_index = (unsigned)index;
	}
	drmModeFreeResources(resources);
	return err;
}

static int read_planes(struct weir_kms_output *output)
{
	int n = weir_kms_planes_read(&output->card, output->card.crtc_index, output->planes);

	if (n < 0)
		return n;
	output->n_planes = (unsigned)n;
	output->dealt = output->card.access->n_cards;
	return n ? 0 : -ENODEV;
}

int weir_kms_output_read(struct weir_kms_output *output)
{
	int err = weir_kms_connector_probe(&output->connector, &output->card);

	if (!err)
		err = read_crtc(output);
	return err ? err : read_planes(output);
}

int weir_kms_output_deal(struct weir_kms_output *output)
{
	return output->dealt == output->card.access->n_cards ? 0 : read_planes(output);
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

int weir_kms_output_prepare(struct weir_kms_output *output)
{
	int err = need_black(output);

	if (!err && drmModeCreatePropertyBlob(output->card.fd, &output->placement.mode,
			    sizeof(output->placement.mode), &output->mode_blob))
		err = -errno;
	if (!err) {
		output->before = (struct weir_kms_before){ .valid = true };
		output->calls->remember(output);
	}
	return err;
}

int weir_kms_output_begin(struct weir_kms_output *output, uint32_t framebuffer, void *user_data)
{
	return output->calls->begin(output, framebuffer, user_data);
}

int weir_kms_output_flip(struct weir_kms_output *output, uint32_t framebuffer, int fence,
	bool at_once, void *user_data)
{
	return output->calls->flip(output, framebuffer, fence, at_once, user_data);
}

int weir_kms_output_restore(struct weir_kms_output *output)
{
	int err = 0;

	if (!output->before.valid)
		return 0;
	output->before.valid = false;
	err = output->calls->restore(output, false);
	if (err) /* what was shown is gone, say */
		err = output->calls->restore(output, true);
	weir_kms_picture_destroy(&output->black, &output->card);
	drmModeDestroyPropertyBlob(output->card.fd, output->mode_blob);
	output->mode_blob = 0;
	return err;
}
