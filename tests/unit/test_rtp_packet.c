/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* RTP packets and the uncompressed video in them: the bytes are those of RFC 3550 and RFC 4175,
 * what is written is read back, and what is cut short or lies is refused. */

#include "cmocka_all.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/rtp/packet.h"
#include "core/rtp/raw.h"

/* ---- the RTP header ---- */

static const struct weir_rtp_header header = {
	.marker = true,
	.payload_type = 96,
	.sequence = 0xfffe,
	.timestamp = 0x01020304,
	.ssrc = 0xdeadbeef,
};

static void test_header_bytes(void **state)
{
	static const uint8_t expected[WEIR_RTP_HEADER] = { 0x80, 0xe0, 0xff, 0xfe, 1, 2, 3, 4, 0xde,
		0xad, 0xbe, 0xef };
	struct weir_rtp_header padded = header;
	uint8_t bytes[WEIR_RTP_HEADER];

	(void)state;
	weir_rtp_write(bytes, &header);
	assert_memory_equal(bytes, expected, sizeof(expected));
	padded.padding = true;
	padded.marker = false;
	weir_rtp_write(bytes, &padded);
	assert_int_equal(bytes[0], 0xa0);
	assert_int_equal(bytes[1], 96);
}

/* A copy of exactly that size, so that a sanitizer sees a read past its end. */
static int read_exactly(const uint8_t *bytes, size_t length, struct weir_rtp_header *out,
	size_t *offset, size_t *payload_length)
{
	uint8_t *packet = malloc(length ? length : 1);
	const uint8_t *payload = NULL;
	int err;

	assert_non_null(packet);
	memcpy(packet, bytes, length);
	err = weir_rtp_read(packet, length, out, &payload, payload_length);
	if (!err)
		*offset = (size_t)(payload - packet);
	free(packet);
	return err;
}

static void test_header_is_read_back(void **state)
{
	uint8_t bytes[WEIR_RTP_HEADER + 5] = { 0 };
	struct weir_rtp_header out;
	size_t offset, length;

	(void)state;
	weir_rtp_write(bytes, &header);
	assert_int_equal(read_exactly(bytes, sizeof(bytes), &out, &offset, &length), 0);
	assert_true(out.marker && !out.padding);
	assert_int_equal(out.payload_type, 96);
	assert_int_equal(out.sequence, header.sequence);
	assert_int_equal(out.timestamp, header.timestamp);
	assert_int_equal(out.ssrc, header.ssrc);
	assert_int_equal(offset, WEIR_RTP_HEADER);
	assert_int_equal(length, 5);
}

/* Two contributing sources, an extension of one word, three bytes of padding. */
static void test_what_stands_around_the_payload_is_passed_over(void **state)
{
	uint8_t bytes[12 + 8 + 8 + 4 + 3] = { 0 };
	struct weir_rtp_header out;
	size_t offset, length;

	(void)state;
	weir_rtp_write(bytes, &header);
	bytes[0] = 0x80 | 0x20 | 0x10 | 2;
	bytes[12 + 8 + 3] = 1;
	bytes[sizeof(bytes) - 1] = 3;
	assert_int_equal(read_exactly(bytes, sizeof(bytes), &out, &offset, &length), 0);
	assert_true(out.padding);
	assert_int_equal(offset, 28);
	assert_int_equal(length, 4);
	/* Whatever is cut off at the end, nothing is read beyond. */
	for (size_t cut = 0; cut < 28; cut++)
		assert_int_equal(read_exactly(bytes, cut, &out, &offset, &length), -EBADMSG);
}

static void test_lies_are_refused(void **state)
{
	uint8_t bytes[WEIR_RTP_HEADER + 4] = { 0 };
	struct weir_rtp_header out;
	size_t offset, length;

	(void)state;
	weir_rtp_write(bytes, &header);
	bytes[0] = 0x40; /* version 1 */
	assert_int_equal(read_exactly(bytes, sizeof(bytes), &out, &offset, &length), -EBADMSG);
	bytes[0] = 0xa0; /* padding of no bytes, then of more than there are */
	assert_int_equal(read_exactly(bytes, sizeof(bytes), &out, &offset, &length), -EBADMSG);
	bytes[sizeof(bytes) - 1] = 5;
	assert_int_equal(read_exactly(bytes, sizeof(bytes), &out, &offset, &length), -EBADMSG);
	bytes[sizeof(bytes) - 1] = 4;
	assert_int_equal(read_exactly(bytes, sizeof(bytes), &out, &offset, &length), 0);
	assert_int_equal(length, 0);
	bytes[0] = 0x8f; /* fifteen contributing sources */
	assert_int_equal(read_exactly(bytes, sizeof(bytes), &out, &offset, &length), -EBADMSG);
	bytes[0] = 0x90; /* an extension of 65535 words */
	bytes[14] = bytes[15] = 0xff;
	assert_int_equal(read_exactly(bytes, sizeof(bytes), &out, &offset, &length), -EBADMSG);
}

