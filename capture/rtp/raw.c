/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <stdio.h>

#include "capture/rtp/form.h"
#include "core/rtp/raw.h"

/* Uncompressed video (RFC 4175). */

_Static_assert(WEIR_RTP_RAW_MAX_LINES <= WEIR_RTP_MAX_PARTS, "room for every piece");

static int read_line(const struct weir_video *video, const struct weir_rtp_raw_line *line,
	struct weir_rtp_part *part, char *why, size_t size)
{
	const struct weir_format *format = video->format;
	uint32_t line_bytes = (uint32_t)weir_format_line_bytes(format, 0, video->width);
	uint32_t offset =
		(uint32_t)line->offset / format->rtp_pgroup_pixels * format->rtp_pgroup_bytes;

	if (line->second_field)
		snprintf(why, size, "it sends interlaced pictures");
	else if (line->line >= video->height)
		snprintf(why, size, "it sends a line %u of %u", line->line, video->height);
	else if (offset + line->length > line_bytes)
		snprintf(why, size, "it sends lines of more than %u pixels", video->width);
	else if (line->offset % format->rtp_pgroup_pixels ||
		 line->length % format->rtp_pgroup_bytes)
		snprintf(why, size, "it sends pieces that are no pixel groups of %s", format->name);
	else {
		part->start = line->line * line_bytes + offset;
		part->length = line->length;
		return 0;
	}
	return -ENOTSUP;
}

static int read_raw(const struct weir_video *video, const uint8_t *payload, size_t length,
	struct weir_rtp_parts *out, char *why, size_t size)
{
	struct weir_rtp_raw_line lines[WEIR_RTP_RAW_MAX_LINES];
	const uint8_t *pixels;
	uint16_t high;
	int n = weir_rtp_raw_read(payload, length, &high, lines, &pixels);

	if (n < 0)
		return n;
	out->n = 0;
	out->leads = false;
	for (int i = 0; i < n; i++) {
		struct weir_rtp_part *part = &out->part[out->n];
		int err = read_line(video, &lines[i], part, why, size);

		if (err)
			return err;
		part->bytes = pixels;
		pixels += part->length;
		out->n += part->length != 0;
	}
	return 0;
}

const struct weir_rtp_form weir_rtp_form_raw = {
	.name = "raw",
	.loose = WEIR_RTP_RAW_EXTENSION,
	.read = read_raw,
};
