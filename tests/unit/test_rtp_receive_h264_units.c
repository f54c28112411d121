/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* What senders of H.264 other than ours put into packets, and what is none of H.264. */
#include <errno.h>
#include <unistd.h>

#include "core/checked.h"
#include "tests/unit/h264_stand.h"

#define PACKET(stand, bytes, last) h264_add(stand, bytes, sizeof(bytes) - 1, last)

/* A frame that can be begun with, of packets made by hand. */
static struct h264_stand *open_begun(void)
{
	struct h264_stand *stand = h264_open(H264_KEYS);

	h264_send_frame(stand);
	h264_expect_same(stand);
	h264_begin(stand);
	PACKET(stand, "\x09\x10", false);
	return stand;
}

static void close_received(struct h264_stand *stand, const void *bytes, size_t size, bool corrupt)
{
	h264_send_all(stand);
	h264_expect(stand, 2);
	h264_expect_bytes(stand, bytes, size);
	assert_int_equal(!!(stand->info.flags & WEIR_FRAME_CORRUPT), corrupt);
	h264_send_frame(stand);
	h264_expect_same(stand);
	h264_close(stand);
}

#define RECEIVED(stand, bytes) close_received(stand, bytes, sizeof(bytes) - 1, false)
#define CORRUPT(stand, bytes)  close_received(stand, bytes, sizeof(bytes) - 1, true)

static void units_come_together(void **state)
{
	struct h264_stand *stand = open_begun();

	(void)state;
	PACKET(stand, "\x78\0\3\x67\x01\x02\0\2\x68\x03\0\1\x06", false);
	PACKET(stand, "\x78\0\4\x65\x88\x01\x02", true);
	RECEIVED(stand, "\0\0\0\1\x09\x10\0\0\0\1\x67\x01\x02\0\0\0\1\x68\x03\0\0\0\1\x06"
			"\0\0\0\1\x65\x88\x01\x02");
}

/* No byte of such a packet is taken, and it is missed then. */
static void expect_unfit(const void *payload, size_t length)
{
	struct h264_stand *stand = open_begun();
	static const char rest[] = "\0\0\0\1\x09\x10\0\0\0\1\x41\x9a";

	h264_add(stand, payload, length, false);
	PACKET(stand, "\x41\x9a", true);
	h264_send_all(stand);
	h264_expect(stand, 2);
	assert_true(stand->info.flags & WEIR_FRAME_CORRUPT);
	h264_expect_bytes(stand, rest, sizeof(rest) - 1);
	assert_int_equal(stand->rtp->counts.unfit, 1);
	h264_send_frame(stand);
	h264_expect_same(stand);
	h264_close(stand);
}

#define UNFIT(bytes) expect_unfit(bytes, sizeof(bytes) - 1)

static void what_is_none_is_not_taken(void **state)
{
	(void)state;
	UNFIT("");
	UNFIT("\xc1\x9a\x01"); /* damaged on the way */
	UNFIT("\x60\x9a\x01"); /* of no type */
	UNFIT("\x7f\x9a\x01");
	UNFIT("\x78");
	UNFIT("\x78\0");
	UNFIT("\x78\0\0\0\1\x41"); /* an empty unit */
	UNFIT("\x78\0\2\x41\x9a\0");
	UNFIT("\x78\0\3\x41\x9a"); /* longer than the packet */
	UNFIT("\x78\xff\xff\x41\x9a");
	UNFIT("\x78\0\2\x7c\x81"); /* a fragment among units */
	UNFIT("\x78\0\1\x78");
	UNFIT("\x7c\x81"); /* a fragment of nothing */
	UNFIT("\x7c");
	UNFIT("\x7c\x9c\x01"); /* of what is no unit */
	UNFIT("\x7c\x80\x01");
	UNFIT("\x79\0\0\0\2\x41\x9a"); /* interleaved */
	UNFIT("\x7d\x81\0\0\x9a");
}

/* ---- fragments ---- */

static void fragments_are_one_unit(void **state)
{
	struct h264_stand *stand = open_begun();

	(void)state;
	PACKET(stand, "\x7c\x85\x01\x02", false);
	PACKET(stand, "\x7c\x05\x03", false);
	PACKET(stand, "\x7c\x45\x04", false);
	PACKET(stand, "\x7c\xc5\x05", true); /* the first and the last, which should not be */
	RECEIVED(stand, "\0\0\0\1\x09\x10\0\0\0\1\x65\x01\x02\x03\x04\0\0\0\1\x65\x05");
}

