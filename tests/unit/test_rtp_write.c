/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* What a sender says beside its stream: the session description that stock players read, and RTCP,
 * byte for byte as RFC 3550 and RFC 4585 have it. */

#include "cmocka_all.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/rtp/rtcp.h"
#include "core/rtp/sdp.h"

/* ---- session descriptions ---- */

static struct weir_sdp raw_stream(void)
{
	return (struct weir_sdp){
		.payload = WEIR_RTP_RAW,
		.payload_type = 96,
		.address = "239.1.2.3",
		.source = "10.0.0.1",
		.port = 5004,
		.ttl = 4,
		.video = { weir_format_by_name("UYVY"), 1920, 1080, .rate = { 30000, 1001 } },
		.name = "weir",
	};
}

static void expect_text(const struct weir_sdp *sdp, const char *expected)
{
	char text[1024];

	assert_int_equal(weir_sdp_write(sdp, text, sizeof(text)), strlen(expected));
	assert_string_equal(text, expected);
}

static void test_raw_to_a_group(void **state)
{
	struct weir_sdp sdp = raw_stream();

	(void)state;
	expect_text(&sdp,
		"v=0\r\no=- 5004 1 IN IP4 10.0.0.1\r\ns=weir\r\nc=IN IP4 239.1.2.3/4\r\nt=0 0\r\n"
		"m=video 5004 RTP/AVP 96\r\na=rtpmap:96 raw/90000\r\n"
		"a=fmtp:96 sampling=YCbCr-4:2:2; width=1920; height=1080; depth=8; "
		"colorimetry=BT709-2; exactframerate=30000/1001\r\na=framerate:29.970\r\n");
}

static void test_what_is_not_told_is_left_out(void **state)
{
	struct weir_sdp sdp = {
		.payload = WEIR_RTP_RAW,
		.payload_type = 112,
		.address = "fd00::2",
		.port = 5004,
		.video = { weir_format_by_name("RGB24"), 640, 480 },
	};

	(void)state;
	expect_text(&sdp, "v=0\r\no=- 5004 1 IN IP6 fd00::2\r\ns=-\r\nc=IN IP6 fd00::2\r\nt=0 0\r\n"
			  "m=video 5004 RTP/AVP 112\r\na=rtpmap:112 raw/90000\r\n"
			  "a=fmtp:112 sampling=RGB; width=640; height=480; depth=8; "
			  "colorimetry=BT709-2\r\n");
}

static void expect_word(struct weir_sdp *sdp, const char *word)
{
	char text[1024];

	assert_true(weir_sdp_write(sdp, text, sizeof(text)) > 0);
	assert_non_null(strstr(text, word));
}

static void test_colours(void **state)
{
	struct weir_sdp sdp = raw_stream();

	(void)state;
	sdp.video.matrix = WEIR_MATRIX_2020;
	expect_word(&sdp, "colorimetry=BT2020;");
	sdp.video.matrix = WEIR_MATRIX_601;
	expect_word(&sdp, "colorimetry=BT601-5;");
	sdp.video.matrix = WEIR_MATRIX_UNKNOWN;
	sdp.video.height = 576;
	expect_word(&sdp, "colorimetry=BT601-5;");
	sdp.video.matrix = WEIR_MATRIX_709;
	expect_word(&sdp, "colorimetry=BT709-2;");
}

static void test_coded_streams(void **state)
{
	struct weir_sdp sdp = raw_stream();

	(void)state;
	sdp.payload = WEIR_RTP_JPEG;
	sdp.payload_type = 26;
	sdp.video.rate = (struct weir_rate){ 25, 1 };
	expect_word(&sdp, "m=video 5004 RTP/AVP 26\r\na=rtpmap:26 JPEG/90000\r\n");
	expect_word(&sdp, "a=x-dimensions:1920,1080\r\na=framerate:25\r\n");
	sdp.payload = WEIR_RTP_H264;
	sdp.payload_type = 97;
	expect_word(&sdp, "a=rtpmap:97 H264/90000\r\na=fmtp:97 packetization-mode=1\r\n");
	strcpy(sdp.sprop, "Z0IAKeKQ,aM4xUg==");
	expect_word(&sdp, "packetization-mode=1; sprop-parameter-sets=Z0IAKeKQ,aM4xUg==\r\n");
	expect_word(&sdp, "a=fmtp:97 profile-level-id=420029; packetization-mode=1; ");
}

