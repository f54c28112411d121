/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "capture/rtp/wishes.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "capture/rtp/settle.h"
#include "core/log.h"

#define DEFAULT_PAYLOAD_TYPE 96
#define DEFAULT_JITTER_MS    10
#define MAX_JITTER_MS        1000
#define MAX_SDP              65536

static const char *const lost_words[] = { "keep", "black", "drop", NULL };
const char *const weir_rtp_options[] = { "sdp", "payload", "from", "iface", "jitter", "lost",
	"stride", NULL };

static int fail_file(const struct weir_log *log, const char *path, int err)
{
	char text[WEIR_ERRNO_TEXT], quoted[WEIR_QUOTED];

	weir_error(log, "sdp: %s: %s", weir_quote(path, quoted), weir_errno_text(err, text));
	return err;
}

static int read_sdp(const char *path, const struct weir_log *log, struct weir_sdp *out)
{
	char why[256] = "", quoted[WEIR_QUOTED];
	FILE *file = fopen(path, "re");
	char *text = NULL;
	size_t length;
	int err;

	if (!file)
		return fail_file(log, path, -errno);
	text = malloc(MAX_SDP);
	length = text ? fread(text, 1, MAX_SDP, file) : 0;
	err = !text ? -ENOMEM : ferror(file) ? -EIO : length == MAX_SDP ? -EFBIG : 0;
	if (err) {
		fail_file(log, path, err);
	} else {
		err = weir_sdp_parse(text, length, out, why, sizeof(why));
		if (err)
			weir_error(log, "sdp: %s: %s", weir_quote(path, quoted), why);
	}
	free(text);
	fclose(file);
	return err;
}

static int say_address(const struct weir_log *log, const char *key, const char *why)
{
	weir_error(log, "rtp: %s%s", key, why);
	return -EINVAL;
}

/* "//ADDRESS:PORT", or "" where the description tells. */
static int read_address(struct weir_rtp_wishes *wishes, const char *rest,
	const struct weir_sdp *sdp, const struct weir_log *log)
{
	char why[160] = "", told[sizeof(sdp->address) + 16];
	bool six = strchr(sdp->address, ':') != NULL;

	if (!strncmp(rest, "//", 2))
		rest += 2;
	if (!rest[0] && sdp->port) {
		snprintf(told, sizeof(told), six ? "[%s]:%u" : "%s:%u", sdp->address, sdp->port);
		rest = told;
	}
	if (weir_rtp_address_read(rest, &wishes->address, why, sizeof(why)))
		return say_address(log, "", why);
	return 0;
}

static int read_from(struct weir_rtp_wishes *wishes, const char *from, const struct weir_log *log)
{
	char why[160] = "";

	if (!from || !from[0])
		return 0;
	if (weir_rtp_address_host(from, &wishes->from, why, sizeof(why)))
		return say_address(log, "from: ", why);
	if (wishes->from.any.sa_family != wishes->address.any.sa_family) {
		snprintf(why, sizeof(why), "%s: IPv4 and IPv6 never meet", from);
		return say_address(log, "from: ", why);
	}
	wishes->has_from = true;
	return 0;
}

static int read_iface(struct weir_rtp_wishes *wishes, const char *iface, const struct weir_log *log)
{
	char quoted[WEIR_QUOTED];

	if (!iface)
		return 0;
	if (strlen(iface) >= sizeof(wishes->iface) || !if_nametoindex(iface)) {
		weir_error(log, "iface: there is no %s; ip link shows those that are",
			weir_quote(iface, quoted));
		return -EINVAL;
	}
	snprintf(wishes->iface, sizeof(wishes->iface), "%s", iface);
	return 0;
}

static int read_numbers(
	struct weir_rtp_wishes *wishes, const struct weir_uri *uri, const struct weir_log *log)
{
	const char *payload = weir_uri_get(uri, "payload"), *jitter = weir_uri_get(uri, "jitter");
	const char *lost = weir_uri_get(uri, "lost");
	uint32_t type = wishes->payload_type;
	unsigned word = WEIR_RTP_LOST_KEEP;
	int err = 0;

