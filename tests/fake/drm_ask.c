/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <drm_fourcc.h>
#include <xf86drm.h>
#include <xf86drmMode.h>

#include "core/checked.h"
#include "tests/fake/drm.h"
#include "tests/unit/cmocka_all.h"

/* What the card answers to questions. libdrm asks for counts first, then with room for the rest. */

int fake_drm_ask(unsigned long request, void *arg);
struct fake_plane *fake_drm_plane(uint32_t id);

#define CAP_ATOMIC_ASYNC 0x15
#define FORMATS_BLOB     1000 /* and the plane's object on top */

static const char *const property_names[FAKE_N_PROPERTIES] = { "FB_ID", "CRTC_ID", "SRC_X", "SRC_Y",
	"SRC_W", "SRC_H", "CRTC_X", "CRTC_Y", "CRTC_W", "CRTC_H", "COLOR_ENCODING", "COLOR_RANGE",
	"type", "IN_FORMATS", "IN_FENCE_FD", "ACTIVE", "MODE_ID" };

/* Copies as much as the caller has room for. */
static void give(uint64_t to, uint32_t *room, const void *from, uint32_t n, size_t size)
{
	if (to && *room >= n)
		memcpy((void *)(uintptr_t)to, from, n * size);
	*room = n;
}

static int get_cap(struct drm_get_cap *cap)
{
	cap->value = cap->capability == DRM_CAP_ADDFB2_MODIFIERS  ? !fake.no_modifiers
		     : cap->capability == CAP_ATOMIC_ASYNC        ? fake.async && !fake.no_atomic
		     : cap->capability == DRM_CAP_ASYNC_PAGE_FLIP ? fake.async
								  : 0;
	return 0;
}

static int get_version(struct drm_version *version)
{
	if (version->name && version->name_len >= 4)
		memcpy(version->name, "fake", 4);
	version->name_len = 4;
	version->date_len = version->desc_len = 1; /* libdrm insists on some */
	return 0;
}

static int get_resources(struct drm_mode_card_res *out)
{
	const uint32_t crtc = FAKE_CRTC_OBJECT, connector = FAKE_CONNECTOR_OBJECT, encoder = 61;

	give(out->crtc_id_ptr, &out->count_crtcs, &crtc, 1, 4);
	give(out->connector_id_ptr, &out->count_connectors, &connector, 1, 4);
	give(out->encoder_id_ptr, &out->count_encoders, &encoder, 1, 4);
	out->count_fbs = 0;
	return 0;
}

static void fill_mode(const struct fake_mode *from, struct drm_mode_modeinfo *to)
{
	*to = (struct drm_mode_modeinfo){ .hdisplay = from->width,
		.vdisplay = from->height,
		.htotal = from->width,
		.vtotal = from->height,
		.clock = from->width * from->height * from->hz / 1000,
		.vrefresh = from->hz,
		.type = from->preferred ? DRM_MODE_TYPE_PREFERRED : 0 };
}

static int get_connector(struct drm_mode_get_connector *out)
{
	struct drm_mode_modeinfo modes[8];
	const uint32_t encoder = 61;
	uint32_t n = 0;

	for (; fake.modes[n].width && !fake.disconnected; n++)
		fill_mode(&fake.modes[n], &modes[n]);
	give(out->modes_ptr, &out->count_modes, modes, n, sizeof(modes[0]));
	give(out->encoders_ptr, &out->count_encoders, &encoder, 1, 4);
	if (fake.revoked)
		return ENOENT;
	out->count_props = 0;
	out->encoder_id = fake.crtc_of_connector ? encoder : 0;
	out->connector_type = DRM_MODE_CONNECTOR_HDMIA;
	out->connector_type_id = 1;
	out->connection = fake.disconnected ? DRM_MODE_DISCONNECTED : DRM_MODE_CONNECTED;
	return 0;
}

static int get_crtc(struct drm_mode_crtc *out)
{
	const struct fake_mode now = { fake.mode_width, fake.mode_height, 60, false };

	out->mode_valid = fake.active != 0;
	out->fb_id = (uint32_t)fake.primary.value[FAKE_FB_ID];
	out->x = out->y = 0;
	fill_mode(&now, &out->mode);
	return 0;
}

