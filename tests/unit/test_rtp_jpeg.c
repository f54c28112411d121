/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* JPEG images through RTP and back: cut into packets, read from them, their headers built anew. */
#include "core/rtp/jpeg.h"

#include <errno.h>
#include <stdlib.h>

#include "core/checked.h"
#include "sinks/rtp/slices.h"
#include "tests/unit/cmocka_all.h"
#include "tests/unit/rtp_image.h"

static struct rtp_image image, rebuilt;

static int parse(const struct rtp_image *of, struct weir_rtp_jpeg *out, size_t *scan,
	size_t *length, char why[200])
{
	return weir_rtp_jpeg_parse(of->bytes, of->size, out, scan, length, why, 200);
}

static void receive(const uint8_t *packet, size_t length, bool last, uint16_t sequence)
{
	uint8_t tables[2 * WEIR_RTP_JPEG_TABLE];
	const uint8_t *payload, *bytes;
	struct weir_rtp_header header;
	struct weir_rtp_jpeg jpeg;
	uint32_t offset;
	char why[200];

	assert_int_equal(weir_rtp_read(packet, length, &header, &payload, &length), 0);
	assert_int_equal(header.marker, last);
	assert_int_equal(header.sequence, sequence);
	assert_int_equal(weir_rtp_jpeg_read(
				 payload, length, tables, &jpeg, &offset, &bytes, why, sizeof(why)),
		0);
	if (!offset) {
		assert_non_null(jpeg.tables[0]);
		weir_rtp_jpeg_rebuild(rebuilt.bytes, &jpeg);
		rebuilt.size = WEIR_RTP_JPEG_IMAGE_HEADER;
	}
	assert_int_equal(rebuilt.size, WEIR_RTP_JPEG_IMAGE_HEADER + offset);
	rtp_image_put(&rebuilt, bytes, length - (size_t)(bytes - payload));
}

static void send_through(uint32_t room)
{
	const struct weir_rtp_coding *coding = &weir_rtp_coding_jpeg;
	uint32_t most = weir_rtp_slices_most(coding, image.size, room), n;
	const struct weir_rtp_sheet sheet = { .sequence = 65534, .payload_type = 26 };
	uint8_t *memory = malloc(weir_rtp_slices_bytes(most)), packet[9000];
	struct weir_rtp_slices slices;
	char why[200] = "";

	assert_non_null(memory);
	weir_rtp_slices_init(&slices, memory, most, room);
	assert_int_equal(coding->cut(&slices, image.bytes, image.size, why, sizeof(why)), 0);
	weir_rtp_slices_number(&slices, &sheet);
	n = weir_rtp_slices_equal(slices.slice, 0, slices.n, room);
	assert_int_equal(n, slices.n); /* one send can be cut into all of them */
	for (n = 0; n < slices.n; n++) {
		const struct weir_rtp_slice *slice = &slices.slice[n];

		memcpy(packet, slices.headers + slice->header, slice->header_bytes);
		memcpy(packet + slice->header_bytes, image.bytes + slice->at, slice->bytes);
		receive(packet, (size_t)slice->header_bytes + slice->bytes, n + 1 == slices.n,
			(uint16_t)(65534 + n));
	}
	free(memory);
}

static void expect_same(void)
{
	struct weir_rtp_jpeg before, after;
	size_t scan, length;
	char why[200];

	assert_int_equal(parse(&image, &before, &scan, &length, why), 0);
	assert_int_equal(scan, image.scan);
	assert_int_equal(length, image.length);
	assert_int_equal(parse(&rebuilt, &after, &scan, &length, why), 0);
	assert_int_equal(scan, WEIR_RTP_JPEG_IMAGE_HEADER);
	assert_int_equal(length, image.length);
	assert_memory_equal(rebuilt.bytes + scan, image.bytes + image.scan, length);
	assert_int_equal(after.width, before.width);
	assert_int_equal(after.height, before.height);
	assert_int_equal(after.tall, before.tall);
	assert_int_equal(after.restart, before.restart);
	for (unsigned i = 0; i < 2; i++)
		assert_memory_equal(after.tables[i], before.tables[i], WEIR_RTP_JPEG_TABLE);
}

