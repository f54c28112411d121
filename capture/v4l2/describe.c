/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "capture/v4l2/describe.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "capture/v4l2/controls.h"
#include "capture/v4l2/sizes.h"

#define MAX_SIZES 64

/* ---- sizes of one format ---- */

static struct weir_source_size size_of(const struct v4l2_frmsizeenum *entry)
{
	const struct v4l2_frmsize_stepwise *range = &entry->stepwise;

	if (entry->type == V4L2_FRMSIZE_TYPE_DISCRETE)
		return (struct weir_source_size){
			.min_width = entry->discrete.width,
			.max_width = entry->discrete.width,
			.min_height = entry->discrete.height,
			.max_height = entry->discrete.height,
		};
	return (struct weir_source_size){
		.min_width = range->min_width,
		.max_width = range->max_width,
		.step_width = range->step_width ? range->step_width : 1,
		.min_height = range->min_height,
		.max_height = range->max_height,
		.step_height = range->step_height ? range->step_height : 1,
	};
}

/* Asked of the largest: of ranges, the one that limits the rate. What else it can do a smaller one
 * need not. */
static int add_rates(struct weir_v4l2_device *device, uint32_t code, struct weir_source_size *size)
{
	bool one = size->min_width == size->max_width && size->min_height == size->max_height;
	struct weir_v4l2_rates rates;
	struct weir_rate *list;

	if (!weir_v4l2_read_rates(device, code, size->max_width, size->max_height, &rates)) {
		size->slowest = (struct weir_rate){ 1, UINT32_MAX };
		size->fastest = (struct weir_rate){ 0, 1 };
		return 0;
	}
	size->slowest = rates.slowest;
	size->fastest = rates.fastest;
	if (!rates.n || !one)
		return 0;
	list = malloc(rates.n * sizeof(*list));
	if (!list)
		return -ENOMEM;
	memcpy(list, rates.list, rates.n * sizeof(*list));
	size->rates = list;
	size->n_rates = rates.n;
	return 0;
}

static int add_size(struct weir_v4l2_device *device, uint32_t code, struct weir_source_size size,
	struct weir_source_format *format)
{
	struct weir_source_size *grown = realloc(
		(struct weir_source_size *)format->sizes, (format->n_sizes + 1) * sizeof(*grown));

	if (!grown)
		return -ENOMEM;
	format->sizes = grown;
	grown[format->n_sizes] = size;
	return add_rates(device, code, &grown[format->n_sizes++]);
}

/* A driver that enumerates no sizes has the one that is set. */
static int add_sizes(struct weir_v4l2_device *device, const struct weir_v4l2_format *set,
	uint32_t code, struct weir_source_format *format)
{
	const struct weir_source_size only = {
		.min_width = set->video.width,
		.max_width = set->video.width,
		.min_height = set->video.height,
		.max_height = set->video.height,
	};
	struct v4l2_frmsizeenum entry;
	int err = 0;

	for (uint32_t i = 0; i < MAX_SIZES && weir_v4l2_enum_size(device, code, i, &entry); i++) {
		err = add_size(device, code, size_of(&entry), format);
		if (err || entry.type != V4L2_FRMSIZE_TYPE_DISCRETE)
			break;
	}
	return err || format->n_sizes ? err : add_size(device, code, only, format);
}

/* ---- formats ---- */

static bool has_format(const struct weir_source_info *info, const struct weir_format *format)
{
	for (size_t i = 0; i < info->n_formats; i++)
		if (info->formats[i].format == format)
			return true;
	return false;
}

static int add_format(struct weir_v4l2_device *device, const struct weir_v4l2_format *set,
	const struct v4l2_fmtdesc *entry, struct weir_source_info *info)
{
	struct weir_source_format *list = (struct weir_source_format *)info->formats, *grown;
	const struct weir_format *row = weir_format_by_v4l2(entry->pixelformat);

	if (!row || has_format(info, row))
		return 0;
	grown = realloc(list, (info->n_formats + 1) * sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	info->formats = grown;
	grown[info->n_formats] = (struct weir_source_format){ .format = row };
	return add_sizes(device, set, entry->pixelformat, &grown[info->n_formats++]);
}

static int add_formats(struct weir_v4l2_device *device, const struct weir_v4l2_format *format,
	struct weir_source_info *info)
{
	struct v4l2_fmtdesc entry;
	int err = 0;

	for (uint32_t i = 0; !err && !weir_v4l2_enum_format(device, i, &entry); i++)
		err = add_format(device, format, &entry, info);
	return err;
}

static int add_controls(struct weir_v4l2_device *device, struct weir_source_info *info)
{
	struct weir_source_control *controls;
	size_t n;
	int err = weir_v4l2_read_controls(device, &controls, &n);

	if (err)
		return err;
	info->controls = controls;
	info->n_controls = n;
	return 0;
}

static int add_abilities(struct weir_v4l2_device *device, const struct weir_v4l2_format *format,
	struct weir_source_info *info)
{
	struct weir_source_ability *abilities = calloc(WEIR_V4L2_MAX_ABILITIES, sizeof(*abilities));

	if (!abilities)
		return -ENOMEM;
	info->abilities = abilities;
	info->n_abilities = weir_v4l2_try_abilities(device, format, abilities);
	return 0;
}

int weir_v4l2_describe(struct weir_v4l2_device *device, const struct weir_v4l2_format *format,
	bool idle, struct weir_source_info *out)
{
	struct weir_source_info info = { .live = true };
	int err = 0;

	info.name = strndup((const char *)device->caps.card, sizeof(device->caps.card));
	info.driver = strndup((const char *)device->caps.driver, sizeof(device->caps.driver));
	if (!info.name || !info.driver)
		err = -ENOMEM;
	if (!err)
		err = add_formats(device, format, &info);
	if (!err)
		err = add_controls(device, &info);
	if (!err && idle)
		err = add_abilities(device, format, &info);
	if (err)
		weir_v4l2_free_description(&info);
	else
		*out = info;
	return err;
}

static void free_sizes(const struct weir_source_format *format)
{
	for (size_t i = 0; i < format->n_sizes; i++)
		free((void *)format->sizes[i].rates);
	free((void *)format->sizes);
}

void weir_v4l2_free_description(struct weir_source_info *info)
{
	for (size_t i = 0; i < info->n_formats; i++)
		free_sizes(&info->formats[i]);
	for (size_t i = 0; i < info->n_abilities; i++)
		free((char *)info->abilities[i].detail);
	weir_v4l2_free_controls((struct weir_source_control *)info->controls, info->n_controls);
	free((void *)info->formats);
	free((void *)info->abilities);
	free((char *)info->name);
	free((char *)info->driver);
	*info = (struct weir_source_info){ 0 };
}
