/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/fake/plan_camera.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/checked.h"
#include "tests/fake/machine.h"

struct fake {
	struct weir_source base;
	struct plan_camera camera;
	struct weir_source_info info;
	struct weir_source_format formats[CAMERA_FORMATS];
	struct weir_source_size sizes[CAMERA_FORMATS];
};

/* ---- pictures ---- */

static bool is_compressed(const struct weir_format *format)
{
	return format->flags & WEIR_FORMAT_COMPRESSED;
}

static uint32_t tight(const struct weir_video *video)
{
	return (uint32_t)weir_format_line_bytes(video->format, 0, video->width);
}

/* As close to what is asked for as the camera comes; drivers round up. */
static void settle(const struct fake *fake, struct weir_video *video)
{
	uint32_t step = fake->camera.stride_step, least = tight(video);

	if (is_compressed(video->format)) {
		video->stride = 0;
		return;
	}
	if (!step)
		video->stride = least;
	else
		video->stride =
			((video->stride > least ? video->stride : least) + step - 1) / step * step;
}

static bool has_format(const struct fake *fake, const struct weir_format *format)
{
	for (size_t i = 0; i < fake->info.n_formats; i++)
		if (fake->formats[i].format == format)
			return true;
	return false;
}

static int try_video(struct weir_source *source, struct weir_video *video, char *why, size_t size)
{
	const struct fake *fake = (const struct fake *)source;
	uint32_t asked = video->stride;

	if (!has_format(fake, video->format)) {
		snprintf(why, size, "%s has no %s", fake->camera.path, video->format->name);
		return -ENOTSUP;
	}
	settle(fake, video);
	if (video->stride >= asked)
		return 0;
	snprintf(why, size, "%s does not put lines %" PRIu32 " bytes apart", fake->camera.path,
		asked);
	return -ENOTSUP;
}

static int frame_bytes(struct weir_source *source, size_t *out)
{
	struct weir_layout layout;
	int err;

	if (is_compressed(source->video.format)) {
		*out = (size_t)source->video.width * source->video.height;
		return 0;
	}
	err = weir_format_layout(&source->video, &layout);
	if (!err)
		*out = layout.size;
	return err;
}

static struct weir_rate fastest(const struct fake *fake, const struct weir_format *format)
{
	size_t i = 0;

	while (fake->formats[i].format != format)
		i++;
	return fake->sizes[i].fastest;
}

static int set_video(struct weir_source *source, const struct weir_video *video)
{
	struct fake *fake = (struct fake *)source;
	struct weir_layout layout;
	char *uri;

	source->video = *video;
	source->video.rate = fastest(fake, video->format);
	if (asprintf(&uri, "v4l2:%s?size=%" PRIu32 "x%" PRIu32 "&fps=%" PRIu32 "&format=%s",
		    fake->camera.path, video->width, video->height, source->video.rate.num,
		    video->format->name) < 0)
		return -ENOMEM;
	free(source->uri);
	source->uri = uri;
	source->n_parts = 1;
	if (!fake->camera.apart || weir_format_layout(video, &layout))
		return 0;
	source->n_parts = layout.n_planes;
	for (unsigned i = 0; i < layout.n_planes; i++)
		source->part_bytes[i] = layout.plane[i].size;
	return 0;
}

static int describe(struct weir_source *source, const struct weir_source_info **out)
{
	*out = &((struct fake *)source)->info;
	return 0;
}

/* ---- memory ---- */

static int refuse(char *why, size_t size, const char *words)
{
	snprintf(why, size, "%s", words);
	return -ENOTSUP;
}

static int accepts(
	struct weir_source *source, const struct weir_memory_kind *kind, char *why, size_t size)
{
	const struct plan_camera *camera = &((struct fake *)source)->camera;
	bool scattered =
		kind == &weir_memory_heap ? !machine_has_contiguous_heap() : !kind->by_sink;

	if (kind == &weir_memory_mmap)
		return camera->own ? 0
				   : refuse(why, size, "VIDIOC_REQBUFS: Invalid argument (EINVAL)");
	if (kind == &weir_memory_host)
		return refuse(
			why, size, "a camera writes into its own buffers or into dma-bufs only");
	if (camera->imports == NO_MEMORY)
		return refuse(why, size,
			"the driver imports no dma-bufs (VIDIOC_REQBUFS): Invalid argument "
			"(EINVAL)");
	if (camera->imports == CONTIGUOUS_MEMORY && scattered)
		return refuse(why, size,
			"the driver refuses its pages (VIDIOC_QBUF): Bad address (EFAULT)");
	return 0;
}

static void refine(struct weir_source *source, const struct weir_memory_kind *kind,
	struct weir_memory_traits *traits)
{
	const struct plan_camera *camera = &((struct fake *)source)->camera;

	if (kind != &weir_memory_mmap)
		return;
	traits->dmabuf = !camera->keeps;
	traits->pinnable = camera->own == SCATTERED_MEMORY;
	traits->contiguous = camera->own == CONTIGUOUS_MEMORY;
}

static int allocate(struct weir_source *source, const struct weir_memory_kind *kind,
	const struct weir_slab_settings *settings, struct weir_slab **out)
{
	(void)source;
	(void)kind;
	(void)settings;
	(void)out;
	abort(); /* nothing is run */
}

/* ---- life ---- */

static void close_camera(struct weir_source *source)
{
	free(source);
}

static const struct weir_source_impl impl = {
	.scheme = "v4l2",
	.summary = "a camera on paper",
	.close = close_camera,
	.describe = describe,
	.accepts = accepts,
	.refine = refine,
	.try_video = try_video,
	.set_video = set_video,
	.allocate = allocate,
	.frame_bytes = frame_bytes,
};

static void list_formats(struct fake *fake)
{
	const struct plan_camera *camera = &fake->camera;

	for (size_t i = 0; i < CAMERA_FORMATS && camera->formats[i].name; i++) {
		uint32_t fps = camera->formats[i].fps ? camera->formats[i].fps : camera->fps;

		fake->sizes[i] = (struct weir_source_size){
			.min_width = camera->width,
			.max_width = camera->width,
			.min_height = camera->height,
			.max_height = camera->height,
			.slowest = { 1, 1 },
			.fastest = { fps, 1 },
		};
		fake->formats[i].format = weir_format_by_name(camera->formats[i].name);
		fake->formats[i].sizes = &fake->sizes[i];
		fake->formats[i].n_sizes = 1;
		fake->info.n_formats++;
	}
	fake->info.formats = fake->formats;
}

int plan_camera_open(
	const struct plan_camera *camera, const struct weir_log *log, struct weir_source **out)
{
	struct fake *fake = calloc(1, sizeof(*fake));
	struct weir_video video = {
		.width = camera->width, .height = camera->height, .rate = { camera->fps, 1 }
	};
	int err;

	if (!fake)
		return -ENOMEM;
	fake->camera = *camera;
	list_formats(fake);
	fake->base.impl = &impl;
	fake->base.log = log;
	fake->base.live = fake->base.device = true;
	fake->base.min_slots = camera->min_buffers ? camera->min_buffers : 2;
	if (camera->wanted)
		fake->base.wanted.format = weir_format_by_name(camera->wanted);
	video.format =
		weir_format_by_name(camera->wanted ? camera->wanted : camera->formats[0].name);
	settle(fake, &video);
	err = set_video(&fake->base, &video);
	if (err)
		free(fake);
	else
		*out = &fake->base;
	return err;
}
