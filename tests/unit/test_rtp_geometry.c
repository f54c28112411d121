/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Where RTP's headers and pixels lie: every datagram that a send would be cut into is parsed as a
 * receiver would, and all of them together are the picture. */

#include "frames.h"

#include <stdlib.h>

#include "sinks/rtp/geometry.h"

#define HEADROOM 64

static const struct weir_rtp_sheet sheet = {
	.ssrc = 0x01020304,
	.timestamp = 0x11223344,
	.sequence = 0x0001fff0, /* both halves change within a frame */
	.payload_type = 96,
};

struct picture {
	struct weir_video video;
	struct weir_rtp_geometry geometry;
	uint8_t *memory, *lines; /* with headroom before */
	uint8_t *got;            /* what receivers put together, tight */
	uint32_t next;           /* packet */
};

static void open_picture(
	struct picture *picture, const char *format, uint32_t width, uint32_t stride, uint32_t room)
{
	*picture = (struct picture){ .video = video_of(format, width, 24) };
	picture->video.stride = stride;
	assert_int_equal(weir_rtp_geometry_init(&picture->geometry, &picture->video, room), 0);
	picture->memory = malloc(HEADROOM + (size_t)stride * 24);
	picture->got = calloc(24, picture->geometry.cut.line_bytes);
	assert_non_null(picture->memory);
	assert_non_null(picture->got);
	picture->lines = picture->memory + HEADROOM;
	for (size_t i = 0; i < (size_t)stride * 24; i++)
		picture->lines[i] = (uint8_t)(i * 7 + i / 251);
}

static void close_picture(struct picture *picture)
{
	const uint32_t bytes = picture->geometry.cut.line_bytes;

	assert_int_equal(picture->next, picture->geometry.packets);
	for (size_t line = 0; line < 24; line++)
		assert_memory_equal(picture->got + line * bytes,
			picture->lines + line * picture->video.stride, bytes);
	free(picture->memory);
	free(picture->got);
}

static void receive(struct picture *picture, const uint8_t *datagram, size_t length)
{
	const struct weir_format *format = picture->video.format;
	struct weir_rtp_raw_line lines[WEIR_RTP_RAW_MAX_LINES];
	struct weir_rtp_header header;
	const uint8_t *payload, *pixels;
	uint16_t high;

	assert_true(length <= picture->geometry.room);
	assert_int_equal(weir_rtp_read(datagram, length, &header, &payload, &length), 0);
	assert_int_equal(header.ssrc, sheet.ssrc);
	assert_int_equal(header.timestamp, sheet.timestamp);
	assert_int_equal(header.payload_type, 96);
	assert_int_equal(header.marker, picture->next == picture->geometry.packets - 1);
	assert_int_equal(weir_rtp_raw_read(payload, length, &high, lines, &pixels), 1);
	assert_int_equal((uint32_t)high << 16 | header.sequence, sheet.sequence + picture->next);
	/* All that is no padding is pixels. */
	assert_int_equal(pixels + lines[0].length - payload, length);
	memcpy(picture->got + (size_t)lines[0].line * picture->geometry.cut.line_bytes +
			lines[0].offset / format->rtp_pgroup_pixels * format->rtp_pgroup_bytes,
		pixels, lines[0].length);
	picture->next++;
}

static void expect_between(const char *format, uint32_t width, uint32_t stride)
{
	struct picture picture;

	open_picture(&picture, format, width, stride, 8972);
	assert_true(weir_rtp_fits_stride(&picture.geometry, stride));
	weir_rtp_write_between(&picture.geometry, &sheet, picture.lines, stride);
	for (uint32_t i = 0; i < 24; i++)
		receive(&picture, picture.lines + (size_t)i * stride - WEIR_RTP_RAW_HEADER, stride);
	close_picture(&picture);
}

static void test_headers_between_lines(void **state)
{
	(void)state;
	expect_between("UYVY", 640, 1300);
	expect_between("UYVY", 640, 1304);
	expect_between("UYVY", 1920, 3904);
	expect_between("RGB24", 100, 300 + 20 + 255);
}

static void expect_apart(const char *format, uint32_t width, uint32_t room)
{
	struct weir_rtp_pieces pieces;
	struct iovec parts[WEIR_RTP_MAX_PARTS];
	struct picture picture;
	uint32_t train;

	open_picture(&picture, format, width, width * 4, room);
	pieces = (struct weir_rtp_pieces){
		.headers = malloc((size_t)picture.geometry.packets * WEIR_RTP_RAW_HEADER),
		.lines = picture.lines,
		.stride = picture.video.stride,
	};
	assert_non_null(pieces.headers);
	weir_rtp_write_apart(&picture.geometry, &sheet, pieces.headers);
	train = weir_rtp_train(&picture.geometry, 0);
	while (picture.next < picture.geometry.packets) {
		static uint8_t run[65536];
		uint32_t left = picture.geometry.packets - picture.next;
		uint32_t n = train < left ? train : left;
		uint32_t segment = weir_rtp_segment(&picture.geometry, 0), length = 0;
		unsigned n_parts =
			weir_rtp_gather(&picture.geometry, &pieces, picture.next, n, parts);

		assert_true(n_parts <= WEIR_RTP_MAX_PARTS);
		for (unsigned i = 0; i < n_parts; i++) {
			memcpy(run + length, parts[i].iov_base, parts[i].iov_len);
			length += (uint32_t)parts[i].iov_len;
		}
		assert_int_equal(length, n * segment);
		for (uint32_t i = 0; i < n; i++)
			receive(&picture, run + (size_t)i * segment, segment);
	}
	free(pieces.headers);
	close_picture(&picture);
}

