/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* H.264 byte streams cut into packets, and put together again as RFC 6184 has it. */
#include "core/rtp/h264.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/checked.h"
#include "sinks/rtp/slices.h"
#include "tests/unit/cmocka_all.h"

#define ROOM 548

static uint8_t stream[1 << 16], got[1 << 16];
static size_t size, got_size;

static void put(const void *bytes, size_t n)
{
	memcpy(stream + size, bytes, n);
	size += n;
}

/* A unit of so many bytes; start codes are of three bytes and of four. */
static void put_unit(uint8_t header, size_t length)
{
	static const uint8_t start[] = { 0, 0, 0, 1 };

	put(start + length % 2, 4 - length % 2);
	stream[size++] = header;
	for (size_t i = 1; i < length; i++)
		stream[size++] = (uint8_t)(i | 1);
}

static void make(void)
{
	size = 0;
	put_unit(0x09, 2);
	put_unit(0x67, 9);
	put_unit(0x68, 4);
	put_unit(0x65, ROOM - 12);   /* as large as a packet */
	put_unit(0x65, ROOM - 11);   /* one byte more */
	put_unit(0x41, 3 * ROOM);    /* some fragments, the last one shorter */
	put_unit(0x41, 534 * 3 + 1); /* whole ones */
	put("\0\0", 3);              /* filled up */
}

static void put_got(const uint8_t *bytes, size_t n)
{
	memcpy(got + got_size, bytes, n);
	got_size += n;
}

static void receive(const uint8_t *payload, size_t length, bool *inside)
{
	static const uint8_t start[] = { 0, 0, 1 };
	uint8_t header;

	if (weir_h264_type(payload[0]) != WEIR_H264_FU_A) {
		assert_false(*inside);
		put_got(start, sizeof(start));
		put_got(payload, length);
		return;
	}
	assert_int_equal(*inside, !(payload[1] & 0x80));
	header = (uint8_t)((payload[0] & 0xe0) | weir_h264_type(payload[1]));
	if (payload[1] & 0x80) {
		put_got(start, sizeof(start));
		put_got(&header, 1);
	}
	put_got(payload + 2, length - 2);
	*inside = !(payload[1] & 0x40);
}

static void expect_units(void)
{
	size_t at = 0, got_at = 0, unit, length, got_unit, got_length;
	unsigned n = 0;

	while (weir_h264_next(stream, size, &at, &unit, &length)) {
		assert_true(weir_h264_next(got, got_size, &got_at, &got_unit, &got_length));
		assert_int_equal(got_length, length);
		assert_memory_equal(got + got_unit, stream + unit, length);
		n++;
	}
	assert_int_equal(n, 7);
	assert_false(weir_h264_next(got, got_size, &got_at, &got_unit, &got_length));
}

static void units_survive(void **state)
{
	const struct weir_rtp_sheet sheet = { .payload_type = 96 };
	uint32_t most = weir_rtp_slices_most(&weir_rtp_coding_h264, sizeof(stream), ROOM);
	uint8_t *memory = malloc(weir_rtp_slices_bytes(most)), packet[ROOM];
	struct weir_rtp_slices slices;
	bool inside = false;
	char why[100];

	(void)state;
	assert_non_null(memory);
	make();
	got_size = 0;
	weir_rtp_slices_init(&slices, memory, most, ROOM);
	assert_int_equal(weir_rtp_coding_h264.cut(&slices, stream, size, why, sizeof(why)), 0);
	weir_rtp_slices_number(&slices, &sheet);
	for (uint32_t i = 0; i < slices.n; i++) {
		const struct weir_rtp_slice *slice = &slices.slice[i];
		size_t length = (size_t)slice->header_bytes + slice->bytes;

		assert_true(length <= ROOM);
		memcpy(packet, slices.headers + slice->header, slice->header_bytes);
		memcpy(packet + slice->header_bytes, stream + slice->at, slice->bytes);
		assert_int_equal(packet[1] >> 7, i + 1 == slices.n);
		receive(packet + WEIR_RTP_HEADER, length - WEIR_RTP_HEADER, &inside);
	}
	assert_false(inside);
	expect_units();
	free(memory);
}

static void sends_are_of_equal_packets(void **state)
{
	static const struct weir_rtp_slice slices[] = {
		{ .header_bytes = 12, .bytes = 5 },
		{ .header_bytes = 14, .bytes = 534 },
		{ .header_bytes = 14, .bytes = 534 },
		{ .header_bytes = 14, .bytes = 20 },
		{ .header_bytes = 12, .bytes = 22 }, /* equal, but not what the network cuts */
		{ .header_bytes = 14, .bytes = 20 },
		{ .header_bytes = 14, .bytes = 534 },
	};

	(void)state;
	assert_int_equal(weir_rtp_slices_equal(slices, 0, 7, 548), 1);
	assert_int_equal(weir_rtp_slices_equal(slices, 1, 6, 548), 3);
	assert_int_equal(weir_rtp_slices_equal(slices, 1, 2, 548), 2);
	for (unsigned i = 3; i < 6; i++)
		assert_int_equal(weir_rtp_slices_equal(slices, i, 7 - i, 548), 1);
	assert_int_equal(weir_rtp_slices_equal(slices, 6, 1, 548), 1);
}

static void parameter_sets_are_told(void **state)
{
	static const uint8_t sets[] = { 0, 0, 0, 1, 0x67, 0x42, 0, 0x29, 0xe2, 0x90, 0, 0, 0, 1,
		0x68, 0xce, 0x31, 0x52 };
	const char *at;
	uint8_t set[16];
	char text[64];

	(void)state;
	weir_h264_describe(sets, sizeof(sets), text, sizeof(text));
	assert_string_equal(text, "Z0IAKeKQ,aM4xUg==");
	at = text;
	assert_int_equal(weir_h264_read_set(&at, set, sizeof(set)), 6);
	assert_memory_equal(set, sets + 4, 6);
	assert_int_equal(weir_h264_read_set(&at, set, sizeof(set)), 4);
	assert_memory_equal(set, sets + 14, 4);
	assert_int_equal(weir_h264_read_set(&at, set, sizeof(set)), 0);
	weir_h264_describe(sets, 10, text, sizeof(text)); /* one set only */
	assert_string_equal(text, "");
	weir_h264_describe(sets, sizeof(sets), text, 12);
	assert_string_equal(text, "");
}

static void what_is_no_stream_is_damaged(void **state)
{
	static const uint8_t bad[][6] = { { 1, 2, 3, 4, 5, 6 }, { 0, 0, 1, 0xe5, 1, 1 },
		{ 0, 0, 1, 28, 1, 1 }, { 0, 0, 0, 0, 0, 1 } };
	uint8_t *memory = malloc(weir_rtp_slices_bytes(8));
	struct weir_rtp_slices slices;
	char why[100];

	(void)state;
	for (size_t i = 0; i < WEIR_COUNT(bad); i++) {
		weir_rtp_slices_init(&slices, memory, 8, ROOM);
		assert_int_equal(
			weir_rtp_coding_h264.cut(&slices, bad[i], sizeof(bad[i]), why, sizeof(why)),
			-EBADMSG);
	}
	free(memory);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(units_survive),
		cmocka_unit_test(sends_are_of_equal_packets),
		cmocka_unit_test(parameter_sets_are_told),
		cmocka_unit_test(what_is_no_stream_is_damaged),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
