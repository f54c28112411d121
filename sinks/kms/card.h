/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_SINKS_KMS_CARD_H
#define WEIR_SINKS_KMS_CARD_H

#include <stdbool.h>
#include <stdint.h>

#include <weir/log.h>

#include "core/counter.h"

/* A graphics device, opened as its master: only one program at a time may change what its displays
 * show. */
struct weir_kms_card {
	const struct weir_log *log;
	int fd;
	char path[32];
	char driver[32];
	bool modifiers;         /* framebuffers name theirs */
	bool async_flips;       /* in atomic commits */
	weir_counter *syscalls; /* counts them */
};

/* Opens the card and becomes its master. 0; -ENODEV, -EACCES, -EBUSY, -ENOTSUP (no atomic
 * modesetting), logged. */
int weir_kms_card_open(struct weir_kms_card *card, const char *path, const struct weir_log *log);

/* Gives up mastership too. Fine for a card that was not opened (fd -1). */
void weir_kms_card_close(struct weir_kms_card *card);

/* An ioctl that is counted, and repeated when a signal came in between. 0 or -errno. */
int weir_kms_ioctl(const struct weir_kms_card *card, unsigned long request, void *argument);

#endif