static void test_headers_apart(void **state)
{
	(void)state;
	expect_apart("UYVY", 640, 1472);
	expect_apart("UYVY", 1920, 1472);
	expect_apart("UYVY", 1920, 8972);
	expect_apart("RGB24", 640, 972); /* the last piece of a line is shorter */
	expect_apart("RGB24", 1000, 548);
	expect_apart("AR24", 8000, 548);
}

static void test_strides(void **state)
{
	const struct weir_video video = video_of("UYVY", 1920, 1080);
	struct weir_rtp_geometry geometry;

	(void)state;
	assert_int_equal(weir_rtp_geometry_init(&geometry, &video, 8972), 0);
	assert_int_equal(weir_rtp_find_stride(&geometry, 0), 3860);
	assert_int_equal(weir_rtp_find_stride(&geometry, 3840), 3860);
	assert_int_equal(weir_rtp_find_stride(&geometry, 3904), 3904); /* what suits others */
	assert_int_equal(weir_rtp_find_stride(&geometry, 4115), 4115);
	assert_int_equal(
		weir_rtp_find_stride(&geometry, 4116), 0); /* padding is counted in a byte */
	assert_false(weir_rtp_fits_stride(&geometry, 3859));
	assert_int_equal(weir_rtp_train(&geometry, 3860), 16);
	/* A line that takes several packets has its headers apart. */
	assert_int_equal(weir_rtp_geometry_init(&geometry, &video, 1472), 0);
	assert_int_equal(weir_rtp_find_stride(&geometry, 3840), 0);
	assert_int_equal(geometry.packets, 3240);
	assert_int_equal(weir_rtp_train(&geometry, 0), 50);
}

static void test_what_does_not_fit_is_refused(void **state)
{
	const struct weir_video uyvy = video_of("UYVY", 640, 480),
				yuyv = video_of("YUYV", 640, 480);
	struct weir_rtp_geometry geometry;

	(void)state;
	assert_int_equal(weir_rtp_geometry_init(&geometry, &yuyv, 1472), -ENOTSUP);
	assert_int_equal(weir_rtp_geometry_init(&geometry, &uyvy, 20), -ENOTSUP);
	assert_int_equal(weir_rtp_geometry_init(&geometry, &uyvy, 23), -ENOTSUP);
	assert_int_equal(weir_rtp_geometry_init(&geometry, &uyvy, 24), 0);
}

/* The kernel's own packets refer to 17 pieces of pages. */
static void test_gathers_stay_within_fragments(void **state)
{
	const struct weir_video video = video_of("UYVY", 1920, 1080);
	uint8_t *memory = aligned_alloc(4096, 1 << 20);
	struct weir_rtp_pieces pieces = { memory, memory + 65536, 3840 };
	struct weir_rtp_geometry geometry;
	uint32_t n;

	(void)state;
	assert_non_null(memory);
	assert_int_equal(weir_rtp_geometry_init(&geometry, &video, 1472), 0);
	for (uint32_t first = 0; first < 200; first += n) {
		struct iovec parts[WEIR_RTP_MAX_PARTS];
		unsigned pages = 0, n_parts;

		n = weir_rtp_count_referable(&geometry, &pieces, first, 64);
		assert_in_range(n, 5, 8);
		n_parts = weir_rtp_gather(&geometry, &pieces, first, n, parts);
		assert_true(n_parts <= WEIR_RTP_MAX_FRAGMENTS);
		for (unsigned i = 0; i < n_parts; i++) {
			uintptr_t from = (uintptr_t)parts[i].iov_base;

			pages += (unsigned)((from + parts[i].iov_len - 1) / 4096 - from / 4096 + 1);
		}
		assert_true(pages <= WEIR_RTP_MAX_FRAGMENTS);
	}
	assert_int_equal(weir_rtp_count_referable(&geometry, &pieces, 0, 1), 1);
	free(memory);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_headers_between_lines),
		cmocka_unit_test(test_headers_apart),
		cmocka_unit_test(test_strides),
		cmocka_unit_test(test_what_does_not_fit_is_refused),
		cmocka_unit_test(test_gathers_stay_within_fragments),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
