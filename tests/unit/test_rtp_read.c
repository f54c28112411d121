/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* What others say beside their streams, as they really write it, and RTCP. */

#include "tests/unit/cmocka_all.h"

#include <errno.h>
#include <string.h>

#include "core/checked.h"
#include "core/rtp/rtcp.h"
#include "core/rtp/sdp.h"

static int parse(const char *text, struct weir_sdp *sdp, char why[160])
{
	why[0] = '\0';
	return weir_sdp_parse(text, strlen(text), sdp, why, 160);
}

static void our_own_comes_back(void **state)
{
	const struct weir_sdp said = {
		.payload = WEIR_RTP_RAW,
		.payload_type = 100,
		.address = "239.1.2.3",
		.source = "10.0.0.1",
		.port = 5006,
		.ttl = 4,
		.video = { weir_format_by_name("RGB24"), 1920, 1080, .rate = { 30000, 1001 } },
		.name = "weir",
	};
	struct weir_sdp sdp;
	char text[1024], why[160];

	(void)state;
	assert_true(weir_sdp_write(&said, text, sizeof(text)) > 0);
	assert_int_equal(parse(text, &sdp, why), 0);
	assert_int_equal(sdp.payload, WEIR_RTP_RAW);
	assert_int_equal(sdp.payload_type, 100);
	assert_string_equal(sdp.address, "239.1.2.3");
	assert_int_equal(sdp.port, 5006);
	assert_int_equal(sdp.ttl, 4);
	assert_ptr_equal(sdp.video.format, said.video.format);
	assert_int_equal(sdp.video.width, 1920);
	assert_int_equal(sdp.video.height, 1080);
	assert_int_equal(sdp.video.rate.num, 30000);
	assert_int_equal(sdp.video.rate.den, 1001);
	assert_string_equal(sdp.name, "weir");
}

/* SMPTE ST 2110-20, 7.3. */
static void of_broadcast_gear(void **state)
{
	struct weir_sdp sdp;
	char why[160];

	(void)state;
	assert_int_equal(parse("v=0\r\no=- 123456 11 IN IP4 192.168.100.2\r\ns=Example\r\nt=0 0\r\n"
			       "a=recvonly\r\nm=video 50000 RTP/AVP 112\r\n"
			       "c=IN IP4 239.100.9.10/32\r\n"
			       "a=source-filter: incl IN IP4 239.100.9.10 192.168.100.2\r\n"
			       "a=rtpmap:112 raw/90000\r\n"
			       "a=fmtp:112 sampling=YCbCr-4:2:2; width=1280; height=720; "
			       "exactframerate=60000/1001; depth=10; TCS=SDR; colorimetry=BT709; "
			       "PM=2110GPM; SSN=ST2110-20:2017; RANGE=FULL;\r\n"
			       "a=ts-refclk:ptp=IEEE1588-2008:39-A7-94-FF-FE-07-CB-D0:37\r\n",
				 &sdp, why),
		0);
	assert_string_equal(sdp.source, "192.168.100.2");
	assert_string_equal(sdp.address, "239.100.9.10");
	assert_int_equal(sdp.video.rate.num, 60000);
	assert_int_equal(sdp.video.matrix, WEIR_MATRIX_709);
	assert_int_equal(sdp.video.range, WEIR_RANGE_FULL);
	assert_string_equal(sdp.video.format->name, "UYVP");
}

static void the_first_video_stream_is_taken(void **state)
{
	struct weir_sdp sdp;
	char why[160];

	(void)state;
	assert_int_equal(parse("c=IN IP6 ff15::1\nm=audio 1 RTP/AVP 96\na=rtpmap:96 L16/48000\n"
			       "m=video 5004 RTP/AVP 96\na=rtpmap:96 H264/90000\n"
			       "a=fmtp:96 sprop-parameter-sets=Z0LA,aMuM\nm=video 6 RTP/AVP 26\n",
				 &sdp, why),
		0);
	assert_int_equal(sdp.payload, WEIR_RTP_H264);
	assert_string_equal(sdp.sprop, "Z0LA,aMuM");
	assert_string_equal(sdp.address, "ff15::1");
	assert_int_equal(parse("m=video 5004 RTP/AVP 26\na=x-dimensions:640, 480\n", &sdp, why), 0);
	assert_int_equal(sdp.payload, WEIR_RTP_JPEG);
	assert_int_equal(sdp.video.width, 640);
}

