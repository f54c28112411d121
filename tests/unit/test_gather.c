/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* A masked picture in pieces is the picture with its masks painted over, byte for byte, whatever
 * the format, the padding, the masks and the size of the steps; and the frame is not touched. */

#include "frames.h"

#include <stdlib.h>

#include "core/gather.h"

/* ---- words ---- */

static void test_masks_are_read(void **state)
{
	struct weir_masks masks = { 0 };
	struct heard heard;

	(void)state;
	listen_to(&heard);
	assert_int_equal(weir_masks_parse("64x48+0+8", &heard.log, &masks), 0);
	assert_int_equal(masks.n, 1);
	assert_int_equal(masks.rect[0].width, 64);
	assert_int_equal(masks.rect[0].y, 8);
	assert_int_equal(
		weir_masks_parse("1x1+0+0,2x2+0+0,3x3+0+0,65535x65535+65535+65535", NULL, &masks),
		0);
	assert_int_equal(masks.n, 4);
	assert_int_equal(masks.rect[2].width, 3);
	assert_int_equal(masks.rect[3].x, 65535);
	assert_int_equal(heard.lines, 0);
}

static void test_other_words_are_refused(void **state)
{
	static const char *const wrong[] = { "", ",", "64x48", "64x48+0+0,", ",64x48+0+0",
		"0x48+0+0", "64x0+0+0", "64x48-0+0", "64x48+0+0 ", "64x48+0+0;64x48+0+0",
		"1x1+0+0,1x1+0+0,1x1+0+0,1x1+0+0,1x1+0+0", "65536x1+0+0",
		"000000000000000000000000000000000000000001x1+0+0" };
	struct heard heard;

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		struct weir_masks masks = { .n = 77 };

		listen_to(&heard);
		assert_int_equal(weir_masks_parse(wrong[i], &heard.log, &masks), -EINVAL);
		assert_int_equal(heard.lines, 1);
		assert_non_null(strstr(heard.last, "WxH+X+Y"));
		assert_int_equal(masks.n, 77);
	}
}

static struct weir_masks fit(const char *text, const struct weir_video *video)
{
	struct weir_masks asked, fitted;
	char why[200];

	assert_int_equal(weir_masks_parse(text, NULL, &asked), 0);
	assert_int_equal(weir_masks_fit(&asked, video, &fitted, why, sizeof(why)), 0);
	return fitted;
}

static void expect_refusal(const char *text, const struct weir_video *video, const char *word)
{
	struct weir_masks asked, fitted;
	char why[200] = "";

	assert_int_equal(weir_masks_parse(text, NULL, &asked), 0);
	assert_int_equal(weir_masks_fit(&asked, video, &fitted, why, sizeof(why)), -ENOTSUP);
	assert_non_null(strstr(why, word));
}

static void test_edges_go_outwards(void **state)
{
	const struct weir_video nv12 = video_of("NV12", 64, 48), grey = video_of("GREY", 64, 48);
	const struct weir_video image = video_of("MJPEG", 64, 48);
	struct weir_masks masks = fit("3x3+5+7,100x100+60+40", &nv12);

	(void)state;
	assert_int_equal(masks.rect[0].x, 4);
	assert_int_equal(masks.rect[0].width, 4);
	assert_int_equal(masks.rect[0].y, 6);
	assert_int_equal(masks.rect[0].height, 4);
	assert_int_equal(masks.rect[1].width, 4);
	assert_int_equal(masks.rect[1].height, 8);
	masks = fit("3x3+5+7", &grey);
	assert_int_equal(masks.rect[0].x, 5);
	assert_int_equal(masks.rect[0].width, 3);
	expect_refusal("8x8+64+0", &grey, "outside of 64x48");
	expect_refusal("8x8+0+48", &grey, "8x8+0+48");
	expect_refusal("8x8+0+0", &image, "MJPEG");
}

/* ---- bytes ---- */

