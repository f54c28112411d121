/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <stdlib.h>

#include "core/checked.h"
#include "core/log.h"
#include "core/stage.h"
#include "pipeline/stages/stages.h"

/* Stages by what a planner asks of them. This table stands before the library's, so that plans do
 * not depend on what a build has of libraries. */

struct converter {
	const struct weir_format *to;
	struct weir_video out;
};

static int open_converter(const char *args, const struct weir_log *log, void **state)
{
	struct converter *converter;

	(void)log;
	if (*args && !weir_format_by_name(args))
		return -EINVAL;
	converter = calloc(1, sizeof(*converter));
	if (!converter)
		return -ENOMEM;
	converter->to = *args ? weir_format_by_name(args) : NULL;
	*state = converter;
	return 0;
}

static bool is_among(const char *const *names, const struct weir_format *format)
{
	for (; *names; names++)
		if (weir_format_by_name(*names) == format)
			return true;
	return false;
}

/* ---- convert ---- */

static int configure_convert(void *state, struct weir_video *video, const struct weir_log *log)
{
	static const char *const known[] = { "YUYV", "UYVY", "NV12", "YUV420", "YUV422P", "YUV444P",
		"XR24", "RGB24", "RGB565", "GREY", NULL };
	const struct converter *converter = state;

	if (!is_among(known, video->format) || !is_among(known, converter->to) ||
		video->format == converter->to) {
		weir_error(log, "convert: nothing makes %s of %s", converter->to->name,
			video->format->name);
		return -ENOTSUP;
	}
	video->format = converter->to;
	video->stride = 0;
	return 0;
}

static int convert(void *state, struct weir_frame *in, struct weir_frame *out, uint32_t *bytes_used)
{
	(void)state;
	(void)in;
	(void)out;
	(void)bytes_used;
	abort(); /* nothing is run */
}

static const struct weir_stage_impl convert_impl = {
	.name = "convert",
	.summary = "another pixel format",
	.access = WEIR_STAGE_CONVERT,
	.open = open_converter,
	.configure = configure_convert,
	.convert = convert,
	.close = free,
};

/* ---- jpeg ---- */

static int configure_jpeg(void *state, struct weir_video *video, const struct weir_log *log)
{
	static const char *const known[] = { "YUV422P", "YUV420", "YUV444P", "GREY", NULL };
	struct converter *converter = state;
	bool decodes = video->format->flags & WEIR_FORMAT_COMPRESSED;
	const char *to = decodes ? "YUV422P" : "MJPEG";

	if (decodes && converter->to && !is_among(known, converter->to)) {
		weir_error(log, "jpeg: nothing is decoded to %s", converter->to->name);
		return -ENOTSUP;
	}
	video->format = decodes && converter->to ? converter->to : weir_format_by_name(to);
	video->stride = 0;
	converter->out = *video;
	return 0;
}

static size_t jpeg_bytes(void *state)
{
	const struct converter *converter = state;
	struct weir_layout layout;

	if (converter->out.format->flags & WEIR_FORMAT_COMPRESSED)
		return (size_t)converter->out.width * converter->out.height;
	return weir_format_layout(&converter->out, &layout) ? 0 : layout.size;
}

static const struct weir_stage_impl jpeg_impl = {
	.name = "jpeg",
	.summary = "images",
	.access = WEIR_STAGE_CONVERT,
	.open = open_converter,
	.configure = configure_jpeg,
	.convert = convert,
	.output_bytes = jpeg_bytes,
	.close = free,
};

/* ---- mask ---- */

static int open_mask(const char *args, const struct weir_log *log, void **state)
{
	(void)args;
	(void)log;
	(void)state;
	return 0;
}

static int process(void *state, struct weir_stage *stage, struct weir_frame **frame)
{
	(void)state;
	(void)stage;
	(void)frame;
	return 0;
}

static const struct weir_stage_impl mask_impl = {
	.name = "mask",
	.summary = "blackens a part of the picture",
	.access = WEIR_STAGE_WRITE,
	.open = open_mask,
	.process = process,
};

const struct weir_stage_impl *const weir_stage_impls[] = { &weir_stage_crop, &weir_stage_pass,
	&convert_impl, &jpeg_impl, &mask_impl, NULL };
