/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "capture/v4l2/negotiate.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "capture/v4l2/colour.h"
#include "capture/v4l2/input.h"
#include "capture/v4l2/pieces.h"
#include "capture/v4l2/rate.h"
#include "capture/v4l2/sizes.h"
#include "core/log.h"

/* Both forms of the union begin with width, height and pixelformat: those are read through `pix`.
 */
_Static_assert(offsetof(struct v4l2_pix_format, pixelformat) ==
		       offsetof(struct v4l2_pix_format_mplane, pixelformat),
	"width, height and pixelformat come first in both");

/* ---- which format ---- */

/* A pixel format of the driver, and its row in the table. */
struct choice {
	uint32_t code;
	const struct weir_format *format;
};

/* Rows of the same bytes: V4L2's legacy RGB codes, JPEG by its two names. */
static bool are_alike(const struct weir_format *a, const struct weir_format *b)
{
	if (a->drm || b->drm)
		return a->drm == b->drm;
	return a->gst && b->gst && !strcmp(a->gst, b->gst);
}

static unsigned rank(const struct v4l2_fmtdesc *entry, const struct weir_format *wanted, bool apart)
{
	const struct weir_format *format = weir_format_by_v4l2(entry->pixelformat);

	if (!format || entry->flags & V4L2_FMT_FLAG_EMULATED)
		return 0;
	if (format != wanted)
		return are_alike(format, wanted) ? 1 : 0;
	return apart == (entry->pixelformat == format->v4l2_mplane) ? 3 : 2;
}

/* 0, or -ENOENT where the driver has nothing like it. */
static int find_code(struct weir_v4l2_device *device, const struct weir_format *wanted, bool apart,
	struct choice *out)
{
	struct v4l2_fmtdesc entry;
	unsigned best = 0;
	int err = 0;

	for (uint32_t i = 0; !(err = weir_v4l2_enum_format(device, i, &entry)); i++) {
		unsigned rank_here = rank(&entry, wanted, apart);

		if (rank_here <= best)
			continue;
		best = rank_here;
		*out = (struct choice){ entry.pixelformat, weir_format_by_v4l2(entry.pixelformat) };
	}
	return best > 0 ? 0 : err;
}

/* Without a wish: the one that is set, else the first uncompressed one, else the first. */
static const struct weir_format *default_format(struct weir_v4l2_device *device, uint32_t now)
{
	const struct weir_format *format = weir_format_by_v4l2(now), *first = NULL;
	struct v4l2_fmtdesc entry;

	for (uint32_t i = 0; !format && !weir_v4l2_enum_format(device, i, &entry); i++) {
		const struct weir_format *row = weir_format_by_v4l2(entry.pixelformat);

		if (row && !(row->flags & WEIR_FORMAT_COMPRESSED))
			format = row;
		if (!first)
			first = row;
	}
	return format ? format : first;
}

/* The driver's formats by our names, or by its codes where we have none. */
static void list_formats(struct weir_v4l2_device *device, char *text, size_t size)
{
	struct v4l2_fmtdesc entry;
	size_t used = 0;

	text[0] = '\0';
	for (uint32_t i = 0; used < size && !weir_v4l2_enum_format(device, i, &entry); i++) {
		const struct weir_format *format = weir_format_by_v4l2(entry.pixelformat);
		uint32_t code = entry.pixelformat & 0x7fffffff;
		char letters[5] = { (char)code, (char)(code >> 8), (char)(code >> 16),
			(char)(code >> 24) };

		used += (size_t)snprintf(text + used, size - used, "%s%s", i ? ", " : "",
			format ? format->name : letters);
	}
}

static int choose_format(struct weir_v4l2_device *device, const struct weir_format *wanted,
	bool apart, uint32_t now, struct choice *out)
{
	const struct weir_format *format = wanted ? wanted : default_format(device, now);
	char offered[320];
	int err = format ? find_code(device, format, apart, out) : -ENOENT;

	if (!err)
		return 0;
	if (!wanted && format) { /* set, and not enumerated */
		*out = (struct choice){ now, format };
		return 0;
	}
	if (err != -ENOENT)
		return weir_v4l2_fail(device, "VIDIOC_ENUM_FMT", err);
	list_formats(device, offered, sizeof(offered));
	if (wanted)
		weir_error(device->log, "%s is not offered by %s, which has %s", wanted->name,
			device->path, offered);
	else
		weir_error(
			device->log, "%s has no format that weir knows: %s", device->path, offered);
	return -ENOTSUP;
}

/* ---- asking ---- */

static void write_stride(struct v4l2_format *raw, const struct weir_format *format, uint32_t stride)
{
	struct v4l2_pix_format_mplane *mp = &raw->fmt.pix_mp;
	size_t line = weir_format_line_bytes(format, 0, mp->width);

	if (!V4L2_TYPE_IS_MULTIPLANAR(raw->type)) {
		raw->fmt.pix.bytesperline = stride;
		return;
	}
	mp->num_planes = mp->pixelformat == format->v4l2_mplane ? format->n_planes : 1;
	for (unsigned i = 0; line && i < mp->num_planes; i++)
		mp->plane_fmt[i].bytesperline =
			(uint32_t)(stride * weir_format_line_bytes(format, i, mp->width) / line);
}

