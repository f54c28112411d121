/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "capture/v4l2/pieces.h"

#include <errno.h>
#include <unistd.h>

#include "core/checked.h"
#include "core/log.h"

static void read_single(struct weir_v4l2_format *out)
{
	const struct v4l2_pix_format *pix = &out->raw.fmt.pix;

	out->video.width = pix->width;
	out->video.height = pix->height;
	out->n_buffers_planes = 1;
	out->piece[0].size = pix->sizeimage;
	out->piece[0].stride = pix->bytesperline;
}

static void read_mplane(struct weir_v4l2_format *out)
{
	const struct v4l2_pix_format_mplane *mp = &out->raw.fmt.pix_mp;

	out->video.width = mp->width;
	out->video.height = mp->height;
	out->n_buffers_planes = mp->num_planes;
	for (unsigned i = 0; i < mp->num_planes && i < WEIR_MAX_PLANES; i++) {
		out->piece[i].size = mp->plane_fmt[i].sizeimage;
		out->piece[i].stride = mp->plane_fmt[i].bytesperline;
	}
}

static int say_wrong(
	struct weir_v4l2_device *device, const struct weir_v4l2_format *out, const char *problem)
{
	weir_error(device->log, "%s: its driver describes frames of %ux%u in %s that cannot be: %s",
		device->path, out->video.width, out->video.height, out->video.format->name,
		problem);
	return -ENOTSUP;
}

/* Planes one after the other in one piece. */
static int lay_out_whole(struct weir_v4l2_device *device, struct weir_v4l2_format *out)
{
	const struct weir_video *video = &out->video;

	if (weir_format_layout(video, &out->layout)) {
		weir_error(device->log,
			"%s: weir has no layout for %ux%u in %s, %u bytes a line: it takes %dx%d "
			"to "
			"%dx%d in whole blocks of pixels; choose another size (-s)",
			device->path, video->width, video->height, video->format->name,
			video->stride, WEIR_MIN_SIZE, WEIR_MIN_SIZE, WEIR_MAX_SIZE, WEIR_MAX_SIZE);
		return -ENOTSUP;
	}
	if (out->layout.size > out->piece[0].size)
		return say_wrong(device, out, "its buffers are smaller than its pictures");
	out->piece[0].taken = out->layout.size;
	return 0;
}

/* Each plane at the start of a piece of its own; the strides are the driver's. */
static int lay_out_apart(struct weir_v4l2_device *device, struct weir_v4l2_format *out)
{
	struct weir_layout *layout = &out->layout;
	int err = weir_format_layout(&out->video, layout);

	if (err)
		return lay_out_whole(device, out);
	layout->size = 0;
	for (unsigned i = 0; i < layout->n_planes; i++) {
		layout->plane[i].offset = 0;
		if (out->piece[i].stride)
			layout->plane[i].stride = out->piece[i].stride;
		if (!weir_mul(layout->plane[i].stride, layout->plane[i].lines,
			    &layout->plane[i].size) ||
			layout->plane[i].stride <
				weir_format_line_bytes(out->video.format, i, out->video.width) ||
			layout->plane[i].size > out->piece[i].size)
			return say_wrong(device, out, "a plane is smaller than its picture");
		out->piece[i].taken = layout->plane[i].size;
		layout->size += layout->plane[i].size;
	}
	return 0;
}

static int lay_out(struct weir_v4l2_device *device, struct weir_v4l2_format *out)
{
	const struct weir_format *format = out->video.format;

	if (format->flags & WEIR_FORMAT_COMPRESSED) {
		out->video.stride = 0;
		out->layout = (struct weir_layout){ .n_planes = 1, .size = out->piece[0].size };
		out->layout.plane[0].size = out->piece[0].size;
		return 0;
	}
	out->video.stride = (uint32_t)out->piece[0].stride;
	if (!out->video.stride) /* formats that V4L2 has no line length for */
		out->video.stride = (uint32_t)weir_format_line_bytes(format, 0, out->video.width);
	return out->n_buffers_planes > 1 ? lay_out_apart(device, out) : lay_out_whole(device, out);
}

static int sum_up(struct weir_v4l2_device *device, struct weir_v4l2_format *out)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE), total = 0;

	for (unsigned i = 0; i < out->n_buffers_planes; i++) {
		size_t size = out->piece[i].size;

		if (!size)
			return say_wrong(device, out, "its buffers are empty");
		if ((out->n_buffers_planes > 1 && !weir_round_up(size, page, &size)) ||
			!weir_add(total, size, &total) || total > UINT32_MAX)
			return say_wrong(device, out, "they are larger than 4 GiB");
	}
	out->frame_bytes = total;
	return 0;
}

int weir_v4l2_read_pieces(struct weir_v4l2_device *device, struct weir_v4l2_format *out)
{
	int err;

	if (weir_v4l2_is_mplane(device))
		read_mplane(out);
	else
		read_single(out);
	if (out->n_buffers_planes != 1 && out->n_buffers_planes != out->video.format->n_planes)
		return say_wrong(device, out, "their planes are not those of the format");
	err = sum_up(device, out);
	return err ? err : lay_out(device, out);
}
