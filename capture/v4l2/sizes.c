/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "capture/v4l2/sizes.h"

#include <errno.h>
#include <string.h>

int weir_v4l2_enum_format(struct weir_v4l2_device *device, uint32_t index, struct v4l2_fmtdesc *out)
{
	*out = (struct v4l2_fmtdesc){ .index = index, .type = device->type };
	if (index >= WEIR_V4L2_MAX_ENUM)
		return -ENOENT;
	return weir_v4l2_or_end(weir_v4l2_ioctl(device, VIDIOC_ENUM_FMT, out));
}

bool weir_v4l2_enum_size(struct weir_v4l2_device *device, uint32_t pixelformat, uint32_t index,
	struct v4l2_frmsizeenum *out)
{
	*out = (struct v4l2_frmsizeenum){ .index = index, .pixel_format = pixelformat };
	return index < WEIR_V4L2_MAX_ENUM && !weir_v4l2_ioctl(device, VIDIOC_ENUM_FRAMESIZES, out);
}

bool weir_v4l2_enum_interval(struct weir_v4l2_device *device, uint32_t pixelformat, uint32_t width,
	uint32_t height, uint32_t index, struct v4l2_frmivalenum *out)
{
	*out = (struct v4l2_frmivalenum){
		.index = index, .pixel_format = pixelformat, .width = width, .height = height
	};
	return index < WEIR_V4L2_MAX_ENUM &&
	       !weir_v4l2_ioctl(device, VIDIOC_ENUM_FRAMEINTERVALS, out);
}

static uint32_t common_divisor(uint32_t a, uint32_t b)
{
	while (b) {
		uint32_t rest = a % b;

		a = b;
		b = rest;
	}
	return a;
}

struct weir_rate weir_v4l2_rate_of(const struct v4l2_fract *interval)
{
	uint32_t divisor;

	if (!interval->numerator || !interval->denominator)
		return (struct weir_rate){ 0, 0 };
	divisor = common_divisor(interval->denominator, interval->numerator);
	return (struct weir_rate){ interval->denominator / divisor, interval->numerator / divisor };
}

int weir_v4l2_compare_rates(struct weir_rate a, struct weir_rate b)
{
	uint64_t left = (uint64_t)a.num * b.den, right = (uint64_t)b.num * a.den;

	return (left > right) - (left < right);
}

struct weir_rate weir_v4l2_rate_in(const struct v4l2_frmivalenum *entry, struct weir_rate wanted)
{
	struct weir_rate slowest, fastest;

	if (entry->type == V4L2_FRMIVAL_TYPE_DISCRETE)
		return weir_v4l2_rate_of(&entry->discrete);
	slowest = weir_v4l2_rate_of(&entry->stepwise.max);
	fastest = weir_v4l2_rate_of(&entry->stepwise.min);
	if (weir_v4l2_compare_rates(wanted, slowest) < 0)
		return slowest;
	return weir_v4l2_compare_rates(wanted, fastest) > 0 ? fastest : wanted;
}

static double distance(struct weir_rate a, struct weir_rate b)
{
	double difference = (double)a.num / a.den - (double)b.num / b.den;

	return difference < 0 ? -difference : difference;
}

bool weir_v4l2_nearest_rate(struct weir_v4l2_device *device, uint32_t pixelformat, uint32_t width,
	uint32_t height, struct weir_rate wanted, struct weir_rate *out)
{
	struct v4l2_frmivalenum entry;
	struct weir_rate best = { 0 };

	for (uint32_t i = 0; weir_v4l2_enum_interval(device, pixelformat, width, height, i, &entry);
		i++) {
		struct weir_rate rate = weir_v4l2_rate_in(&entry, wanted);

		if (!rate.den)
			continue;
		if (!best.den || distance(rate, wanted) < distance(best, wanted))
			best = rate;
		if (entry.type != V4L2_FRMIVAL_TYPE_DISCRETE)
			break; /* ranges stand alone, whatever index is asked for */
	}
	if (best.den)
		*out = best;
	return best.den != 0;
}

/* Drivers enumerate in any order, and some the same one twice. */
static void insert(struct weir_v4l2_rates *rates, struct weir_rate rate)
{
	size_t at = rates->n;

	while (at && weir_v4l2_compare_rates(rates->list[at - 1], rate) > 0)
		at--;
	if (rates->n == WEIR_V4L2_MAX_RATES ||
		(at && !weir_v4l2_compare_rates(rates->list[at - 1], rate)))
		return;
	memmove(&rates->list[at + 1], &rates->list[at], (rates->n - at) * sizeof(rate));
	rates->list[at] = rate;
	rates->n++;
}

bool weir_v4l2_read_rates(struct weir_v4l2_device *device, uint32_t pixelformat, uint32_t width,
	uint32_t height, struct weir_v4l2_rates *out)
{
	struct v4l2_frmivalenum entry;

	out->n = 0;
	for (uint32_t i = 0; weir_v4l2_enum_interval(device, pixelformat, width, height, i, &entry);
		i++) {
		struct weir_rate rate;

		if (entry.type != V4L2_FRMIVAL_TYPE_DISCRETE) {
			out->slowest = weir_v4l2_rate_of(&entry.stepwise.max);
			out->fastest = weir_v4l2_rate_of(&entry.stepwise.min);
			return out->slowest.den && out->fastest.den;
		}
		rate = weir_v4l2_rate_of(&entry.discrete);
		if (rate.den)
			insert(out, rate);
	}
	if (!out->n)
		return false;
	out->slowest = out->list[0];
	out->fastest = out->list[out->n - 1];
	return true;
}
