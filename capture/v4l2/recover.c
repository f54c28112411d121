/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "capture/v4l2/recover.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "capture/v4l2/controls.h"
#include "capture/v4l2/input.h"
#include "capture/v4l2/v4l2.h"
#include "core/clock.h"
#include "core/log.h"

/* What a camera that stopped needs to go on: the same one found again, opened, brought to the same
 * format and controls, and given the same slots. Each attempt does all that is undone; one that
 * fails is repeated later. */

#define MS 1000000ull

#define FIRST_DELAY_NS (20 * MS)
#define MOST_ATTEMPTS  6          /* of a driver that fails: 20, 40 … 640 ms apart */
#define LOOK_NS        (500 * MS) /* for a camera or a signal that may come back any time */
#define CALM_NS        (5 * WEIR_NS_PER_S) /* of flow: the trouble before was another one */

static void note(void *data, enum weir_log_level level, const char *line)
{
	struct weir_v4l2_recovery *recovery = data;

	(void)level;
	snprintf(recovery->why, sizeof(recovery->why), "%s", line);
}

static void note_error(struct weir_v4l2_recovery *recovery, const char *what, int error)
{
	char text[WEIR_ERRNO_TEXT];

	snprintf(
		recovery->why, sizeof(recovery->why), "%s: %s", what, weir_errno_text(error, text));
}

static void try_again_at(struct weir_v4l2 *v4l2, uint64_t delay_ns)
{
	weir_loop_arm(v4l2->host.loop, &v4l2->recovery.timer, weir_now_ns() + delay_ns);
}

/* ---- one attempt ---- */

static void restore_controls(struct weir_v4l2 *v4l2)
{
	for (char **control = v4l2->controls; control && *control; control++)
		weir_v4l2_set_control(&v4l2->device, *control);
}

/* The camera may not be there, or not be ours to open yet: udev takes a moment to say whose it is.
 */
static int open_device(struct weir_v4l2 *v4l2)
{
	weir_counter *syscalls = v4l2->device.syscalls;
	char path[sizeof(v4l2->device.path)];
	int err;

	if (weir_v4l2_locate(&v4l2->identity, path, sizeof(path)))
		return -ENODEV;
	err = weir_v4l2_device_open(&v4l2->device, path, &v4l2->recovery.log);
	if (err)
		return -ENODEV;
	v4l2->device.syscalls = syscalls;
	restore_controls(v4l2);
	return 0;
}

static int settle(struct weir_v4l2 *v4l2)
{
	int err = weir_v4l2_lock_timings(&v4l2->device);

	if (err == -ENOLINK)
		weir_v4l2_watchdog_note(v4l2, WEIR_V4L2_NO_SIGNAL);
	return err ? err : weir_v4l2_restore(&v4l2->device, &v4l2->format);
}

/* The first attempt after a failure keeps the buffers; whatever else happened, they go first, since
 * no driver takes a format while it has some. */
static int attempt(struct weir_v4l2 *v4l2)
{
	struct weir_v4l2_recovery *recovery = &v4l2->recovery;
	const char *refused = NULL;
	int err = 0;

	if (v4l2->device.fd < 0)
		err = open_device(v4l2);
	if (!err && (recovery->trouble != WEIR_V4L2_FAILED || recovery->attempts > 1)) {
		weir_v4l2_queue_close(&v4l2->queue);
		err = settle(v4l2);
	}
	if (!err)
		err = weir_v4l2_flow_begin(v4l2, &refused);
	if (refused && v4l2->host.slab->kind == &weir_memory_mmap) {
		v4l2->queue.keeps_own = true;
		weir_v4l2_queue_close(&v4l2->queue);
		refused = NULL;
		err = weir_v4l2_flow_begin(v4l2, &refused);
	}
	if (refused)
		note_error(recovery, refused, err);
	if (err == -EBUSY) { /* buffers that the driver does not free go with the file */
		weir_v4l2_queue_close(&v4l2->queue);
		weir_v4l2_device_close(&v4l2->device);
	}
	return err;
}

/* ---- what follows from it ---- */

static void ignore_plugs(struct weir_v4l2 *v4l2)
{
	if (v4l2->recovery.listens)
		weir_v4l2_hotplug_close(&v4l2->recovery.hotplug);
	v4l2->recovery.listens = false;
}

static void resumed(struct weir_v4l2 *v4l2)
{
	struct weir_v4l2_recovery *recovery = &v4l2->recovery;
	uint64_t now = weir_now_ns();

	weir_warn(v4l2->base.log, "%s %s after %.1f s", v4l2->device.path,
		recovery->trouble == WEIR_V4L2_GONE ? "is back" : "streams again",
		(double)(now - recovery->since_ns) / (double)WEIR_NS_PER_S);
	if (recovery->trouble != WEIR_V4L2_FAILED)
		recovery->attempts = 0;
	recovery->trouble = WEIR_V4L2_FINE;
	recovery->since_ns = now;
	v4l2->watchdog.last_ns = now;
	v4l2->watchdog.silence = WEIR_V4L2_FLOWS;
	ignore_plugs(v4l2);
	weir_timeline_restart(&v4l2->timeline);
	v4l2->discont = true;
}

static void wait_for_replug(struct weir_v4l2 *v4l2);

/* It does not give any more what it was brought to: within the user's wishes there may be something
 * else. */