static void test_short_buffers_are_not_overrun(void **state)
{
	struct weir_sdp sdp = raw_stream();
	char whole[1024];
	int length = weir_sdp_write(&sdp, whole, sizeof(whole));

	(void)state;
	for (int size = 0; size <= length; size++) {
		char *text = malloc(size ? (size_t)size : 1);

		assert_non_null(text);
		assert_int_equal(weir_sdp_write(&sdp, text, (size_t)size), -ENOSPC);
		free(text);
	}
	assert_int_equal(weir_sdp_write(&sdp, whole, (size_t)length + 1), length);
}

/* ---- RTCP ---- */

static void test_sender_report(void **state)
{
	static const struct weir_rtcp_report report = {
		.ssrc = 0x01020304,
		.ntp = UINT64_C(0x1112131415161718),
		.timestamp = 0x21222324,
		.packets = 5,
		.octets = 0x31323334,
	};
	static const uint8_t expected[] = { 0x80, 200, 0, 6, 1, 2, 3, 4, 0x11, 0x12, 0x13, 0x14,
		0x15, 0x16, 0x17, 0x18, 0x21, 0x22, 0x23, 0x24, 0, 0, 0, 5, 0x31, 0x32, 0x33, 0x34,
		0x81, 202, 0, 3, 1, 2, 3, 4, 1, 4, 'w', 'e', 'i', 'r', 0, 0 };
	uint8_t bytes[WEIR_RTCP_MAX];

	(void)state;
	assert_int_equal(
		weir_rtcp_write_report(bytes, sizeof(bytes), &report, "weir"), sizeof(expected));
	assert_memory_equal(bytes, expected, sizeof(expected));
	/* A zero ends the items, whatever the name's length. */
	assert_int_equal(weir_rtcp_write_report(bytes, sizeof(bytes), &report, "weir@x"), 48);
	assert_int_equal(bytes[31], 4);
	assert_int_equal(bytes[44] | bytes[45] | bytes[46] | bytes[47], 0);
	assert_int_equal(weir_rtcp_write_report(bytes, 43, &report, "weir"), -ENOSPC);
	assert_int_equal(weir_rtcp_write_report(bytes, 44, &report, "weir"), 44);
}

static void test_long_names_are_cut(void **state)
{
	static const struct weir_rtcp_report report = { .ssrc = 1 };
	uint8_t bytes[WEIR_RTCP_MAX];
	char name[400];

	(void)state;
	memset(name, 'n', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	assert_int_equal(weir_rtcp_write_report(bytes, sizeof(bytes), &report, name), 28 + 4 + 264);
	assert_int_equal(bytes[37], 255);
}

static void test_bye(void **state)
{
	static const uint8_t expected[] = { 0x80, 201, 0, 1, 1, 2, 3, 4, 0x81, 203, 0, 1, 1, 2, 3,
		4 };
	uint8_t bytes[WEIR_RTCP_MAX];

	(void)state;
	assert_int_equal(weir_rtcp_write_bye(bytes, sizeof(bytes), 0x01020304), 16);
	assert_memory_equal(bytes, expected, 16);
	assert_int_equal(weir_rtcp_write_bye(bytes, 15, 1), -ENOSPC);
}

/* 17 fits the mask of 1 and 18 does not; numbers wrap. */
static void test_nack(void **state)
{
	static const uint16_t missing[] = { 1, 2, 17, 18, 65535, 0 };
	static const uint8_t expected[] = { 0x80, 201, 0, 1, 0, 0, 0, 9, 0x81, 205, 0, 5, 0, 0, 0,
		9, 0, 0, 0, 7, 0, 1, 0x80, 1, 0, 18, 0, 0, 0xff, 0xff, 0, 1 };
	uint8_t bytes[WEIR_RTCP_MAX];

	(void)state;
	assert_int_equal(
		weir_rtcp_write_nack(bytes, sizeof(bytes), 9, 7, missing, 6), sizeof(expected));
	assert_memory_equal(bytes, expected, sizeof(expected));
	/* As many as fit. */
	assert_int_equal(weir_rtcp_write_nack(bytes, 27, 9, 7, missing, 6), 24);
	assert_int_equal(bytes[11], 3);
	assert_int_equal(weir_rtcp_write_nack(bytes, 23, 9, 7, missing, 6), -ENOSPC);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_raw_to_a_group),
		cmocka_unit_test(test_what_is_not_told_is_left_out),
		cmocka_unit_test(test_colours),
		cmocka_unit_test(test_coded_streams),
		cmocka_unit_test(test_short_buffers_are_not_overrun),
		cmocka_unit_test(test_sender_report),
		cmocka_unit_test(test_long_names_are_cut),
		cmocka_unit_test(test_bye),
		cmocka_unit_test(test_nack),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
