/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_SINKS_KMS_CARD_H
#define WEIR_SINKS_KMS_CARD_H

#include <stdbool.h>
#include <stdint.h>

#include <weir/log.h>

#include "core/counter.h"

struct weir_kms_access;

/* A graphics card as one display uses it. Several displays of one run share the right to show on it
 * (access.h); their descriptors are copies of one, and what they show is dealt out among them. */
struct weir_kms_card {
	const struct weir_log *log;
	int fd;
	char path[32];
	char driver[32];
	bool atomic;            /* else the legacy calls, which came before */
	bool modifiers;         /* framebuffers name theirs */
	bool async_flips;       /* by the calls that are used */
	weir_counter *syscalls; /* counts them */

	/* Its part of what is shared. */
	struct weir_kms_access *access; /* NULL: not open */
	char connector[64];             /* taken, by its name; "": none yet */
	uint32_t crtc;                  /* taken; 0: none yet */
	unsigned crtc_index;

	/* Showing is over for now, and must end before this returns; it may go on. From the loop,
	 * while weir_kms_access_watch() holds; NULL outside. */
	void (*taken)(void *data, int error);
	void (*given)(void *data);
	void *data;
};

/* What is to be opened. */
struct weir_kms_request {
	const struct weir_log *log;
	const char *connector;               /* "": the first that will do */
	int lease;                           /* a descriptor of the user's, borrowed; -1: none */
	struct weir_kms_card *const *beside; /* of displays that are open: may be shared */
	unsigned n_beside;
};

/* Opens the card, beside others if one of them has it open. 0; -ENODEV, -EACCES, -EBUSY, -ENOMEM,
 * logged. */
int weir_kms_card_open(
	struct weir_kms_card *card, const char *path, const struct weir_kms_request *request);

/* Gives up the right to show too, with the last one. Fine for a card that was not opened (access
 * NULL, fd -1). */
void weir_kms_card_close(struct weir_kms_card *card);

/* Whether no other display of this run has it. */
bool weir_kms_card_has_crtc(const struct weir_kms_card *card, uint32_t crtc);

/* Planes that several of the run's displays could use are dealt out: whether this one gets the
 * `number`th of those that reach the same CRTCs. */
bool weir_kms_card_has_plane(
	const struct weir_kms_card *card, uint32_t possible_crtcs, unsigned number);

/* An ioctl that is counted, and repeated when a signal came in between. 0 or -errno. */
int weir_kms_ioctl(const struct weir_kms_card *card, unsigned long request, void *argument);

#endif
