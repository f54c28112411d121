/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sinks/kms/card.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include <xf86drm.h>

#include "core/log.h"
#include "sinks/kms/access.h"

/* Newer than the libdrm of Debian 12: kernel 6.8. */
#ifndef DRM_CAP_ATOMIC_ASYNC_PAGE_FLIP
#define DRM_CAP_ATOMIC_ASYNC_PAGE_FLIP 0x15
#endif

static bool has(const struct weir_kms_card *card, uint64_t capability)
{
	uint64_t value = 0;

	return drmGetCap(card->fd, capability, &value) == 0 && value;
}

static void read_driver(struct weir_kms_card *card)
{
	drmVersionPtr version = drmGetVersion(card->fd);

	snprintf(card->driver, sizeof(card->driver), "%s", version ? version->name : "unknown");
	drmFreeVersion(version);
}

/* The legacy calls know of primary planes when they are asked to. */
static void read_abilities(struct weir_kms_card *card)
{
	read_driver(card);
	card->atomic = drmSetClientCap(card->fd, DRM_CLIENT_CAP_ATOMIC, 1) == 0;
	if (!card->atomic)
		drmSetClientCap(card->fd, DRM_CLIENT_CAP_UNIVERSAL_PLANES, 1);
	card->modifiers = has(card, DRM_CAP_ADDFB2_MODIFIERS);
	card->async_flips =
		has(card, card->atomic ? DRM_CAP_ATOMIC_ASYNC_PAGE_FLIP : DRM_CAP_ASYNC_PAGE_FLIP);
	if (!card->atomic)
		weir_info(card->log,
			"display: the driver %s of %s has no atomic modesetting: the legacy calls "
			"serve, which test nothing beforehand",
			card->driver, card->path);
}

int weir_kms_card_open(
	struct weir_kms_card *card, const char *path, const struct weir_kms_request *request)
{
	char text[WEIR_ERRNO_TEXT];
	int err;

	card->log = request->log;
	snprintf(card->path, sizeof(card->path), "%s", path);
	err = weir_kms_access_join(card, request);
	if (err)
		return err;
	card->fd = fcntl(card->access->fd, F_DUPFD_CLOEXEC, 0);
	/* Events are read until there are none; a lease may have been given without it. */
	if (card->fd < 0 || fcntl(card->fd, F_SETFL, O_RDWR | O_NONBLOCK) < 0) {
		err = -errno;
		weir_error(card->log, "display: %s: %s", path, weir_errno_text(err, text));
		weir_kms_card_close(card);
		return err;
	}
	read_abilities(card);
	return 0;
}

void weir_kms_card_close(struct weir_kms_card *card)
{
	if (card->fd >= 0)
		close(card->fd);
	card->fd = -1;
	weir_kms_access_leave(card);
}

/* ---- what others of the run have ---- */

bool weir_kms_card_has_crtc(const struct weir_kms_card *card, uint32_t crtc)
{
	for (unsigned i = 0; i < card->access->n_cards; i++)
		if (card->access->cards[i] != card && card->access->cards[i]->crtc == crtc)
			return false;
	return true;
}

bool weir_kms_card_has_plane(
	const struct weir_kms_card *card, uint32_t possible_crtcs, unsigned number)
{
	const struct weir_kms_access *access = card->access;
	const struct weir_kms_card *able[WEIR_KMS_MAX_SHARERS];
	unsigned n = 0;

	for (unsigned i = 0; i < access->n_cards; i++)
		if (access->cards[i]->crtc &&
			(possible_crtcs & (1u << access->cards[i]->crtc_index)))
			able[n++] = access->cards[i];
	return n && able[number % n] == card;
}

int weir_kms_ioctl(const struct weir_kms_card *card, unsigned long request, void *argument)
{
	if (card->syscalls)
		weir_counter_add(card->syscalls, 1);
	return drmIoctl(card->fd, request, argument) ? -errno : 0;
}