static void fragments_without_a_beginning(void **state)
{
	struct h264_stand *stand = open_begun();

	(void)state;
	PACKET(stand, "\x7c\x05\x03", false);
	PACKET(stand, "\x7c\x45\x04", false);
	PACKET(stand, "\x41\x9a\x01", true);
	CORRUPT(stand, "\0\0\0\1\x09\x10\0\0\0\1\x41\x9a\x01");
}

static void fragments_of_a_frame_without_a_beginning(void **state)
{
	struct h264_stand *stand = h264_open(H264_KEYS);
	static const char rest[] = "\0\0\0\1\x41\x9a\x01";

	(void)state;
	h264_send_frame(stand);
	h264_begin(stand);
	PACKET(stand, "\x7c\x05\x03", false);
	PACKET(stand, "\x7c\x45\x04", false);
	PACKET(stand, "\x41\x9a\x01", true);
	close_received(stand, rest, sizeof(rest) - 1, true);
}

static void fragments_without_an_end(void **state)
{
	struct h264_stand *stand = open_begun();

	(void)state;
	PACKET(stand, "\x7c\x85\x01\x02", false);
	PACKET(stand, "\x7c\x05\x03", false);
	PACKET(stand, "\x41\x9a\x01", true);
	CORRUPT(stand, "\0\0\0\1\x09\x10\0\0\0\1\x65\x01\x02\x03\0\0\0\1\x41\x9a\x01");
}

static void a_frame_ends_within_a_unit(void **state)
{
	struct h264_stand *stand = open_begun();

	(void)state;
	PACKET(stand, "\x7c\x85\x01\x02", false);
	PACKET(stand, "\x7c\x05\x03", true);
	CORRUPT(stand, "\0\0\0\1\x09\x10\0\0\0\1\x65\x01\x02\x03");
}

static void fragments_of_another_unit(void **state)
{
	struct h264_stand *stand = open_begun();

	(void)state;
	PACKET(stand, "\x7c\x85\x01\x02", false);
	PACKET(stand, "\x5c\x01\x03", false); /* does not go on with it */
	PACKET(stand, "\x5c\x41\x04", false);
	PACKET(stand, "\x41\x9a\x01", true);
	CORRUPT(stand, "\0\0\0\1\x09\x10\0\0\0\1\x65\x01\x02\0\0\0\1\x41\x9a\x01");
}

/* What goes on behind a gap is left out, to the end of the unit. */
static void fragments_behind_a_gap(void **state)
{
	struct h264_stand *stand = open_begun();

	(void)state;
	PACKET(stand, "\x7c\x85\x01\x02", false);
	stand->sequence++;
	PACKET(stand, "\x7c\x05\x03", false);
	PACKET(stand, "\x7c\x05\x04", false);
	PACKET(stand, "\x7c\x45\x05", false);
	PACKET(stand, "\x41\x9a\x01", true);
	CORRUPT(stand, "\0\0\0\1\x09\x10\0\0\0\1\x65\x01\x02\0\0\0\1\x41\x9a\x01");
}

/* ---- where a stream begins ---- */

static void waits_for_a_beginning(void **state)
{
	struct h264_stand *stand = h264_open(H264_KEYS);

	(void)state;
	stand->number = 4; /* the frames before the next one that can be begun with */
	for (unsigned i = 0; i < 4; i++) {
		h264_make(stand);
		h264_send_all(stand);
	}
	h264_send_frame(stand);
	h264_expect_same(stand);
	assert_int_equal(stand->frames, 1);
	assert_int_equal(stand->info.sequence, 0);
	assert_int_equal(weir_counter_get(&stand->source->lost), 0);
	h264_close(stand);
}

static void recovery_points_are_beginnings(void **state)
{
	struct h264_stand *stand = h264_open(H264_KEYS);

	(void)state;
	h264_begin(stand);
	PACKET(stand, "\x06\x06\x01\xc4\x80", false);
	PACKET(stand, "\x41\x9a\x01", true);
	h264_send_all(stand);
	h264_expect(stand, 1);
	assert_false(stand->info.flags & WEIR_FRAME_CORRUPT);
	h264_close(stand);
}

