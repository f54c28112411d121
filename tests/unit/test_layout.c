/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where planes lie: against numbers computed by hand, and by properties over the whole table. */
#include <weir/format.h>

#include <errno.h>

#include "core/checked.h"
#include "tests/unit/cmocka_all.h"

static struct weir_video video_of(
	const char *name, uint32_t width, uint32_t height, uint32_t stride)
{
	struct weir_video video = { weir_format_by_name(name), width, height, stride };

	assert_non_null(video.format);
	return video;
}

static void by_hand(void **state)
{
	static const struct {
		const char *name;
		uint32_t width, height, stride;
		size_t size;
		struct {
			size_t offset, stride, lines;
		} plane[3];
	} wanted[] = {
		{ "YUYV", 1920, 1080, 0, 4147200, { { 0, 3840, 1080 } } },
		{ "UYVY", 640, 360, 1344, 483840, { { 0, 1344, 360 } } },
		{ "UYVY", 1920, 1080, 3860, 4168800, { { 0, 3860, 1080 } } },
		{ "XR24", 8192, 8192, 0, 268435456, { { 0, 32768, 8192 } } },
		{ "RGB24", 17, 19, 0, 969, { { 0, 51, 19 } } },
		{ "GREY", 16, 16, 17, 272, { { 0, 17, 16 } } },
		{ "RGB565", 1280, 720, 0, 1843200, { { 0, 2560, 720 } } },
		{ "NV12", 1920, 1080, 0, 3110400, { { 0, 1920, 1080 }, { 2073600, 1920, 540 } } },
		{ "NV12", 1920, 1080, 2048, 3317760,
			{ { 0, 2048, 1080 }, { 2211840, 2048, 540 } } },
		{ "NV16", 640, 480, 0, 614400, { { 0, 640, 480 }, { 307200, 640, 480 } } },
		{ "NV24", 640, 480, 704, 1013760, { { 0, 704, 480 }, { 337920, 1408, 480 } } },
		{ "P010", 640, 480, 0, 921600, { { 0, 1280, 480 }, { 614400, 1280, 240 } } },
		{ "I420", 640, 480, 0, 460800,
			{ { 0, 640, 480 }, { 307200, 320, 240 }, { 384000, 320, 240 } } },
		{ "YV12", 640, 480, 672, 483840,
			{ { 0, 672, 480 }, { 322560, 336, 240 }, { 403200, 336, 240 } } },
		{ "YUV422P", 640, 480, 0, 614400,
			{ { 0, 640, 480 }, { 307200, 320, 480 }, { 460800, 320, 480 } } },
		{ "YUV444P", 641, 481, 0, 924963,
			{ { 0, 641, 481 }, { 308321, 641, 481 }, { 616642, 641, 481 } } },
		{ "YUV410", 640, 480, 0, 345600,
			{ { 0, 640, 480 }, { 307200, 160, 120 }, { 326400, 160, 120 } } },
	};

	(void)state;
	for (size_t i = 0; i < WEIR_COUNT(wanted); i++) {
		struct weir_video video = video_of(
			wanted[i].name, wanted[i].width, wanted[i].height, wanted[i].stride);
		struct weir_layout layout;

		assert_int_equal(weir_format_layout(&video, &layout), 0);
		assert_int_equal(layout.size, wanted[i].size);
		for (unsigned p = 0; p < layout.n_planes; p++) {
			assert_int_equal(layout.plane[p].offset, wanted[i].plane[p].offset);
			assert_int_equal(layout.plane[p].stride, wanted[i].plane[p].stride);
			assert_int_equal(layout.plane[p].lines, wanted[i].plane[p].lines);
		}
	}
}

static void refuses(const char *name, uint32_t width, uint32_t height, uint32_t stride, int error)
{
	struct weir_video video = video_of(name, width, height, stride);
	struct weir_layout layout = { .size = 77 };

	assert_int_equal(weir_format_layout(&video, &layout), error);
	assert_int_equal(layout.size, 77);
}

static void bad_geometry(void **state)
{
	struct weir_video nothing = { .width = 640, .height = 480 };
	struct weir_layout layout;

	(void)state;
	assert_int_equal(weir_format_layout(&nothing, &layout), -EINVAL);
	refuses("MJPEG", 640, 480, 0, -EINVAL);
	refuses("H264", 640, 480, 0, -EINVAL);
	refuses("GREY", 0, 0, 0, -EINVAL);
	refuses("GREY", 15, 16, 0, -EINVAL);
	refuses("GREY", 16, 15, 0, -EINVAL);
	refuses("GREY", 8193, 16, 0, -EINVAL);
	refuses("GREY", 16, 8193, 0, -EINVAL);
	refuses("GREY", UINT32_MAX, UINT32_MAX, 0, -EINVAL);
	refuses("YUYV", 641, 480, 0, -EINVAL);
	refuses("NV12", 641, 480, 0, -EINVAL);
	refuses("NV12", 640, 481, 0, -EINVAL);
	refuses("I420", 641, 481, 0, -EINVAL);
	refuses("YUV410", 642, 480, 0, -EINVAL);
	refuses("YUYV", 640, 480, 1279, -EINVAL);
	refuses("NV12", 640, 480, 1, -EINVAL);
	refuses("I420", 640, 480, 641, -EINVAL); /* chroma lines of 320.5 bytes */
}

