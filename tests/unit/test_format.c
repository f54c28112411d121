/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* The format table: every name finds one row, every code of V4L2's or DRM's own header finds the
 * row that carries it, and the columns hang together. */
#include <weir/format.h>

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include <linux/videodev2.h>

#include "core/checked.h"
#include "tests/unit/cmocka_all.h"

#if __has_include(<libdrm/drm_fourcc.h>)
#include <libdrm/drm_fourcc.h>
#define HAVE_DRM_FOURCC 1
#endif

static void each_word_finds_its_row(void **state)
{
	(void)state;
	for (size_t i = 0; i < weir_format_count(); i++) {
		const struct weir_format *format = weir_format_at(i);
		char words[256], *next = words, *word;

		assert_true(snprintf(words, sizeof(words), "%s %s", format->name, format->aliases) <
			    (int)sizeof(words));
		while ((word = strsep(&next, " ")) && *word) {
			/* A word that another row has too would find one of them only. */
			assert_ptr_equal(weir_format_by_name(word), format);
			for (char *c = word; *c; c++)
				*c = (char)(isupper((unsigned char)*c) ? tolower(*c) : toupper(*c));
			assert_ptr_equal(weir_format_by_name(word), format);
		}
	}
}

static void words_that_are_no_format(void **state)
{
	static const char *const words[] = { "", " ", "YUY", "YUYVV", "YUY2 YUYV422", "NV12 ",
		"YUYV\n", "AYUV", "BA12", "RGB888" };

	(void)state;
	for (size_t i = 0; i < WEIR_COUNT(words); i++)
		assert_null(weir_format_by_name(words[i]));
	assert_null(weir_format_at(weir_format_count()));
	assert_null(weir_format_by_drm(0));
	assert_null(weir_format_by_v4l2(0));
	assert_null(weir_format_by_drm(UINT32_MAX));
	assert_null(weir_format_by_v4l2(UINT32_MAX));
}

static void codes_find_their_row(void **state)
{
	(void)state;
	for (size_t i = 0; i < weir_format_count(); i++) {
		const struct weir_format *format = weir_format_at(i);
		const struct weir_format *shown = weir_format_by_drm(format->drm);

		if (format->v4l2)
			assert_ptr_equal(weir_format_by_v4l2(format->v4l2), format);
		if (format->v4l2_mplane)
			assert_ptr_equal(weir_format_by_v4l2(format->v4l2_mplane), format);
		if (format->flags & WEIR_FORMAT_COMPRESSED || format->rtp_depth == 10)
			assert_null(shown);
		else if (shown != format) /* a legacy code of V4L2: the same bytes */
			assert_memory_equal(shown->plane, format->plane, sizeof(format->plane));
	}
}

static void only_legacy_codes_share_a_drm_code(void **state)
{
	static const char *const legacy[] = { "BGR4", "RGB4", "RGBO", "RGBQ", "R444" };
	static const char *const modern[] = { "XR24", "BX24", "XR15", "XRGB555X", "XR12" };
	size_t shared = 0;

	(void)state;
	for (size_t i = 0; i < weir_format_count(); i++) {
		const struct weir_format *format = weir_format_at(i);

		shared += format->drm && weir_format_by_drm(format->drm) != format;
	}
	assert_int_equal(shared, WEIR_COUNT(legacy));
	for (size_t i = 0; i < WEIR_COUNT(legacy); i++)
		assert_ptr_equal(weir_format_by_drm(weir_format_by_name(legacy[i])->drm),
			weir_format_by_name(modern[i]));
}

/* A user who copies four letters from v4l2-ctl gets that very format. */
static void v4l2_letters_are_names(void **state)
{
	(void)state;
	for (size_t i = 0; i < weir_format_count(); i++) {
		const struct weir_format *format = weir_format_at(i);
		uint32_t codes[] = { format->v4l2, format->v4l2_mplane };

		for (size_t k = 0; k < 2; k++) {
			char letters[5] = { 0 };

			memcpy(letters, &codes[k], 4);
			for (size_t end = 4; end && letters[end - 1] == ' '; end--)
				letters[end - 1] = '\0';
			if (letters[0] && !(codes[k] >> 31))
				assert_ptr_equal(weir_format_by_name(letters), format);
		}
	}
}