static void write_sdp(char *path, const char *sets)
{
	int fd = mkstemp(path);
	FILE *file = fdopen(fd, "w");

	assert_non_null(file);
	fprintf(file,
		"v=0\r\nm=video 5004 RTP/AVP 96\r\nc=IN IP4 127.0.0.1\r\n"
		"a=rtpmap:96 H264/90000\r\na=fmtp:96 packetization-mode=1%s%s\r\n",
		sets[0] ? ";sprop-parameter-sets=" : "", sets);
	fclose(file);
}

static const char sets_text[] = "Z2QAH6y0BQF/y4CIAAADAAgAAAMDJHjBlQ==,aO8Pyw==";

/* Whoever sends them in the description only gets them into the stream. */
static void sets_of_the_description(void **state)
{
	char path[] = "/tmp/weir-h264-XXXXXX", keys[64];
	struct h264_stream expected = { 0 };
	struct h264_stand *stand;

	(void)state;
	write_sdp(path, sets_text);
	snprintf(keys, sizeof(keys), "sdp=%s", path);
	stand = h264_open(keys);
	unlink(path);
	assert_int_equal(weir_source_video(stand->source)->width, 640);
	assert_int_equal(weir_source_video(stand->source)->height, 360);
	for (unsigned delimited = 0; delimited <= 1; delimited++) {
		h264_begin(stand);
		expected.size = 0;
		if (delimited) {
			h264_put(&stand->frame, "\x09\x10", 2);
			h264_put(&expected, "\x09\x10", 2);
		}
		h264_put_sets(&expected);
		h264_put_unit(&stand->frame, 0x65, 3000, 1);
		h264_put_unit(&expected, 0x65, 3000, 1);
		h264_cut(stand);
		h264_send_all(stand);
		h264_expect(stand, 1 + 2 * delimited);
		h264_expect_bytes(stand, expected.bytes, expected.size);
		h264_begin(stand);
		h264_put_unit(&stand->frame, 0x41, 3000, 1);
		h264_cut(stand);
		h264_send_all(stand);
		h264_expect(stand, 2 + 2 * delimited);
		h264_expect_same(stand);
	}
	stand->number += 8 - stand->number % 8;
	h264_send_frame(stand); /* brings its own */
	h264_expect_same(stand);
	h264_close(stand);
}

static void sizes_are_asked_for(void **state)
{
	static const char *const none[] = { "", "Z2Q=", "aO8Pyw==" };
	struct stand_log heard = { 0 };
	const struct weir_source_settings settings = { .log = &heard.log };
	struct weir_source *source = NULL;

	(void)state;
	stand_listen(&heard);
	for (size_t i = 0; i < WEIR_COUNT(none); i++) {
		char path[] = "/tmp/weir-h264-XXXXXX", uri[80];

		write_sdp(path, none[i]);
		snprintf(uri, sizeof(uri), "rtp:?sdp=%s", path);
		assert_int_equal(weir_source_open(uri, &settings, &source), -EINVAL);
		snprintf(uri, sizeof(uri), "rtp:?size=320x240&sdp=%s", path);
		assert_int_equal(weir_source_open(uri, &settings, &source), 0);
		assert_int_equal(weir_source_video(source)->width, 320);
		weir_source_close(&source);
		unlink(path);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(units_come_together),
		cmocka_unit_test(what_is_none_is_not_taken),
		cmocka_unit_test(fragments_are_one_unit),
		cmocka_unit_test(fragments_without_a_beginning),
		cmocka_unit_test(fragments_of_a_frame_without_a_beginning),
		cmocka_unit_test(fragments_without_an_end),
		cmocka_unit_test(a_frame_ends_within_a_unit),
		cmocka_unit_test(fragments_of_another_unit),
		cmocka_unit_test(fragments_behind_a_gap),
		cmocka_unit_test(waits_for_a_beginning),
		cmocka_unit_test(recovery_points_are_beginnings),
		cmocka_unit_test(sets_of_the_description),
		cmocka_unit_test(sizes_are_asked_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
