/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <xf86drm.h>

#include "core/log.h"
#include "core/uri.h"
#include "sinks/kms/output.h"

/* Which display is meant. */

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

/* ---- beside other displays ---- */

static bool is_shown_on(const struct weir_kms_request *request, const char *name)
{
	for (unsigned i = 0; i < request->n_beside; i++)
		if (!strcmp(request->beside[i]->connector, name))
			return true;
	return false;
}

static bool is_free(void *data, const struct weir_kms_display *display)
{
	return !is_shown_on(data, display->name);
}

static int find(const struct weir_kms_request *request, struct weir_kms_display *out)
{
	if (is_shown_on(request, request->connector)) {
		weir_error(request->log, "display: %s is another sink's of this run already",
			request->connector);
		return -EBUSY;
	}
	if (weir_kms_display_find(request->connector, is_free, (void *)request, out))
		return 0;
	return refuse_none(request->connector, request->log);
}

/* ---- in a lease ---- */

struct leased {
	const struct weir_kms_request *request;
	char *path; /* of the card */
};

static bool is_leased(void *data, const struct weir_kms_display *display)
{
	const struct leased *leased = data;

	return !strcmp(display->card, leased->path) &&
	       weir_kms_connector_find(leased->request->lease, display->name) &&
	       !is_shown_on(leased->request, display->name);
}

static int find_leased(const struct weir_kms_request *request, struct weir_kms_display *out)
{
	struct leased leased = { request, drmGetDeviceNameFromFd2(request->lease) };
	int err = 0;

	if (!leased.path || strncmp(leased.path, "/dev/dri/card", 13)) {
		weir_error(request->log,
			"display: lease=%d is no descriptor of a graphics card: whoever starts "
			"weir has to leave one open (drmModeCreateLease)",
			request->lease);
		err = -ENODEV;
	} else if (!weir_kms_display_find(request->connector, is_leased, &leased, out)) {
		weir_error(request->log,
			"display: the lease %d of %s has no connector %s%sthat something is "
			"connected to",
			request->lease, leased.path, request->connector,
			request->connector[0] ? " " : "");
		err = -ENODEV;
	}
	free(leased.path);
	return err;
}

/* ---- opening ---- */

static int open_parts(struct weir_kms_output *output, const struct weir_kms_display *display)
{
	struct weir_kms_card *card = &output->card;
	int err = weir_kms_connector_open(&output->connector, card, display);

	if (err)
		return err;
	output->calls = card->atomic ? &weir_kms_atomic : &weir_kms_legacy;
	snprintf(card->connector, sizeof(card->connector), "%s", display->name);
	err = weir_kms_output_read(output);
	if (err)
		weir_error(card->log, "display: %s has no CRTC or plane left for %s", card->path,
			display->name);
	return err;
}

int weir_kms_output_open(struct weir_kms_output *output, const struct weir_kms_request *request)
{
	struct weir_kms_display display = { 0 };
	int err;

	output->card.fd = output->connector.status = -1;
	err = request->lease < 0 ? find(request, &display) : find_leased(request, &display);
	if (!err)
		err = weir_kms_card_open(&output->card, display.card, request);
	if (err)
		return err;
	err = open_parts(output, &display);
	if (err)
		weir_kms_output_close(output);
	return err;
}

void weir_kms_output_close(struct weir_kms_output *output)
{
	weir_kms_connector_close(&output->connector);
	weir_kms_card_close(&output->card);
}