/* DRM letters lead to that format or, where V4L2 means something else by them, nowhere. */
static void drm_letters_never_mislead(void **state)
{
	(void)state;
	for (size_t i = 0; i < weir_format_count(); i++) {
		uint32_t code = weir_format_at(i)->drm;
		const struct weir_format *named;
		char letters[5] = { 0 };

		memcpy(letters, &code, 4);
		for (size_t end = 4; end && letters[end - 1] == ' '; end--)
			letters[end - 1] = '\0';
		named = letters[0] ? weir_format_by_name(letters) : NULL;
		if (named)
			assert_int_equal(named->drm, code);
	}
}

static void columns_hang_together(void **state)
{
	const unsigned kinds = WEIR_FORMAT_COMPRESSED | WEIR_FORMAT_YUV | WEIR_FORMAT_RGB;

	(void)state;
	for (size_t i = 0; i < weir_format_count(); i++) {
		const struct weir_format *format = weir_format_at(i);
		unsigned kind = format->flags & kinds;

		assert_true(kind && (kind & (kind - 1)) == 0);
		assert_true(format->title[0] && format->name[0]);
		assert_in_range(format->n_planes, 1, WEIR_MAX_PLANES);
		for (unsigned p = 0; p < WEIR_MAX_PLANES; p++) {
			bool used = p < format->n_planes && !(kind & WEIR_FORMAT_COMPRESSED);

			assert_int_equal(format->plane[p].block_width != 0, used);
			assert_int_equal(format->plane[p].block_height != 0, used);
			assert_int_equal(format->plane[p].block_bytes != 0, used);
		}
		if (!format->rtp)
			continue;
		assert_int_equal(format->n_planes, 1);
		assert_int_equal(format->rtp_depth, strcmp(format->name, "UYVP") ? 8 : 10);
		assert_int_equal(format->rtp_pgroup_bytes, format->plane[0].block_bytes);
		assert_int_equal(format->rtp_pgroup_pixels, format->plane[0].block_width);
	}
}

static void what_the_issue_names_is_there(void **state)
{
	static const struct {
		const char *name;
		uint32_t v4l2, mplane;
	} wanted[] = {
		{ "YUYV", V4L2_PIX_FMT_YUYV, 0 },
		{ "YUY2", V4L2_PIX_FMT_YUYV, 0 },
		{ "UYVY", V4L2_PIX_FMT_UYVY, 0 },
		{ "YVYU", V4L2_PIX_FMT_YVYU, 0 },
		{ "VYUY", V4L2_PIX_FMT_VYUY, 0 },
		{ "NV12", V4L2_PIX_FMT_NV12, V4L2_PIX_FMT_NV12M },
		{ "NV21", V4L2_PIX_FMT_NV21, V4L2_PIX_FMT_NV21M },
		{ "NV16", V4L2_PIX_FMT_NV16, V4L2_PIX_FMT_NV16M },
		{ "NV61", V4L2_PIX_FMT_NV61, V4L2_PIX_FMT_NV61M },
		{ "NV24", V4L2_PIX_FMT_NV24, 0 },
		{ "NV42", V4L2_PIX_FMT_NV42, 0 },
		{ "P010", V4L2_PIX_FMT_P010, 0 },
		{ "I420", V4L2_PIX_FMT_YUV420, V4L2_PIX_FMT_YUV420M },
		{ "YV12", V4L2_PIX_FMT_YVU420, V4L2_PIX_FMT_YVU420M },
		{ "Y42B", V4L2_PIX_FMT_YUV422P, V4L2_PIX_FMT_YUV422M },
		{ "YV16", 0, V4L2_PIX_FMT_YVU422M },
		{ "Y444", 0, V4L2_PIX_FMT_YUV444M },
		{ "YV24", 0, V4L2_PIX_FMT_YVU444M },
		{ "Y41B", V4L2_PIX_FMT_YUV411P, 0 },
		{ "YUV9", V4L2_PIX_FMT_YUV410, 0 },
		{ "YVU9", V4L2_PIX_FMT_YVU410, 0 },
		{ "v308", V4L2_PIX_FMT_YUV24, 0 },
		{ "VUYA", V4L2_PIX_FMT_VUYA32, 0 },
		{ "VUYX", V4L2_PIX_FMT_VUYX32, 0 },
		{ "YUVA", V4L2_PIX_FMT_YUVA32, 0 },
		{ "YUVX", V4L2_PIX_FMT_YUVX32, 0 },
		{ "Y8", V4L2_PIX_FMT_GREY, 0 },
		{ "GRAY8", V4L2_PIX_FMT_GREY, 0 },
		{ "Y10", V4L2_PIX_FMT_Y10, 0 },
		{ "Y12", V4L2_PIX_FMT_Y12, 0 },
		{ "Y16", V4L2_PIX_FMT_Y16, 0 },
		{ "Y16_BE", V4L2_PIX_FMT_Y16_BE, 0 },
		{ "MJPG", V4L2_PIX_FMT_MJPEG, 0 },
		{ "JPEG", V4L2_PIX_FMT_JPEG, 0 },
		{ "H264", V4L2_PIX_FMT_H264, 0 },
		{ "H265", V4L2_PIX_FMT_HEVC, 0 },
		{ "FWHT", V4L2_PIX_FMT_FWHT, 0 },
	};

	(void)state;
	for (size_t i = 0; i < WEIR_COUNT(wanted); i++) {
		const struct weir_format *format = weir_format_by_name(wanted[i].name);

		assert_non_null(format);
		assert_int_equal(format->v4l2, wanted[i].v4l2);
		assert_int_equal(format->v4l2_mplane, wanted[i].mplane);
	}
}

