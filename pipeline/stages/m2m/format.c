/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pipeline/stages/m2m/format.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "core/log.h"

/* Both forms of the union begin with width, height and pixelformat: those are read through `pix`.
 */
_Static_assert(offsetof(struct v4l2_pix_format, pixelformat) ==
		       offsetof(struct v4l2_pix_format_mplane, pixelformat),
	"width, height and pixelformat come first in both");

/* ---- which code ---- */

/* V4L2's legacy RGB codes are the same bytes as a modern one. */
static bool is_alike(const struct weir_format *a, const struct weir_format *b)
{
	return a && (a == b || (a->drm && a->drm == b->drm));
}

static bool enumerate(struct weir_m2m_queue *queue, uint32_t index, uint32_t *code)
{
	struct v4l2_fmtdesc entry = { .index = index, .type = queue->type };

	if (weir_m2m_ioctl(queue->device, VIDIOC_ENUM_FMT, &entry))
		return false;
	*code = entry.pixelformat;
	return true;
}

/* Planes in one buffer only. */
static bool find_code(struct weir_m2m_queue *queue, const struct weir_format *format, uint32_t *out)
{
	uint32_t code, found = 0;

	for (uint32_t i = 0; enumerate(queue, i, &code); i++) {
		const struct weir_format *row = weir_format_by_v4l2(code);

		if (!is_alike(row, format) || code != row->v4l2)
			continue;
		if (!found || row == format)
			found = code;
	}
	*out = found;
	return found != 0;
}

static void list_formats(struct weir_m2m_queue *queue, char *text, size_t size)
{
	size_t used = 0;
	uint32_t code;

	snprintf(text, size, "nothing");
	for (uint32_t i = 0; used < size && enumerate(queue, i, &code); i++) {
		const struct weir_format *format = weir_format_by_v4l2(code);
		char letters[5] = { (char)code, (char)(code >> 8), (char)(code >> 16),
			(char)(code >> 24 & 0x7f) };

		used += (size_t)snprintf(text + used, size - used, "%s%s", i ? ", " : "",
			format ? format->name : letters);
	}
}

static int refuse_format(struct weir_m2m_queue *queue, const struct weir_format *format)
{
	char offered[320];

	list_formats(queue, offered, sizeof(offered));
	weir_error(queue->device->log, "%s is none of the formats of %s (%s), which are %s",
		format->name, queue->device->path, queue->side, offered);
	return -ENOTSUP;
}

/* ---- asking and reading ---- */

static struct v4l2_format question(const struct weir_m2m_queue *queue, uint32_t code,
	const struct weir_video *video, size_t bytes)
{
	struct v4l2_format raw = { .type = queue->type };

	raw.fmt.pix.width = video->width;
	raw.fmt.pix.height = video->height;
	raw.fmt.pix.pixelformat = code;
	if (V4L2_TYPE_IS_MULTIPLANAR(queue->type)) {
		raw.fmt.pix_mp.field = V4L2_FIELD_NONE;
		raw.fmt.pix_mp.num_planes = 1;
		raw.fmt.pix_mp.plane_fmt[0].bytesperline = video->stride;
		raw.fmt.pix_mp.plane_fmt[0].sizeimage = (uint32_t)bytes;
	} else {
		raw.fmt.pix.field = V4L2_FIELD_NONE;
		raw.fmt.pix.bytesperline = video->stride;
		raw.fmt.pix.sizeimage = (uint32_t)bytes;
	}
	return raw;
}

/* Drivers answer EINVAL to a format that is for the other side. */
static int set(struct weir_m2m_queue *queue, const struct weir_format *format,
	const struct weir_video *video, size_t bytes, struct v4l2_format *out)
{
	uint32_t code;
	int err;

	if (!find_code(queue, format, &code))
		return refuse_format(queue, format);
	*out = question(queue, code, video, bytes);
	err = weir_m2m_ioctl(queue->device, VIDIOC_S_FMT, out);
	if (err == -EINVAL || (!err && out->fmt.pix.pixelformat != code))
		return refuse_format(queue, format);
	return err ? weir_m2m_queue_fail(queue, "VIDIOC_S_FMT", err) : 0;
}

static int say_wrong(struct weir_m2m_queue *queue, const char *problem)
{
	weir_error(queue->device->log, "the driver of %s (%s) describes frames that cannot be: %s",
		queue->device->path, queue->side, problem);
	return -ENOTSUP;
}

/* The planes of the part that can be seen, in buffers of all that is coded. */
static int lay_out(
	struct weir_m2m_queue *queue, const struct v4l2_format *raw, struct weir_m2m_format *out)
{
	struct weir_video coded = out->video;
	struct weir_layout *layout = &out->layout;

	if (weir_m2m_is_coded(out->video.format)) {
		*layout = (struct weir_layout){ .n_planes = 1, .size = out->bytes };
		layout->plane[0].size = out->bytes;
		return out->bytes ? 0 : say_wrong(queue, "its buffers are empty");
	}
	coded.width = raw->fmt.pix.width;
	coded.height = raw->fmt.pix.height;
	if (weir_format_layout(&coded, layout) || coded.width < out->video.width ||
		coded.height < out->video.height)
		return say_wrong(queue, "no such picture can be laid out");
	if (layout->size > out->bytes)
		return say_wrong(queue, "its buffers are smaller than its pictures");
	for (unsigned i = 0; i < layout->n_planes; i++) {
		layout->plane[i].lines =
			out->video.height / out->video.format->plane[i].block_height;
		layout->plane[i].size = layout->plane[i].stride * layout->plane[i].lines;
	}
	return 0;
}