static void test_ticks(void **state)
{
	(void)state;
	assert_int_equal(weir_rtp_ticks(0, 7), 7);
	assert_int_equal(weir_rtp_ticks(1000000000, 0), 90000);
	assert_int_equal(weir_rtp_ticks(16666667, 0), 1500);
	assert_int_equal(weir_rtp_ticks(11111, 0), 0);
	assert_int_equal(weir_rtp_ticks(11112, 0), 1);
	/* 47721.858… s are 2^32 ticks, and the largest time overflows nothing. */
	assert_int_equal(weir_rtp_ticks(UINT64_C(47721858845512), 0), 0);
	assert_int_equal(weir_rtp_ticks(UINT64_MAX, 0),
		(uint32_t)(((unsigned __int128)UINT64_MAX * 9) / 100000));
}

/* ---- RFC 4175 ---- */

static void test_line_header_bytes(void **state)
{
	static const struct weir_rtp_raw_line lines[] = {
		{ .length = 0x0500, .line = 0x0102, .offset = 0x280 },
		{ .length = 4, .line = 0x7fff, .offset = 0, .second_field = true },
	};
	static const uint8_t expected[] = { 0xab, 0xcd, 5, 0, 1, 2, 0x82, 0x80, 0, 4, 0xff, 0xff, 0,
		0 };
	uint8_t bytes[sizeof(expected)];

	(void)state;
	assert_int_equal(weir_rtp_raw_write(bytes, 0xabcd, lines, 2), sizeof(expected));
	assert_memory_equal(bytes, expected, sizeof(expected));
	assert_int_equal(weir_rtp_raw_write(bytes, 0xabcd, lines, 1), 8);
	assert_int_equal(bytes[6], 0x02);
}

static void test_line_headers_are_read_back(void **state)
{
	static const struct weir_rtp_raw_line lines[] = {
		{ .length = 4, .line = 17, .offset = 1918 },
		{ .length = 6, .line = 32767, .offset = 32767, .second_field = true },
	};
	struct weir_rtp_raw_line out[WEIR_RTP_RAW_MAX_LINES];
	uint8_t bytes[14 + 10] = { 0 };
	const uint8_t *pixels = NULL;
	uint16_t high = 0;

	(void)state;
	weir_rtp_raw_write(bytes, 0x1234, lines, 2);
	assert_int_equal(weir_rtp_raw_read(bytes, sizeof(bytes), &high, out, &pixels), 2);
	assert_int_equal(high, 0x1234);
	assert_ptr_equal(pixels, bytes + 14);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(out[i].length, lines[i].length);
		assert_int_equal(out[i].line, lines[i].line);
		assert_int_equal(out[i].offset, lines[i].offset);
		assert_int_equal(out[i].second_field, lines[i].second_field);
	}
	/* One byte of the pixels is missing, then more and more. */
	for (size_t length = 0; length < sizeof(bytes); length++) {
		uint8_t *exact = malloc(length ? length : 1);

		assert_non_null(exact);
		memcpy(exact, bytes, length);
		assert_int_equal(weir_rtp_raw_read(exact, length, &high, out, &pixels), -EBADMSG);
		free(exact);
	}
}

