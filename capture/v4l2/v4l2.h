/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_CAPTURE_V4L2_V4L2_H
#define WEIR_CAPTURE_V4L2_V4L2_H

#include "capture/v4l2/describe.h"
#include "capture/v4l2/device.h"
#include "capture/v4l2/identity.h"
#include "capture/v4l2/input.h"
#include "capture/v4l2/negotiate.h"
#include "capture/v4l2/queue.h"
#include "capture/v4l2/recover.h"
#include "capture/v4l2/timeline.h"
#include "capture/v4l2/watchdog.h"
#include "core/source.h"

/* What the user asked for: what is negotiated by, at the beginning and when the signal changes. */
struct weir_v4l2_wishes {
	struct weir_video video;
	bool names_input, apart, deliver_corrupt, reconnect;
};

/* A camera.
 *
 * Settings (what was asked for, which camera it is, the format it was brought to, the controls)
 * stay for the life of the source; `device`, `queue` and the watches are thrown away at an unplug
 * and made again at the replug.
 *
 * Slots go round like this: weir_slab_take() gives an idle one, QBUF gives it to the driver, DQBUF
 * brings it back filled, weir_slot_issue() makes it a frame, and the frame's last release makes it
 * idle again. QBUF happens on the loop's thread only: a release elsewhere wakes the run, whose
 * resume() queues every idle slot in one go. */
struct weir_v4l2 {
	struct weir_source base;

	/* settings */
	struct weir_v4l2_identity identity;
	struct weir_v4l2_wishes wishes;
	struct weir_v4l2_format format;
	char **controls; /* "NAME=VALUE", set again after a replug; ended by NULL */

	/* state */
	struct weir_v4l2_device device;
	struct weir_v4l2_queue queue;
	struct weir_timeline timeline;
	struct weir_source_host host; /* while running */
	bool running;
	struct weir_watch watch;       /* POLLIN: frames; POLLPRI: events */
	bool has_events;               /* the device tells of source changes */
	int64_t least_age_ns;          /* of a frame at DQBUF, by its stamp */
	int64_t half_interval_ns;      /* 0: the rate is not known */
	bool late;                     /* the last frame was; the next may be there */
	size_t least[WEIR_MAX_PLANES]; /* payload of a whole frame, a piece */
	uint32_t unproven; /* imported slots that the device has not been seen to write to */
	bool discont;      /* the next frame does not follow the one before */
	struct weir_v4l2_watchdog watchdog;
	struct weir_v4l2_recovery recovery;

	struct weir_source_info info; /* of describe(); empty until asked for */
	bool described;
};

extern const struct weir_source_impl weir_source_v4l2;

/* v4l2.c: brings the open device to what was wished for and is to be had now, and the source's
 * picture with it. 0 or -errno, logged. */
int weir_v4l2_settle(struct weir_v4l2 *v4l2);

/* kept_controls.c: the controls that are set again after a replug: those that the source was opened
 * with, and those that were changed since. 0 or -errno; of apply, logged. */
int weir_v4l2_keep_controls(struct weir_v4l2 *v4l2, const char *const *controls);
int weir_v4l2_apply_controls(struct weir_v4l2 *v4l2);
void weir_v4l2_forget_controls(struct weir_v4l2 *v4l2);

/* kept_controls.c: what base.impl's read_controls and set_control do. */
int weir_v4l2_show_controls(
	struct weir_source *source, struct weir_source_control **out, size_t *n);
int weir_v4l2_change_control(struct weir_source *source, const char *text);

/* flow.c: what base.impl's start, resume and stop do. */
int weir_v4l2_start(struct weir_source *source, const struct weir_source_host *host);
void weir_v4l2_resume(struct weir_source *source);
void weir_v4l2_stop(struct weir_source *source);

/* flow.c: opens the queue on the run's slab, gives the driver every idle slot and streams; and
 * back. 0 or -errno, logged unless it is -EAGAIN (see weir_v4l2_queue_open) or *refused is set, to
 * what speaks against memory of that kind. */
int weir_v4l2_flow_begin(struct weir_v4l2 *v4l2, const char **refused);
void weir_v4l2_flow_halt(struct weir_v4l2 *v4l2);

/* flow.c: takes what lies there untold. Whether anything came of it. */
bool weir_v4l2_look_again(struct weir_v4l2 *v4l2);

/* Stops, and tells the pipeline that there are no more frames. */
void weir_v4l2_end(struct weir_v4l2 *v4l2, int error);

/* frame.c: what a whole frame takes of each piece, for the check of short ones. */
void weir_v4l2_measure(struct weir_v4l2 *v4l2);

/* frame.c: where the planes lie, in every slot of the slab whose frame is not out. */
void weir_v4l2_place_planes(const struct weir_v4l2 *v4l2, struct weir_slab *slab);

/* frame.c: what the buffer says about the frame that was issued of its slot. */
void weir_v4l2_fill(
	struct weir_v4l2 *v4l2, const struct v4l2_buffer *buffer, struct weir_frame_info *info);

#endif
