/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#include "capture/pattern/mjpeg.h"
#include "capture/pattern/pattern.h"
#include "core/colour.h"
#include "core/log.h"

/* From what was wished for to one full description of what comes, or the reason why not. */

#define DEFAULT_WIDTH  1280
#define DEFAULT_HEIGHT 720
#define DEFAULT_RATE   30

static int refuse_format(const struct weir_format *format, const struct weir_log *log)
{
	char names[80] = "";
	size_t end = 0;

	for (size_t i = 0; weir_canvas_formats[i]; i++)
		end += (size_t)snprintf(
			names + end, sizeof(names) - end, "%s, ", weir_canvas_formats[i]);
	weir_error(log, "pattern: nothing is drawn in %s: use %sor MJPEG", format->name, names);
	return -ENOTSUP;
}

static int settle_format(struct weir_pattern_source *source, const struct weir_video *wanted,
	const struct weir_log *log)
{
	const struct weir_format *mjpeg = weir_format_by_name("MJPEG");
	struct weir_video *video = &source->base.video;

	video->format = wanted->format ? wanted->format : weir_format_by_name("YUYV");
	source->compressed = video->format == mjpeg;
	if (!source->compressed && !weir_canvas_draws(video->format))
		return refuse_format(video->format, log);
	if (source->compressed && !WEIR_PATTERN_HAS_MJPEG) {
		weir_error(log, "pattern: MJPEG needs libjpeg-turbo, which this build is without: "
				"rebuild with -DWEIR_LIBJPEG=ON, or use format=YUYV");
		return -ENOTSUP;
	}
	return 0;
}

static int settle_size(struct weir_pattern_source *source, const struct weir_video *wanted,
	const struct weir_log *log)
{
	struct weir_video *video = &source->base.video;
	const struct weir_format *format = video->format;

	video->width = wanted->width ? wanted->width : DEFAULT_WIDTH;
	video->height = wanted->height ? wanted->height : DEFAULT_HEIGHT;
	if (video->width < WEIR_MIN_SIZE || video->width > WEIR_MAX_SIZE ||
		video->height < WEIR_MIN_SIZE || video->height > WEIR_MAX_SIZE) {
		weir_error(log, "pattern: %ux%u is not between %dx%d and %dx%d", video->width,
			video->height, WEIR_MIN_SIZE, WEIR_MIN_SIZE, WEIR_MAX_SIZE, WEIR_MAX_SIZE);
		return -ENOTSUP;
	}
	for (unsigned p = 0; !source->compressed && p < format->n_planes; p++) {
		uint32_t across = format->plane[p].block_width,
			 down = format->plane[p].block_height;

		if (video->width % across == 0 && video->height % down == 0)
			continue;
		weir_error(log,
			"pattern: %s comes in multiples of %ux%u pixels, which %ux%u is not",
			format->name, across, down, video->width, video->height);
		return -ENOTSUP;
	}
	return 0;
}

static int settle_stride(struct weir_pattern_source *source, const struct weir_video *wanted,
	const struct weir_log *log)
{
	struct weir_video *video = &source->base.video;
	size_t line = weir_format_line_bytes(video->format, 0, video->width);
	struct weir_layout layout;

	video->stride = wanted->stride ? wanted->stride : (uint32_t)line;
	if (source->compressed && wanted->stride) {
		weir_error(
			log, "pattern: MJPEG has no lines for stride=%u to space", wanted->stride);
		return -EINVAL;
	}
	if (video->stride < line) {
		weir_error(log,
			"pattern: stride=%u is less than the %zu bytes that a line of %u "
			"pixels takes in %s",
			video->stride, line, video->width, video->format->name);
		return -EINVAL;
	}
	if (!source->compressed && weir_format_layout(video, &layout)) {
		weir_error(log, "pattern: no frame is as large as stride=%u makes one of %u lines",
			video->stride, video->height);
		return -EINVAL;
	}
	return 0;
}

static int settle_rate(struct weir_pattern_source *source, const struct weir_video *wanted,
	const struct weir_log *log)
{
	struct weir_rate rate = wanted->rate;

	if (!rate.den)
		rate = (struct weir_rate){ DEFAULT_RATE, 1 };
	if (rate.num > (uint64_t)rate.den * WEIR_TICKER_MAX) {
		weir_error(log,
			"pattern: %" PRIu32 "/%" PRIu32
			" frames a second are too many to pace: ask for at most %d, or use fps=0",
			rate.num, rate.den, WEIR_TICKER_MAX);
		return -ENOTSUP;
	}
	source->base.video.rate = rate;
	source->base.live = rate.num != 0;
	return 0;
}

/* What it was before is no wish. */
static void settle_colour(struct weir_video *video)
{
	video->range = WEIR_RANGE_UNKNOWN;
	video->matrix = WEIR_MATRIX_UNKNOWN;
	video->primaries = WEIR_PRIMARIES_UNKNOWN;
	video->transfer = WEIR_TRANSFER_UNKNOWN;
	weir_colour_complete(video);
}

int weir_pattern_settle(struct weir_pattern_source *source, const struct weir_video *wanted,
	const struct weir_log *log)
{
	int err = settle_format(source, wanted, log);

	if (!err)
		err = settle_size(source, wanted, log);
	if (!err)
		err = settle_stride(source, wanted, log);
	if (!err)
		err = settle_rate(source, wanted, log);
	if (!err)
		settle_colour(&source->base.video);
	return err;
}
