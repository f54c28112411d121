/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sinks/rtp/options.h"

#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/log.h"

#define MIN_MTU 576
#define MAX_MTU 65535

/* What receivers that wait for as long as weir's do need, up to 60 frames a second. */
#define DEFAULT_KEEP 6
#define MAX_KEEP     24

_Static_assert(IF_NAMESIZE == sizeof(((struct weir_rtp_options *)0)->iface), "names of devices");

const char *const weir_rtp_ways[] = { "stride", "gather", "copy", "pack", NULL };
const char *const weir_rtp_keys[] = { "mtu", "pace", "send", "ttl", "iface", "payload", "ssrc",
	"sdp", "nack", "keep", "rtcp", NULL };

/* The port has a default, and the next one is RTCP's. */
static int read_endpoint(const char *rest, const struct weir_log *log, struct weir_endpoint *out)
{
	const char *bracket = strchr(rest, ']');
	bool is_bare = !strncmp(rest, "//", 2) && !strchr(bracket ? bracket : rest, ':');
	char text[sizeof(out->host) + 16];
	int err;

	snprintf(text, sizeof(text), "%s:%u", rest, WEIR_RTP_DEFAULT_PORT);
	err = weir_endpoint_parse("rtp", is_bare ? text : rest, log, out);
	if (err)
		return err;
	if (out->host[0] && out->port < UINT16_MAX)
		return 0;
	weir_error(log, "rtp:%s: %s", rest,
		out->host[0] ? "the port after that one is RTCP's: at most 65534"
			     : "frames need a host or a group to go to: rtp://HOST:PORT");
	return -EINVAL;
}

static int read_number(const struct weir_uri *uri, const char *key, uint32_t min, uint32_t max,
	const struct weir_log *log, uint32_t *out)
{
	const char *text = weir_uri_get(uri, key);

	return text ? weir_parse_u32(key, text, min, max, log, out) : 0;
}

static int read_way(
	const struct weir_uri *uri, const struct weir_log *log, struct weir_rtp_options *out)
{
	const char *words[] = { "auto", weir_rtp_ways[0], weir_rtp_ways[1], weir_rtp_ways[2],
		weir_rtp_ways[3], NULL };
	const char *text = weir_uri_get(uri, "send");
	unsigned word = 0;
	int err = text ? weir_parse_word("send", text, words, log, &word) : 0;

	out->is_forced = word > 0;
	if (word)
		out->way = (enum weir_rtp_way)(word - 1);
	return err;
}

static int read_pace(
	const struct weir_uri *uri, const struct weir_log *log, struct weir_rtp_options *out)
{
	static const char *const words[] = { "spread", "off", NULL };
	const char *text = weir_uri_get(uri, "pace");
	unsigned word = WEIR_RTP_SPREAD;
	int err = text ? weir_parse_word("pace", text, words, log, &word) : 0;

	out->pace = (enum weir_rtp_pace)word;
	return err;
}

static int read_iface(
	const struct weir_uri *uri, const struct weir_log *log, struct weir_rtp_options *out)
{
	const char *text = weir_uri_get(uri, "iface");
	char quoted[WEIR_QUOTED];

	if (!text)
		return 0;
	if (*text && strlen(text) < sizeof(out->iface)) {
		snprintf(out->iface, sizeof(out->iface), "%s", text);
		return 0;
	}
	weir_error(log, "iface=%s is no network device's name, as \"ip link\" lists them",
		weir_quote(text, quoted));
	return -EINVAL;
}

static int read_nack(
	const struct weir_uri *uri, const struct weir_log *log, struct weir_rtp_options *out)
{
	uint32_t nack = 0;
	int err = read_number(uri, "nack", 0, 1, log, &nack);

	out->nack = nack;
	out->keep = DEFAULT_KEEP;
	if (!err)
		err = read_number(uri, "keep", 1, MAX_KEEP, log, &out->keep);
	if (!err)
		err = read_number(uri, "rtcp", 1, UINT16_MAX, log, &out->rtcp);
	if (!err && !nack && (weir_uri_get(uri, "keep") || out->rtcp)) {
		weir_error(log, "keep= and rtcp= mean something with nack=1 only");
		err = -EINVAL;
	}
	return err;
}

static int read_numbers(
	const struct weir_uri *uri, const struct weir_log *log, struct weir_rtp_options *out)
{
	uint32_t payload = 96;
	int err = read_number(uri, "mtu", MIN_MTU, MAX_MTU, log, &out->mtu);

	if (!err)
		err = read_number(uri, "ttl", 1, 255, log, &out->ttl);
	if (!err)
		err = read_number(uri, "payload", 96, 127, log, &payload);
	if (!err)
		err = read_number(uri, "ssrc", 0, UINT32_MAX, log, &out->ssrc);
	out->has_payload = weir_uri_get(uri, "payload") != NULL;
	out->has_ssrc = weir_uri_get(uri, "ssrc") != NULL;
	out->payload_type = (uint8_t)payload;
	return err;
}

int weir_rtp_read_options(
	const struct weir_uri *uri, const struct weir_log *log, struct weir_rtp_options *out)
{
	struct weir_rtp_options options = { 0 };
	const char *sdp = weir_uri_get(uri, "sdp");
	int err = read_endpoint(uri->rest, log, &options.endpoint);

	if (!err)
		err = read_numbers(uri, log, &options);
	if (!err)
		err = read_nack(uri, log, &options);
	if (!err)
		err = read_way(uri, log, &options);
	if (!err)
		err = read_pace(uri, log, &options);
	if (!err)
		err = read_iface(uri, log, &options);
	if (err)
		return err;
	if (sdp && !*sdp) {
		weir_error(log, "sdp= names no file");
		return -EINVAL;
	}
	options.sdp = sdp ? strdup(sdp) : NULL;
	if (sdp && !options.sdp)
		return -ENOMEM;
	*out = options;
	return 0;
}

void weir_rtp_finish_options(struct weir_rtp_options *options)
{
	free(options->sdp);
	options->sdp = NULL;
}
