/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/rtp/sdp_values.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "core/rtp/h264.h"
#include "core/scan.h"

#define SHOWN 40

static bool is_space(char c)
{
	return c == ' ' || c == '\t';
}

struct weir_sdp_text weir_sdp_cut(struct weir_sdp_text *text, char separator)
{
	const char *at = memchr(text->at, separator, (size_t)(text->end - text->at));
	struct weir_sdp_text before = { text->at, at ? at : text->end };

	text->at = at ? at + 1 : text->end;
	return before;
}

struct weir_sdp_text weir_sdp_word(struct weir_sdp_text *text)
{
	struct weir_sdp_text word;

	while (text->at < text->end && is_space(*text->at))
		text->at++;
	word = (struct weir_sdp_text){ text->at, text->at };
	while (word.end < text->end && !is_space(*word.end))
		word.end++;
	text->at = word.end;
	return word;
}

struct weir_sdp_text weir_sdp_trim(struct weir_sdp_text text)
{
	while (text.at < text.end && is_space(*text.at))
		text.at++;
	while (text.at < text.end && is_space(text.end[-1]))
		text.end--;
	return text;
}

bool weir_sdp_is(struct weir_sdp_text text, const char *word)
{
	return weir_is_word(text.at, (size_t)(text.end - text.at), word);
}

bool weir_sdp_copy(struct weir_sdp_text text, char *out, size_t size)
{
	size_t length = (size_t)(text.end - text.at);

	out[0] = '\0';
	if (length >= size)
		return false;
	for (size_t i = 0; i < length; i++)
		out[i] = (unsigned char)text.at[i] < ' ' || text.at[i] == 0x7f ? '?' : text.at[i];
	out[length] = '\0';
	return true;
}

bool weir_sdp_number(struct weir_sdp_text text, uint64_t max, uint64_t *out)
{
	char digits[24];
	const char *at = digits;

	return weir_sdp_copy(text, digits, sizeof(digits)) && !weir_scan_u64(&at, out) && !*at &&
	       *out <= max;
}

bool weir_sdp_rate(struct weir_sdp_text text, struct weir_rate *out)
{
	char rate[32];

	return weir_sdp_copy(weir_sdp_trim(text), rate, sizeof(rate)) &&
	       !weir_rate_parse(rate, out);
}

int weir_sdp_width(struct weir_sdp_text text)
{
	return text.end - text.at < SHOWN ? (int)(text.end - text.at) : SHOWN;
}

/* ---- of a=fmtp ---- */

struct colour {
	const char *name;
	enum weir_matrix matrix;
	enum weir_primaries primaries;
};

static void set_colour(struct weir_video *video, struct weir_sdp_text value)
{
	static const struct colour colours[] = {
		{ "BT601-5", WEIR_MATRIX_601, WEIR_PRIMARIES_601 },
		{ "BT601", WEIR_MATRIX_601, WEIR_PRIMARIES_601 },
		{ "BT709-2", WEIR_MATRIX_709, WEIR_PRIMARIES_709 },
		{ "BT709", WEIR_MATRIX_709, WEIR_PRIMARIES_709 },
		{ "SMPTE240M", WEIR_MATRIX_709, WEIR_PRIMARIES_709 },
		{ "BT2020", WEIR_MATRIX_2020, WEIR_PRIMARIES_2020 },
	};

	for (size_t i = 0; i < sizeof(colours) / sizeof(colours[0]); i++)
		if (weir_sdp_is(value, colours[i].name)) {
			video->matrix = colours[i].matrix;
			video->primaries = colours[i].primaries;
		}
}

static void set_transfer(struct weir_video *video, struct weir_sdp_text value)
{
	if (weir_sdp_is(value, "SDR"))
		video->transfer = WEIR_TRANSFER_709;
	else if (weir_sdp_is(value, "PQ"))
		video->transfer = WEIR_TRANSFER_PQ;
	else if (weir_sdp_is(value, "HLG"))
		video->transfer = WEIR_TRANSFER_HLG;
}