static int get_planes(struct drm_mode_get_plane_res *out)
{
	const uint32_t planes[] = { FAKE_PRIMARY, FAKE_OVERLAY, FAKE_CURSOR };

	give(out->plane_id_ptr, &out->count_planes, planes, 3, 4);
	return 0;
}

static uint32_t count_formats(const struct fake_plane *plane)
{
	uint32_t n = 0;

	while (n < 8 && plane->formats[n])
		n++;
	return n;
}

static int get_plane(struct drm_mode_get_plane *out)
{
	const struct fake_plane *plane = fake_drm_plane(out->plane_id);

	assert_non_null(plane);
	out->possible_crtcs = 1;
	out->crtc_id = (uint32_t)plane->value[FAKE_CRTC_ID];
	out->fb_id = (uint32_t)plane->value[FAKE_FB_ID];
	give(out->format_type_ptr, &out->count_format_types, plane->formats, count_formats(plane),
		4);
	return 0;
}

/* ---- properties ---- */

static bool has_property(uint32_t object, unsigned property)
{
	const struct fake_plane *plane = fake_drm_plane(object);

	if (fake.no_atomic &&
		(!plane || property < FAKE_COLOR_ENCODING || property > FAKE_IN_FORMATS))
		return false; /* hidden from who does not know atomic commits */

	if (object == FAKE_CONNECTOR_OBJECT)
		return property == FAKE_CRTC_ID;
	if (object == FAKE_CRTC_OBJECT)
		return property == FAKE_ACTIVE || property == FAKE_MODE_ID;
	if (plane->exact && (property == FAKE_COLOR_ENCODING || property == FAKE_COLOR_RANGE))
		return false;
	if (fake.no_modifiers && property == FAKE_IN_FORMATS)
		return false;
	return property < FAKE_ACTIVE;
}

static uint64_t value_of(uint32_t object, unsigned property)
{
	if (object == FAKE_CONNECTOR_OBJECT)
		return fake.crtc_of_connector;
	if (object == FAKE_CRTC_OBJECT)
		return property == FAKE_ACTIVE ? fake.active : fake.mode_blob;
	if (property == FAKE_IN_FORMATS)
		return FORMATS_BLOB + object;
	return fake_drm_plane(object)->value[property];
}

static int get_properties(struct drm_mode_obj_get_properties *out)
{
	uint32_t ids[FAKE_N_PROPERTIES], n = 0, room = out->count_props;
	uint64_t values[FAKE_N_PROPERTIES];

	for (unsigned i = 0; i < FAKE_N_PROPERTIES; i++)
		if (has_property(out->obj_id, i)) {
			ids[n] = 100 + i;
			values[n++] = value_of(out->obj_id, i);
		}
	give(out->prop_values_ptr, &room, values, n, 8);
	give(out->props_ptr, &out->count_props, ids, n, 4);
	return 0;
}

static int get_property(struct drm_mode_get_property *out)
{
	static const struct drm_mode_property_enum encodings[] = { { 0, "ITU-R BT.601 YCbCr" },
		{ 1, "ITU-R BT.709 YCbCr" } };
	static const struct drm_mode_property_enum ranges[] = { { 0, "YCbCr limited range" },
		{ 1, "YCbCr full range" } };
	unsigned property = out->prop_id - 100;

	assert_true(property < FAKE_N_PROPERTIES);
	strcpy(out->name, property_names[property]);
	out->flags = 0;
	out->count_values = 0;
	if (property != FAKE_COLOR_ENCODING && property != FAKE_COLOR_RANGE) {
		out->count_enum_blobs = 0;
		return 0;
	}
	out->flags = DRM_MODE_PROP_ENUM;
	give(out->enum_blob_ptr, &out->count_enum_blobs,
		property == FAKE_COLOR_ENCODING ? encodings : ranges, 2, sizeof(ranges[0]));
	return 0;
}

/* ---- blobs ---- */

static int give_blob(struct drm_mode_get_blob *out, const void *data, uint32_t size)
{
	if (out->data && out->length >= size)
		memcpy((void *)(uintptr_t)out->data, data, size);
	out->length = size;
	return 0;
}