static void take_what_comes(struct weir_v4l2 *v4l2)
{
	struct weir_video before = v4l2->base.video, *now = &v4l2->base.video;
	int err = weir_v4l2_settle(v4l2);

	if (err == -ENODEV) {
		wait_for_replug(v4l2);
		return;
	}
	if (err) {
		weir_v4l2_end(v4l2, err);
		return;
	}
	weir_warn(v4l2->base.log, "%s delivers %ux%u %s now, after %ux%u %s: planning anew",
		v4l2->device.path, now->width, now->height, now->format->name, before.width,
		before.height, before.format->name);
	weir_v4l2_stop(&v4l2->base);
	v4l2->host.changed(v4l2->host.data);
}

static void failed(struct weir_v4l2 *v4l2, int err)
{
	struct weir_v4l2_recovery *recovery = &v4l2->recovery;

	if (err == -ENODEV && recovery->trouble != WEIR_V4L2_GONE) {
		wait_for_replug(v4l2);
	} else if (err == -ENODEV || err == -ENOLINK) {
		recovery->attempts = 0;
		try_again_at(v4l2, LOOK_NS);
	} else if (err == -EAGAIN) {
		recovery->attempts--; /* frames are still out: no fault of the camera's */
		try_again_at(v4l2, FIRST_DELAY_NS);
	} else if (err == -ENOTSUP) {
		take_what_comes(v4l2);
	} else if (recovery->attempts >= MOST_ATTEMPTS) {
		weir_error(v4l2->base.log, "%s does not stream any more after %u attempts: %s",
			v4l2->device.path, recovery->attempts, recovery->why);
		weir_v4l2_end(
			v4l2, err == -EINVAL ? -EIO : err); /* EINVAL is for what users type */
	} else {
		try_again_at(v4l2, FIRST_DELAY_NS << recovery->attempts);
	}
}

static void fired(struct weir_timer *timer)
{
	struct weir_v4l2 *v4l2 = timer->data;
	int err;

	v4l2->recovery.attempts++;
	v4l2->device.log = &v4l2->recovery.log; /* the last attempt speaks for all of them */
	err = attempt(v4l2);
	v4l2->device.log = v4l2->base.log;
	if (err)
		failed(v4l2, err);
	else
		resumed(v4l2);
}

static void plugged(void *data)
{
	struct weir_v4l2 *v4l2 = data;

	try_again_at(v4l2, 0);
}

/* ---- trouble ---- */

static void wait_for_replug(struct weir_v4l2 *v4l2)
{
	struct weir_v4l2_recovery *recovery = &v4l2->recovery;

	recovery->trouble = WEIR_V4L2_GONE;
	recovery->attempts = 0;
	weir_v4l2_queue_close(&v4l2->queue);
	weir_v4l2_device_close(&v4l2->device);
	if (!v4l2->wishes.reconnect) {
		weir_error(v4l2->base.log, "%s was unplugged", v4l2->device.path);
		weir_v4l2_end(v4l2, -ENODEV);
		return;
	}
	weir_warn(
		v4l2->base.log, "%s was unplugged: waiting for the same camera", v4l2->device.path);
	/* Without events the timer looks by itself. */
	recovery->listens =
		!weir_v4l2_hotplug_open(&recovery->hotplug, v4l2->host.loop, plugged, v4l2);
	try_again_at(v4l2, FIRST_DELAY_NS);
}

static void restart(struct weir_v4l2 *v4l2, const char *what, int error)
{
	struct weir_v4l2_recovery *recovery = &v4l2->recovery;
	char text[WEIR_ERRNO_TEXT];

	recovery->trouble = what ? WEIR_V4L2_FAILED : WEIR_V4L2_CHANGED;
	if (!what)
		weir_warn(v4l2->base.log, "the signal at %s changed: looking at it anew",
			v4l2->device.path);
	else
		weir_warn(v4l2->base.log, "%s on %s: %s; restarting the stream", what,
			v4l2->device.path, weir_errno_text(error, text));
	try_again_at(v4l2, what ? FIRST_DELAY_NS << recovery->attempts : 0);
}

void weir_v4l2_recover(struct weir_v4l2 *v4l2, const char *what, int error)
{
	struct weir_v4l2_recovery *recovery = &v4l2->recovery;
	uint64_t now = weir_now_ns();

	weir_v4l2_flow_halt(v4l2);
	weir_v4l2_watchdog_note(v4l2, WEIR_V4L2_DOWN);
	if (now - recovery->since_ns > CALM_NS)
		recovery->attempts = 0;
	recovery->since_ns = now;
	if (what)
		note_error(recovery, what, error);
	if (error == -ENODEV)
		wait_for_replug(v4l2);
	else if (recovery->attempts >= MOST_ATTEMPTS)
		failed(v4l2, error);
	else
		restart(v4l2, what, error);
}

void weir_v4l2_recovery_init(struct weir_v4l2 *v4l2)
{
	memset(&v4l2->recovery, 0, sizeof(v4l2->recovery));
	v4l2->recovery.timer.fired = fired;
	v4l2->recovery.timer.data = v4l2;
	v4l2->recovery.log = (struct weir_log){
		.level = WEIR_LOG_ERROR, .write = note, .data = &v4l2->recovery
	};
}

void weir_v4l2_recovery_stop(struct weir_v4l2 *v4l2)
{
	weir_loop_disarm(v4l2->host.loop, &v4l2->recovery.timer);
	ignore_plugs(v4l2);
}