static bool set_length(uint32_t *out, struct weir_sdp_text value)
{
	uint64_t number;

	if (!weir_sdp_number(value, WEIR_MAX_SIZE, &number) || !number)
		return false;
	*out = (uint32_t)number;
	return true;
}

bool weir_sdp_parameter(struct weir_sdp *sdp, struct weir_sdp_raw *raw, struct weir_sdp_text key,
	struct weir_sdp_text value)
{
	struct weir_video *video = &sdp->video;

	if (weir_sdp_is(key, "width"))
		return set_length(&video->width, value);
	if (weir_sdp_is(key, "height"))
		return set_length(&video->height, value);
	if (weir_sdp_is(key, "depth"))
		return weir_sdp_is(value, "16f") || weir_sdp_number(value, 16, &raw->depth);
	if (weir_sdp_is(key, "sampling"))
		return weir_sdp_copy(value, raw->sampling, sizeof(raw->sampling));
	if (weir_sdp_is(key, "exactframerate"))
		return weir_sdp_rate(value, &video->rate);
	if (weir_sdp_is(key, "sprop-parameter-sets"))
		return weir_sdp_copy(value, sdp->sprop, sizeof(sdp->sprop));
	if (weir_sdp_is(key, "colorimetry"))
		set_colour(video, value);
	else if (weir_sdp_is(key, "TCS"))
		set_transfer(video, value);
	else if (weir_sdp_is(key, "RANGE"))
		video->range = weir_sdp_is(value, "FULL") ? WEIR_RANGE_FULL : WEIR_RANGE_LIMITED;
	else if (weir_sdp_is(key, "interlace"))
		raw->interlaced = true;
	return true;
}

static int refuse_sampling(const struct weir_sdp_raw *raw, char *why, size_t size)
{
	size_t used;

	snprintf(why, size, "weir receives no %s of %" PRIu64 " bits a sample, but ",
		raw->sampling[0] ? raw->sampling : "pictures without a sampling=", raw->depth);
	for (size_t i = 0; i < weir_format_count(); i++) {
		used = strlen(why);
		if (weir_format_at(i)->rtp && used + 1 < size)
			snprintf(why + used, size - used, "%s of %u, ", weir_format_at(i)->rtp,
				weir_format_at(i)->rtp_depth);
	}
	used = strlen(why);
	if (used > 2)
		why[used - 2] = '\0';
	return -ENOTSUP;
}

static int settle_raw(struct weir_sdp *sdp, const struct weir_sdp_raw *raw, char *why, size_t size)
{
	for (size_t i = 0; i < weir_format_count(); i++) {
		const struct weir_format *format = weir_format_at(i);

		if (format->rtp && !strcasecmp(format->rtp, raw->sampling) &&
			format->rtp_depth == raw->depth)
			sdp->video.format = format;
	}
	if (!sdp->video.format)
		return refuse_sampling(raw, why, size);
	if (raw->interlaced) {
		snprintf(why, size, "weir receives whole pictures, not interlaced ones");
		return -ENOTSUP;
	}
	return 0;
}

/* The parameter sets tell the size. */
static void settle_h264(struct weir_sdp *sdp)
{
	struct weir_video *video = &sdp->video;
	const char *sets = sdp->sprop;
	uint8_t set[sizeof(sdp->sprop)];
	int length;

	while (!video->width && (length = weir_h264_read_set(&sets, set, sizeof(set))) > 0)
		weir_h264_read_size(set, (size_t)length, &video->width, &video->height);
}

int weir_sdp_settle(struct weir_sdp *sdp, const struct weir_sdp_raw *raw, char *why, size_t size)
{
	switch (sdp->payload) {
	case WEIR_RTP_RAW:
		return settle_raw(sdp, raw, why, size);
	case WEIR_RTP_JPEG:
		sdp->video.format = weir_format_by_name("MJPEG");
		return 0;
	case WEIR_RTP_H264:
		sdp->video.format = weir_format_by_name("H264");
		settle_h264(sdp);
		return 0;
	}
	return -ENOTSUP;
}
