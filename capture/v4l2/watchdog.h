/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_CAPTURE_V4L2_WATCHDOG_H
#define WEIR_CAPTURE_V4L2_WATCHDOG_H

#include "core/loop.h"

struct weir_v4l2;

/* Why no frame comes. Each is told once when it begins, and once when frames come again. */
enum weir_v4l2_silence {
	WEIR_V4L2_FLOWS,
	WEIR_V4L2_SILENT,    /* the driver has buffers and fills none */
	WEIR_V4L2_HELD,      /* every buffer is held downstream */
	WEIR_V4L2_NO_SIGNAL, /* nothing comes in at the camera's input */
	WEIR_V4L2_DOWN       /* unplugged or restarting: recover.c tells of that */
};

struct weir_v4l2_watchdog {
	struct weir_timer timer;
	uint64_t patience_ns; /* without a frame: 1 s, or five intervals if that is longer */
	uint64_t last_ns;     /* of a frame, or of the start */
	enum weir_v4l2_silence silence;
};

void weir_v4l2_watchdog_start(struct weir_v4l2 *v4l2);
void weir_v4l2_watchdog_stop(struct weir_v4l2 *v4l2);

/* A frame came. */
void weir_v4l2_watchdog_feed(struct weir_v4l2 *v4l2, uint64_t now_ns);

/* Tells of a new reason; the same one again is nothing new. */
void weir_v4l2_watchdog_note(struct weir_v4l2 *v4l2, enum weir_v4l2_silence silence);

#endif
