/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/rtp/sdp.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include <weir/log.h>

#include "core/rtp/sdp_values.h"
#include "core/scan.h"

/* A description is lines of "letter=value": those before the first m= speak of the whole session,
 * those after it of that stream, until the next m=. */

struct reader {
	struct weir_sdp sdp;
	struct weir_sdp_raw raw;
	struct weir_rate rounded;
	const char *at, *end;
	unsigned line;
	unsigned media_line; /* of the video stream that is being read; 0: none yet */
	bool passed;         /* within a stream that is not for us */
	bool mapped;         /* what the payload type means is known */
	char *why;
	size_t size;
};

static int fail(struct reader *reader, int err, const char *format, ...) WEIR_PRINTF(3, 4);

static int fail(struct reader *reader, int err, const char *format, ...)
{
	char text[160];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	snprintf(reader->why, reader->size, "line %u: %s", reader->line, text);
	return err;
}

/* The next line without its end. */
static bool next_line(struct reader *reader, struct weir_sdp_text *out)
{
	const char *end;

	if (reader->at == reader->end)
		return false;
	end = memchr(reader->at, '\n', (size_t)(reader->end - reader->at));
	*out = (struct weir_sdp_text){ reader->at, end ? end : reader->end };
	reader->at = end ? end + 1 : reader->end;
	reader->line++;
	if (out->end > out->at && out->end[-1] == '\r')
		out->end--;
	return true;
}

/* "IN IP4 239.1.1.1/16", of c= and of a=source-filter. */
static int read_address(struct reader *reader, struct weir_sdp_text value)
{
	struct weir_sdp_text net = weir_sdp_word(&value), family = weir_sdp_word(&value);
	struct weir_sdp_text rest = weir_sdp_word(&value);
	struct weir_sdp_text address = weir_sdp_cut(&rest, '/');
	uint64_t ttl;

	if (!weir_sdp_is(net, "IN") || (!weir_sdp_is(family, "IP4") && !weir_sdp_is(family, "IP6")))
		return fail(reader, -ENOTSUP, "c= is of no internet address");
	if (!weir_sdp_copy(address, reader->sdp.address, sizeof(reader->sdp.address)) ||
		address.at == address.end)
		return fail(reader, -EINVAL, "c= has no address of fewer than %zu characters",
			sizeof(reader->sdp.address));
	reader->sdp.ttl = 0;
	if (weir_sdp_is(family, "IP4") && weir_sdp_number(weir_sdp_cut(&rest, '/'), 255, &ttl))
		reader->sdp.ttl = (unsigned)ttl;
	return 0;
}

/* " incl IN IP4 239.1.1.1 192.0.2.7": one sender, or none that we could hold to. */
static void read_filter(struct reader *reader, struct weir_sdp_text value)
{
	struct weir_sdp_text mode = weir_sdp_word(&value), source;

	weir_sdp_word(&value);
	weir_sdp_word(&value);
	weir_sdp_word(&value);
	source = weir_sdp_word(&value);
	if (weir_sdp_is(mode, "incl") && weir_sdp_word(&value).at == value.end)
		weir_sdp_copy(source, reader->sdp.source, sizeof(reader->sdp.source));
}

/* "video 5004 RTP/AVP 96 97": the first payload type is the one that is sent. */
static int read_media(struct reader *reader, struct weir_sdp_text value)
{
	struct weir_sdp_text media = weir_sdp_word(&value), port = weir_sdp_word(&value);
	struct weir_sdp_text transport = weir_sdp_word(&value), type = weir_sdp_word(&value);
	uint64_t number;

	reader->passed = true;
	if (!weir_sdp_is(media, "video"))
		return 0;
	if (!weir_sdp_is(transport, "RTP/AVP") && !weir_sdp_is(transport, "RTP/AVPF"))
		return fail(reader, -ENOTSUP, "weir receives RTP/AVP, not %.*s",
			weir_sdp_width(transport), transport.at);
	if (!weir_sdp_number(weir_sdp_cut(&port, '/'), UINT16_MAX, &number) || !number)
		return fail(reader, -EINVAL, "m= has no port from 1 to %u", UINT16_MAX);
	reader->sdp.port = (uint16_t)number;
	if (!weir_sdp_number(type, 127, &number))
		return fail(reader, -EINVAL, "m= has no payload type from 0 to 127");
	reader->sdp.payload_type = (uint8_t)number;
	reader->sdp.payload = WEIR_RTP_JPEG;
	reader->mapped = number == WEIR_SDP_STATIC_JPEG;
	reader->media_line = reader->line;
	reader->passed = false;
	return 0;
}

/* "96 raw/90000" */
static int read_map(struct reader *reader, struct weir_sdp_text value)
{
	struct weir_sdp_text encoding = weir_sdp_cut(&value, '/'),
			     clock = weir_sdp_cut(&value, '/');
	uint64_t rate;

	if (weir_sdp_is(encoding, "raw"))
		reader->sdp.payload = WEIR_RTP_RAW;
	else if (weir_sdp_is(encoding, "JPEG"))
		reader->sdp.payload = WEIR_RTP_JPEG;
	else if (weir_sdp_is(encoding, "H264"))
		reader->sdp.payload = WEIR_RTP_H264;
	else
		return fail(reader, -ENOTSUP, "weir receives raw, JPEG and H264, not %.*s",
			weir_sdp_width(encoding), encoding.at);
	if (!weir_sdp_number(clock, UINT32_MAX, &rate) || rate != 90000)
		return fail(reader, -ENOTSUP, "the clock of video has 90000 ticks a second");
	reader->mapped = true;
	return 0;
}

