/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <stdio.h>

#include "core/rtp/h264.h"
#include "sinks/rtp/slices.h"

/* H.264 (RFC 6184, packetization-mode=1): units that fit a packet are one, larger ones leave in
 * fragments (FU-A). */

static int refuse(char *why, size_t size, const char *what)
{
	snprintf(why, size, "%s", what);
	return -EBADMSG;
}

static bool add_fragments(
	struct weir_rtp_slices *slices, const uint8_t *frame, size_t unit, size_t length)
{
	size_t room = slices->room - WEIR_RTP_HEADER - WEIR_H264_FU_HEADER;
	size_t end = unit + length, n;

	for (size_t at = unit + WEIR_H264_HEADER; at < end; at += n) {
		uint8_t *to;

		n = room < end - at ? room : end - at;
		to = weir_rtp_slices_add(slices, WEIR_H264_FU_HEADER, at, n);
		if (!to)
			return false;
		weir_h264_write_fragment(
			to, frame[unit], at == unit + WEIR_H264_HEADER, at + n == end);
	}
	return true;
}

static int cut(
	struct weir_rtp_slices *slices, const uint8_t *frame, size_t bytes, char *why, size_t size)
{
	size_t room = slices->room - WEIR_RTP_HEADER, at = 0, unit, length;
	bool added = true;

	while (added && weir_h264_next(frame, bytes, &at, &unit, &length)) {
		uint8_t type = weir_h264_type(frame[unit]);

		if (frame[unit] & 0x80 || !type || type > WEIR_H264_MOST)
			return refuse(why, size, "it has a unit that is none of H.264");
		if (length > room)
			added = add_fragments(slices, frame, unit, length);
		else
			added = weir_rtp_slices_add(slices, 0, unit, length) != NULL;
	}
	if (!added)
		return refuse(why, size, "it is of more units than are sent");
	return slices->n ? 0 : refuse(why, size, "no start code of H.264 is in it");
}

const struct weir_rtp_coding weir_rtp_coding_h264 = {
	.summary = "H.264 (RFC 6184)",
	.payload = WEIR_RTP_H264,
	.payload_type = 96,
	.header = WEIR_RTP_HEADER + WEIR_H264_FU_HEADER,
	.units = 512,
	.cut = cut,
	.describe = weir_h264_describe,
};
