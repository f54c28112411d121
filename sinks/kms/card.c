/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sinks/kms/card.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <xf86drm.h>

#include "core/log.h"
#include "core/node.h"

/* Newer than the libdrm of Debian 12: kernel 6.8. */
#ifndef DRM_CAP_ATOMIC_ASYNC_PAGE_FLIP
#define DRM_CAP_ATOMIC_ASYNC_PAGE_FLIP 0x15
#endif

static int refuse_open(const struct weir_kms_card *card, int err)
{
	char text[WEIR_ERRNO_TEXT], remedy[256];

	if (err == -EACCES || err == -EPERM) {
		weir_node_remedy(card->path, "SUBSYSTEM==\"drm\"", "video", remedy, sizeof(remedy));
		weir_error(card->log, "display: no permission for %s: %s", card->path, remedy);
		return -EACCES;
	}
	weir_error(
		card->log, "display: cannot open %s: %s", card->path, weir_errno_text(err, text));
	return err == -EBUSY ? err : -ENODEV;
}

static int refuse_busy(const struct weir_kms_card *card)
{
	char holder[160];

	if (!weir_node_holder(card->path, holder, sizeof(holder)))
		snprintf(holder, sizeof(holder),
			"this program already, or by one that only root can see "
			"(sudo fuser -v %s)",
			card->path);
	weir_error(card->log,
		"display: %s shows somebody else's picture, held by %s: end that, or switch to a "
		"text console (Ctrl+Alt+F3)",
		card->path, holder);
	return -EBUSY;
}

static int refuse_legacy(const struct weir_kms_card *card)
{
	weir_error(card->log, "display: the driver %s of %s has no atomic modesetting",
		card->driver, card->path);
	return -ENOTSUP;
}

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

/* Whoever opens a card that nobody is master of is its master. */
static bool become_master(const struct weir_kms_card *card)
{
	return drmIsMaster(card->fd) || drmSetMaster(card->fd) == 0;
}

int weir_kms_card_open(struct weir_kms_card *card, const char *path, const struct weir_log *log)
{
	int err;

	card->log = log;
	snprintf(card->path, sizeof(card->path), "%s", path);
	card->fd = open(path, O_RDWR | O_CLOEXEC | O_NONBLOCK);
	if (card->fd < 0)
		return refuse_open(card, -errno);
	read_driver(card);
	if (!become_master(card))
		err = refuse_busy(card);
	else if (drmSetClientCap(card->fd, DRM_CLIENT_CAP_ATOMIC, 1))
		err = refuse_legacy(card);
	else
		err = 0;
	if (err) {
		weir_kms_card_close(card);
		return err;
	}
	card->modifiers = has(card, DRM_CAP_ADDFB2_MODIFIERS);
	card->async_flips = has(card, DRM_CAP_ATOMIC_ASYNC_PAGE_FLIP);
	return 0;
}

void weir_kms_card_close(struct weir_kms_card *card)
{
	if (card->fd >= 0)
		close(card->fd);
	card->fd = -1;
}

int weir_kms_ioctl(const struct weir_kms_card *card, unsigned long request, void *argument)
{
	if (card->syscalls)
		weir_counter_add(card->syscalls, 1);
	return drmIoctl(card->fd, request, argument) ? -errno : 0;
}