static size_t visible_bytes(
	const struct weir_frame_info *info, const struct weir_pixels *pixels, uint8_t *out)
{
	size_t n = 0;

	for (unsigned p = 0; p < info->n_planes; p++) {
		size_t line = weir_frame_line_bytes(info, p);

		for (uint32_t y = 0; y < weir_frame_lines(info, p); y++, n += line)
			memcpy(out + n, pixels->data[p] + (size_t)y * pixels->stride[p], line);
	}
	return n;
}

/* In steps of at most `most` bytes and parts of at most `n`, as a pipe takes them. */
static size_t gather_all(const struct weir_gather *gather, const struct weir_frame_info *info,
	const struct weir_pixels *pixels, unsigned n, size_t most, uint8_t *out)
{
	struct weir_gather_cursor at = { 0 };
	struct iovec parts[64];
	size_t done = 0;
	unsigned used;

	while ((used = weir_gather_parts(gather, info, pixels, at, parts, n))) {
		size_t left = most;

		assert_in_range(used, 1, n);
		for (unsigned i = 0; i < used && left; i++) {
			size_t bytes = parts[i].iov_len < left ? parts[i].iov_len : left;

			assert_true(parts[i].iov_len > 0);
			memcpy(out + done, parts[i].iov_base, bytes);
			done += bytes;
			left -= bytes;
		}
		weir_gather_advance(gather, info, pixels, &at, most - left);
	}
	return done;
}

/* Frames of every byte pattern, and what must come of them. */
static void check(const struct weir_video *video, const char *text)
{
	struct weir_slab *slab = make_slab(video, 2, 0);
	struct weir_frame *frame = make_frame(slab, 0), *painted = make_frame(slab, 1);
	uint8_t *want = malloc(slab->frame_bytes), *got = malloc(slab->frame_bytes);
	uint8_t *before = malloc(slab->frame_bytes);
	struct weir_masks asked = { 0 };
	struct weir_pixels from, to;
	struct weir_gather gather;
	struct weir_paint paint;
	size_t n;

	weir_frame_begin_cpu(frame, WEIR_CPU_RW, &from);
	weir_frame_begin_cpu(painted, WEIR_CPU_RW, &to);
	for (size_t i = 0; i < slab->frame_bytes; i++)
		from.data[0][i] = to.data[0][i] = (uint8_t)(i * 7 + i / 251);
	memcpy(before, from.data[0], slab->frame_bytes);
	if (text)
		assert_int_equal(weir_masks_parse(text, NULL, &asked), 0);
	assert_int_equal(weir_gather_open(&gather, &asked, video), 0);
	if (text) {
		assert_int_equal(weir_paint_init(&paint, video), 0);
		weir_masks_fill(&gather.masks, &paint, &to);
	}
	n = visible_bytes(&painted->info, &to, want);
	for (unsigned i = 0; i < 12; i++) {
		static const size_t most[] = { SIZE_MAX, 1000, 77, 7 };
		static const unsigned parts[] = { 64, 5, 1 };

		memset(got, 0xee, slab->frame_bytes);
		assert_int_equal(
			gather_all(&gather, &frame->info, &from, parts[i / 4], most[i % 4], got),
			n);
		assert_memory_equal(got, want, n);
	}
	assert_memory_equal(from.data[0], before, slab->frame_bytes);
	weir_gather_close(&gather);
	weir_frame_end_cpu(frame);
	weir_frame_end_cpu(painted);
	weir_frame_unref(&frame);
	weir_frame_unref(&painted);
	weir_slab_unref(&slab);
	free(want);
	free(got);
	free(before);
}

static const char *const masks[] = { NULL, "8x8+16+8", "64x48+0+0", "64x1+0+0", "1x48+0+0",
	"16x16+0+0,16x16+8+8", "16x16+8+8,16x16+0+0,8x8+12+12", "8x8+56+40", "1x1+63+47",
	"8x8+0+0,8x8+8+0,8x8+16+8,8x8+56+0", "64x48+0+0,8x8+8+8", "3x3+5+5,3x3+9+5" };

