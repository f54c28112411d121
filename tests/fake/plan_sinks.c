/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/fake/plan_sinks.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HEADERS 20 /* of RTP and RFC 4175, before each line */

struct fake {
	struct weir_sink base;
	struct plan_sink settings;
};

static const struct plan_sink *of(const struct weir_sink *sink)
{
	return &((const struct fake *)sink)->settings;
}

/* ---- formats ---- */

static bool takes(const struct plan_sink *settings, const struct weir_format *format)
{
	if (!settings->formats[0])
		return true;
	for (size_t i = 0; i < SINK_FORMATS && settings->formats[i]; i++)
		if (weir_format_by_name(settings->formats[i]) == format)
			return true;
	return false;
}

static int refuse_format(
	const struct plan_sink *settings, const struct weir_format *format, char *why, size_t size)
{
	int n = snprintf(why, size, "takes no %s:", format->name);

	for (size_t i = 0; i < SINK_FORMATS && settings->formats[i]; i++)
		n += snprintf(
			why + n, size - (size_t)n, "%s %s", i ? "," : "", settings->formats[i]);
	return -ENOTSUP;
}

static uint64_t line_of(const struct weir_video *video)
{
	return weir_format_line_bytes(video->format, 0, video->width);
}

/* ---- a display ---- */

static int refuse(char *why, size_t size, const char *words)
{
	snprintf(why, size, "%s", words);
	return -ENOTSUP;
}

static uint32_t stride_of(const struct weir_video *video)
{
	return video->stride ? video->stride : (uint32_t)line_of(video);
}

static uint32_t display_stride(struct weir_sink *sink, const struct weir_video *video)
{
	const struct plan_sink *settings = of(sink);
	uint32_t align = settings->align > settings->own ? settings->align : settings->own;

	return align ? (stride_of(video) + align - 1) / align * align : 0;
}

static int display_imports(
	struct weir_sink *sink, const struct weir_offer *offer, char *why, size_t size)
{
	const struct plan_sink *settings = of(sink);

	if (settings->imports_none) {
		snprintf(why, size, "does not import %s memory", offer->memory);
		return -ENOTSUP;
	}
	if (settings->contiguous && !offer->traits.contiguous)
		return refuse(why, size, "scans out contiguous memory only");
	return 0;
}

static int display_owns(
	struct weir_sink *sink, const struct weir_offer *offer, char *why, size_t size)
{
	uint32_t own = of(sink)->own, stride = stride_of(&offer->video);

	if (offer->view)
		return refuse(why, size, "shows no part of a picture out of its own memory");
	if (stride % own == 0)
		return 0;
	snprintf(why, size, "puts lines in its own memory %" PRIu32 " bytes apart, not %" PRIu32,
		(stride + own - 1) / own * own, stride);
	return -ENOTSUP;
}

static int display_make_part(struct weir_sink *sink, uint32_t stride, struct weir_slot_part *part,
	char *why, size_t size)
{
	(void)sink;
	(void)stride;
	(void)part;
	(void)why;
	(void)size;
	abort(); /* nothing is run */
}

static int display_accepts(
	struct weir_sink *sink, const struct weir_offer *offer, char *why, size_t size)
{
	const struct plan_sink *settings = of(sink);
	const struct weir_video *video = &offer->video;
	uint32_t stride = stride_of(video);
	int err;

	if (!takes(settings, video->format))
		return refuse_format(settings, video->format, why, size);
	if (!offer->traits.dmabuf)
		return refuse(why, size, "shows dma-bufs only");
	err = offer->maker == sink ? display_owns(sink, offer, why, size)
				   : display_imports(sink, offer, why, size);
	if (err)
		return err;
	if (!settings->align || stride % settings->align == 0)
		return 0;
	snprintf(why, size, "wants lines a multiple of %" PRIu32 " bytes apart, not %" PRIu32,
		settings->align, stride);
	return -ENOTSUP;
}

/* ---- a network ---- */

