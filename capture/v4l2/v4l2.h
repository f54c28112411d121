/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_CAPTURE_V4L2_V4L2_H
#define WEIR_CAPTURE_V4L2_V4L2_H

#include "capture/v4l2/describe.h"
#include "capture/v4l2/device.h"
#include "capture/v4l2/identity.h"
#include "capture/v4l2/negotiate.h"
#include "capture/v4l2/queue.h"
#include "capture/v4l2/timeline.h"
#include "core/source.h"

/* A camera.
 *
 * Settings (what was asked for, which camera it is, the format it was brought to, the controls) stay
 * for the life of the source; `device`, `queue` and the watches are thrown away at an unplug and made
 * again at the replug.
 *
 * Slots go round like this: weir_slab_take() gives an idle one, QBUF gives it to the driver, DQBUF
 * brings it back filled, weir_slot_issue() makes it a frame, and the frame's last release makes it idle
 * again. QBUF happens on the loop's thread only: a release elsewhere wakes the run, whose resume()
 * queues every idle slot in one go. */
struct weir_v4l2 {
	struct weir_source base;

	/* settings */
	struct weir_v4l2_identity identity;
	struct weir_v4l2_format format;
	char **controls; /* "NAME=VALUE", set again after a replug; ended by NULL */
	bool deliver_corrupt;
	bool reconnect;

	/* state */
	struct weir_v4l2_device device;
	struct weir_v4l2_queue queue;
	struct weir_timeline timeline;
	struct weir_source_host host; /* while running */
	bool running;
	struct weir_watch watch;      /* POLLIN: frames; POLLPRI: events */
	struct weir_timer watchdog;
	struct weir_v4l2_hotplug hotplug;
	bool discont;                 /* the next frame does not follow the one before */
	uint64_t last_frame_ns;

	struct weir_source_info info; /* of describe(); empty until asked for */
	bool described;
};

extern const struct weir_source_impl weir_source_v4l2;

/* flow.c: what base.impl's start, resume and stop do. */
int weir_v4l2_start(struct weir_source *source, const struct weir_source_host *host);
void weir_v4l2_resume(struct weir_source *source);
void weir_v4l2_stop(struct weir_source *source);

#endif
