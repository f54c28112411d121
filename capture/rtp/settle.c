/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "capture/rtp/settle.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "capture/rtp/source.h"
#include "core/log.h"
#include "core/rtp/jpeg.h"

#define HD_HEIGHT 720 /* the least that comes in BT.709 where nobody tells */

static int refuse_format(const struct weir_format *format, const struct weir_log *log)
{
	char names[120] = "";
	size_t end = 0;

	for (size_t i = 0; i < weir_format_count(); i++)
		if (weir_format_at(i)->rtp && end < sizeof(names))
			end += (size_t)snprintf(names + end, sizeof(names) - end, "%s%s",
				end ? ", " : "", weir_format_at(i)->name);
	weir_error(log, "rtp: %s has no form in RTP that is the one in memory: there are %s",
		format->name, names);
	return -ENOTSUP;
}

static int settle_format(const struct weir_video *wanted, const struct weir_sdp *sdp,
	const struct weir_log *log, struct weir_video *out)
{
	out->format = wanted->format ? wanted->format : sdp->video.format;
	if (!out->format)
		out->format = weir_format_by_name("UYVY");
	if (sdp->video.format && sdp->video.format != out->format) {
		weir_error(log, "rtp: %s was asked for, and the description tells of %s",
			out->format->name, sdp->video.format->name);
		return -ENOTSUP;
	}
	if (sdp->payload != WEIR_RTP_RAW)
		return 0;
	return out->format->rtp ? 0 : refuse_format(out->format, log);
}

uint32_t weir_rtp_coded_bytes(const struct weir_video *video)
{
	/* More than any camera's image, and than noise at the best quality that they have. */
	return (video->width + 15) * (video->height + 15) * 2 + 4096;
}

static int settle_jpeg(const struct weir_log *log, struct weir_video *out)
{
	out->stride = 0;
	if (out->width <= WEIR_RTP_JPEG_MAX_SIZE && out->height <= WEIR_RTP_JPEG_MAX_SIZE)
		return 0;
	weir_error(log, "rtp: RTP carries JPEG of up to %ux%u, not %" PRIu32 "x%" PRIu32,
		WEIR_RTP_JPEG_MAX_SIZE, WEIR_RTP_JPEG_MAX_SIZE, out->width, out->height);
	return -ENOTSUP;
}

static int settle_h264(const struct weir_log *log, struct weir_video *out)
{
	out->stride = 0;
	if (out->width >= WEIR_MIN_SIZE && out->width <= WEIR_MAX_SIZE &&
		out->height >= WEIR_MIN_SIZE && out->height <= WEIR_MAX_SIZE)
		return 0;
	weir_error(log, "rtp: no picture is of %" PRIu32 "x%" PRIu32, out->width, out->height);
	return -ENOTSUP;
}

static int settle_size(const struct weir_video *wanted, const struct weir_sdp *sdp,
	const struct weir_log *log, struct weir_video *out)
{
	const struct weir_format *format = out->format;
	struct weir_layout layout;

	out->width = wanted->width ? wanted->width : sdp->video.width;
	out->height = wanted->height ? wanted->height : sdp->video.height;
	if (!out->width || !out->height) {
		weir_error(log, "rtp: %s the size: say %ssize=WxH",
			sdp->video.format ? "the description does not tell" : "packets do not tell",
			sdp->video.format ? "" : "sdp=FILE or ");
		return -EINVAL;
	}
	if (sdp->payload == WEIR_RTP_JPEG)
		return settle_jpeg(log, out);
	if (sdp->payload == WEIR_RTP_H264)
		return settle_h264(log, out);
	if (out->width % format->rtp_pgroup_pixels) {
		weir_error(log,
			"rtp: lines of %s come in multiples of %u pixels, which %" PRIu32 " is not",
			format->name, format->rtp_pgroup_pixels, out->width);
		return -ENOTSUP;
	}
	out->stride = wanted->stride;
	if (!out->stride)
		out->stride = (uint32_t)weir_format_line_bytes(format, 0, out->width);
	if (weir_format_layout(out, &layout)) {
		weir_error(log, "rtp: no frame is of %" PRIu32 "x%" PRIu32 " with stride=%" PRIu32,
			out->width, out->height, out->stride);
		return -ENOTSUP;
	}
	return 0;
}

static void settle_colour(struct weir_video *video)
{
	bool rgb = video->format->flags & WEIR_FORMAT_RGB, hd = video->height >= HD_HEIGHT;

	if (video->format == weir_format_by_name("MJPEG")) /* JPEG's own */
		video->range = WEIR_RANGE_FULL, video->matrix = WEIR_MATRIX_601;

	if (!video->range)
		video->range = rgb ? WEIR_RANGE_FULL : WEIR_RANGE_LIMITED;
	if (rgb)
		video->matrix = WEIR_MATRIX_RGB;
	else if (!video->matrix)
		video->matrix = hd ? WEIR_MATRIX_709 : WEIR_MATRIX_601;
	if (!video->primaries)
		video->primaries = hd || rgb ? WEIR_PRIMARIES_709 : WEIR_PRIMARIES_601;
	if (!video->transfer)
		video->transfer = rgb ? WEIR_TRANSFER_SRGB : WEIR_TRANSFER_709;
}

int weir_rtp_settle(const struct weir_video *wanted, const struct weir_sdp *sdp,
	const struct weir_log *log, struct weir_video *out)
{
	struct weir_video video = sdp->video;
	int err = settle_format(wanted, sdp, log, &video);

	if (!err)
		err = settle_size(wanted, sdp, log, &video);
	if (err)
		return err;
	if (wanted->rate.den)
		video.rate = wanted->rate;
	if (!video.rate.num)
		video.rate = (struct weir_rate){ 0 }; /* nobody told */
	settle_colour(&video);
	*out = video;
	return 0;
}
