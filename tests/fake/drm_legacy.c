/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>

#include <xf86drm.h>
#include <xf86drmMode.h>

#include "tests/fake/drm.h"

/* The calls of before atomic modesetting. */

struct fake_plane *fake_drm_plane(uint32_t id);
void fake_drm_scan_out(void);
int fake_drm_legacy(unsigned long request, void *arg);

static bool exists(uint32_t framebuffer)
{
	return framebuffer < FAKE_MAX_FBS && fake.fbs[framebuffer].used;
}

/* At once, and without an event. */
static int set_crtc(const struct drm_mode_crtc *request)
{
	if (request->mode_valid && !exists(request->fb_id))
		return ENOENT;
	if (request->mode_valid && (request->count_connectors != 1 ||
					   *(uint32_t *)(uintptr_t)request->set_connectors_ptr !=
						   FAKE_CONNECTOR_OBJECT))
		return EINVAL;
	fake_refresh();
	fake.active = request->mode_valid;
	fake.mode_width = fake.active ? request->mode.hdisplay : 0;
	fake.mode_height = fake.active ? request->mode.vdisplay : 0;
	fake.primary.value[FAKE_FB_ID] = request->mode_valid ? request->fb_id : 0;
	fake.primary.value[FAKE_CRTC_ID] = request->mode_valid ? FAKE_CRTC_OBJECT : 0;
	fake.primary.value[FAKE_CRTC_W] = fake.mode_width;
	fake.primary.value[FAKE_CRTC_H] = fake.mode_height;
	fake.modesets++;
	fake_drm_scan_out();
	return 0;
}

static int page_flip(const struct drm_mode_crtc_page_flip *request)
{
	if (fake.commit_errors) {
		fake.commit_errors--;
		return fake.commit_error;
	}
	if (fake.coming)
		return EBUSY;
	if (!fake.active || !exists(request->fb_id))
		return EINVAL;
	if (request->flags & DRM_MODE_PAGE_FLIP_ASYNC) {
		if (fake.async_refused)
			return EINVAL;
		fake.async_commits++;
	}
	fake.page_flips++;
	fake.primary.value[FAKE_FB_ID] = request->fb_id;
	fake.coming = true;
	fake.owes_event = request->flags & DRM_MODE_PAGE_FLIP_EVENT;
	fake.user_data = request->user_data;
	return 0;
}

/* On the screen from the next refresh on. */
static int set_plane(const struct drm_mode_set_plane *request)
{
	struct fake_plane *plane = fake_drm_plane(request->plane_id);

	if (!plane || (request->fb_id && !exists(request->fb_id)))
		return ENOENT;
	if (request->fb_id && !plane->scales &&
		(request->src_w >> 16 != request->crtc_w ||
			request->src_h >> 16 != request->crtc_h))
		return ERANGE;
	plane->value[FAKE_FB_ID] = request->fb_id;
	plane->value[FAKE_CRTC_ID] = request->fb_id ? request->crtc_id : 0;
	if (!request->fb_id)
		fake_drm_scan_out();
	return 0;
}

static int set_property(const struct drm_mode_obj_set_property *request)
{
	struct fake_plane *plane = fake_drm_plane(request->obj_id);

	if (!plane)
		return ENOENT;
	plane->value[request->prop_id - 100] = request->value;
	return 0;
}

int fake_drm_legacy(unsigned long request, void *arg)
{
	bool master = !fake.not_master && !fake.dropped;

	switch (request) {
	case DRM_IOCTL_MODE_SETCRTC:
		return master ? set_crtc(arg) : EACCES;
	case DRM_IOCTL_MODE_PAGE_FLIP:
		return master ? page_flip(arg) : EACCES;
	case DRM_IOCTL_MODE_SETPLANE:
		return master ? set_plane(arg) : EACCES;
	case DRM_IOCTL_MODE_OBJ_SETPROPERTY:
		return master ? set_property(arg) : EACCES;
	default:
		return -1;
	}
}