static void test_too_many_pieces_are_refused(void **state)
{
	struct weir_rtp_raw_line lines[WEIR_RTP_RAW_MAX_LINES + 1] = { 0 };
	struct weir_rtp_raw_line out[WEIR_RTP_RAW_MAX_LINES];
	uint8_t bytes[2 + 6 * (WEIR_RTP_RAW_MAX_LINES + 1)];
	const uint8_t *pixels;
	uint16_t high;

	(void)state;
	weir_rtp_raw_write(bytes, 0, lines, WEIR_RTP_RAW_MAX_LINES + 1);
	assert_int_equal(weir_rtp_raw_read(bytes, sizeof(bytes), &high, out, &pixels), -EBADMSG);
	weir_rtp_raw_write(bytes, 0, lines, WEIR_RTP_RAW_MAX_LINES);
	assert_int_equal(weir_rtp_raw_read(bytes, sizeof(bytes), &high, out, &pixels),
		WEIR_RTP_RAW_MAX_LINES);
}

/* ---- cutting ---- */

static int cut(const char *format, uint32_t width, size_t payload, struct weir_rtp_raw_cut *out)
{
	struct weir_video video = { weir_format_by_name(format), width, 480 };

	return weir_rtp_raw_cut(&video, payload, out);
}

static void test_common_lines_become_equal_pieces(void **state)
{
	static const uint32_t widths[] = { 640, 1280, 1920, 2560, 3840 };
	struct weir_rtp_raw_cut out;

	(void)state;
	for (size_t i = 0; i < sizeof(widths) / sizeof(widths[0]); i++) {
		assert_int_equal(cut("UYVY", widths[i], 1452, &out), 0);
		assert_int_equal(out.line_bytes, 2 * widths[i]);
		assert_int_equal(out.piece_bytes, 1280);
		assert_int_equal(out.last_bytes, 1280);
		assert_int_equal(out.pieces, widths[i] / 640);
	}
	assert_int_equal(cut("UYVY", 1920, 8952, &out), 0);
	assert_int_equal(out.pieces, 1);
	assert_int_equal(out.piece_bytes, 3840);
}

/* Whatever the width and the payload: whole groups that fit and add up, as few as can be. */
static void test_every_cut_adds_up(void **state)
{
	static const char *const formats[] = { "UYVY", "RGB24", "BGR24", "AR24", "AB24" };
	struct weir_rtp_raw_cut out;

	(void)state;
	for (size_t f = 0; f < 5; f++) {
		uint32_t group = weir_format_by_name(formats[f])->rtp_pgroup_bytes;

		for (uint32_t width = 16; width <= 8192; width += 62)
			for (size_t payload = 4; payload < 70000; payload += payload / 3 + 1) {
				assert_int_equal(cut(formats[f], width, payload, &out), 0);
				assert_true(out.piece_bytes <= payload && out.piece_bytes <= 65535);
				assert_true(out.last_bytes && out.last_bytes <= out.piece_bytes);
				assert_int_equal(out.piece_bytes % group, 0);
				assert_int_equal(out.last_bytes % group, 0);
				assert_int_equal(
					(out.pieces - 1) * out.piece_bytes + out.last_bytes,
					out.line_bytes);
				assert_true((out.pieces - 1) * (payload - payload % group) <
						    out.line_bytes ||
					    payload > 65535);
			}
	}
}

static void test_what_has_no_wire_form_is_refused(void **state)
{
	struct weir_rtp_raw_cut out = { .pieces = 77 };

	(void)state;
	assert_int_equal(cut("YUYV", 640, 1452, &out), -ENOTSUP);
	assert_int_equal(cut("NV12", 640, 1452, &out), -ENOTSUP);
	assert_int_equal(cut("MJPEG", 640, 1452, &out), -ENOTSUP);
	assert_int_equal(cut("UYVY", 641, 1452, &out), -ENOTSUP);
	assert_int_equal(cut("UYVY", 32768, 1452, &out), -ENOTSUP);
	assert_int_equal(cut("UYVY", 640, 3, &out), -ENOTSUP);
	assert_int_equal(out.pieces, 77);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_header_bytes),
		cmocka_unit_test(test_header_is_read_back),
		cmocka_unit_test(test_what_stands_around_the_payload_is_passed_over),
		cmocka_unit_test(test_lies_are_refused),
		cmocka_unit_test(test_ticks),
		cmocka_unit_test(test_line_header_bytes),
		cmocka_unit_test(test_line_headers_are_read_back),
		cmocka_unit_test(test_too_many_pieces_are_refused),
		cmocka_unit_test(test_common_lines_become_equal_pieces),
		cmocka_unit_test(test_every_cut_adds_up),
		cmocka_unit_test(test_what_has_no_wire_form_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
