/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "capture/v4l2/rate.h"

#include <errno.h>
#include <stdio.h>

#include "capture/v4l2/sizes.h"
#include "core/log.h"

#define RATE_TEXT 32

static int get_rate(struct weir_v4l2_device *device, struct weir_rate *out)
{
	struct v4l2_streamparm parm = { .type = device->type };
	int err = weir_v4l2_ioctl(device, VIDIOC_G_PARM, &parm);

	if (err)
		return err;
	if (!(parm.parm.capture.capability & V4L2_CAP_TIMEPERFRAME))
		return -ENOTTY;
	*out = weir_v4l2_rate_of(&parm.parm.capture.timeperframe);
	return 0;
}

int weir_v4l2_set_rate(struct weir_v4l2_device *device, struct weir_rate *rate)
{
	struct v4l2_streamparm parm = { .type = device->type };
	int err;

	parm.parm.capture.timeperframe = (struct v4l2_fract){ rate->den, rate->num };
	err = weir_v4l2_ioctl(device, VIDIOC_S_PARM, &parm);
	if (!err)
		*rate = weir_v4l2_rate_of(&parm.parm.capture.timeperframe);
	return err;
}

/* What the signal says, where the sender sets the pace. */
static struct weir_rate rate_of_signal(struct weir_v4l2_device *device)
{
	struct v4l2_dv_timings timings = { 0 };
	const struct v4l2_bt_timings *bt = &timings.bt;
	struct v4l2_fract interval;
	uint64_t pixels;

	if (weir_v4l2_ioctl(device, VIDIOC_G_DV_TIMINGS, &timings))
		return (struct weir_rate){ 0, 0 };
	pixels = (uint64_t)V4L2_DV_BT_FRAME_WIDTH(bt) * V4L2_DV_BT_FRAME_HEIGHT(bt);
	if (!pixels || pixels > UINT32_MAX || bt->pixelclock > UINT32_MAX)
		return (struct weir_rate){ 0, 0 };
	interval = (struct v4l2_fract){ (uint32_t)pixels, (uint32_t)bt->pixelclock };
	return weir_v4l2_rate_of(&interval);
}

static const char *rate_text(struct weir_rate rate, char text[RATE_TEXT])
{
	snprintf(text, RATE_TEXT, "%.6g", (double)rate.num / rate.den);
	return text;
}

/* { 0, 0 }, which nobody knows, is like no other. */
static bool differ(struct weir_rate a, struct weir_rate b)
{
	return !a.den || !b.den || weir_v4l2_compare_rates(a, b) != 0;
}

static void say_other(struct weir_v4l2_device *device, const struct weir_video *video,
	struct weir_rate wanted, bool settable)
{
	char asked[RATE_TEXT], nearest[RATE_TEXT];

	rate_text(wanted, asked);
	if (!settable)
		weir_warn(device->log,
			"%s sets its own pace: %s frames a second cannot be asked of it",
			device->path, asked);
	else if (!video->rate.den)
		weir_warn(device->log, "%s does not tell what it makes of %s frames a second",
			device->path, asked);
	else
		weir_warn(device->log,
			"%s does not do %s frames a second at %ux%u in %s: nearest is %s",
			device->path, asked, video->width, video->height, video->format->name,
			rate_text(video->rate, nearest));
}

/* Without a wish: what is set, or something smoother. */
static struct weir_rate choose(struct weir_v4l2_device *device, const struct weir_video *video,
	uint32_t pixelformat, struct weir_rate now)
{
	const struct weir_rate smooth = { WEIR_V4L2_SMOOTH, 1 }, fast = { WEIR_V4L2_FAST, 1 };
	struct v4l2_frmivalenum entry;
	struct weir_rate best = now;

	if (now.den && weir_v4l2_compare_rates(now, smooth) >= 0)
		return now;
	for (uint32_t i = 0; weir_v4l2_enum_interval(
		     device, pixelformat, video->width, video->height, i, &entry);
		i++) {
		struct weir_rate rate = weir_v4l2_rate_in(&entry, fast);

		if (rate.den && weir_v4l2_compare_rates(rate, fast) <= 0 &&
			(!best.den || weir_v4l2_compare_rates(rate, best) > 0))
			best = rate;
		if (entry.type != V4L2_FRMIVAL_TYPE_DISCRETE)
			break;
	}
	return best;
}

void weir_v4l2_settle_rate(
	struct weir_v4l2_device *device, struct weir_rate wanted, struct weir_v4l2_format *out)
{
	/* width, height and pixelformat lie at the same place in both forms of the union */
	const struct v4l2_pix_format *pix = &out->raw.fmt.pix;
	struct weir_video *video = &out->video;
	struct weir_rate now, target;
	int err = get_rate(device, &now);

	out->has_rate = !err;
	if (err) {
		video->rate = rate_of_signal(device);
		if (wanted.num && differ(wanted, video->rate))
			say_other(device, video, wanted, false);
		return;
	}
	target = wanted;
	if (!wanted.num)
		target = choose(device, video, pix->pixelformat, now);
	else
		weir_v4l2_nearest_rate(
			device, pix->pixelformat, pix->width, pix->height, wanted, &target);
	if (target.num && differ(target, now) && !weir_v4l2_set_rate(device, &target))
		now = target;
	video->rate = now;
	if (wanted.num && differ(wanted, now))
		say_other(device, video, wanted, true);
}
