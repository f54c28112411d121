/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sinks/kms/mode.h"

#include <stdbool.h>

#include "core/clock.h"

uint64_t weir_kms_mode_interval_ns(const drmModeModeInfo *mode)
{
	if (!mode->clock) /* in kHz */
		return WEIR_NS_PER_S / (mode->vrefresh ? mode->vrefresh : 60);
	return (uint64_t)mode->htotal * mode->vtotal * 1000000 / mode->clock;
}

static bool is_preferred(const drmModeModeInfo *mode)
{
	return mode->type & DRM_MODE_TYPE_PREFERRED;
}

/* How far the frames' interval is from a whole number of refreshes, in thousandths of one: what
 * makes pictures judder. */
static uint64_t judder(const drmModeModeInfo *mode, const struct weir_rate *rate)
{
	uint64_t frame_ns = rate->num ? weir_rate_interval_ns(*rate) : 0;
	uint64_t refresh_ns = weir_kms_mode_interval_ns(mode), rest;

	if (!frame_ns || !refresh_ns)
		return 0;
	if (frame_ns + frame_ns / 500 < refresh_ns)
		return 1000; /* not every frame can be shown */
	rest = frame_ns % refresh_ns;
	if (rest > refresh_ns / 2)
		rest = refresh_ns - rest;
	return rest * 1000 / refresh_ns;
}

static bool suits_better(
	const drmModeModeInfo *a, const drmModeModeInfo *b, const struct weir_rate *rate)
{
	uint64_t judder_a = judder(a, rate), judder_b = judder(b, rate);

	if (judder_a / 20 != judder_b / 20)
		return judder_a < judder_b;
	return is_preferred(a) && !is_preferred(b);
}

static const drmModeModeInfo *find_size(const struct weir_kms_connector *connector, uint32_t width,
	uint32_t height, const struct weir_rate *rate)
{
	const drmModeModeInfo *found = NULL;

	for (unsigned i = 0; i < connector->n_modes; i++) {
		const drmModeModeInfo *mode = &connector->modes[i];

		if (mode->hdisplay != width || mode->vdisplay != height)
			continue;
		if (!found || suits_better(mode, found, rate))
			found = mode;
	}
	return found;
}

/* The one that the monitor marked, else the first. */
static const drmModeModeInfo *find_preferred(const struct weir_kms_connector *connector)
{
	for (unsigned i = 0; i < connector->n_modes; i++)
		if (is_preferred(&connector->modes[i]))
			return &connector->modes[i];
	return connector->n_modes ? connector->modes : NULL;
}

/* The smallest that a picture fits on unscaled. */
static const drmModeModeInfo *find_holder(
	const struct weir_kms_connector *connector, uint32_t width, uint32_t height)
{
	const drmModeModeInfo *found = NULL;

	for (unsigned i = 0; i < connector->n_modes; i++) {
		const drmModeModeInfo *mode = &connector->modes[i];

		if (mode->hdisplay < width || mode->vdisplay < height)
			continue;
		if (!found || mode->hdisplay * mode->vdisplay < found->hdisplay * found->vdisplay)
			found = mode;
	}
	return found;
}

static unsigned add(const drmModeModeInfo **out, unsigned n, const drmModeModeInfo *mode)
{
	for (unsigned i = 0; i < n; i++)
		if (out[i] == mode)
			return n;
	if (mode)
		out[n++] = mode;
	return n;
}

unsigned weir_kms_mode_choices(const struct weir_kms_connector *connector,
	const struct weir_kms_mode_wish *wish, const struct weir_video *video,
	const drmModeModeInfo *out[WEIR_KMS_MODE_CHOICES])
{
	unsigned n = 0;

	switch (wish->kind) {
	case WEIR_KMS_MODE_SIZE:
		return add(out, n, find_size(connector, wish->width, wish->height, &video->rate));
	case WEIR_KMS_MODE_PREFERRED:
		return add(out, n, find_preferred(connector));
	case WEIR_KMS_MODE_NEAREST:
		break;
	}
	n = add(out, n, find_size(connector, video->width, video->height, &video->rate));
	n = add(out, n, find_preferred(connector));
	return add(out, n, find_holder(connector, video->width, video->height));
}
