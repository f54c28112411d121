/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "core/rtp/jpeg.h"
#include "sinks/rtp/slices.h"

/* JPEG images (RFC 2435). Their scan leaves as it lies, in pieces of one size. */

_Static_assert(
	WEIR_RTP_HEADER + WEIR_RTP_JPEG_MAIN + WEIR_RTP_JPEG_RESTART <= WEIR_RTP_SLICE_HEADER &&
		WEIR_RTP_JPEG_TABLES <= WEIR_RTP_SLICES_MORE,
	"room for headers");

static int accepts(const struct weir_video *video, char *why, size_t size)
{
	if (video->width <= WEIR_RTP_JPEG_MAX_SIZE && video->height <= WEIR_RTP_JPEG_MAX_SIZE)
		return 0;
	snprintf(why, size,
		"RTP carries JPEG of up to %ux%u, and this is %ux%u: ask for a smaller size (-s), "
		"send by tcp:// or http://, or decode it (--stage jpeg --stage convert=UYVY)",
		WEIR_RTP_JPEG_MAX_SIZE, WEIR_RTP_JPEG_MAX_SIZE, video->width, video->height);
	return -ENOTSUP;
}

static int cut(
	struct weir_rtp_slices *slices, const uint8_t *frame, size_t bytes, char *why, size_t size)
{
	uint8_t header[WEIR_RTP_JPEG_MAX_HEADER], *to;
	struct weir_rtp_jpeg jpeg;
	size_t scan, length, n;
	int err = weir_rtp_jpeg_parse(frame, bytes, &jpeg, &scan, &length, why, size);

	if (err)
		return err;
	for (size_t at = 0; at < length; at += n) {
		size_t used = weir_rtp_jpeg_write(header, &jpeg, (uint32_t)at);

		n = slices->room - WEIR_RTP_HEADER - used;
		n = n < length - at ? n : length - at;
		to = weir_rtp_slices_add(slices, used, scan + at, n);
		if (!to) {
			snprintf(why, size, "it is larger than its memory");
			return -EBADMSG;
		}
		memcpy(to, header, used);
	}
	return 0;
}

const struct weir_rtp_coding weir_rtp_coding_jpeg = {
	.summary = "JPEG (RFC 2435)",
	.payload = WEIR_RTP_JPEG,
	.payload_type = 26,
	.header = WEIR_RTP_SLICE_HEADER,
	.units = 2, /* the first packet, which has less room, and the last one */
	.accepts = accepts,
	.cut = cut,
};
