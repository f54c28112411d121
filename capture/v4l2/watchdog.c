/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "capture/v4l2/watchdog.h"

#include <errno.h>

#include "capture/v4l2/v4l2.h"
#include "core/clock.h"
#include "core/log.h"

/* Says why nothing comes, where the peers say "select timeout". */

#define PATIENCE_NS        WEIR_NS_PER_S
#define PATIENCE_INTERVALS 5

static double seconds(uint64_t ns)
{
	return (double)ns / (double)WEIR_NS_PER_S;
}

static bool input_says_no_signal(struct weir_v4l2_device *device)
{
	struct v4l2_input input = { 0 };
	int index = 0;

	if (weir_v4l2_ioctl(device, VIDIOC_G_INPUT, &index))
		return false;
	input.index = (uint32_t)index;
	return !weir_v4l2_ioctl(device, VIDIOC_ENUMINPUT, &input) &&
	       (input.status & (V4L2_IN_ST_NO_POWER | V4L2_IN_ST_NO_SIGNAL | V4L2_IN_ST_NO_H_LOCK |
				       V4L2_IN_ST_NO_SYNC));
}

static bool timings_say_no_signal(struct weir_v4l2_device *device)
{
	struct v4l2_dv_timings timings = { 0 };
	int err = weir_v4l2_ioctl(device, VIDIOC_QUERY_DV_TIMINGS, &timings);

	return err == -ENOLINK || err == -ENOLCK || err == -ERANGE;
}

static bool is_gone(struct weir_v4l2_device *device)
{
	struct v4l2_capability caps;

	return weir_v4l2_ioctl(device, VIDIOC_QUERYCAP, &caps) == -ENODEV;
}

static enum weir_v4l2_silence diagnose(struct weir_v4l2 *v4l2)
{
	if (!v4l2->queue.queued)
		return WEIR_V4L2_HELD;
	if (input_says_no_signal(&v4l2->device) || timings_say_no_signal(&v4l2->device))
		return WEIR_V4L2_NO_SIGNAL;
	return WEIR_V4L2_SILENT;
}

static void tell(struct weir_v4l2 *v4l2, enum weir_v4l2_silence silence)
{
	double waited = seconds(weir_now_ns() - v4l2->watchdog.last_ns);
	const char *path = v4l2->device.path;
	char holders[256];

	switch (silence) {
	case WEIR_V4L2_SILENT:
		weir_warn(v4l2->base.log,
			"no frame for %.1f s: %s has %d empty buffers and fills none", waited, path,
			__builtin_popcount(v4l2->queue.queued));
		break;
	case WEIR_V4L2_HELD:
		v4l2->host.holders(v4l2->host.data, holders, sizeof(holders));
		weir_warn(v4l2->base.log,
			"no frame for %.1f s: all %u buffers of %s are held downstream (%s)",
			waited, v4l2->host.slab->n_slots, path, holders);
		break;
	case WEIR_V4L2_NO_SIGNAL:
		weir_warn(v4l2->base.log, "no signal at the input of %s", path);
		break;
	case WEIR_V4L2_FLOWS:
		weir_warn(v4l2->base.log, "frames of %s are back after %.1f s", path, waited);
		break;
	case WEIR_V4L2_DOWN:
		break;
	}
}

void weir_v4l2_watchdog_note(struct weir_v4l2 *v4l2, enum weir_v4l2_silence silence)
{
	if (v4l2->watchdog.silence == silence)
		return;
	tell(v4l2, silence);
	v4l2->watchdog.silence = silence;
}

static void look_again_at(struct weir_v4l2 *v4l2, uint64_t deadline_ns)
{
	weir_loop_arm(v4l2->host.loop, &v4l2->watchdog.timer, deadline_ns);
}

static void fired(struct weir_timer *timer)
{
	struct weir_v4l2 *v4l2 = timer->data;
	struct weir_v4l2_watchdog *watchdog = &v4l2->watchdog;
	uint64_t now = weir_now_ns(), deadline = watchdog->last_ns + watchdog->patience_ns;

	if (now < deadline) {
		look_again_at(v4l2, deadline);
		return;
	}
	look_again_at(v4l2, now + watchdog->patience_ns);
	if (!v4l2->queue.streaming || weir_v4l2_look_again(v4l2))
		return;
	if (is_gone(&v4l2->device))
		weir_v4l2_recover(v4l2, "VIDIOC_QUERYCAP", -ENODEV);
	else
		weir_v4l2_watchdog_note(v4l2, diagnose(v4l2));
}

void weir_v4l2_watchdog_start(struct weir_v4l2 *v4l2)
{
	struct weir_v4l2_watchdog *watchdog = &v4l2->watchdog;
	uint64_t patience = PATIENCE_INTERVALS * weir_rate_interval_ns(v4l2->base.video.rate);

	watchdog->patience_ns = patience > PATIENCE_NS ? patience : PATIENCE_NS;
	watchdog->silence = WEIR_V4L2_FLOWS;
	watchdog->last_ns = weir_now_ns();
	watchdog->timer.fired = fired;
	watchdog->timer.data = v4l2;
	look_again_at(v4l2, watchdog->last_ns + watchdog->patience_ns);
}

void weir_v4l2_watchdog_stop(struct weir_v4l2 *v4l2)
{
	weir_loop_disarm(v4l2->host.loop, &v4l2->watchdog.timer);
}

void weir_v4l2_watchdog_feed(struct weir_v4l2 *v4l2, uint64_t now_ns)
{
	if (v4l2->watchdog.silence != WEIR_V4L2_FLOWS)
		weir_v4l2_watchdog_note(v4l2, WEIR_V4L2_FLOWS);
	v4l2->watchdog.last_ns = now_ns;
}