	wishes->jitter_ms = DEFAULT_JITTER_MS;
	if (payload)
		err = weir_parse_u32("payload", payload, 0, 127, log, &type);
	if (!err && jitter)
		err = weir_parse_u32("jitter", jitter, 0, MAX_JITTER_MS, log, &wishes->jitter_ms);
	if (!err && lost)
		err = weir_parse_word("lost", lost, lost_words, log, &word);
	wishes->payload_type = (uint8_t)type;
	wishes->lost = (enum weir_rtp_lost)word;
	return err;
}

int weir_rtp_wishes_read(struct weir_rtp_wishes *wishes, const struct weir_uri *uri,
	const struct weir_video *wanted, const struct weir_log *log)
{
	const char *path = weir_uri_get(uri, "sdp"), *from = weir_uri_get(uri, "from");
	const char *stride = weir_uri_get(uri, "stride");
	struct weir_sdp sdp = { .payload = WEIR_RTP_RAW, .payload_type = DEFAULT_PAYLOAD_TYPE };
	struct weir_video asked = *wanted;
	int err = 0;

	if (path)
		err = read_sdp(path, log, &sdp);
	else if (asked.format && asked.format == weir_format_by_name("MJPEG"))
		sdp = (struct weir_sdp){ .payload = WEIR_RTP_JPEG, .payload_type = 26 };
	else if (asked.format && asked.format == weir_format_by_name("H264"))
		sdp.payload = WEIR_RTP_H264;

	wishes->payload = sdp.payload;
	wishes->payload_type = sdp.payload_type;
	memcpy(wishes->sprop, sdp.sprop, sizeof(wishes->sprop));
	if (!err)
		err = read_address(wishes, uri->rest, &sdp, log);
	if (!err)
		err = read_from(wishes, from ? from : sdp.source, log);
	if (!err)
		err = read_iface(wishes, weir_uri_get(uri, "iface"), log);
	if (!err)
		err = read_numbers(wishes, uri, log);
	if (!err && stride && !asked.stride)
		err = weir_parse_u32("stride", stride, 1, UINT32_MAX, log, &asked.stride);
	if (!err)
		err = weir_rtp_settle(&asked, &sdp, log, &wishes->video);
	return err;
}

char *weir_rtp_wishes_uri(const struct weir_rtp_wishes *wishes)
{
	const struct weir_video *video = &wishes->video;
	char address[WEIR_RTP_ADDRESS_TEXT], from[WEIR_RTP_ADDRESS_TEXT];
	char rate[40] = "", stride[24] = "", *at = NULL, *uri;

	weir_rtp_address_text(&wishes->address, true, address);
	at = strchr(address, '%'); /* which means something in a URI */
	if (at) {
		snprintf(from, sizeof(from), "%s", at + 1);
		snprintf(at, sizeof(address) - (size_t)(at - address), "%%25%.*s",
			(int)(sizeof(address) - (size_t)(at - address) - 4), from);
	}
	weir_rtp_address_text(&wishes->from, false, from);
	if (video->rate.num)
		snprintf(rate, sizeof(rate), "&fps=%" PRIu32 "/%" PRIu32, video->rate.num,
			video->rate.den);
	if (video->stride != weir_format_line_bytes(video->format, 0, video->width))
		snprintf(stride, sizeof(stride), "&stride=%" PRIu32, video->stride);
	if (asprintf(&uri,
		    "rtp://%s?size=%" PRIu32 "x%" PRIu32 "&format=%s%s&payload=%u%s%s%s%s"
		    "&jitter=%" PRIu32 "&lost=%s%s",
		    address, video->width, video->height, video->format->name, rate,
		    wishes->payload_type, wishes->has_from ? "&from=" : "",
		    wishes->has_from ? from : "", wishes->iface[0] ? "&iface=" : "", wishes->iface,
		    wishes->jitter_ms, lost_words[wishes->lost], stride) < 0)
		return NULL;
	return uri;
}