static void too_large_for_a_frame(void **state)
{
	(void)state;
	refuses("GREY", 8192, 8192, 524288, -EOVERFLOW); /* 4 GiB, one byte too many */
	refuses("GREY", 16, 16, UINT32_MAX, -EOVERFLOW);
	refuses("NV24", 16, 8192, UINT32_MAX, -EOVERFLOW);
	refuses("I420", 8192, 8192, 524286, -EOVERFLOW); /* luma fits, chroma does not */
}

static void odd_lines_where_chroma_allows(void **state)
{
	struct weir_video video = video_of("NV16", 640, 481, 0);
	struct weir_layout layout;

	(void)state;
	assert_int_equal(weir_format_layout(&video, &layout), 0);
	assert_int_equal(layout.size, 2 * 640 * 481);
}

static void check_layout(const struct weir_video *video)
{
	struct weir_layout layout, taller;
	struct weir_video tall = *video;
	size_t end = 0;

	assert_int_equal(weir_format_layout(video, &layout), 0);
	for (unsigned p = 0; p < layout.n_planes; p++) {
		assert_true(layout.plane[p].offset >= end); /* no overlap */
		assert_true(layout.plane[p].stride >=
			    weir_format_line_bytes(video->format, p, video->width));
		assert_int_equal(
			layout.plane[p].size, layout.plane[p].stride * layout.plane[p].lines);
		end = layout.plane[p].offset + layout.plane[p].size;
	}
	assert_int_equal(layout.size, end);
	if (video->stride)
		assert_int_equal(layout.plane[0].stride, video->stride);
	tall.height += 4;
	assert_int_equal(weir_format_layout(&tall, &taller), 0);
	assert_true(taller.size > layout.size);
}

static void properties_of_all_rows(void **state)
{
	static const uint32_t widths[] = { 16, 20, 640, 1280, 1284, 1920, 4096, 8192 };
	static const uint32_t heights[] = { 16, 20, 360, 1080, 2160, 8188 };
	static const uint32_t pads[] = { 0, 4, 64, 100, 4096 };

	(void)state;
	for (size_t f = 0; f < weir_format_count(); f++) {
		const struct weir_format *format = weir_format_at(f);

		if (format->flags & WEIR_FORMAT_COMPRESSED)
			continue;
		for (size_t w = 0; w < WEIR_COUNT(widths); w++)
			for (size_t h = 0; h < WEIR_COUNT(heights); h++)
				for (size_t p = 0; p < WEIR_COUNT(pads); p++) {
					struct weir_video video = { format, widths[w], heights[h] };
					size_t line = weir_format_line_bytes(format, 0, widths[w]);

					video.stride = pads[p] ? (uint32_t)line + pads[p] : 0;
					check_layout(&video);
				}
	}
}

static void lines(void **state)
{
	const struct weir_format *i420 = weir_format_by_name("I420");

	(void)state;
	assert_int_equal(weir_format_line_bytes(weir_format_by_name("YUYV"), 0, 1920), 3840);
	assert_int_equal(weir_format_line_bytes(weir_format_by_name("YUYV"), 0, 3), 8);
	assert_int_equal(weir_format_line_bytes(weir_format_by_name("NV12"), 1, 1920), 1920);
	assert_int_equal(weir_format_line_bytes(i420, 2, 1920), 960);
	assert_int_equal(weir_format_line_bytes(i420, 2, 1921), 961);
	assert_int_equal(weir_format_line_bytes(i420, 3, 1920), 0);
	assert_int_equal(weir_format_line_bytes(i420, 0, 0), 0);
	assert_int_equal(weir_format_line_bytes(weir_format_by_name("MJPEG"), 0, 1920), 0);
}

static void sizes(void **state)
{
	static const char *const malformed[] = { "", "x", "16x", "x16", "16", "12x", "1280x720x",
		"1280 x720", " 1280x720", "1280x720 ", "1280x 720", "-16x16", "+16x16", "16x-16",
		"1e3x720", "0x10x16", "1280*720", "1280X720", "99999999999999999999x" };
	static const char *const out_of_range[] = { "0x0", "15x16", "16x15", "8193x16", "16x8193",
		"99999999999999999999x16", "16x99999999999999999999", "4294967312x4294967312",
		"18446744073709551632x16" };
	uint32_t width = 1, height = 2;

	(void)state;
	for (size_t i = 0; i < WEIR_COUNT(malformed); i++)
		assert_int_equal(weir_size_parse(malformed[i], &width, &height), -EINVAL);
	for (size_t i = 0; i < WEIR_COUNT(out_of_range); i++)
		assert_int_equal(weir_size_parse(out_of_range[i], &width, &height), -ERANGE);
	assert_int_equal(width, 1);
	assert_int_equal(height, 2);
	assert_int_equal(weir_size_parse("1280x720", &width, &height), 0);
	assert_int_equal(width, 1280);
	assert_int_equal(height, 720);
	assert_int_equal(weir_size_parse("016x8192", &width, &height), 0);
	assert_int_equal(width, 16);
	assert_int_equal(height, 8192);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(by_hand),
		cmocka_unit_test(bad_geometry),
		cmocka_unit_test(too_large_for_a_frame),
		cmocka_unit_test(odd_lines_where_chroma_allows),
		cmocka_unit_test(properties_of_all_rows),
		cmocka_unit_test(lines),
		cmocka_unit_test(sizes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
