/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sinks/kms/connector.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "core/log.h"

static const char *const names[] = { [WEIR_KMS_CONNECTOR_CRTC_ID] = "CRTC_ID", NULL };

static bool is_called(const drmModeConnector *connector, const char *name)
{
	const char *type = drmModeGetConnectorTypeName(connector->connector_type);
	char text[64];

	snprintf(
		text, sizeof(text), "%s-%u", type ? type : "Unknown", connector->connector_type_id);
	return !strcmp(text, name);
}

uint32_t weir_kms_connector_find(int fd, const char *name)
{
	drmModeResPtr resources = drmModeGetResources(fd);
	uint32_t id = 0;

	for (int i = 0; resources && i < resources->count_connectors && !id; i++) {
		drmModeConnectorPtr connector =
			drmModeGetConnectorCurrent(fd, resources->connectors[i]);

		if (connector && is_called(connector, name))
			id = connector->connector_id;
		drmModeFreeConnector(connector);
	}
	drmModeFreeResources(resources);
	return id;
}

int weir_kms_connector_open(struct weir_kms_connector *connector, const struct weir_kms_card *card,
	const struct weir_kms_display *display)
{
	char path[160];

	snprintf(connector->name, sizeof(connector->name), "%s", display->name);
	connector->object.id = weir_kms_connector_find(card->fd, display->name);
	if (!connector->object.id) {
		weir_error(card->log, "display: %s has no connector %s any more", card->path,
			display->name);
		return -ENODEV;
	}
	snprintf(path, sizeof(path), "%s/status", display->folder);
	connector->status = open(path, O_RDONLY | O_CLOEXEC);
	if (!weir_kms_connector_probe(connector, card))
		return 0;
	weir_error(
		card->log, "display: nothing is connected to %s: plug in a monitor", display->name);
	weir_kms_connector_close(connector);
	return -ENODEV;
}

void weir_kms_connector_close(struct weir_kms_connector *connector)
{
	if (connector->status >= 0)
		close(connector->status);
	connector->status = -1;
}

static void note_modes(struct weir_kms_connector *connector, const drmModeConnector *probed)
{
	connector->n_modes = 0;
	for (int i = 0; i < probed->count_modes && connector->n_modes < WEIR_KMS_MAX_MODES; i++)
		if (!(probed->modes[i].flags & (DRM_MODE_FLAG_INTERLACE | DRM_MODE_FLAG_3D_MASK)))
			connector->modes[connector->n_modes++] = probed->modes[i];
}

/* What drives it, by the way that there was before properties said so. */
static uint32_t driven_by(int fd, const drmModeConnector *probed)
{
	drmModeEncoderPtr encoder =
		probed->encoder_id ? drmModeGetEncoder(fd, probed->encoder_id) : NULL;
	uint32_t crtc = encoder ? encoder->crtc_id : 0;

	drmModeFreeEncoder(encoder);
	return crtc;
}

int weir_kms_connector_probe(struct weir_kms_connector *connector, const struct weir_kms_card *card)
{
	drmModeConnectorPtr probed = drmModeGetConnector(card->fd, connector->object.id);
	uint32_t crtc;
	bool there;
	int err;

	if (!probed)
		return -ENODEV;
	there = probed->connection != DRM_MODE_DISCONNECTED && probed->count_modes > 0;
	connector->possible_crtcs = drmModeConnectorGetPossibleCrtcs(card->fd, probed);
	note_modes(connector, probed);
	crtc = card->atomic ? 0 : driven_by(card->fd, probed);
	drmModeFreeConnector(probed);
	if (!there || !connector->n_modes)
		return -ENODEV;
	err = weir_kms_object_read(card->fd, connector->object.id, DRM_MODE_OBJECT_CONNECTOR, names,
		&connector->object);
	if (!err && !card->atomic)
		connector->object.property[WEIR_KMS_CONNECTOR_CRTC_ID].value = crtc;
	return err;
}

bool weir_kms_connector_is_connected(const struct weir_kms_connector *connector)
{
	char text[16] = "";
	ssize_t length =
		connector->status < 0 ? -1 : pread(connector->status, text, sizeof(text) - 1, 0);

	/* The attribute goes with the card; one that cannot be read at all tells nothing. */
	if (length < 0)
		return connector->status < 0;
	return strncmp(text, "disconnected", 12) != 0;
}