static void test_every_format_and_mask(void **state)
{
	static const char *const formats[] = { "YUYV", "UYVY", "NV12", "YUV420", "YUV422P", "XR24",
		"RGB24", "RGB565", "GREY", "P010", "NV24" };

	(void)state;
	for (size_t f = 0; f < sizeof(formats) / sizeof(formats[0]); f++)
		for (size_t m = 0; m < sizeof(masks) / sizeof(masks[0]); m++) {
			struct weir_video video = video_of(formats[f], 64, 48);

			check(&video, masks[m]);
			video.stride = (uint32_t)weir_format_line_bytes(video.format, 0, 64) + 16;
			check(&video, masks[m]);
		}
}

/* Few parts: a picture without padding is one a plane, a mask adds two a line and no more. */
static void test_pieces_are_long(void **state)
{
	struct weir_video video = video_of("NV12", 64, 48);
	struct weir_slab *slab = make_slab(&video, 1, 0);
	struct weir_frame *frame = make_frame(slab, 0);
	struct weir_masks asked = { 0 };
	struct weir_gather gather;
	struct weir_pixels pixels;
	struct iovec parts[64];

	(void)state;
	weir_frame_begin_cpu(frame, WEIR_CPU_READ, &pixels);
	assert_int_equal(weir_gather_open(&gather, &asked, &video), 0);
	/* Its planes lie side by side. */
	assert_int_equal(weir_gather_parts(&gather, &frame->info, &pixels,
				 (struct weir_gather_cursor){ 0 }, parts, 64),
		1);
	assert_int_equal(parts[0].iov_len, 64 * 48 * 3 / 2);
	weir_gather_close(&gather);
	asked = fit("16x8+16+8", &video);
	assert_int_equal(weir_gather_open(&gather, &asked, &video), 0);
	assert_int_equal(weir_gather_parts(&gather, &frame->info, &pixels,
				 (struct weir_gather_cursor){ 0 }, parts, 64),
		2 * (8 + 4) + 1);
	weir_gather_close(&gather);
	weir_frame_end_cpu(frame);
	weir_frame_unref(&frame);
	weir_slab_unref(&slab);
}

static void test_compressed_frames_are_one_piece(void **state)
{
	const struct weir_video video = video_of("MJPEG", 64, 48);
	struct weir_slab *slab = make_slab(&video, 1, 5000);
	struct weir_frame *frame = make_frame(slab, 0);
	const struct weir_masks none = { 0 }, one = { 1, { { 0, 0, 8, 8 } } };
	struct weir_gather gather;
	struct weir_pixels pixels;
	uint8_t got[5000];

	(void)state;
	weir_frame_begin_cpu(frame, WEIR_CPU_READ, &pixels);
	assert_int_equal(weir_gather_open(&gather, &one, &video), -ENOTSUP);
	assert_int_equal(weir_gather_open(&gather, &none, &video), 0);
	frame->info.bytes_used = 1234;
	assert_int_equal(gather_all(&gather, &frame->info, &pixels, 64, 100, got), 1234);
	assert_memory_equal(got, pixels.data[0], 1234);
	frame->info.bytes_used = 0;
	assert_int_equal(gather_all(&gather, &frame->info, &pixels, 64, 100, got), 0);
	weir_frame_end_cpu(frame);
	weir_gather_close(&gather);
	weir_frame_unref(&frame);
	weir_slab_unref(&slab);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_masks_are_read),
		cmocka_unit_test(test_other_words_are_refused),
		cmocka_unit_test(test_edges_go_outwards),
		cmocka_unit_test(test_every_format_and_mask),
		cmocka_unit_test(test_pieces_are_long),
		cmocka_unit_test(test_compressed_frames_are_one_piece),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
