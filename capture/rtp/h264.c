/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/rtp/h264.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "capture/rtp/form.h"
#include "core/rtp/wire.h"

/* H.264 (RFC 6184, packetization-mode=0 and 1): a packet is a unit, several (STAP-A), or a fragment
 * of one (FU-A). What comes out is a byte stream again, a start code before each unit. */

#define FU_FIRST       0x80
#define FU_LAST        0x40
#define FORBIDDEN      0x80 /* somebody on the way has noticed damage */
#define RECOVERY_POINT 6    /* of supplemental information: a decoder can begin there */

static const uint8_t start_code[] = { 0, 0, 0, 1 };

static bool is_unit(uint8_t header)
{
	uint8_t type = weir_h264_type(header);

	return !(header & FORBIDDEN) && type && type <= WEIR_H264_MOST;
}

/* What the unit means for the frame; of a fragment, its beginning. */
static void note_unit(struct weir_rtp_link *link, uint8_t type, const uint8_t *unit, size_t length)
{
	if (!link->bytes)
		link->heads = type == WEIR_H264_DELIMITER ? WEIR_RTP_HEADS_SURELY
			      : type == WEIR_H264_SPS     ? WEIR_RTP_HEADS_UNDELIMITED
							  : WEIR_RTP_HEADS_NOT;
	link->idr |= type == WEIR_H264_IDR;
	link->key |= type == WEIR_H264_IDR || type == WEIR_H264_SPS ||
		     (type == WEIR_H264_SEI && length > 1 && unit[1] == RECOVERY_POINT);
}

static int link_unit(const uint8_t *unit, size_t length, struct weir_rtp_link *out)
{
	uint8_t type = weir_h264_type(unit[0]);

	if (!is_unit(unit[0]))
		return -EBADMSG;
	note_unit(out, type, unit, length);
	if (type == WEIR_H264_SPS) {
		out->sps = unit;
		out->sps_length = length;
	}
	out->bytes += (uint32_t)(sizeof(start_code) + length);
	return 0;
}

static int link_units(const uint8_t *payload, size_t length, struct weir_rtp_link *out)
{
	size_t at = WEIR_H264_HEADER, unit;
	int err = length > at ? 0 : -EBADMSG;

	for (; !err && at < length; at += unit) {
		if (length - at < 2)
			return -EBADMSG;
		unit = weir_get_16(payload + at);
		at += 2;
		if (!unit || unit > length - at)
			return -EBADMSG;
		err = link_unit(payload + at, unit, out);
	}
	return err;
}

static uint8_t fragmented(const uint8_t *payload)
{
	return (uint8_t)((payload[0] & 0xe0) | weir_h264_type(payload[1]));
}

static int link_fragment(const uint8_t *payload, size_t length, struct weir_rtp_link *out)
{
	bool first;

	if (length <= WEIR_H264_FU_HEADER || !is_unit(fragmented(payload)))
		return -EBADMSG;
	first = payload[1] & FU_FIRST;
	out->unit = fragmented(payload);
	out->continues = !first;
	out->open = !(payload[1] & FU_LAST);
	if (first)
		note_unit(out, weir_h264_type(payload[1]), payload + 1, length - 1);
	out->bytes = (uint32_t)(length - WEIR_H264_FU_HEADER +
				(first ? sizeof(start_code) + WEIR_H264_HEADER : 0));
	return 0;
}

static int link_h264(const uint8_t *payload, size_t length, struct weir_rtp_link *out)
{
	*out = (struct weir_rtp_link){ 0 };
	if (!length || payload[0] & FORBIDDEN)
		return -EBADMSG;
	switch (weir_h264_type(payload[0])) {
	case WEIR_H264_STAP_A:
		return link_units(payload, length, out);
	case WEIR_H264_FU_A:
		return link_fragment(payload, length, out);
	case WEIR_H264_STAP_B ... WEIR_H264_MTAP_24:
	case WEIR_H264_FU_B:
		return -ENOTSUP;
	default:
		return link_unit(payload, length, out);
	}
}

static int read_h264(const struct weir_video *video, const uint8_t *payload, size_t length,
	struct weir_rtp_parts *out, char *why, size_t size)
{
	struct weir_rtp_link link;
	int err = link_h264(payload, length, &link);

	(void)video;
	if (err == -ENOTSUP)
		snprintf(why, size, "it sends units in another order (packetization-mode=2)");
	out->leads = false;
	out->n = 1;
	out->part[0] = (struct weir_rtp_part){ link.continues, (uint32_t)length, payload };
	return err;
}

static uint8_t *put(uint8_t *to, const uint8_t *bytes, size_t length)
{
	memcpy(to, bytes, length);
	return to + length;
}

static void unpack_h264(const uint8_t *payload, size_t length, uint8_t *to)
{
	uint8_t type = weir_h264_type(payload[0]), header;
	size_t unit;

	if (type == WEIR_H264_FU_A) {
		header = fragmented(payload);
		if (payload[1] & FU_FIRST)
			to = put(put(to, start_code, sizeof(start_code)), &header, 1);
		put(to, payload + WEIR_H264_FU_HEADER, length - WEIR_H264_FU_HEADER);
		return;
	}
	if (type != WEIR_H264_STAP_A) {
		put(put(to, start_code, sizeof(start_code)), payload, length);
		return;
	}
	for (size_t at = WEIR_H264_HEADER; at < length; at += unit) {
		unit = weir_get_16(payload + at);
		at += 2;
		to = put(put(to, start_code, sizeof(start_code)), payload + at, unit);
	}
}

/* The header of fragments that follow this one, up to the last. */
static unsigned foresee_h264(const uint8_t *payload, uint8_t *header)
{
	header[0] = payload[0];
	header[1] = weir_h264_type(payload[1]);
	return WEIR_H264_FU_HEADER;
}

const struct weir_rtp_form weir_rtp_form_h264 = {
	.name = "H.264",
	.coded = true,
	.read = read_h264,
	.link = link_h264,
	.unpack = unpack_h264,
	.foresee = foresee_h264,
};
