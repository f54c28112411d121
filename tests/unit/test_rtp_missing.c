/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* When a packet that is missing is asked for, and what a description says of that. */

#include "tests/unit/cmocka_all.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "capture/rtp/missing.h"
#include "core/rtp/packet.h"
#include "core/rtp/sdp.h"

#define MS     UINT64_C(1000000)
#define WINDOW (100 * MS)
#define START  (1000 * MS)

static struct weir_missing missing;

static size_t due(uint64_t now, uint64_t *next)
{
	uint16_t sequences[64];

	return weir_missing_due(&missing, now, sequences, 64, next);
}

static int set_up(void **state)
{
	(void)state;
	memset(&missing, 0, sizeof(missing));
	weir_missing_clear(&missing, WINDOW);
	return 0;
}

static void what_was_overtaken_is_not_asked_for(void **state)
{
	uint64_t next;

	(void)state;
	weir_missing_note(&missing, 70000, 3, START, START + WINDOW);
	assert_true(weir_missing_has(&missing, 70001));
	assert_false(weir_missing_has(&missing, 70003));
	assert_int_equal(due(START + 1 * MS, &next), 0);
	assert_int_equal(next, START + WEIR_MISSING_REORDER_NS);
	weir_missing_found(&missing, 70001, START + 1 * MS);
	assert_int_equal(due(START + 2 * MS, &next), 2);
	assert_int_equal(missing.nacked, 2);
	assert_int_equal(missing.recovered, 0);
}

static void it_is_asked_for_until_it_is_too_late(void **state)
{
	uint64_t next, now = START + 2 * MS;
	unsigned asked = 0;

	(void)state;
	weir_missing_note(&missing, 5, 1, START, START + WINDOW);
	while (due(now, &next)) {
		asked++;
		assert_true(next >= now + 5 * MS); /* not faster than anybody answers */
		now = next;
	}
	assert_in_range(asked, 4, 12);
	assert_true(now >= START + WINDOW);
	assert_int_equal(next, 0);
	assert_int_equal(missing.given_up, 1);
	assert_int_equal(missing.asked, asked);
}

/* A long way is learned from answers, a short one too. */
static void questions_follow_answers(void **state)
{
	uint64_t next, now = START;

	(void)state;
	for (uint32_t i = 0; i < 100; i++, now += WINDOW) {
		weir_missing_note(&missing, 10 * i, 1, now, now + WINDOW);
		assert_int_equal(due(now + 2 * MS, &next), 1);
		weir_missing_found(&missing, 10 * i, now + 2 * MS + 20 * MS);
		assert_int_equal(due(now + 30 * MS, &next), 0);
	}
	assert_in_range(missing.answer_ns, 19 * MS, 20 * MS);
	weir_missing_note(&missing, 5000, 1, now, now + WINDOW);
	assert_int_equal(due(now + 2 * MS, &next), 1);
	assert_in_range(next, now + 2 * MS + 28 * MS, now + 2 * MS + 30 * MS);
	assert_int_equal(missing.recovered, 100);
}

static void no_more_is_noted_than_there_is_room(void **state)
{
	uint64_t next;

	(void)state;
	weir_missing_note(&missing, 0, WEIR_MISSING_MOST - 1, START, START + WINDOW);
	weir_missing_note(&missing, 10000, 30000, START, START + WINDOW);
	assert_int_equal(missing.n, WEIR_MISSING_MOST);
	assert_int_equal(missing.given_up, 29999);
	assert_int_equal(due(START + WINDOW, &next), 0);
	assert_int_equal(missing.n, 0);
	assert_int_equal(missing.given_up, 29999 + WEIR_MISSING_MOST);
}

/* ---- session descriptions ---- */

static const char head[] =
	"v=0\r\no=- 5004 1 IN IP4 10.0.0.1\r\ns=-\r\nc=IN IP4 10.0.0.2\r\nt=0 0\r\n";

static struct weir_sdp parsed(const char *rest)
{
	struct weir_sdp sdp = { 0 };
	char text[1024], why[256] = "";

	snprintf(text, sizeof(text), "%s%s", head, rest);
	assert_int_equal(weir_sdp_parse(text, strlen(text), &sdp, why, sizeof(why)), 0);
	return sdp;
}

static void descriptions_tell_of_it(void **state)
{
	struct weir_sdp sdp = {
		.payload = WEIR_RTP_JPEG,
		.payload_type = 26,
		.address = "10.0.0.2",
		.source = "10.0.0.1",
		.port = 5004,
		.nack = true,
		.rtx_type = 97,
		.rtx_ms = 200,
	};
	char text[1024], expected[1024], why[256];
	struct weir_sdp back = { 0 };
	int length = weir_sdp_write(&sdp, text, sizeof(text));

	(void)state;
	snprintf(expected, sizeof(expected),
		"%sm=video 5004 RTP/AVPF 26 97\r\na=rtpmap:26 JPEG/90000\r\na=rtcp-fb:26 nack\r\n"
		"a=rtpmap:97 rtx/90000\r\na=fmtp:97 apt=26;rtx-time=200\r\n",
		head);
	assert_string_equal(text, expected);
	assert_int_equal(weir_sdp_parse(text, (size_t)length, &back, why, sizeof(why)), 0);
	assert_true(back.nack);
	assert_int_equal(back.rtx_type, 97);
	assert_int_equal(back.payload_type, 26);
}

static void descriptions_of_others_are_read(void **state)
{
	struct weir_sdp sdp = parsed("m=video 5004 RTP/AVPF 26 99 98\r\n"
				     "a=rtcp-fb:26 nack pli\r\na=fmtp:98 x=1; apt=26\r\n"
				     "a=fmtp:99 apt=27\r\na=fmtp:x apt=26\r\na=fmtp:99\r\n");

	(void)state;
	assert_false(sdp.nack); /* of pictures, which is another matter */
	assert_int_equal(sdp.rtx_type, 98);
	sdp = parsed("m=video 5004 RTP/AVPF 26\r\na=rtcp-fb:* nack\r\n");
	assert_true(sdp.nack);
	assert_int_equal(sdp.rtx_type, 0);
	sdp = parsed("m=video 5004 RTP/AVP 26\r\na=rtcp-fb:27 nack\r\na=fmtp:98 apt=300\r\n");
	assert_false(sdp.nack);
	assert_int_equal(sdp.rtx_type, 0);
}

static void types_do_not_meet(void **state)
{
	(void)state;
	assert_int_equal(weir_rtp_rtx_type(26), 97);
	for (unsigned type = 96; type < 128; type++) {
		assert_in_range(weir_rtp_rtx_type((uint8_t)type), 96, 127);
		assert_int_not_equal(weir_rtp_rtx_type((uint8_t)type), type);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(what_was_overtaken_is_not_asked_for, set_up),
		cmocka_unit_test_setup(it_is_asked_for_until_it_is_too_late, set_up),
		cmocka_unit_test_setup(questions_follow_answers, set_up),
		cmocka_unit_test_setup(no_more_is_noted_than_there_is_room, set_up),
		cmocka_unit_test(descriptions_tell_of_it),
		cmocka_unit_test(descriptions_of_others_are_read),
		cmocka_unit_test(types_do_not_meet),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