static void refusals_name_the_line(void **state)
{
	static const struct {
		const char *text, *words;
		int err;
	} rows[] = {
		{ "v=0\nhello\n", "line 2", -EINVAL },
		{ "v=0\n", "no video", -ENOTSUP },
		{ "m=video 5004 RTP/SAVP 96\n", "RTP/SAVP", -ENOTSUP },
		{ "m=video 0 RTP/AVP 96\n", "port", -EINVAL },
		{ "m=video 5004 RTP/AVP 128\n", "payload type", -EINVAL },
		{ "m=video 5004 RTP/AVP 96\n", "line 1: no a=rtpmap", -EINVAL },
		{ "m=video 5004 RTP/AVP 96\na=rtpmap:96 VP8/90000\n", "line 2: weir receives raw",
			-ENOTSUP },
		{ "m=video 5004 RTP/AVP 96\na=rtpmap:96 raw/48000\n", "90000", -ENOTSUP },
		{ "m=video 5004 RTP/AVP 96\na=rtpmap:96 raw/90000\na=fmtp:96 width=0\n", "line 3",
			-EINVAL },
		{ "m=video 5004 RTP/AVP 96\na=rtpmap:96 raw/90000\n"
		  "a=fmtp:96 sampling=YCbCr-4:2:2;depth=12\n",
			"YCbCr-4:2:2 of 12 bits", -ENOTSUP },
		{ "m=video 5004 RTP/AVP 96\na=rtpmap:96 raw/90000\n"
		  "a=fmtp:96 sampling=YCbCr-4:2:2;depth=8;interlace\n",
			"interlaced", -ENOTSUP },
		{ "c=ATM NSAP x\nm=video 5004 RTP/AVP 26\n", "line 1", -ENOTSUP },
	};
	struct weir_sdp sdp;
	char why[160];

	(void)state;
	for (size_t i = 0; i < WEIR_COUNT(rows); i++) {
		assert_int_equal(parse(rows[i].text, &sdp, why), rows[i].err);
		if (!strstr(why, rows[i].words))
			fail_msg("\"%s\" does not say \"%s\"", why, rows[i].words);
	}
}

/* ---- RTCP ---- */

struct heard {
	struct weir_rtcp_report report;
	unsigned reports, byes, n;
	uint32_t bye, media;
	uint16_t missing[32];
};

static void hear_report(void *data, const struct weir_rtcp_report *report)
{
	struct heard *heard = data;

	heard->report = *report;
	heard->reports++;
}

static void hear_bye(void *data, uint32_t ssrc)
{
	struct heard *heard = data;

	heard->bye = ssrc;
	heard->byes++;
}

static void hear_missing(void *data, uint32_t media, uint16_t sequence)
{
	struct heard *heard = data;

	heard->media = media;
	assert_true(heard->n < WEIR_COUNT(heard->missing));
	heard->missing[heard->n++] = sequence;
}

static struct weir_rtcp_reader ear(struct heard *heard)
{
	return (struct weir_rtcp_reader){ heard, hear_report, hear_bye, hear_missing };
}

static void reports_and_goodbyes(void **state)
{
	const struct weir_rtcp_report report = { 0xabcdef01, 0x1234567890abcdef, 77, 8, 9 };
	struct heard heard = { 0 };
	const struct weir_rtcp_reader reader = ear(&heard);
	uint8_t packet[WEIR_RTCP_MAX];
	int length = weir_rtcp_write_report(packet, sizeof(packet), &report, "weir@host");

	(void)state;
	length += weir_rtcp_write_bye(packet + length, sizeof(packet) - (size_t)length, 0xabcdef01);
	assert_int_equal(weir_rtcp_read(packet, (size_t)length, &reader), 0);
	assert_int_equal(heard.reports, 1);
	assert_int_equal(heard.report.ssrc, report.ssrc);
	assert_int_equal(heard.report.ntp, report.ntp);
	assert_int_equal(heard.report.timestamp, report.timestamp);
	assert_int_equal(heard.report.packets, report.packets);
	assert_int_equal(heard.report.octets, report.octets);
	assert_int_equal(heard.byes, 1);
	assert_int_equal(heard.bye, 0xabcdef01);
	for (size_t cut = 0; cut < (size_t)length; cut++)
		(void)weir_rtcp_read(packet, cut, &reader);
	assert_int_equal(weir_rtcp_read(packet, 0, &reader), -EBADMSG);
	assert_int_equal(weir_rtcp_read(packet, (size_t)length - 1, &reader), -EBADMSG);
}

static void what_is_asked_for_again(void **state)
{
	static const uint16_t missing[] = { 65530, 65531, 65535, 3, 10, 400, 401 };
	struct heard heard = { 0 };
	const struct weir_rtcp_reader reader = ear(&heard);
	uint8_t packet[WEIR_RTCP_MAX];
	int length = weir_rtcp_write_nack(
		packet, sizeof(packet), 1, 0xfeed, missing, WEIR_COUNT(missing));

	(void)state;
	assert_int_equal(weir_rtcp_read(packet, (size_t)length, &reader), 0);
	assert_int_equal(heard.media, 0xfeed);
	assert_int_equal(heard.n, WEIR_COUNT(missing));
	assert_memory_equal(heard.missing, missing, sizeof(missing));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(our_own_comes_back),
		cmocka_unit_test(of_broadcast_gear),
		cmocka_unit_test(the_first_video_stream_is_taken),
		cmocka_unit_test(refusals_name_the_line),
		cmocka_unit_test(reports_and_goodbyes),
		cmocka_unit_test(what_is_asked_for_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