/* Everything else of the old format would bind the driver: its stride, its sizes, its colours. */
static struct v4l2_format question(
	const struct v4l2_format *now, const struct choice *choice, const struct weir_video *wanted)
{
	struct v4l2_format raw = { .type = now->type };

	raw.fmt.pix.width = wanted->width ? wanted->width : now->fmt.pix.width;
	raw.fmt.pix.height = wanted->height ? wanted->height : now->fmt.pix.height;
	raw.fmt.pix.pixelformat = choice->code;
	if (V4L2_TYPE_IS_MULTIPLANAR(raw.type))
		raw.fmt.pix_mp.field = V4L2_FIELD_NONE;
	else
		raw.fmt.pix.field = V4L2_FIELD_NONE;
	write_stride(&raw, choice->format, wanted->stride);
	return raw;
}

static int check_answer(struct weir_v4l2_device *device, const struct choice *choice,
	const struct weir_video *wanted, const struct v4l2_format *raw)
{
	const struct v4l2_pix_format *pix = &raw->fmt.pix;
	char offered[320];

	if (weir_format_by_v4l2(pix->pixelformat) != choice->format) {
		list_formats(device, offered, sizeof(offered));
		weir_error(device->log, "%s does not give %s at %ux%u; it has %s", device->path,
			choice->format->name, pix->width, pix->height, offered);
		return -ENOTSUP;
	}
	if (wanted->width && (pix->width != wanted->width || pix->height != wanted->height)) {
		weir_error(device->log, "%ux%u %s is not offered by %s; nearest is %ux%u",
			wanted->width, wanted->height, choice->format->name, device->path,
			pix->width, pix->height);
		return -ENOTSUP;
	}
	return 0;
}

/* A rectangle that somebody composed into smaller pictures may have stayed: nothing around it would
 * be written. Few drivers know of such things. */
static void fill_whole_picture(struct weir_v4l2_device *device, const struct v4l2_format *raw)
{
	struct v4l2_selection selection = {
		.type = V4L2_BUF_TYPE_VIDEO_CAPTURE, .target = V4L2_SEL_TGT_COMPOSE
	};
	const struct v4l2_rect whole = {
		.width = raw->fmt.pix.width, .height = raw->fmt.pix.height
	};

	if (weir_v4l2_ioctl(device, VIDIOC_G_SELECTION, &selection) ||
		!memcmp(&selection.r, &whole, sizeof(whole)))
		return;
	selection.r = whole;
	weir_v4l2_ioctl(device, VIDIOC_S_SELECTION, &selection);
}

static int set(struct weir_v4l2_device *device, struct v4l2_format *raw)
{
	int err = weir_v4l2_ioctl(device, VIDIOC_S_FMT, raw);

	if (err)
		return weir_v4l2_fail(device, "VIDIOC_S_FMT", err);
	fill_whole_picture(device, raw);
	return 0;
}

/* Tries first, so that a refusal changes nothing. Drivers may lack TRY_FMT. */
static int ask(struct weir_v4l2_device *device, const struct choice *choice,
	const struct weir_video *wanted, const struct v4l2_format *now, struct v4l2_format *raw)
{
	struct v4l2_format tried = *raw, back = *now;
	int err = 0;

	if (!weir_v4l2_ioctl(device, VIDIOC_TRY_FMT, &tried))
		err = check_answer(device, choice, wanted, &tried);
	if (!err)
		err = set(device, raw);
	if (err)
		return err;
	err = check_answer(device, choice, wanted, raw);
	if (err)
		weir_v4l2_ioctl(device, VIDIOC_S_FMT, &back);
	return err;
}

/* ---- reading back ---- */

static uint32_t field_of(const struct v4l2_format *raw)
{
	return V4L2_TYPE_IS_MULTIPLANAR(raw->type) ? raw->fmt.pix_mp.field : raw->fmt.pix.field;
}

static bool is_interlaced(const struct v4l2_format *raw)
{
	uint32_t field = field_of(raw);

	return field == V4L2_FIELD_INTERLACED || field == V4L2_FIELD_INTERLACED_TB ||
	       field == V4L2_FIELD_INTERLACED_BT;
}

static void tell_fields(struct weir_v4l2_device *device, const struct v4l2_format *raw)
{
	uint32_t field = field_of(raw);

	if (field == V4L2_FIELD_ALTERNATE || field == V4L2_FIELD_TOP || field == V4L2_FIELD_BOTTOM)
		weir_warn(device->log,
			"%s gives fields, half a picture each: weir passes them on "
			"as frames",
			device->path);
	else if (field != V4L2_FIELD_NONE && field != V4L2_FIELD_ANY)
		weir_info(device->log, "%s gives interlaced pictures", device->path);
}

