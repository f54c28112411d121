/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/rtp/jpeg.h"

#include <errno.h>
#include <stdio.h>

#include "capture/rtp/form.h"

/* JPEG images (RFC 2435). Each packet says where in the scan its bytes belong; the headers before
 * it are always of one length, so that the place in the frame is known, too. */

_Static_assert(WEIR_RTP_JPEG_IMAGE_HEADER <= WEIR_RTP_MAX_LEAD, "room for an image's headers");

static int check_size(
	const struct weir_video *video, const struct weir_rtp_jpeg *jpeg, char *why, size_t size)
{
	if (jpeg->width == (video->width + 7) / 8 * 8 &&
		jpeg->height == (video->height + 7) / 8 * 8)
		return 0;
	snprintf(why, size, "it sends %ux%u", jpeg->width, jpeg->height);
	return -ENOTSUP;
}

static int read_jpeg(const struct weir_video *video, const uint8_t *payload, size_t length,
	struct weir_rtp_parts *out, char *why, size_t size)
{
	uint8_t tables[2 * WEIR_RTP_JPEG_TABLE];
	const uint8_t *bytes;
	struct weir_rtp_jpeg jpeg;
	uint32_t offset;
	int err = weir_rtp_jpeg_read(payload, length, tables, &jpeg, &offset, &bytes, why, size);

	if (!err)
		err = check_size(video, &jpeg, why, size);
	if (err)
		return err;
	jpeg.width = (uint16_t)video->width; /* packets tell it in eights */
	jpeg.height = (uint16_t)video->height;
	out->leads = jpeg.tables[0] != NULL;
	if (out->leads)
		weir_rtp_jpeg_rebuild(out->lead, &jpeg);
	length -= (size_t)(bytes - payload);
	out->n = length > 0;
	out->part[0] = (struct weir_rtp_part){
		.start = WEIR_RTP_JPEG_IMAGE_HEADER + offset,
		.length = (uint32_t)length,
		.bytes = bytes,
	};
	return 0;
}

/* Senders may leave out the end marker. */
static uint32_t close_jpeg(uint8_t *frame, uint32_t bytes)
{
	if (bytes > 2 && frame[bytes - 2] == 0xff && frame[bytes - 1] == 0xd9)
		return bytes;
	frame[bytes] = 0xff;
	frame[bytes + 1] = 0xd9;
	return bytes + 2;
}

const struct weir_rtp_form weir_rtp_form_jpeg = {
	.name = "JPEG",
	.lead = WEIR_RTP_JPEG_IMAGE_HEADER,
	.coded = true,
	.read = read_jpeg,
	.close = close_jpeg,
};
