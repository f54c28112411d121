/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "capture/v4l2/input.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "core/log.h"
#include "core/scan.h"
#include "core/uri.h"

#define MAX_INPUTS 32

/* 0, -ENOENT past the last, or -errno; not logged. */
static int enum_input(struct weir_v4l2_device *device, uint32_t index, struct v4l2_input *out)
{
	*out = (struct v4l2_input){ .index = index };
	if (index >= MAX_INPUTS)
		return -ENOENT;
	return weir_v4l2_or_end(weir_v4l2_ioctl(device, VIDIOC_ENUMINPUT, out));
}

static bool is_meant(const struct v4l2_input *input, const char *text)
{
	const char *name = (const char *)input->name, *digits = text;
	uint64_t number;

	if (weir_scan_u64(&digits, &number) == 0 && !*digits)
		return number == input->index;
	return weir_is_word(text, strlen(text), name);
}

static int refuse_input(struct weir_v4l2_device *device, const char *text)
{
	char names[MAX_INPUTS][sizeof(((struct v4l2_input *)0)->name) + 1];
	char quoted[WEIR_QUOTED], suggestion[WEIR_SUGGESTION];
	const char *known[MAX_INPUTS + 1] = { NULL };
	struct v4l2_input input;

	for (uint32_t i = 0; !enum_input(device, i, &input); i++) {
		snprintf(names[i], sizeof(names[i]), "%.32s", (const char *)input.name);
		known[i] = names[i];
	}
	weir_error(device->log, "input: %s has no input %s%s", device->path,
		weir_quote(text, quoted), weir_suggest(text, known, suggestion));
	return -EINVAL;
}

int weir_v4l2_set_input(struct weir_v4l2_device *device, const char *text)
{
	struct v4l2_input input;
	int number, err;

	for (uint32_t i = 0; !(err = enum_input(device, i, &input)); i++)
		if (is_meant(&input, text))
			break;
	if (err)
		return err == -ENOENT ? refuse_input(device, text)
				      : weir_v4l2_fail(device, "VIDIOC_ENUMINPUT", err);
	number = (int)input.index;
	err = weir_v4l2_ioctl(device, VIDIOC_S_INPUT, &number);
	if (err)
		weir_v4l2_fail(device, "VIDIOC_S_INPUT", err);
	return err == -EINVAL ? -EIO : err; /* EINVAL is for what users type */
}

static bool input_has_timings(struct weir_v4l2_device *device)
{
	struct v4l2_input input;
	int number;

	return weir_v4l2_ioctl(device, VIDIOC_G_INPUT, &number) == 0 &&
	       !enum_input(device, (uint32_t)number, &input) &&
	       (input.capabilities & V4L2_IN_CAP_DV_TIMINGS);
}

static bool are_same(const struct v4l2_bt_timings *a, const struct v4l2_bt_timings *b)
{
	return a->width == b->width && a->height == b->height && a->interlaced == b->interlaced &&
	       a->pixelclock == b->pixelclock && a->hfrontporch == b->hfrontporch &&
	       a->hsync == b->hsync && a->hbackporch == b->hbackporch &&
	       a->vfrontporch == b->vfrontporch && a->vsync == b->vsync &&
	       a->vbackporch == b->vbackporch;
}

/* What was told of the signal until now is answered by looking at it now. */
static void forget_events(struct weir_v4l2_device *device)
{
	struct v4l2_event event;

	while (!weir_v4l2_ioctl(device, VIDIOC_DQEVENT, &event))
		;
}

int weir_v4l2_lock_timings(struct weir_v4l2_device *device)
{
	struct v4l2_dv_timings seen = { 0 }, set = { 0 };
	int err;

	if (!input_has_timings(device))
		return 0;
	forget_events(device);
	err = weir_v4l2_ioctl(device, VIDIOC_QUERY_DV_TIMINGS, &seen);
	if (err == -ENOTTY || err == -ENODATA)
		return 0;
	if (err == -ENOLINK || err == -ENOLCK || err == -ERANGE)
		return -ENOLINK;
	if (err)
		return weir_v4l2_fail(device, "VIDIOC_QUERY_DV_TIMINGS", err);
	if (weir_v4l2_ioctl(device, VIDIOC_G_DV_TIMINGS, &set) == 0 && are_same(&seen.bt, &set.bt))
		return 0;
	err = weir_v4l2_ioctl(device, VIDIOC_S_DV_TIMINGS, &seen);
	return err ? weir_v4l2_fail(device, "VIDIOC_S_DV_TIMINGS", err) : 0;
}