static int get_formats_blob(struct drm_mode_get_blob *out, const struct fake_plane *plane)
{
	struct {
		struct drm_format_modifier_blob head;
		uint32_t formats[8];
		struct drm_format_modifier modifiers[8];
	} blob = { .head = { .version = FORMAT_BLOB_CURRENT } };
	uint32_t n = count_formats(plane);

	blob.head.count_formats = blob.head.count_modifiers = n;
	blob.head.formats_offset = (uint32_t)offsetof(__typeof__(blob), formats);
	blob.head.modifiers_offset = (uint32_t)offsetof(__typeof__(blob), modifiers);
	memcpy(blob.formats, plane->formats, sizeof(blob.formats));
	for (uint32_t i = 0; i < n; i++) {
		blob.modifiers[i].formats = 1ull << i;
		blob.modifiers[i].modifier = plane->modifiers[i];
	}
	return give_blob(out, &blob, sizeof(blob));
}

static int get_blob(struct drm_mode_get_blob *out)
{
	struct drm_mode_modeinfo mode;

	if (out->blob_id >= FORMATS_BLOB)
		return get_formats_blob(out, fake_drm_plane(out->blob_id - FORMATS_BLOB));
	if (out->blob_id >= 32 || !fake.blob_used[out->blob_id])
		return ENOENT;
	fill_mode(&fake.blob_mode[out->blob_id], &mode);
	return give_blob(out, &mode, sizeof(mode));
}

static int create_blob(struct drm_mode_create_blob *request)
{
	const struct drm_mode_modeinfo *mode = (void *)(uintptr_t)request->data;
	unsigned id = 2;

	while (id < 32 && fake.blob_used[id])
		id++;
	assert_true(id < 32); /* nobody leaks that many */
	fake.blob_used[id] = true;
	fake.blob_dropped[id] = false;
	fake.blob_mode[id] =
		(struct fake_mode){ mode->hdisplay, mode->vdisplay, mode->vrefresh, false };
	request->blob_id = id;
	return 0;
}

static int destroy_blob(const struct drm_mode_destroy_blob *request)
{
	if (request->blob_id >= 32 || !fake.blob_used[request->blob_id])
		return ENOENT;
	if (request->blob_id == fake.mode_blob)
		fake.blob_dropped[request->blob_id] = true;
	else
		fake.blob_used[request->blob_id] = false;
	return 0;
}

static int is_master(void)
{
	return fake.not_master || fake.dropped ? EACCES : EINVAL;
}

static int set_master(void)
{
	fake.dropped = false;
	return fake.not_master ? EBUSY : 0;
}

static int set_client_cap(const struct drm_set_client_cap *cap)
{
	return cap->capability == DRM_CLIENT_CAP_ATOMIC && fake.no_atomic ? EOPNOTSUPP : 0;
}

static int get_encoder(struct drm_mode_get_encoder *out)
{
	out->possible_crtcs = 1;
	out->crtc_id = (uint32_t)fake.crtc_of_connector;
	return 0;
}

int fake_drm_ask(unsigned long request, void *arg)
{
	switch (request) {
	case DRM_IOCTL_VERSION:
		return get_version(arg);
	case DRM_IOCTL_GET_CAP:
		return get_cap(arg);
	case DRM_IOCTL_SET_CLIENT_CAP:
		return set_client_cap(arg);
	case DRM_IOCTL_AUTH_MAGIC:
		return is_master();
	case DRM_IOCTL_SET_MASTER:
		return set_master();
	case DRM_IOCTL_MODE_GETRESOURCES:
		return get_resources(arg);
	case DRM_IOCTL_MODE_GETCONNECTOR:
		return get_connector(arg);
	case DRM_IOCTL_MODE_GETENCODER:
		return get_encoder(arg);
	case DRM_IOCTL_MODE_GETCRTC:
		return get_crtc(arg);
	case DRM_IOCTL_MODE_GETPLANERESOURCES:
		return get_planes(arg);
	case DRM_IOCTL_MODE_GETPLANE:
		return get_plane(arg);
	case DRM_IOCTL_MODE_OBJ_GETPROPERTIES:
		return get_properties(arg);
	case DRM_IOCTL_MODE_GETPROPERTY:
		return get_property(arg);
	case DRM_IOCTL_MODE_GETPROPBLOB:
		return get_blob(arg);
	case DRM_IOCTL_MODE_CREATEPROPBLOB:
		return create_blob(arg);
	case DRM_IOCTL_MODE_DESTROYPROPBLOB:
		return destroy_blob(arg);
	default:
		return ENOTTY;
	}
}
