/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/rtp/raw.h"

#include <errno.h>

#include "core/rtp/wire.h"

#define FLAG  0x8000 /* of a line: the second field; of an offset: another piece follows */
#define VALUE 0x7fff

size_t weir_rtp_raw_write(
	uint8_t *to, uint16_t sequence_high, const struct weir_rtp_raw_line *lines, size_t n)
{
	uint8_t *at = to + WEIR_RTP_RAW_EXTENSION;

	weir_put_16(to, sequence_high);
	for (size_t i = 0; i < n; i++, at += WEIR_RTP_RAW_LINE) {
		weir_put_16(at, lines[i].length);
		weir_put_16(at + 2, lines[i].line | (lines[i].second_field ? FLAG : 0));
		weir_put_16(at + 4, lines[i].offset | (i + 1 < n ? FLAG : 0));
	}
	return (size_t)(at - to);
}

int weir_rtp_raw_read(const uint8_t *payload, size_t length, uint16_t *sequence_high,
	struct weir_rtp_raw_line lines[WEIR_RTP_RAW_MAX_LINES], const uint8_t **pixels)
{
	size_t at = WEIR_RTP_RAW_EXTENSION, told = 0;
	bool more = true;
	int n = 0;

	for (; more; at += WEIR_RTP_RAW_LINE, n++) {
		const uint8_t *from = payload + at;

		if (n == WEIR_RTP_RAW_MAX_LINES || length < at + WEIR_RTP_RAW_LINE)
			return -EBADMSG;
		lines[n] = (struct weir_rtp_raw_line){
			.length = weir_get_16(from),
			.line = weir_get_16(from + 2) & VALUE,
			.offset = weir_get_16(from + 4) & VALUE,
			.second_field = weir_get_16(from + 2) & FLAG,
		};
		told += lines[n].length;
		more = weir_get_16(from + 4) & FLAG;
	}
	if (told > length - at)
		return -EBADMSG;
	*sequence_high = weir_get_16(payload);
	*pixels = payload + at;
	return n;
}

/* As few pieces as will do, as equal as pixel groups allow: 3840 bytes for payloads of 1452 are
 * three of 1280 and not two of 1452 and a rest, so that whole lines can be equal segments. */
int weir_rtp_raw_cut(const struct weir_video *video, size_t payload, struct weir_rtp_raw_cut *out)
{
	const struct weir_format *format = video->format;
	size_t group, line, most, pieces, piece;

	if (!format || !format->rtp || video->width > VALUE || video->height > VALUE + 1u ||
		video->width % format->rtp_pgroup_pixels)
		return -ENOTSUP;
	group = format->rtp_pgroup_bytes;
	line = weir_format_line_bytes(format, 0, video->width);
	most = payload < UINT16_MAX ? payload : UINT16_MAX;
	most -= most % group;
	if (!most || !line)
		return -ENOTSUP;
	pieces = (line + most - 1) / most;
	piece = (line / group + pieces - 1) / pieces * group;
	*out = (struct weir_rtp_raw_cut){
		.line_bytes = (uint32_t)line,
		.piece_bytes = (uint32_t)piece,
		.last_bytes = (uint32_t)(line - (pieces - 1) * piece),
		.pieces = (uint32_t)pieces,
	};
	return 0;
}
