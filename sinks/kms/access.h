/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_SINKS_KMS_ACCESS_H
#define WEIR_SINKS_KMS_ACCESS_H

#include "core/loop.h"
#include "sinks/kms/card.h"

#define WEIR_KMS_MAX_SHARERS 8

/* How the right to show is come by. */
struct weir_kms_way {
	const char *name;
	const char *taken; /* in words, what happened when it may not show any more */

	/* Opens access->path, or what stands for it, as access->fd: the master of the card, unless
	 * somebody else is. 0; -ENOENT: this is not the way here, and the next one is tried; else
	 * -errno, logged. */
	int (*open)(struct weir_kms_access *access);
	void (*close)(struct weir_kms_access *access);

	/* Whether it may show now; tries to get the right back. */
	bool (*may_show)(struct weir_kms_access *access);

	/* What ends and begins it comes by this loop. NULL, both: nobody tells, one has to ask. */
	int (*watch)(struct weir_kms_access *access, struct weir_loop *loop);
	void (*unwatch)(struct weir_kms_access *access);
};

/* The right to show on a card. The kernel gives it to one open file, so the displays of a run that
 * are on one card have it together. All of it happens on their pipeline's thread. */
struct weir_kms_access {
	const struct weir_kms_way *way;
	const struct weir_log *log; /* of one that has it */
	char path[32];
	int lease; /* as in the request */
	int fd;
	void *seat; /* seat.c */
	struct weir_kms_card *cards[WEIR_KMS_MAX_SHARERS];
	unsigned n_cards;
	unsigned watching; /* so many of them */
};

/* Joins the access that one of `beside` has, or opens one. 0; -EBUSY, -EACCES, -ENODEV, -ENOMEM,
 * logged. The card's descriptor and driver are not set yet. */
int weir_kms_access_join(struct weir_kms_card *card, const struct weir_kms_request *request);
void weir_kms_access_leave(struct weir_kms_card *card);

/* Whether the card may be shown on now; tries to get the right back. */
bool weir_kms_may_show(const struct weir_kms_card *card);

/* From here on card->taken and card->given are called, which are set; after unwatch, which is due
 * after errors too, they are not. 0 or -errno. Unwatching what is not watched is fine. */
int weir_kms_access_watch(struct weir_kms_card *card, struct weir_loop *loop);
void weir_kms_access_unwatch(struct weir_kms_card *card);

/* For ways that are told: calls those of every card. */
void weir_kms_access_taken(struct weir_kms_access *access, int error);
void weir_kms_access_given(struct weir_kms_access *access);

extern const struct weir_kms_way weir_kms_way_seat; /* seat.c, with libseat */

#endif
