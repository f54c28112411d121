/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/rtp/sdp.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include <weir/log.h>

#include "core/rtp/h264.h"

#define SMALLEST_HD 720 /* lines: from here on, colours that nobody named are BT.709 */

struct text {
	char *text;
	size_t size, used; /* used >= size: it did not fit */
};

static void put(struct text *text, const char *format, ...) WEIR_PRINTF(2, 3);

static void put(struct text *text, const char *format, ...)
{
	size_t room = text->used < text->size ? text->size - text->used : 0;
	va_list args;
	int length;

	va_start(args, format);
	length = vsnprintf(room ? text->text + text->used : NULL, room, format, args);
	va_end(args);
	text->used += length < 0 ? text->size : (size_t)length;
}

static const char *family(const char *address)
{
	return strchr(address, ':') ? "IP6" : "IP4";
}

/* RFC 4175 requires the word and knows three; receivers need it for nothing but colours. */
static const char *colorimetry(const struct weir_video *video)
{
	if (video->matrix == WEIR_MATRIX_2020)
		return "BT2020";
	if (video->matrix == WEIR_MATRIX_601)
		return "BT601-5";
	if (video->matrix == WEIR_MATRIX_UNKNOWN && video->format->flags & WEIR_FORMAT_YUV &&
		video->height < SMALLEST_HD)
		return "BT601-5";
	return "BT709-2";
}

static void put_raw(struct text *text, const struct weir_sdp *sdp)
{
	const struct weir_video *video = &sdp->video;

	put(text, "a=rtpmap:%u raw/90000\r\n", sdp->payload_type);
	put(text, "a=fmtp:%u sampling=%s; width=%u; height=%u; depth=%u; colorimetry=%s",
		sdp->payload_type, video->format->rtp, video->width, video->height,
		video->format->rtp_depth, colorimetry(video));
	if (video->rate.num && video->rate.den > 1)
		put(text, "; exactframerate=%u/%u", video->rate.num, video->rate.den);
	else if (video->rate.num)
		put(text, "; exactframerate=%u", video->rate.num);
	put(text, "\r\n");
}

static void put_h264(struct text *text, const struct weir_sdp *sdp)
{
	const char *sets = sdp->sprop;
	uint8_t sps[sizeof(sdp->sprop)];
	int length = weir_h264_read_set(&sets, sps, sizeof(sps));

	put(text, "a=rtpmap:%u H264/90000\r\na=fmtp:%u ", sdp->payload_type, sdp->payload_type);
	if (length >= 4)
		put(text, "profile-level-id=%02x%02x%02x; ", sps[1], sps[2], sps[3]);
	put(text, "packetization-mode=1%s%s\r\n", sdp->sprop[0] ? "; sprop-parameter-sets=" : "",
		sdp->sprop);
	/* Before the first frame has come, nothing else tells it. */
	if (sdp->video.width && sdp->video.height)
		put(text, "a=framesize:%u %u-%u\r\n", sdp->payload_type, sdp->video.width,
			sdp->video.height);
}

static void put_jpeg(struct text *text, const struct weir_sdp *sdp)
{
	put(text, "a=rtpmap:%u JPEG/90000\r\n", sdp->payload_type);
	/* Packets count the size in eights. */
	if (sdp->video.width && sdp->video.height)
		put(text, "a=x-dimensions:%u,%u\r\n", sdp->video.width, sdp->video.height);
}

static void put_payload(struct text *text, const struct weir_sdp *sdp)
{
	switch (sdp->payload) {
	case WEIR_RTP_RAW:
		put_raw(text, sdp);
		return;
	case WEIR_RTP_JPEG:
		put_jpeg(text, sdp);
		return;
	case WEIR_RTP_H264:
		put_h264(text, sdp);
		return;
	}
}

/* Thousandths are what players take: "29.970". Locales have no say in it. */
static void put_rate(struct text *text, struct weir_rate rate)
{
	uint64_t thousandths;

	if (!rate.num || !rate.den)
		return;
	thousandths = ((uint64_t)rate.num * 1000 + rate.den / 2) / rate.den;
	put(text, "a=framerate:%llu", (unsigned long long)(thousandths / 1000));
	if (thousandths % 1000)
		put(text, ".%03u", (unsigned)(thousandths % 1000));
	put(text, "\r\n");
}

int weir_sdp_write(const struct weir_sdp *sdp, char *out, size_t size)
{
	const char *source = sdp->source[0] ? sdp->source : sdp->address;
	struct text text = { .text = out, .size = size };

	put(&text, "v=0\r\n");
	put(&text, "o=- %u 1 IN %s %s\r\n", sdp->port, family(source), source);
	put(&text, "s=%s\r\n", sdp->name[0] ? sdp->name : "-");
	put(&text, "c=IN %s %s", family(sdp->address), sdp->address);
	if (sdp->ttl && !strchr(sdp->address, ':'))
		put(&text, "/%u", sdp->ttl);
	put(&text, "\r\nt=0 0\r\n");
	put(&text, "m=video %u RTP/AVP %u\r\n", sdp->port, sdp->payload_type);
	put_payload(&text, sdp);
	put_rate(&text, sdp->video.rate);
	return text.used < size ? (int)text.used : -ENOSPC;
}