/* The YUV rows against the definitions in drm_fourcc.h (the RGB ones have test_format_rgb.c). */
static void yuv_codes_are_drm_s(void **state)
{
#ifdef HAVE_DRM_FOURCC
	static const struct {
		const char *name;
		uint32_t drm;
	} wanted[] = {
		{ "YUYV", DRM_FORMAT_YUYV },
		{ "UYVY", DRM_FORMAT_UYVY },
		{ "YVYU", DRM_FORMAT_YVYU },
		{ "VYUY", DRM_FORMAT_VYUY },
		{ "Y210", DRM_FORMAT_Y210 },
		{ "Y212", DRM_FORMAT_Y212 },
		{ "Y216", DRM_FORMAT_Y216 },
		{ "NV12", DRM_FORMAT_NV12 },
		{ "NV21", DRM_FORMAT_NV21 },
		{ "NV16", DRM_FORMAT_NV16 },
		{ "NV61", DRM_FORMAT_NV61 },
		{ "NV24", DRM_FORMAT_NV24 },
		{ "NV42", DRM_FORMAT_NV42 },
		{ "P010", DRM_FORMAT_P010 },
		{ "P012", DRM_FORMAT_P012 },
		{ "YUV420", DRM_FORMAT_YUV420 },
		{ "YVU420", DRM_FORMAT_YVU420 },
		{ "YUV422P", DRM_FORMAT_YUV422 },
		{ "YVU422P", DRM_FORMAT_YVU422 },
		{ "YUV444P", DRM_FORMAT_YUV444 },
		{ "YVU444P", DRM_FORMAT_YVU444 },
		{ "YUV411P", DRM_FORMAT_YUV411 },
		{ "YUV410", DRM_FORMAT_YUV410 },
		{ "YVU410", DRM_FORMAT_YVU410 },
		{ "YUV24", DRM_FORMAT_VUY888 }, /* word Cr:Cb:Y is memory Y, Cb, Cr */
		{ "VUYA", DRM_FORMAT_AYUV },    /* word A:Y:Cb:Cr is memory Cr, Cb, Y, A */
		{ "VUYX", DRM_FORMAT_XYUV8888 },
		{ "GREY", DRM_FORMAT_R8 },
		{ "Y16", DRM_FORMAT_R16 },
		{ "Y16_BE", DRM_FORMAT_R16 | DRM_FORMAT_BIG_ENDIAN },
	};

	(void)state;
	for (size_t i = 0; i < WEIR_COUNT(wanted); i++)
		assert_int_equal(weir_format_by_name(wanted[i].name)->drm, wanted[i].drm);
#else
	(void)state;
	skip();
#endif
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_word_finds_its_row),
		cmocka_unit_test(words_that_are_no_format),
		cmocka_unit_test(codes_find_their_row),
		cmocka_unit_test(only_legacy_codes_share_a_drm_code),
		cmocka_unit_test(v4l2_letters_are_names),
		cmocka_unit_test(drm_letters_never_mislead),
		cmocka_unit_test(columns_hang_together),
		cmocka_unit_test(what_the_issue_names_is_there),
		cmocka_unit_test(yuv_codes_are_drm_s),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
