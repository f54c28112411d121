/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_CAPTURE_V4L2_RECOVER_H
#define WEIR_CAPTURE_V4L2_RECOVER_H

#include "capture/v4l2/identity.h"
#include "core/loop.h"

struct weir_v4l2;

/* What stopped a stream that had begun. */
enum weir_v4l2_trouble {
	WEIR_V4L2_FINE,
	WEIR_V4L2_FAILED,  /* the driver gave up with an error: begin anew, a few times */
	WEIR_V4L2_CHANGED, /* the signal at its input is another: look at it and go on */
	WEIR_V4L2_GONE     /* unplugged: wait for the same camera */
};

struct weir_v4l2_recovery {
	enum weir_v4l2_trouble trouble;
	struct weir_timer timer;          /* of the next attempt */
	struct weir_v4l2_hotplug hotplug; /* open while it is gone, where there are such events */
	bool listens;
	unsigned attempts;   /* that found it and failed */
	uint64_t since_ns;   /* of the trouble, or of the last recovery from one */
	struct weir_log log; /* of the attempts: keeps in `why` what the last one failed of */
	char why[200];
};

void weir_v4l2_recovery_init(struct weir_v4l2 *v4l2);

/* Halts the flow, says why, and arranges for it to go on, or ends it where that cannot be. `error`,
 * from the call named by `what`, tells GONE (-ENODEV) from FAILED; `changed` is 0 and NULL. */
void weir_v4l2_recover(struct weir_v4l2 *v4l2, const char *what, int error);

/* Gives up waiting. */
void weir_v4l2_recovery_stop(struct weir_v4l2 *v4l2);

#endif
