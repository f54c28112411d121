/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sinks/kms/access.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <xf86drm.h>

#include "core/checked.h"
#include "core/log.h"
#include "core/node.h"

static void close_fd(struct weir_kms_access *access)
{
	close(access->fd);
	access->fd = -1;
}

/* ---- a lease: whoever is the card's master has given away a part of it ---- */

static int open_lease(struct weir_kms_access *access)
{
	char text[WEIR_ERRNO_TEXT];
	int err;

	if (access->lease < 0)
		return -ENOENT;
	access->fd = fcntl(access->lease, F_DUPFD_CLOEXEC, 0);
	if (access->fd >= 0)
		return 0;
	err = -errno;
	weir_error(access->log, "display: lease=%d: %s", access->lease, weir_errno_text(err, text));
	return err;
}

/* It goes and comes with the lessor's right, and the kernel keeps the books of that. */
static bool lease_may_show(struct weir_kms_access *access)
{
	return drmIsMaster(access->fd);
}

static const struct weir_kms_way lease = {
	.name = "a lease",
	.taken = "its lessor is not on the screen any more",
	.open = open_lease,
	.close = close_fd,
	.may_show = lease_may_show,
};

/* ---- the node itself: whoever opens a card that nobody is master of is its master ---- */

static int refuse_open(const struct weir_kms_access *access, int err)
{
	char text[WEIR_ERRNO_TEXT], remedy[256];

	if (err == -EACCES || err == -EPERM) {
		weir_node_remedy(
			access->path, "SUBSYSTEM==\"drm\"", "video", remedy, sizeof(remedy));
		weir_error(access->log, "display: no permission for %s: %s", access->path, remedy);
		return -EACCES;
	}
	weir_error(access->log, "display: cannot open %s: %s", access->path,
		weir_errno_text(err, text));
	return err == -EBUSY ? err : -ENODEV;
}

static int open_path(struct weir_kms_access *access)
{
	access->fd = open(access->path, O_RDWR | O_CLOEXEC | O_NONBLOCK);
	return access->fd < 0 ? refuse_open(access, -errno) : 0;
}

static bool direct_may_show(struct weir_kms_access *access)
{
	return drmIsMaster(access->fd) || drmSetMaster(access->fd) == 0;
}

static const struct weir_kms_way direct = {
	.name = "the node",
	.taken = "somebody else shows on the card now",
	.open = open_path,
	.close = close_fd,
	.may_show = direct_may_show,
};

static const struct weir_kms_way *const ways[] = {
	&lease,
#ifdef WEIR_HAVE_LIBSEAT
	&weir_kms_way_seat,
#endif
	&direct,
};

/* ---- opening ---- */

static int refuse_taken(const struct weir_kms_access *access)
{
	char holder[160];

	if (access->way == &lease) {
		weir_error(access->log,
			"display: the lease %d of %s shows nothing now: it was revoked, or its "
			"lessor is not on the screen",
			access->lease, access->path);
		return -EBUSY;
	}
	if (!weir_node_holder(access->path, holder, sizeof(holder)))
		snprintf(holder, sizeof(holder),
			"this program already, or by one that only root can see "
			"(sudo fuser -v %s)",
			access->path);
	weir_error(access->log,
		"display: %s shows somebody else's picture, held by %s: end that, or switch to a "
		"text console (Ctrl+Alt+F3)",
		access->path, holder);
	return -EBUSY;
}

static void destroy(struct weir_kms_access *access)
{
	if (access->way)
		access->way->close(access);
	free(access);
}

static int create(
	const char *path, const struct weir_kms_request *request, struct weir_kms_access **out)
{
	struct weir_kms_access *access = calloc(1, sizeof(*access));
	int err = -ENOENT;

	if (!access)
		return -ENOMEM;
	snprintf(access->path, sizeof(access->path), "%s", path);
	access->log = request->log;
	access->lease = request->lease;
	access->fd = -1;
	for (size_t i = 0; i < WEIR_COUNT(ways) && err == -ENOENT; i++) {
		err = ways[i]->open(access);
		access->way = err ? NULL : ways[i];
	}
	if (!err && !access->way->may_show(access))
		err = refuse_taken(access);
	if (err) {
		destroy(access);
		return err;
	}
	weir_debug(access->log, "display: %s is opened by way of %s", path, access->way->name);
	*out = access;
	return 0;
}

static struct weir_kms_access *find(const char *path, const struct weir_kms_request *request)
{
	for (unsigned i = 0; i < request->n_beside; i++) {
		struct weir_kms_access *access = request->beside[i]->access;

		if (access && !strcmp(access->path, path) && access->lease == request->lease &&
			access->n_cards < WEIR_KMS_MAX_SHARERS)
			return access;
	}
	return NULL;
}

int weir_kms_access_join(struct weir_kms_card *card, const struct weir_kms_request *request)
{
	struct weir_kms_access *access = find(card->path, request);
	int err = access ? 0 : create(card->path, request, &access);

	if (err)
		return err;
	access->cards[access->n_cards++] = card;
	card->access = access;
	return 0;
}

/* Events that came late may name what is freed now. */
static void forget_events(struct weir_kms_access *access)
{
	char buffer[1024];

	while (read(access->cards[0]->fd, buffer, sizeof(buffer)) > 0)
		;
}

void weir_kms_access_leave(struct weir_kms_card *card)
{
	struct weir_kms_access *access = card->access;
	unsigned i = 0;

	if (!access)
		return;
	while (access->cards[i] != card)
		i++;
	access->cards[i] = access->cards[--access->n_cards];
	card->access = NULL;
	access->log = access->n_cards ? access->cards[0]->log : card->log;
	if (access->n_cards)
		forget_events(access);
	else
		destroy(access);
}

/* ---- afterwards ---- */

bool weir_kms_may_show(const struct weir_kms_card *card)
{
	return card->access->way->may_show(card->access);
}

int weir_kms_access_watch(struct weir_kms_card *card, struct weir_loop *loop)
{
	struct weir_kms_access *access = card->access;
	bool first = !access->watching++;

	return first && access->way->watch ? access->way->watch(access, loop) : 0;
}

void weir_kms_access_unwatch(struct weir_kms_card *card)
{
	struct weir_kms_access *access = card->access;

	if (!card->taken)
		return;
	if (--access->watching == 0 && access->way->unwatch)
		access->way->unwatch(access);
	card->taken = NULL;
	card->given = NULL;
}

void weir_kms_access_taken(struct weir_kms_access *access, int error)
{
	for (unsigned i = 0; i < access->n_cards; i++)
		if (access->cards[i]->taken)
			access->cards[i]->taken(access->cards[i]->data, error);
}

void weir_kms_access_given(struct weir_kms_access *access)
{
	for (unsigned i = 0; i < access->n_cards; i++)
		if (access->cards[i]->given)
			access->cards[i]->given(access->cards[i]->data);
}