static void images_survive(void **state)
{
	static const struct rtp_image_settings kinds[] = {
		{ 0 },
		{ .luma = 0x22, .restart = 4 },
		{ .no_huffman = true, .width = 2040, .height = 2040, .length = 40000 },
		{ .restart = 65535, .no_end = true },
		{ .length = 1 },
	};
	static const uint32_t rooms[] = { 548, 1472, 8972 };

	(void)state;
	for (size_t kind = 0; kind < WEIR_COUNT(kinds); kind++)
		for (size_t i = 0; i < WEIR_COUNT(rooms); i++) {
			rtp_image_make(&image, &kinds[kind], (uint32_t)kind);
			send_through(rooms[i]);
			expect_same();
		}
}

static void what_rtp_does_not_carry_is_refused(void **state)
{
	static const struct {
		struct rtp_image_settings settings;
		const char *why;
	} kinds[] = {
		{ { .process = 0xc2 }, "progressive" },
		{ { .process = 0xc1 }, "baseline" },
		{ { .components = 1 }, "grey" },
		{ { .luma = 0x11 }, "4:2:2 or 4:2:0" },
		{ { .luma = 0x22, .chroma = 0x21 }, "4:2:2 or 4:2:0" },
		{ { .other_huffman = true }, "Huffman" },
		{ { .precision = 1 }, "8 bits" },
		{ { .chroma_table = 2 }, "one quantisation table" },
		{ { .width = 2048 }, "2040x2040" },
	};
	struct weir_rtp_jpeg jpeg;
	size_t scan, length;
	char why[200];

	(void)state;
	for (size_t i = 0; i < WEIR_COUNT(kinds); i++) {
		rtp_image_make(&image, &kinds[i].settings, 1);
		assert_int_equal(parse(&image, &jpeg, &scan, &length, why), -ENOTSUP);
		assert_non_null(strstr(why, kinds[i].why));
	}
}

static void what_is_cut_short_is_damaged(void **state)
{
	static const struct rtp_image_settings settings = { .restart = 8 };
	struct weir_rtp_jpeg jpeg;
	size_t scan, length;
	char why[200];

	(void)state;
	rtp_image_make(&image, &settings, 1);
	for (image.size = 0; image.size <= image.scan; image.size++) {
		assert_int_equal(parse(&image, &jpeg, &scan, &length, why), -EBADMSG);
		assert_true(strlen(why) > 0);
	}
	assert_int_equal(parse(&image, &jpeg, &scan, &length, why), 0);
	assert_int_equal(length, 1);
}

static void computed_tables_are_those_of_libjpeg(void **state)
{
	uint8_t payload[] = { 0, 0, 0, 0, 1, 50, 80, 60 }, tables[2 * WEIR_RTP_JPEG_TABLE];
	const uint8_t *bytes;
	struct weir_rtp_jpeg jpeg;
	uint32_t offset;
	char why[200];

	(void)state;
	assert_int_equal(weir_rtp_jpeg_read(payload, sizeof(payload), tables, &jpeg, &offset,
				 &bytes, why, sizeof(why)),
		0);
	assert_int_equal(jpeg.width, 640);
	assert_int_equal(jpeg.height, 480);
	assert_int_equal(tables[0], 16); /* quality 50: those of the standard */
	assert_int_equal(tables[63], 99);
	payload[5] = 80;
	assert_int_equal(weir_rtp_jpeg_read(payload, sizeof(payload), tables, &jpeg, &offset,
				 &bytes, why, sizeof(why)),
		0);
	assert_int_equal(tables[0], 6); /* 16 * 0.4 */
	assert_int_equal(tables[64], 7);
	payload[5] = 100; /* reserved */
	assert_int_equal(weir_rtp_jpeg_read(payload, sizeof(payload), tables, &jpeg, &offset,
				 &bytes, why, sizeof(why)),
		-ENOTSUP);
}

static void sizes_are_refused_while_planning(void **state)
{
	const struct weir_format *format = weir_format_by_name("MJPEG");
	struct weir_video video = { .format = format, .width = 2040, .height = 2040 };
	char why[200];

	(void)state;
	assert_ptr_equal(weir_rtp_coding_of(format), &weir_rtp_coding_jpeg);
	assert_int_equal(weir_rtp_coding_jpeg.accepts(&video, why, sizeof(why)), 0);
	video.width = 2048;
	assert_int_equal(weir_rtp_coding_jpeg.accepts(&video, why, sizeof(why)), -ENOTSUP);
	assert_non_null(strstr(why, "tcp://"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(images_survive),
		cmocka_unit_test(what_rtp_does_not_carry_is_refused),
		cmocka_unit_test(what_is_cut_short_is_damaged),
		cmocka_unit_test(computed_tables_are_those_of_libjpeg),
		cmocka_unit_test(sizes_are_refused_while_planning),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
