/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "capture/v4l2/colour.h"

#include <stdbool.h>

#define HD_HEIGHT 720

struct raw_colour {
	uint32_t space, encoding, quantization, transfer;
};

static struct raw_colour raw_of(const struct v4l2_format *raw)
{
	const struct v4l2_pix_format *pix = &raw->fmt.pix;
	const struct v4l2_pix_format_mplane *mp = &raw->fmt.pix_mp;

	if (V4L2_TYPE_IS_MULTIPLANAR(raw->type))
		return (struct raw_colour){ mp->colorspace, mp->ycbcr_enc, mp->quantization,
			mp->xfer_func };
	return (struct raw_colour){ pix->colorspace, pix->ycbcr_enc, pix->quantization,
		pix->xfer_func };
}

static void resolve_defaults(struct raw_colour *raw, const struct weir_video *video)
{
	bool rgb = video->format->flags & WEIR_FORMAT_RGB;
	bool jpeg = video->format->flags & WEIR_FORMAT_COMPRESSED;
	bool hd = video->height >= HD_HEIGHT;

	if (raw->space == V4L2_COLORSPACE_DEFAULT && rgb)
		raw->space = V4L2_COLORSPACE_SRGB;
	else if (raw->space == V4L2_COLORSPACE_DEFAULT && jpeg)
		raw->space = V4L2_COLORSPACE_JPEG;
	else if (raw->space == V4L2_COLORSPACE_DEFAULT)
		raw->space = V4L2_MAP_COLORSPACE_DEFAULT(!hd, hd);
	if (raw->encoding == V4L2_YCBCR_ENC_DEFAULT)
		raw->encoding = V4L2_MAP_YCBCR_ENC_DEFAULT(raw->space);
	if (raw->quantization == V4L2_QUANTIZATION_DEFAULT)
		raw->quantization = V4L2_MAP_QUANTIZATION_DEFAULT(rgb, raw->space, raw->encoding);
	if (raw->transfer == V4L2_XFER_FUNC_DEFAULT)
		raw->transfer = V4L2_MAP_XFER_FUNC_DEFAULT(raw->space);
}

static enum weir_matrix matrix_of(uint32_t encoding)
{
	switch (encoding) {
	case V4L2_YCBCR_ENC_601:
	case V4L2_YCBCR_ENC_XV601:
		return WEIR_MATRIX_601;
	case V4L2_YCBCR_ENC_709:
	case V4L2_YCBCR_ENC_XV709:
		return WEIR_MATRIX_709;
	case V4L2_YCBCR_ENC_BT2020:
		return WEIR_MATRIX_2020;
	}
	return WEIR_MATRIX_UNKNOWN;
}

static enum weir_primaries primaries_of(uint32_t space)
{
	switch (space) {
	case V4L2_COLORSPACE_SMPTE170M:
	case V4L2_COLORSPACE_SMPTE240M: /* the same primaries */
		return WEIR_PRIMARIES_601;
	case V4L2_COLORSPACE_REC709:
	case V4L2_COLORSPACE_SRGB:
	case V4L2_COLORSPACE_JPEG:
		return WEIR_PRIMARIES_709;
	case V4L2_COLORSPACE_BT2020:
		return WEIR_PRIMARIES_2020;
	}
	return WEIR_PRIMARIES_UNKNOWN;
}

static enum weir_transfer transfer_of(uint32_t transfer)
{
	switch (transfer) {
	case V4L2_XFER_FUNC_709:
		return WEIR_TRANSFER_709;
	case V4L2_XFER_FUNC_SRGB:
		return WEIR_TRANSFER_SRGB;
	case V4L2_XFER_FUNC_SMPTE2084:
		return WEIR_TRANSFER_PQ;
	}
	return WEIR_TRANSFER_UNKNOWN;
}

void weir_v4l2_read_colour(const struct v4l2_format *raw_format, struct weir_video *video)
{
	struct raw_colour raw = raw_of(raw_format);

	resolve_defaults(&raw, video);
	video->range = raw.quantization == V4L2_QUANTIZATION_FULL_RANGE ? WEIR_RANGE_FULL
									: WEIR_RANGE_LIMITED;
	video->matrix =
		video->format->flags & WEIR_FORMAT_RGB ? WEIR_MATRIX_RGB : matrix_of(raw.encoding);
	video->primaries = primaries_of(raw.space);
	video->transfer = transfer_of(raw.transfer);
}