static int network_accepts(
	struct weir_sink *sink, const struct weir_offer *offer, char *why, size_t size)
{
	const struct plan_sink *settings = of(sink);

	return takes(settings, offer->video.format)
		       ? 0
		       : refuse_format(settings, offer->video.format, why, size);
}

static uint32_t network_stride(struct weir_sink *sink, const struct weir_video *video)
{
	uint64_t least = line_of(video) + HEADERS;

	if (of(sink)->image || video->stride >= least)
		return 0;
	return (uint32_t)least;
}

static uint64_t image_bytes(const struct weir_video *video)
{
	struct weir_video tight = *video;
	struct weir_layout layout;

	tight.stride = 0;
	if (weir_format_layout(&tight, &layout))
		return (uint64_t)video->width * video->height;
	return layout.size;
}

static uint64_t network_copies(
	struct weir_sink *sink, const struct weir_offer *offer, char *why, size_t size)
{
	const struct weir_video *video = &offer->video;

	if (!offer->traits.pinnable) {
		snprintf(why, size, "the kernel copies what is sent: %s memory cannot be pinned",
			offer->memory);
		return image_bytes(video);
	}
	if (of(sink)->image)
		return 0;
	if (network_stride(sink, video)) {
		snprintf(why, size,
			"the kernel gathers what is sent: no room for %d bytes of headers before "
			"each line",
			HEADERS);
		return image_bytes(video);
	}
	if (offer->traits.headroom)
		return 0;
	snprintf(why, size, "the kernel gathers the first line: no room for headers before it");
	return line_of(video);
}

/* ---- a disk ---- */

static uint64_t disk_copies(
	struct weir_sink *sink, const struct weir_offer *offer, char *why, size_t size)
{
	(void)sink;
	if (offer->traits.pinnable)
		return 0;
	snprintf(why, size, "the kernel copies what is written: %s memory cannot be pinned",
		offer->memory);
	return image_bytes(&offer->video);
}

/* ---- life ---- */

static void close_sink(struct weir_sink *sink)
{
	free(sink);
}

static int take(struct weir_sink *sink, struct weir_frame *frame)
{
	(void)sink;
	(void)frame;
	return 0;
}

static const struct weir_sink_impl display = {
	.scheme = "display",
	.summary = "a display on paper",
	.shows_dmabufs = true,
	.close = close_sink,
	.accepts = display_accepts,
	.stride = display_stride,
	.take = take,
};

static const struct weir_sink_impl display_with_memory = {
	.scheme = "display",
	.summary = "a display on paper that makes memory",
	.shows_dmabufs = true,
	.close = close_sink,
	.accepts = display_accepts,
	.stride = display_stride,
	.make_part = display_make_part,
	.take = take,
};

static const struct weir_sink_impl network = {
	.scheme = "rtp",
	.summary = "a network on paper",
	.wants_registered = true,
	.close = close_sink,
	.accepts = network_accepts,
	.copies = network_copies,
	.stride = network_stride,
	.take = take,
};

static const struct weir_sink_impl disk = {
	.scheme = "file",
	.summary = "a disk on paper",
	.wants_registered = true,
	.close = close_sink,
	.accepts = network_accepts,
	.copies = disk_copies,
	.take = take,
};

int plan_sink_open(
	const struct plan_sink *settings, const struct weir_log *log, struct weir_sink **out)
{
	static const struct weir_sink_impl *const impls[] = {
		[DISPLAY] = &display, [NETWORK] = &network, [DISK] = &disk
	};
	struct fake *fake = calloc(1, sizeof(*fake));

	if (!fake)
		return -ENOMEM;
	fake->settings = *settings;
	fake->base.impl = settings->own ? &display_with_memory : impls[settings->kind];
	fake->base.log = log;
	fake->base.budget = settings->budget ? settings->budget : WEIR_DEFAULT_BUDGET;
	fake->base.uri = strdup(settings->uri);
	if (!fake->base.uri) {
		free(fake);
		return -ENOMEM;
	}
	*out = &fake->base;
	return 0;
}