static void tell_stride(struct weir_v4l2_device *device, uint32_t wanted, uint32_t got)
{
	if (wanted && wanted != got)
		weir_warn(device->log, "%s does not put lines %u bytes apart: it takes %u",
			device->path, wanted, got);
}

static void read_input(struct weir_v4l2_device *device, struct weir_v4l2_format *out)
{
	int number = 0;

	out->has_input = !weir_v4l2_ioctl(device, VIDIOC_G_INPUT, &number);
	out->input = (uint32_t)number;
}

int weir_v4l2_negotiate(struct weir_v4l2_device *device, const struct weir_video *wanted,
	bool apart, struct weir_v4l2_format *out)
{
	struct v4l2_format now = { .type = device->type };
	struct weir_v4l2_format result = { .has_input = false };
	struct choice choice;
	int err = weir_v4l2_ioctl(device, VIDIOC_G_FMT, &now);

	if (err)
		return weir_v4l2_fail(device, "VIDIOC_G_FMT", err);
	err = choose_format(device, wanted->format, apart, now.fmt.pix.pixelformat, &choice);
	if (err)
		return err;
	result.raw = question(&now, &choice, wanted);
	result.video.format = choice.format;
	err = ask(device, &choice, wanted, &now, &result.raw);
	if (err)
		return err;
	err = weir_v4l2_read_pieces(device, &result);
	if (err) {
		weir_v4l2_ioctl(device, VIDIOC_S_FMT, &now);
		return err;
	}
	weir_v4l2_read_colour(&result.raw, &result.video);
	result.video.interlaced = is_interlaced(&result.raw);
	tell_fields(device, &result.raw);
	tell_stride(device, wanted->stride, result.video.stride);
	weir_v4l2_settle_rate(device, wanted->rate, &result);
	read_input(device, &result);
	*out = result;
	return 0;
}

int weir_v4l2_would_give(struct weir_v4l2_device *device, const struct weir_video *wanted,
	bool apart, struct weir_v4l2_format *out)
{
	struct v4l2_format now = { .type = device->type };
	struct weir_v4l2_format result = { .has_input = false };
	struct choice choice;
	int err = weir_v4l2_ioctl(device, VIDIOC_G_FMT, &now);

	if (err)
		return weir_v4l2_fail(device, "VIDIOC_G_FMT", err);
	err = choose_format(device, wanted->format, apart, now.fmt.pix.pixelformat, &choice);
	if (err)
		return err;
	result.raw = question(&now, &choice, wanted);
	result.video.format = choice.format;
	err = weir_v4l2_ioctl(device, VIDIOC_TRY_FMT, &result.raw);
	if (err)
		return weir_v4l2_fail(device, "VIDIOC_TRY_FMT", err);
	err = check_answer(device, &choice, wanted, &result.raw);
	if (!err)
		err = weir_v4l2_read_pieces(device, &result);
	if (err)
		return err;
	weir_v4l2_read_colour(&result.raw, &result.video);
	result.video.interlaced = is_interlaced(&result.raw);
	*out = result;
	return 0;
}

/* ---- again ---- */

static bool is_same(const struct weir_v4l2_format *a, const struct weir_v4l2_format *b)
{
	if (a->video.width != b->video.width || a->video.height != b->video.height ||
		a->n_buffers_planes != b->n_buffers_planes)
		return false;
	for (unsigned i = 0; i < a->n_buffers_planes; i++)
		if (a->piece[i].stride != b->piece[i].stride ||
			a->piece[i].size != b->piece[i].size)
			return false;
	return true;
}

static int restore_input(struct weir_v4l2_device *device, const struct weir_v4l2_format *format)
{
	int number = (int)format->input, err = 0;

	if (format->has_input)
		err = weir_v4l2_ioctl(device, VIDIOC_S_INPUT, &number);
	if (err)
		return weir_v4l2_fail(device, "VIDIOC_S_INPUT", err);
	err = weir_v4l2_lock_timings(device);
	return err == -ENOLINK ? 0 : err; /* the signal may come later */
}

int weir_v4l2_restore(struct weir_v4l2_device *device, const struct weir_v4l2_format *format)
{
	struct weir_v4l2_format got = { .raw = format->raw, .video.format = format->video.format };
	struct weir_rate rate = format->video.rate;
	int err = restore_input(device, format);

	if (!err)
		err = set(device, &got.raw);
	if (err)
		return err;
	if (got.raw.fmt.pix.pixelformat != format->raw.fmt.pix.pixelformat ||
		weir_v4l2_read_pieces(device, &got) || !is_same(&got, format)) {
		weir_error(device->log, "%s does not take %ux%u %s any more", device->path,
			format->video.width, format->video.height, format->video.format->name);
		return -ENOTSUP;
	}
	if (format->has_rate && weir_v4l2_set_rate(device, &rate))
		weir_warn(device->log, "%s does not take its frame rate any more", device->path);
	return 0;
}