/* "96 sampling=YCbCr-4:2:2; width=1920; …" */
static int read_parameters(struct reader *reader, struct weir_sdp_text value)
{
	while (value.at < value.end) {
		struct weir_sdp_text parameter = weir_sdp_trim(weir_sdp_cut(&value, ';'));
		struct weir_sdp_text key = weir_sdp_trim(weir_sdp_cut(&parameter, '='));

		parameter = weir_sdp_trim(parameter);
		if (!weir_sdp_parameter(&reader->sdp, &reader->raw, key, parameter))
			return fail(reader, -EINVAL, "%.*s=%.*s is nothing that it can be",
				weir_sdp_width(key), key.at, weir_sdp_width(parameter),
				parameter.at);
	}
	return 0;
}

/* "640,480" of x-dimensions; "640-480" of framesize. */
static void read_size(struct reader *reader, struct weir_sdp_text value, char between)
{
	struct weir_sdp_text width = weir_sdp_cut(&value, between);
	uint64_t across, down;

	if (!weir_sdp_number(weir_sdp_trim(width), WEIR_MAX_SIZE, &across) ||
		!weir_sdp_number(weir_sdp_trim(value), WEIR_MAX_SIZE, &down))
		return;
	reader->sdp.video.width = (uint32_t)across;
	reader->sdp.video.height = (uint32_t)down;
}

/* "97 apt=96;rtx-time=200": what is sent again of our payload type comes as that one. */
static void read_rtx(struct reader *reader, struct weir_sdp_text value)
{
	uint64_t type, of;

	if (!weir_sdp_number(weir_sdp_word(&value), 127, &type))
		return;
	while (value.at < value.end) {
		struct weir_sdp_text parameter = weir_sdp_trim(weir_sdp_cut(&value, ';'));

		if (weir_sdp_is(weir_sdp_cut(&parameter, '='), "apt") &&
			weir_sdp_number(parameter, 127, &of) && of == reader->sdp.payload_type)
			reader->sdp.rtx_type = (uint8_t)type;
	}
}

/* "96 nack", and no more: "96 nack pli" is another kind. */
static void read_feedback(struct reader *reader, struct weir_sdp_text value)
{
	struct weir_sdp_text type = weir_sdp_word(&value), kind = weir_sdp_word(&value);
	uint64_t number;

	if (weir_sdp_is(kind, "nack") && weir_sdp_word(&value).at == value.end &&
		(weir_sdp_is(type, "*") || (weir_sdp_number(type, 127, &number) &&
						   number == reader->sdp.payload_type)))
		reader->sdp.nack = true;
}

/* Whether the attribute is about the payload type that we take, which it begins with. */
static bool is_ours(const struct reader *reader, struct weir_sdp_text *value)
{
	uint64_t type;

	return weir_sdp_number(weir_sdp_word(value), 127, &type) && reader->media_line &&
	       type == reader->sdp.payload_type;
}

static int read_attribute(struct reader *reader, struct weir_sdp_text value)
{
	struct weir_sdp_text name = weir_sdp_cut(&value, ':');

	if (weir_sdp_is(name, "fmtp") && reader->media_line)
		read_rtx(reader, value);
	if (weir_sdp_is(name, "source-filter"))
		read_filter(reader, value);
	else if (weir_sdp_is(name, "framerate")) /* rounded: exactframerate= wins */
		weir_sdp_rate(value, &reader->rounded);
	else if (weir_sdp_is(name, "x-dimensions"))
		read_size(reader, value, ',');
	else if (weir_sdp_is(name, "rtcp-fb"))
		read_feedback(reader, value);
	else if (!is_ours(reader, &value))
		return 0;
	else if (weir_sdp_is(name, "rtpmap"))
		return read_map(reader, weir_sdp_trim(value));
	else if (weir_sdp_is(name, "fmtp"))
		return read_parameters(reader, value);
	else if (weir_sdp_is(name, "framesize"))
		read_size(reader, value, '-');
	return 0;
}

static int read_line(struct reader *reader, struct weir_sdp_text line)
{
	struct weir_sdp_text value = { line.at + 2, line.end };

	switch (line.at[0]) {
	case 's':
		weir_sdp_copy(value, reader->sdp.name, sizeof(reader->sdp.name));
		return 0;
	case 'c':
		return reader->passed ? 0 : read_address(reader, value);
	case 'm':
		return read_media(reader, value);
	case 'a':
		return reader->passed ? 0 : read_attribute(reader, value);
	default:
		return 0;
	}
}

static int finish(struct reader *reader)
{
	reader->line = reader->media_line;
	if (!reader->media_line) {
		snprintf(reader->why, reader->size, "it describes no video");
		return -ENOTSUP;
	}
	if (!reader->mapped)
		return fail(reader, -EINVAL, "no a=rtpmap tells what payload type %u is",
			reader->sdp.payload_type);
	if (!reader->sdp.video.rate.den)
		reader->sdp.video.rate = reader->rounded;
	if (!weir_sdp_settle(&reader->sdp, &reader->raw, reader->why, reader->size))
		return 0;
	return -ENOTSUP;
}

int weir_sdp_parse(const char *text, size_t length, struct weir_sdp *out, char *why, size_t size)
{
	struct reader reader = { .at = text, .end = text + length, .why = why, .size = size };
	struct weir_sdp_text line;
	int err = 0;

	while (!err && next_line(&reader, &line)) {
		if (line.at == line.end)
			continue;
		if (line.end - line.at < 2 || line.at[1] != '=')
			err = fail(&reader, -EINVAL, "not of the form letter=value");
		else if (line.at[0] == 'm' && reader.media_line)
			break; /* the first video stream is the one */
		else
			err = read_line(&reader, line);
	}
	if (!err)
		err = finish(&reader);
	if (!err)
		*out = reader.sdp;
	return err;
}