/* `video` brings what the driver does not say. */
static int read_format(struct weir_m2m_queue *queue, const struct weir_video *video,
	const struct v4l2_format *raw, struct weir_m2m_format *out)
{
	bool mplane = V4L2_TYPE_IS_MULTIPLANAR(raw->type);
	uint32_t stride =
		mplane ? raw->fmt.pix_mp.plane_fmt[0].bytesperline : raw->fmt.pix.bytesperline;

	if (mplane && raw->fmt.pix_mp.num_planes != 1)
		return say_wrong(queue, "its planes lie apart");
	out->video = *video;
	out->video.stride = 0;
	if (!weir_m2m_is_coded(video->format))
		out->video.stride = stride ? stride
					   : (uint32_t)weir_format_line_bytes(
						     video->format, 0, raw->fmt.pix.width);
	out->bytes = mplane ? raw->fmt.pix_mp.plane_fmt[0].sizeimage : raw->fmt.pix.sizeimage;
	return lay_out(queue, raw, out);
}

static int check_size(
	struct weir_m2m_queue *queue, const struct weir_video *video, const struct v4l2_format *raw)
{
	const struct v4l2_pix_format *pix = &raw->fmt.pix;

	if (pix->width == video->width && pix->height == video->height)
		return 0;
	weir_error(queue->device->log, "%s (%s) has no %ux%u %s; nearest is %ux%u",
		queue->device->path, queue->side, video->width, video->height, video->format->name,
		pix->width, pix->height);
	return -ENOTSUP;
}

/* ---- the side that takes frames ---- */

static int check_stride(
	struct weir_m2m_queue *queue, const struct weir_video *video, uint32_t taken)
{
	uint32_t stride =
		video->stride ? video->stride
			      : (uint32_t)weir_format_line_bytes(video->format, 0, video->width);

	if (stride == taken)
		return 0;
	weir_error(queue->device->log,
		"%s takes lines that are %u bytes apart, and those that come are %u: ask the "
		"source for stride=%u",
		queue->device->path, taken, stride, taken);
	return -ENOTSUP;
}

int weir_m2m_set_input(struct weir_m2m_queue *queue, const struct weir_video *video, size_t bytes,
	struct weir_m2m_format *out)
{
	struct v4l2_format raw;
	int err = set(queue, video->format, video, bytes, &raw);

	if (err || weir_m2m_is_coded(video->format))
		return err ? err : read_format(queue, video, &raw, out);
	err = check_size(queue, video, &raw);
	if (!err)
		err = read_format(queue, video, &raw, out);
	return err ? err : check_stride(queue, video, out->video.stride);
}

/* ---- the side that gives frames ---- */

int weir_m2m_set_output(struct weir_m2m_queue *queue, const struct weir_video *video, bool decodes,
	struct weir_m2m_format *out)
{
	struct weir_video wanted = *video;
	struct v4l2_format raw;
	int err;

	wanted.stride = 0;
	err = set(queue, video->format, &wanted, 0, &raw);
	if (!err && !decodes && !weir_m2m_is_coded(video->format))
		err = check_size(queue, video, &raw);
	return err ? err : read_format(queue, &wanted, &raw, out);
}

/* The stream tells which part of what is coded is the picture. */
static int read_visible(struct weir_m2m_queue *queue, struct v4l2_rect *out)
{
	struct v4l2_selection selection = { .type = V4L2_BUF_TYPE_VIDEO_CAPTURE,
		.target = V4L2_SEL_TGT_COMPOSE };
	int err = weir_m2m_ioctl(queue->device, VIDIOC_G_SELECTION, &selection);

	if (err == -EINVAL || err == -ENOTTY)
		return 0;
	if (err)
		return weir_m2m_queue_fail(queue, "VIDIOC_G_SELECTION", err);
	if (selection.r.left || selection.r.top)
		return say_wrong(queue, "the picture does not begin at its first line");
	*out = selection.r;
	return 0;
}

int weir_m2m_follow_stream(
	struct weir_m2m_queue *queue, const struct weir_video *video, struct weir_m2m_format *out)
{
	struct v4l2_format raw = { .type = queue->type };
	struct weir_video found = *video;
	struct v4l2_rect visible;
	int err = weir_m2m_ioctl(queue->device, VIDIOC_G_FMT, &raw);

	if (err)
		return weir_m2m_queue_fail(queue, "VIDIOC_G_FMT", err);
	found.width = raw.fmt.pix.width;
	found.height = raw.fmt.pix.height;
	found.stride = 0;
	err = set(queue, video->format, &found, 0, &raw);
	if (err)
		return err;
	visible = (struct v4l2_rect){ .width = raw.fmt.pix.width, .height = raw.fmt.pix.height };
	err = read_visible(queue, &visible);
	if (err)
		return err;
	found.width = visible.width;
	found.height = visible.height;
	return read_format(queue, &found, &raw, out);
}

bool weir_m2m_is_same(const struct weir_m2m_format *a, const struct weir_m2m_format *b)
{
	bool same = a->video.format == b->video.format && a->video.width == b->video.width &&
		    a->video.height == b->video.height && a->video.stride == b->video.stride &&
		    a->bytes == b->bytes;

	for (unsigned i = 0; i < a->layout.n_planes && same; i++)
		same = a->layout.plane[i].offset == b->layout.plane[i].offset;
	return same;
}
