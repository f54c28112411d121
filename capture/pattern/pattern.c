/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "capture/pattern/pattern.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "capture/pattern/mjpeg.h"
#include "core/log.h"

#define MAX_NAMES 16
#define MJPEG     "mjpeg" /* short for bars in that format */

static const struct weir_picture *picture_by_name(const char *name)
{
	for (size_t i = 0; weir_pictures[i].name; i++)
		if (!strcmp(weir_pictures[i].name, name))
			return &weir_pictures[i];
	return NULL;
}

static int refuse_name(const char *name, const struct weir_log *log)
{
	const char *names[MAX_NAMES + 1] = { MJPEG };
	const char *nearest;

	for (size_t i = 0; weir_pictures[i].name && i + 1 < MAX_NAMES; i++)
		names[i + 1] = weir_pictures[i].name;
	nearest = weir_nearest(name, names);
	weir_error(log, "no pattern is called \"%s\": %s \"%s\"%s", name,
		nearest ? "did you mean" : "try", nearest ? nearest : weir_pictures[0].name,
		nearest ? "?" : "");
	return -EINVAL;
}

static int choose_picture(struct weir_pattern_source *source, const char *name,
	struct weir_video *wanted, const struct weir_log *log)
{
	const struct weir_format *mjpeg = weir_format_by_name("MJPEG");

	if (strcmp(name, MJPEG)) {
		source->picture = name[0] ? picture_by_name(name) : weir_pictures;
		return source->picture ? 0 : refuse_name(name, log);
	}
	source->picture = weir_pictures;
	if (wanted->format && wanted->format != mjpeg) {
		weir_error(log, "pattern:mjpeg comes in MJPEG alone: use pattern:bars for %s",
			wanted->format->name);
		return -ENOTSUP;
	}
	wanted->format = mjpeg;
	return 0;
}

static int read_stride(
	const struct weir_uri *uri, const struct weir_log *log, struct weir_video *wanted)
{
	const char *stride = weir_uri_get(uri, "stride");

	if (!stride || wanted->stride)
		return 0;
	return weir_parse_u32("stride", stride, 1, UINT32_MAX, log, &wanted->stride);
}

static int write_uri(struct weir_pattern_source *source)
{
	const struct weir_video *video = &source->base.video;
	char rate[24], stride[24] = "", *uri;

	if (video->rate.den == 1)
		snprintf(rate, sizeof(rate), "%" PRIu32, video->rate.num);
	else
		snprintf(rate, sizeof(rate), "%" PRIu32 "/%" PRIu32, video->rate.num,
			video->rate.den);
	if (video->stride != weir_format_line_bytes(video->format, 0, video->width))
		snprintf(stride, sizeof(stride), "&stride=%" PRIu32, video->stride);
	if (asprintf(&uri, "pattern:%s?size=%" PRIu32 "x%" PRIu32 "&fps=%s&format=%s%s",
		    source->picture->name, video->width, video->height, rate, video->format->name,
		    stride) < 0)
		return -ENOMEM;
	free(source->base.uri);
	source->base.uri = uri;
	return 0;
}

static int open_pattern(const struct weir_uri *uri, const struct weir_video *wished,
	const struct weir_source_settings *settings, struct weir_source **out)
{
	struct weir_pattern_source *source = calloc(1, sizeof(*source));
	struct weir_video wanted = *wished;
	int err;

	if (!source)
		return -ENOMEM;
	source->base.impl = &weir_source_pattern;
	source->base.unfenced = true;
	source->base.min_slots = 1;
	err = choose_picture(source, uri->rest, &wanted, settings->log);
	if (!err)
		err = read_stride(uri, settings->log, &wanted);
	if (!err)
		err = weir_pattern_settle(source, &wanted, settings->log);
	if (!err)
		err = write_uri(source);
	if (err)
		free(source);
	else
		*out = &source->base;
	return err;
}

static void close_pattern(struct weir_source *source)
{
	free(source);
}

static int accepts(
	struct weir_source *source, const struct weir_memory_kind *kind, char *why, size_t size)
{
	(void)source;
	if (kind->create)
		return 0;
	snprintf(why, size, "patterns are drawn into our own memory; %s is a device's", kind->name);
	return -ENOTSUP;
}

/* Everything but MJPEG is drawn as well as anything else. */
static int try_video(struct weir_source *base, struct weir_video *video, char *why, size_t size)
{
	const struct weir_log silent = { .level = WEIR_LOG_SILENT };
	const struct weir_pattern_source *source = (const struct weir_pattern_source *)base;
	struct weir_pattern_source other = *source;

	if (!source->compressed && !weir_pattern_settle(&other, video, &silent)) {
		*video = other.base.video;
		return 0;
	}
	snprintf(why, size, "pattern: does not come like that");
	return -ENOTSUP;
}

static int set_video(struct weir_source *base, const struct weir_video *video)
{
	struct weir_pattern_source *source = (struct weir_pattern_source *)base;
	int err = weir_pattern_settle(source, video, base->log);

	return err ? err : write_uri(source);
}

static int frame_bytes(struct weir_source *base, size_t *out)
{
	struct weir_pattern_source *source = (struct weir_pattern_source *)base;
	struct weir_layout layout;
	int err;

	if (source->compressed) {
		*out = weir_pattern_mjpeg_bytes(&base->video);
		return 0;
	}
	err = weir_format_layout(&base->video, &layout);
	if (!err)
		*out = layout.size;
	return err;
}

static const char *const options[] = { "stride", NULL };

const struct weir_source_impl weir_source_pattern = {
	.scheme = "pattern",
	.summary = "pattern:bars|counter|noise|black|mjpeg, stamped test pictures without a device",
	.options = options,
	.open = open_pattern,
	.close = close_pattern,
	.describe = weir_pattern_describe,
	.accepts = accepts,
	.try_video = try_video,
	.set_video = set_video,
	.frame_bytes = frame_bytes,
	.start = weir_pattern_start,
	.resume = weir_pattern_resume,
	.stop = weir_pattern_stop,
};
